"""Requests and answers between two versions, through the connections; the engine by hand."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Generator
from typing import Any

import pytest
from support.playbook import Playbook, answer, get, request

from gateway.api.message import Answer, AnswerHead, EngineCall, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.auth import AuthStored
from gateway.emulate.vocabulary import Context, Emulation, Pause, Step
from gateway.http.body import content_of
from gateway.http.request import CHUNKED
from gateway.versions import v1_02
from gateway.versions.plan import Plan, Planner
from gateway.versions.registry import Rung
from gateway.versions.vocabulary import Untranslatable

IMAGES = json.dumps(
    [{"Id": "sha256:" + "a" * 64, "RepoTags": ["x:1", "x:2"], "Created": 1, "Size": 2}]
).encode()


def with_length(body: bytes, *lines: str, status: str = "200 OK") -> bytes:
    kind = "Content-Type: application/json"
    return answer(status, kind, *lines, f"Content-Length: {len(body)}", body=body)


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


# Answers


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    "said",
    [
        with_length(IMAGES),
        answer("200 OK", "Transfer-Encoding: chunked", body=chunked(IMAGES[:20], IMAGES[20:])),
    ],
)
def test_a_document_is_rewritten(said: bytes, size: int) -> None:
    book = Playbook()
    client = book.client()
    for _ in range(2):
        client.says(get("/v1.6/images/json"))
        engine = book.engine()
        assert engine.heard().startswith(b"GET /v1.24/images/json HTTP/1.1\r\n")
        for at in range(0, len(said), size):
            assert client.heard() == b""
            engine.says(said[at : at + size])
        told = client.heard()
        head, _, body = told.partition(b"\r\n\r\n")
        assert [(entry["Repository"], entry["Tag"]) for entry in json.loads(body)] == [
            ("x", "1"),
            ("x", "2"),
        ]
        assert b"Content-Length: %d" % len(body) in head
        assert b"Connection" not in head
    assert len(book.opened) == 1 and not client.ended


def test_a_document_that_ends_with_the_engines_connection() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.6/images/json"))
    engine = book.engine()
    engine.heard()
    engine.says(answer("200 OK", body=IMAGES))
    engine.ends()
    assert b'"Repository":"x"' in client.heard()
    assert not client.ended


def test_an_engine_that_dies_before_a_document_is_whole() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.6/images/json"))
    book.engine().heard()
    book.engine().says(with_length(IMAGES)[:-5])
    book.engine().goes()
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 502 ") and b"before its answer was complete" in told
    assert not client.ended


def test_a_document_over_the_limit() -> None:
    book = Playbook(limits={"json_bytes": 1024})
    client = book.client()
    client.says(get("/v1.6/images/json"))
    engine = book.engine()
    engine.says(answer("200 OK", "Content-Length: 100000"))
    engine.pours(b"[" + b" " * 5000)
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 502 ") and b"1024 bytes" in told
    assert b"Content-Type: text/plain" in told
    engine.heard()
    assert engine.ended
    assert not client.ended
    client.says(get("/v1.6/images/json"))
    book.engine().says(with_length(IMAGES))
    assert client.heard().startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/v1.23/containers/x/json", b"text/plain; charset=utf-8", b"gone\n"),
        ("/v1.24/containers/x/json", b"application/json", b'{"message":"gone"}'),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_errors_have_the_shape_of_the_clients_version(
    path: str, kind: bytes, body: bytes, is_chunked: bool
) -> None:
    book = Playbook()
    client = book.client()
    client.says(get(path))
    error = b'{"message":"gone"}'
    said = with_length(error, status="404 Not Found")
    if is_chunked:
        said = answer(
            "404 Not Found",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
            body=chunked(error),
        )
    book.engine().says(said)
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"Content-Type: " + kind + b"\r\n" in told and body in told
    assert not client.ended


def test_head_requests_for_errors_have_no_body() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("HEAD", "/v1.20/containers/x/archive?path=/"))
    book.engine().says(answer("404 Not Found", "Content-Length: 20"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 404 ") and told.endswith(b"\r\n\r\n")
    assert told.count(b"\r\n\r\n") == 1


@pytest.mark.parametrize("opened", [False, True])
def test_a_change_that_stumbles_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, opened: bool
) -> None:
    def stumble(self: Plan, *args: Any) -> Any:
        raise ZeroDivisionError("a mistake of ours")

    step = "stream" if not opened else "document"
    monkeypatch.setattr(Plan, "head" if not opened else step, stumble)
    book = Playbook()
    client = book.client()
    path = "/v1.41/_ping" if not opened else "/v1.6/images/json"
    client.says(get(path))
    book.engine().says(with_length(IMAGES))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 502 ")
    assert b"failed to translate the answer" in told and b"mistake" not in told
    assert b"Traceback" not in told
    assert book.reactor.errors == []


def test_an_answer_that_breaks_off_in_mid_stream_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        def feed(self, data: bytes) -> bytes:
            if b"!" in data:
                raise ZeroDivisionError
            return data

        def finish(self) -> bytes:
            return b""

    def stream(self: Plan, head: AnswerHead, facts: Any) -> Any:
        return Wrong()

    monkeypatch.setattr(Plan, "stream", stream)
    book = Playbook()
    client = book.client()
    client.says(get("/v1.5/containers/x/logs"))
    engine = book.engine()
    if b"/json " in engine.heard():
        engine.says(with_length(b'{"Config": {"Tty": false}}'))
        assert engine.heard().startswith(b"GET /v1.24/containers/x/logs ")
    engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nok\r\n"))
    assert client.heard().endswith(b"2\r\nok\r\n")
    engine.says(b"1\r\n!\r\n")
    assert client.hears_the_end()
    engine.heard()
    assert engine.ended


# What is asked before


FRAMES = b"\x01\0\0\0\0\0\0\x02hi" + b"\x02\0\0\0\0\0\0\x01!"


@pytest.mark.parametrize(
    ("looked_up", "given"),
    [
        (with_length(b'{"Config": {"Tty": false}}'), b"hi!"),
        (with_length(b'{"Config": {"Tty": true}}'), FRAMES),
        # A look-up that fails leaves it to the bytes themselves.
        (with_length(b"{}", status="404 Not Found"), b"hi!"),
        (with_length(b"{}", status="500 Oh"), b"hi!"),
        (with_length(b"not JSON"), b"hi!"),
    ],
)
def test_a_look_up_decides(looked_up: bytes, given: bytes) -> None:
    book = Playbook(newest="1.41")
    client = book.client()
    client.says(get("/v1.5/containers/x/logs?stdout=1"))
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.24/containers/x/json HTTP/1.1\r\n")
    engine.says(looked_up)
    assert engine.heard().startswith(b"GET /v1.24/containers/x/logs?stdout=1 HTTP/1.1\r\n")
    engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=chunked(FRAMES)))
    head, _, body = client.heard().partition(b"\r\n\r\n")
    if given == FRAMES:
        assert body == FRAMES and b"Content-Length: %d" % len(FRAMES) in head
    else:
        assert content_of(body, CHUNKED) == given


def test_a_look_up_that_breaks_the_connection() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.5/containers/x/logs?stdout=1"))
    engine = book.engine()
    engine.heard()
    engine.goes()
    assert book.engine().heard().startswith(b"GET /v1.24/containers/x/logs")
    book.engine().says(answer("200 OK", "Transfer-Encoding: chunked", body=chunked(FRAMES)))
    assert content_of(client.heard().partition(b"\r\n\r\n")[2], CHUNKED) == b"hi!"


def test_an_engine_that_is_gone_at_the_look_up() -> None:
    book = Playbook()
    other, client = book.client(), book.client()
    other.says(get("/v1.41/events"))  # has the only connection
    book.down = "Connection refused"
    client.says(get("/v1.5/containers/x/logs?stdout=1"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 503 ") and b"text/plain" in told


def test_a_client_that_goes_during_the_look_up() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.5/containers/x/logs?stdout=1"))
    engine = book.engine()
    engine.heard()
    client.goes()
    engine.says(with_length(b'{"Config": {"Tty": false}}'))
    # Perhaps it only ended its half: the engine is told so, as if both had come from itself.
    assert engine.heard().startswith(b"GET /v1.24/containers/x/logs?stdout=1 ")
    assert engine.ended
    engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=chunked(FRAMES)))
    assert not book.frontend._open


# Bodies that are rewritten


def test_a_body_that_is_noted_is_gathered_and_sent_with_its_length() -> None:
    book = Playbook()
    client = book.client()
    body = b'{"Tty": false, "Detach": true}'
    client.says(
        request("POST", "/v1.5/exec/x/start", "Transfer-Encoding: chunked")
        + b"%x\r\n%b\r\n" % (len(body[:9]), body[:9])
    )
    assert book.engine().heard() == b""
    client.says(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body[9:]), body[9:]))
    heard = book.engine().heard()
    head, _, sent = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1.24/exec/x/start HTTP/1.1\r\n")
    assert json.loads(sent) == json.loads(body)
    assert b"Content-Length: %d" % len(sent) in head and b"chunked" not in head


def test_a_body_that_is_no_json_is_the_engines_to_refuse() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.5/exec/x/start", "Content-Length: 8", body=b"not JSON"))
    assert book.engine().heard().endswith(b"\r\n\r\nnot JSON")


@pytest.mark.parametrize("complete", [True, False])
def test_a_body_over_the_limit(complete: bool) -> None:
    book = Playbook(limits={"json_bytes": 1024})
    client = book.client()
    size = 2000 if complete else 100_000
    client.says(
        request("POST", "/v1.5/exec/x/start", f"Content-Length: {size}", body=b"x" * 2000)
        + (get("/v1.41/info") if complete else b"")
    )
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 413 ") and b"longer than 1024 bytes" in told
    assert b"text/plain" in told
    if complete:
        assert not client.ended
        assert book.engine().heard().startswith(b"GET /v1.41/info ")
    else:
        assert client.ended
        assert book.engine().heard() == b""


@pytest.mark.parametrize("whole", [True, False])
def test_expect_is_answered_here_when_the_body_is_wanted_whole(whole: bool) -> None:
    book = Playbook()
    client = book.client()
    body = b'{"Detach":true}'
    head = request(
        "POST", "/v1.5/exec/x/start", f"Content-Length: {len(body)}", "Expect: 100-continue"
    )
    client.says(head + body if whole else head)
    if not whole:
        assert client.heard() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.says(body)
    assert b"Expect" not in book.engine().heard()
    book.engine().says(answer("204 No Content"))
    assert client.heard().startswith(b"HTTP/1.1 204 ")


# Hijacks that are refused


@pytest.mark.parametrize("path", ["/v1.41/containers/x/attach", "/v1.10/containers/x/attach"])
def test_a_refused_attach_has_a_length_and_is_the_last(path: str) -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", path, "Content-Length: 0") + b"input")
    engine = book.engine()
    heard = engine.heard()
    assert b"Upgrade: tcp\r\n" in heard and b"input" not in heard
    error = b'{"message":"No such container: x"}'
    engine.says(
        answer(
            "404 Not Found", "Content-Type: x", "Transfer-Encoding: chunked", body=chunked(error)
        )
    )
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"Content-Length: " in told and b"Connection: close\r\n" in told
    assert b"No such container: x" in told
    assert client.ended


def test_a_body_before_a_hijack_that_comes_late_is_not_stuck() -> None:
    book = Playbook()
    client = book.client()
    head = request("POST", "/v1.41/exec/x/start", "Content-Length: 12")
    client.says(head + b'{"Tty"')
    client.says(b":true}")
    heard = book.engine().heard()
    assert heard.endswith(b'{"Tty":true}')


# HTTP/1.0


def test_a_stream_for_http_1_0() -> None:
    book = Playbook()
    client = book.client()
    client.says(b"GET /v1.41/events HTTP/1.0\r\n\r\n")
    book.engine().says(answer("200 OK", "Transfer-Encoding: chunked", body=b"3\r\n{}\n\r\n"))
    assert client.heard() == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}\n"
    book.engine().says(b"0\r\n\r\n")
    assert client.hears_the_end()


def test_an_upload_of_http_1_0() -> None:
    book = Playbook()
    client = book.client()
    client.says(b"POST /v1.41/build HTTP/1.0\r\nContent-Length: 10\r\n\r\nhello")
    client.says(b"world")
    assert book.engine().heard() == (
        b"POST /v1.41/build HTTP/1.1\r\nHost: docker\r\nContent-Length: 10\r\n\r\nhelloworld"
    )


# Emulations


def test_head_ping_for_an_engine_that_has_only_get() -> None:
    book = Playbook(newest="1.24")
    client = book.client()
    client.says(request("HEAD", "/_ping") + get("/v1.24/info"))
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.24/_ping HTTP/1.1\r\n")
    engine.says(answer("200 OK", "Server: Docker", "Content-Length: 2", body=b"OK"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 200 OK\r\n") and told.endswith(b"\r\n\r\n")
    assert b"Api-Version: 1.24\r\n" in told
    assert told.lower().count(b"\r\nserver:") == 1
    assert engine.heard().startswith(b"GET /v1.24/info ")


@pytest.mark.parametrize(
    ("said", "status"), [(b"", b"502"), (with_length(b'{"message":"x"}', status="500 X"), b"500")]
)
def test_an_emulation_that_fails(said: bytes, status: bytes) -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.6/images/viz"))
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.24/images/json?all=1 ")
    if said:
        engine.says(said)
    else:
        engine.goes()
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 " + status) and b"text/plain" in told
    assert not client.ended


class ByName(Emulation):
    """A container is started by the answers to other calls; for the tests alone."""

    routes = ("ContainerStart",)
    until = ApiVersion(1, 23)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[Step, Answer, Answer | Forward]:
        found = yield EngineCall("GET", f"/containers/{match.parameters['id']}/json")
        if found.status >= 400:
            return found
        yield Pause(5.0)
        if body == b"stumble":
            raise KeyError("a mistake of ours")
        if body == b"untranslatable":
            raise Untranslatable("no engine has this")
        other = json.loads(found.body)["Id"]
        return Forward(Request("POST", f"/containers/{other}/start", "t=1"), body.upper())


START = request("POST", "/v1.20/containers/x/start", "Content-Length: 5", body=b"hello")


def test_an_emulation_that_forwards_another_request() -> None:
    book = Playbook(emulated=(ByName(),))
    client = book.client()
    client.says(START)
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.24/containers/x/json ")
    engine.says(with_length(b'{"Id": "other"}'))
    assert engine.heard() == b""
    book.pass_seconds(6)
    assert engine.heard() == (
        b"POST /v1.24/containers/other/start?t=1 HTTP/1.1\r\nHost: docker\r\n"
        b"Content-Length: 5\r\n\r\nHELLO"
    )
    engine.says(with_length(b'{"message": "no"}', status="409 Conflict"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 409 Conflict\r\n") and told.endswith(b"\r\n\r\nno\n")


def test_a_client_that_goes_during_an_emulation() -> None:
    book = Playbook(emulated=(ByName(),))
    client = book.client()
    client.says(START)
    engine = book.engine()
    engine.heard()
    engine.says(with_length(b'{"Id": "other"}'))
    (connection,) = book.frontend._open
    connection.transport.abortConnection()
    book.pass_seconds(6)
    assert engine.heard() == b""  # what it would have forwarded nobody waits for
    assert not book.frontend._open


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"stumble", b"500", b"failed to prepare the request; its log says why"),
        (b"untranslatable", b"400", b"no engine has this"),
    ],
)
def test_an_emulation_that_stumbles(body: bytes, status: bytes, words: bytes) -> None:
    book = Playbook(emulated=(ByName(),))
    client = book.client()
    length = f"Content-Length: {len(body)}"
    client.says(request("POST", "/v1.20/containers/x/start", length, body=body))
    book.engine().says(with_length(b"{}"))
    book.pass_seconds(6)
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 " + status) and words in told
    assert b"mistake" not in told and b"text/plain" in told
    assert not client.ended


def test_an_engine_that_goes_during_an_emulation() -> None:
    book = Playbook(emulated=(ByName(),))
    other, client = book.client(), book.client()
    other.says(get("/v1.41/events"))  # has the only connection
    book.down = "Connection refused"
    client.says(START)
    assert client.heard().startswith(b"HTTP/1.1 503 ")


# Credentials that an engine kept before v1.2


def test_credentials_that_a_client_stored_go_with_its_pulls() -> None:
    book = Playbook()
    book.engine_side.planner = Planner(
        ApiVersion(1, 24),
        ApiVersion(1, 41),
        rungs=(Rung(v1_02.VERSION, (v1_02.PullWithStoredCredentials(),)),),
        emulated=(AuthStored(),),
    )
    client = book.client()
    login = b'{"username":"u","password":"p","email":"e"}'
    client.says(request("POST", "/v1.1/auth", f"Content-Length: {len(login)}", body=login))
    engine = book.engine()
    checked = engine.heard()
    assert checked.startswith(b"POST /v1.24/auth ") and checked.endswith(login)
    engine.says(with_length(b'{"Status":"Login Succeeded"}'))
    assert client.heard().endswith(b'{"Status":"Login Succeeded\\n"}')
    pull = "/images/create?fromImage=a"
    client.says(request("POST", f"/v1.1{pull}", "Content-Length: 0"))
    header = b"\r\nX-Registry-Auth: " + urlsafe_b64encode(login) + b"\r\n"
    heard = engine.heard()
    assert heard.startswith(b"POST /v1.24/images/create?") and header in heard
    engine.says(with_length(b""))
    client.heard()
    client.says(request("POST", f"/v1.2{pull}", "Content-Length: 0"))
    assert b"X-Registry-Auth" not in engine.heard()
