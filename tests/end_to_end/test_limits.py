"""Limits of the running program: sizes, counts, times, connections, and memory at any body size."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.fronts import Front
from support.stub_engine import StubEngine, Talk
from support.waiting import wait_until
from support.wire import Truncated, Wire, client_context, connect_tls

GIB = 1 << 30
MIB = 1 << 20
KINDS = ("TLS 1.3", "tcp")

Start = Callable[..., Front]


def source(talk: Talk) -> None:
    """A GiB as the answer."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % GIB)
    _pour(talk)


def chunked_source(talk: Talk) -> None:
    """The same in chunks of 32 KiB, as engines send it."""
    talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = (b"8000\r\n" + b"x" * 32768 + b"\r\n") * 32
    with contextlib.suppress(OSError):
        for _ in range(GIB // MIB):
            talk.send(piece)
        talk.send(b"0\r\n\r\n")


def _pour(talk: Talk) -> None:
    piece = b"x" * MIB
    with contextlib.suppress(OSError):
        for _ in range(GIB // MIB):
            talk.send(piece)


def sink(talk: Talk) -> int:
    """Read the body away, and answer how much it was."""
    size = 0
    length = int(talk.headers.get("content-length", "0"))
    while size < length:
        data = talk.receive()
        if not data:
            return size
        size += len(data)
    talk.answer(200, {"read": size})
    return size


HANDLERS = {"source": source, "chunks": chunked_source, "load": sink, "build": sink}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubEngine]:
    stub = StubEngine(tmp_path_factory.mktemp("stub") / "engine.sock", HANDLERS)
    yield stub
    stub.stop()


@pytest.fixture(scope="module")
def start(
    engine: StubEngine, certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    """Start a gateway with these options; one for each set of them."""
    running: dict[tuple[str, ...], Front] = {}

    def front(*options: str) -> Front:
        if options not in running:
            folder = tmp_path_factory.mktemp("front")
            running[options] = Front(certificates, engine.address, folder, *options)
        return running[options]

    yield front
    for one in running.values():
        one.stop()


QUICK = (
    "--limit-head-bytes=2048",
    "--limit-fields=20",
    "--limit-handshake-seconds=0.5",
    "--limit-head-seconds=1",
    "--limit-idle-seconds=1.5",
    "--limit-linger-seconds=0.5",
    "--limit-json-bytes=4096",
)


@pytest.fixture
def quick(start: Start) -> Front:
    return start(*QUICK)


# Sizes and counts


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_head(quick: Front, kind: str) -> None:
    frame = len("GET /v1.41/info HTTP/1.1\r\nHost: localhost\r\nX-A: \r\n\r\n")
    with quick.connect(kind) as wire:
        assert (
            wire.request("GET", "/v1.41/info", headers={"X-A": "a" * (2048 - frame)}).status == 404
        )
        answer = wire.request("GET", "/v1.41/info", headers={"X-A": "a" * (2048 - frame + 1)})
        assert answer.status == 431 and "2048" in answer.json()["message"]
        assert wire.rest() == b""


def test_a_long_x_registry_config_fits_by_default(start: Start) -> None:
    with start().connect("tcp") as wire:
        answer = wire.request("GET", "/v1.41/info", headers={"X-Registry-Config": "a" * 65000})
        assert answer.status == 404
        answer = wire.request("GET", "/v1.41/info", headers={"X-Registry-Config": "a" * 65536})
        assert answer.status == 431


@pytest.mark.parametrize("kind", KINDS)
def test_the_most_fields(quick: Front, kind: str) -> None:
    with quick.connect(kind) as wire:
        lines = {f"X-{number}": "y" for number in range(19)}
        assert wire.request("GET", "/v1.41/info", headers=lines).status == 404
        answer = wire.request("GET", "/v1.41/info", headers={**lines, "X-More": "y"})
        assert answer.status == 400 and "more than 20 header fields" in answer.json()["message"]
        assert wire.rest() == b""


def test_a_json_body_that_must_be_rewritten(quick: Front) -> None:
    with quick.connect("tcp") as wire:
        answer = wire.request("POST", "/v1.5/exec/x/start", b"{" + b" " * 5000)
        assert answer.status == 413 and "longer than 4096 bytes" in answer.text()
        assert answer.header("Content-Type") == "text/plain; charset=utf-8"


# Times


def seconds_until_the_end(connection: socket.socket) -> bytes:
    """All that comes until the gateway closes; a deadline of the socket's own bounds the wait."""
    told = b""
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            told += data
    return told


def test_a_handshake_that_does_not_come(quick: Front) -> None:
    with socket.create_connection(("127.0.0.1", quick.gateway.port), 10) as connection:
        assert seconds_until_the_end(connection) == b""
    with socket.create_connection(("127.0.0.1", quick.gateway.port), 10) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01")  # begun, and no more
        assert seconds_until_the_end(connection) == b""


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_that_does_not_come(quick: Front, kind: str) -> None:
    with quick.connect(kind) as wire:
        assert wire.rest() == b""
    with quick.connect(kind) as wire:
        wire.stream.send(b"GET /v1.20/info HTTP/1.1\r\nHost: x\r\nX-")
        answer = wire.read_head()
        wire.read_body(answer, "GET")
        assert answer.status == 408 and answer.text().startswith("the head of the request")
        assert wire.rest() == b""


def test_a_head_that_comes_byte_by_byte(quick: Front) -> None:
    with quick.connect("tcp") as wire:
        told: list[bytes] = []
        reading = threading.Thread(target=lambda: told.append(wire.rest()))
        reading.start()
        pause = threading.Event()
        with contextlib.suppress(OSError):
            for byte in b"GET /v1.41/info HTTP/1.1\r\n" + b"X-A: b\r\n" * 100:
                wire.stream.send(bytes([byte]))
                pause.wait(0.05)
                if not reading.is_alive():
                    break
        reading.join(20)
    assert told and told[0].startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_does_not_come(quick: Front, kind: str) -> None:
    with quick.connect(kind) as wire:
        wire.send_request("POST", "/v1.41/images/load", headers={"Content-Length": "10"})
        answer = wire.read_head()
        wire.read_body(answer, "POST")
        assert answer.status == 408 and "body" in answer.json()["message"]
        assert wire.rest() == b""


@pytest.mark.parametrize("kind", KINDS)
def test_an_idle_connection(quick: Front, kind: str) -> None:
    with quick.connect(kind) as wire:
        assert wire.request("GET", "/v1.41/info").status == 404
        assert wire.rest() == b""  # over TLS with its close_notify: no Truncated


# Connections


def test_connections_in_all(start: Start) -> None:
    front = start("--limit-connections=5")
    held = []
    for _ in range(5):
        held.append(front.connect("tcp"))
        assert held[-1].request("GET", "/_ping").status == 200
    with front.connect("tcp") as over, contextlib.suppress(ConnectionResetError):
        over.stream.send(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        assert over.rest() == b""
    with pytest.raises((OSError, Truncated)):
        front.connect("TLS 1.3")
    for one in held:
        assert one.request("GET", "/_ping").status == 200
    held.pop().stream.close()
    wait_until(lambda: _is_served(front), "room for one more")
    for one in held:
        one.stream.close()
    assert "too many connections" in front.gateway.log.read_text()


def _is_served(front: Front) -> bool:
    errors = (ConnectionResetError, AssertionError, BrokenPipeError)
    with contextlib.suppress(*errors), front.connect("tcp") as wire:
        return wire.request("GET", "/_ping").status == 200
    return False


def test_connections_of_one_certificate(start: Start) -> None:
    front = start("--limit-connections-per-identity=2")
    context = client_context(front.certificates)

    def connect() -> Wire:
        return Wire(connect_tls(front.gateway.port, context))

    held = [connect(), connect()]
    assert all(one.request("GET", "/_ping").status == 200 for one in held)
    with connect() as over:
        answer = over.read_head()
        over.read_body(answer, "GET")
        assert answer.status == 429
        assert "too many connections with this client certificate" in answer.json()["message"]
    # Others are not concerned.
    with front.connect("tcp") as other:
        assert other.request("GET", "/_ping").status == 200
    for one in held:
        one.stream.close()

    def again() -> bool:
        with contextlib.suppress(Truncated, ConnectionError), connect() as wire:
            return wire.request("GET", "/_ping").status == 200
        return False

    wait_until(again, "room for that certificate")


# Memory


@pytest.fixture(scope="module")
def bulk(start: Start) -> Front:
    return start("--log-level=warn")


class Watched:
    """Looks at a process's resident memory while something is done."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.most = 0

    def _look(self) -> None:
        while not self._stop.wait(0.01):
            self.most = max(self.most, self._front.gateway.resident_bytes())

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()


MOST = 60 * MIB


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["source", "chunks"])
def test_a_gib_down(bulk: Front, kind: str, path: str) -> None:
    with Watched(bulk) as watched, bulk.connect(kind) as wire:
        wire.send_request("GET", f"/v1.41/{path}")
        answer = wire.read_head()
        left = int(answer.header("Content-Length") or 0)
        size = len(wire.read)
        last = wire.read
        while size < left if left else not last.endswith(b"\r\n0\r\n\r\n"):
            data = wire.stream.receive()
            assert data
            size += len(data)
            last = (last + data)[-16:]
        assert size >= GIB
    assert 10 * MIB < watched.most <= MOST


@pytest.mark.parametrize("kind", KINDS)
def test_a_gib_up(bulk: Front, kind: str) -> None:
    piece = b"x" * MIB
    with Watched(bulk) as watched, bulk.connect(kind) as wire:
        wire.send_request("POST", "/v1.41/images/load", headers={"Content-Length": str(GIB)})
        for _ in range(GIB // MIB):
            wire.stream.send(piece)
        answer = wire.read_head()
        wire.read_body(answer, "POST")
        assert answer.json() == {"read": GIB}
    assert 10 * MIB < watched.most <= MOST


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_stalls(bulk: Front, kind: str) -> None:
    """Twenty downloads that nobody reads cost no more than their buffers."""
    before = bulk.gateway.resident_bytes()
    wires = [bulk.connect(kind) for _ in range(20)]
    for wire in wires:
        wire.send_request("GET", "/v1.41/source")
        assert wire.read_head().status == 200
    # The last byte that goes through without being read has gone when nothing moves any more.
    seen = [-1, -2, -3]

    def at_rest() -> bool:
        seen.append(bulk.gateway.resident_bytes() // 65536)
        return len(set(seen[-3:])) == 1

    wait_until(at_rest, "the downloads to stall", pause=0.2)
    assert bulk.gateway.resident_bytes() - before < 20 * MIB
    for wire in wires:
        wire.stream.close()


def test_descriptors_are_given_back(bulk: Front) -> None:
    def descriptors() -> int:
        return len(list(Path(f"/proc/{bulk.gateway.process.pid}/fd").iterdir()))

    with bulk.connect("tcp") as wire:
        wire.request("GET", "/_ping")
        before = descriptors()
    for _ in range(30):
        with bulk.connect("tcp") as wire:
            wire.request("GET", "/_ping")
        with bulk.connect("tcp") as wire:
            wire.send_request("GET", "/v1.41/source")
            wire.read_head()
    wait_until(lambda: descriptors() <= before, "the descriptors to be given back")
