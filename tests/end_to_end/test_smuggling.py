"""What is no request is answered once with 400, closed, and never reaches the engine.

Through the real program, over TLS and plain; the engine writes down every byte that it gets.
"""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fronts import Front
from support.recording_engine import RecordingEngine
from support.waiting import wait_until

KINDS = ("TLS 1.3", "tcp")
BEHIND = b"GET /v1.41/behind HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingEngine]:
    recording = RecordingEngine(tmp_path_factory.mktemp("recording") / "engine.sock")
    yield recording
    recording.stop()


@pytest.fixture(scope="module")
def front(
    engine: RecordingEngine, certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    running = Front(certificates, engine.address, tmp_path_factory.mktemp("front"))
    wait_until(lambda: "the engine at" in running.gateway.log.read_text(), "the engine's range")
    yield running
    running.stop()


def exchange(front: Front, kind: str, sent: bytes) -> bytes:
    """Send, and give all that comes until the gateway ends its direction."""
    with front.connect(kind) as wire:
        wire.stream.send(sent)
        told = b""
        while data := wire.stream.receive():
            told += data
        return told


def head(first: bytes, *lines: bytes, host: bool = True) -> bytes:
    fields = [b"Host: x", *lines] if host else list(lines)
    return first + b"\r\n" + b"".join(line + b"\r\n" for line in fields) + b"\r\n"


GET = b"GET /v1.41/info HTTP/1.1"
POST = b"POST /v1.41/build HTTP/1.1"
CHUNKED = b"Transfer-Encoding: chunked"

# The list of the issue, each in some of its forms.
REFUSED = {
    "two lengths, alike": head(POST, b"Content-Length: 3", b"Content-Length: 3") + b"abc",
    "two lengths that differ": head(POST, b"Content-Length: 0", b"Content-Length: 3") + b"abc",
    "two lengths in one field": head(POST, b"Content-Length: 3, 3") + b"abc",
    "a length with a sign": head(POST, b"Content-Length: +3") + b"abc",
    "a negative length": head(POST, b"Content-Length: -3"),
    "a length in hexadecimal": head(POST, b"Content-Length: 0x3") + b"abc",
    "a length without bounds": head(POST, b"Content-Length: 99999999999999999999"),
    "a coding and a length": head(POST, CHUNKED, b"Content-Length: 3") + b"0\r\n\r\n",
    "a length and a coding": head(POST, b"Content-Length: 5", CHUNKED) + b"0\r\n\r\n",
    "another coding": head(POST, b"Transfer-Encoding: gzip"),
    "another coding before": head(POST, b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
    "another coding behind": head(POST, b"Transfer-Encoding: chunked, identity") + b"0\r\n\r\n",
    "an almost chunked coding": head(POST, b"Transfer-Encoding: xchunked") + b"0\r\n\r\n",
    "a coding with a control": head(POST, b"Transfer-Encoding: \x0bchunked") + b"0\r\n\r\n",
    "chunked twice": head(POST, CHUNKED, CHUNKED) + b"0\r\n\r\n",
    "a coding in HTTP/1.0": head(b"POST /v1.41/build HTTP/1.0", CHUNKED) + b"0\r\n\r\n",
    "bare LF behind the line": GET + b"\nHost: x\r\n\r\n",
    "bare LF behind a field": GET + b"\r\nHost: x\nX-A: b\r\n\r\n",
    "bare LF everywhere": GET + b"\nHost: x\n\n",
    "bare CR in a field": head(GET, b"X-A: b\rX-B: c"),
    "bare CR behind the line": GET + b"\rHost: x\r\n\r\n",
    "NUL in a value": head(GET, b"X-A: \0"),
    "NUL in a name": head(GET, b"X\0A: b"),
    "NUL in the target": head(b"GET /v1.41/in\0fo HTTP/1.1"),
    "a folded field": head(GET, b"X-A: b", b" c"),
    "a folded framing": head(POST, b"Transfer-Encoding:", b" chunked") + b"0\r\n\r\n",
    "a fold at the beginning": GET + b"\r\n Host: x\r\n\r\n",
    "space before the colon": head(POST, b"Content-Length : 3") + b"abc",
    "tab before the colon": head(POST, b"Transfer-Encoding\t: chunked") + b"0\r\n\r\n",
    "no Host": head(GET, host=False),
    "two Hosts": head(GET, b"Host: y"),
    "a chunk without its CRLF": head(POST, CHUNKED) + b"3\r\nabcXX0\r\n\r\n",
    "a chunk that is longer": head(POST, CHUNKED) + b"3\r\nabcdef\r\n0\r\n\r\n",
    "a chunk with bare LF": head(POST, CHUNKED) + b"3\nabc\n0\n\n",
    "a chunk size that is none": head(POST, CHUNKED) + b"xyz\r\nabc\r\n0\r\n\r\n",
    "a chunk size with 0x": head(POST, CHUNKED) + b"0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk size with a sign": head(POST, CHUNKED) + b"-1\r\nabc\r\n0\r\n\r\n",
    "a chunk size with a blank": head(POST, CHUNKED) + b"3 \r\nabc\r\n0\r\n\r\n",
    "a chunk size without bounds": head(POST, CHUNKED) + b"ffffffffffffffff1\r\nabc\r\n",
    "an empty chunk size": head(POST, CHUNKED) + b"\r\nabc\r\n0\r\n\r\n",
    "framing in a trailer": head(POST, CHUNKED) + b"0\r\nContent-Length: 5\r\n\r\n",
    "HTTP/0.9": b"GET /v1.41/info\r\n\r\n",
    "HTTP/1.2": head(b"GET /v1.41/info HTTP/1.2"),
    "HTTP/2.0": head(b"GET /v1.41/info HTTP/2.0"),
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an absolute target": head(b"GET http://x/v1.41/info HTTP/1.1"),
    "a target that is an authority": head(b"CONNECT docker:443 HTTP/1.1"),
    "an encoded slash": head(b"GET /v1.41%2finfo HTTP/1.1"),
    "an encoded backslash": head(b"GET /v1.41/%5cinfo HTTP/1.1"),
    "dot segments": head(b"GET /v1.41/../info HTTP/1.1"),
    "encoded dot segments": head(b"GET /v1.41/%2e%2e/info HTTP/1.1"),
    "a fragment": head(b"GET /v1.41/info#x HTTP/1.1"),
    "a version that is none": head(b"GET /v1.2.3/info HTTP/1.1"),
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a blank line first": b"\r\n" + head(GET),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_refused(front: Front, engine: RecordingEngine, kind: str, sent: bytes) -> None:
    engine.heard()
    told = exchange(front, kind, sent + BEHIND)
    assert told.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert told.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in told
    assert b'{"message":"' in told and b"Traceback" not in told
    assert engine.heard() == [] and engine.strays == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_before_is_served_and_what_comes_behind_is_not(
    front: Front, engine: RecordingEngine, kind: str
) -> None:
    engine.heard()
    told = exchange(front, kind, head(GET) * 3 + REFUSED["two Hosts"] + BEHIND)
    statuses = [part[:3] for part in told.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"200", b"200", b"400"]
    assert engine.heard() == [b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n"] * 3


def test_a_request_that_goes_wrong_later_is_taken_back(
    front: Front, engine: RecordingEngine
) -> None:
    engine.heard()
    before = engine.received
    with front.connect("tcp") as wire:
        wire.stream.send(head(POST, CHUNKED) + b"5\r\nfirst\r\n")
        wait_until(lambda: engine.received > before, "the first chunk to arrive")
        wire.stream.send(b"zz\r\nsecond\r\n0\r\n\r\n" + BEHIND)
        assert wire.read_head().status == 400
    # What the engine has of it is no whole request, and its connection ended with it.
    wait_until(lambda: engine.strays, "the engine's connection to end")
    (stray,) = engine.strays
    assert stray.endswith(b"\r\n\r\n5\r\nfirst\r\n")
    assert engine.heard() == []
    engine.strays.clear()


SERVED = {
    "as it should be": (head(GET), b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n"),
    "an empty Host": (
        GET + b"\r\nHost:\r\n\r\n",
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
    "the socket's path as Host": (
        GET + b"\r\nHost: /var/run/docker.sock\r\n\r\n",
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
    "doubled slashes": (
        head(b"GET //v1.41//containers///json?a=//b HTTP/1.1"),
        b"GET /v1.41/containers/json?a=//b HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
    "needless escapes": (
        head(b"GET /%76%31.41/%69nfo HTTP/1.1"),
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
    "fields of the connection": (
        head(GET, b"Connection: keep-alive, X-Hop", b"X-Hop: 1", b"TE: trailers", b"X-A: b"),
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\nX-A: b\r\n\r\n",
    ),
    "an upgrade that nothing has": (
        head(GET, b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: x"),
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
    "odd blanks around a value": (
        head(GET, b"X-A:  \t b c \t "),
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\nX-A: b c\r\n\r\n",
    ),
    "a length": (
        head(POST, b"content-length: 003") + b"abc",
        b"POST /v1.41/build HTTP/1.1\r\nHost: docker\r\nContent-Length: 3\r\n\r\nabc",
    ),
    "chunks with trailers": (
        head(POST, b"transfer-encoding: CHUNKED", b"Trailer: X-Sum")
        + b"3;a=b\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
        b"POST /v1.41/build HTTP/1.1\r\nHost: docker\r\nTrailer: X-Sum\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
    ),
    "HTTP/1.0 without a Host": (
        b"GET /v1.41/info HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
    "no route, but well-formed": (
        head(b"BREW /v1.41/coffee?milk=%F0%9F HTTP/1.1"),
        b"BREW /v1.41/coffee?milk=%F0%9F HTTP/1.1\r\nHost: docker\r\n\r\n",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("sent", "heard"), SERVED.values(), ids=SERVED)
def test_served_and_written_anew(
    front: Front, engine: RecordingEngine, kind: str, sent: bytes, heard: bytes
) -> None:
    engine.heard()
    with front.connect(kind) as wire:
        for _ in range(2):
            wire.stream.send(sent)
            answer = wire.read_head()
            wire.read_body(answer, "GET")
            assert (answer.status, answer.body) == (200, b"{}")
        assert engine.heard() == [heard] * 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("version", "status", "words", "form"),
    [
        ("1.42", 400, "client version 1.42 is too new. Maximum supported API version is 1.41", "j"),
        ("1.99", 400, "client version 1.99 is too new. Maximum supported API version is 1.41", "j"),
        ("0.9", 400, "client version 0.9 is too old. Minimum supported API version is 1.0, ", "t"),
    ],
)
def test_versions_out_of_range(
    front: Front,
    engine: RecordingEngine,
    kind: str,
    version: str,
    status: int,
    words: str,
    form: str,
) -> None:
    engine.heard()
    with front.connect(kind) as wire:
        for _ in range(2):
            answer = wire.request("GET", f"/v{version}/info")
            assert answer.status == status
            told = answer.json()["message"] if form == "j" else answer.text()
            assert told.startswith(words)
    assert engine.heard() == []


# What clients of 2013 and 2014 need


@pytest.fixture
def answers(engine: RecordingEngine) -> Iterator[RecordingEngine]:
    """The engine, to be given another answer for a while."""
    before = engine.answer
    yield engine
    engine.answer = before


@pytest.mark.parametrize("kind", KINDS)
def test_no_end_of_the_connection_on_an_ordinary_answer(
    front: Front, answers: RecordingEngine, kind: str
) -> None:
    with front.connect(kind) as wire:
        for status, body in ((b"200 OK", b"[]"), (b"500 Oh", b"{}"), (b"404 No", b"")):
            answers.answer = b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (
                status,
                len(body),
                body,
            )
            answer = wire.request(
                "GET", "/v1.10/containers/json", headers={"User-Agent": "Docker-Client/0.9.1"}
            )
            assert answer.header("Connection") is None and answer.framing == "length"


def test_the_head_of_a_stream_is_a_record_of_its_own(
    front: Front, answers: RecordingEngine
) -> None:
    answers.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    with front.connect("TLS 1.3") as wire:
        for path in ("/v1.41/events", "/v1.41/containers/x/logs", "/v1.41/containers/x/stats"):
            wire.send_request("GET", path)
            first = wire.stream.receive()
            assert first.startswith(b"HTTP/1.1 200 OK\r\n") and first.endswith(b"\r\n\r\n")
            assert wire.stream.receive() == b"2\r\n{}\r\n0\r\n\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_500_requests_at_once(front: Front, engine: RecordingEngine, kind: str) -> None:
    engine.heard()
    sent = [b"GET /v1.41/containers/%d/json HTTP/1.1" % number for number in range(500)]
    with front.connect(kind) as wire:
        wire.stream.send(b"".join(head(line) for line in sent))
        for _ in sent:
            answer = wire.read_head()
            wire.read_body(answer, "GET")
            assert answer.status == 200
    assert [request.split(b"\r\n")[0] for request in engine.heard()] == sent


# Who gets no answer at all


def test_plain_http_on_the_tls_port(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.gateway.port), 20) as connection:
        connection.sendall(head(GET))
        told = b""
        while data := connection.recv(65536):
            told += data
    assert told.startswith(b"HTTP/1.0 400 Bad Request\r\n")
    assert b"Client sent an HTTP request to an HTTPS server." in told


def test_nobody_without_a_certificate(front: Front, certificates: Path) -> None:
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    with (
        pytest.raises(ssl.SSLError),
        socket.create_connection(("127.0.0.1", front.gateway.port), 20) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as connection,
    ):
        connection.sendall(head(GET))
        connection.recv(1)
