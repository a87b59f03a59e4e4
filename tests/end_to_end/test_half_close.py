"""Hijacked connections: each side may end first, nothing is lost, and a wrong end shows.

Every case runs through the real program, for each way in (TLS 1.2, TLS 1.3, TCP, unix), for
clients that ask for the upgrade and that do not, and for engines that answer 101 and 200.
"""

import contextlib
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clients import clean_environment
from support.docker_cli import DockerCli
from support.fronts import KINDS, TLS, Front, attach
from support.stub_engine import Handler, StubEngine, Talk
from support.wire import TlsStream, Truncated, Wire, outputs

RECORD = 16384
FRAME = b"\1\0\0\0"


def framed(data: bytes) -> bytes:
    return FRAME + len(data).to_bytes(4, "big") + data


def late(status: int) -> Handler:
    """Say something only once all the input is there."""

    def handle(talk: Talk) -> None:
        talk.switch(status=status)
        talk.send(b"late:" + talk.rest())

    return handle


def first(status: int) -> Handler:
    """End the output first, then take input to its end."""

    def handle(talk: Talk) -> bytes:
        talk.switch(status=status)
        talk.send(b"bye")
        talk.end()
        return talk.rest()

    return handle


def early(status: int) -> Handler:
    """Output in one write with the answer's head."""

    def handle(talk: Talk) -> None:
        talk.switch(b"early output;", status=status)
        talk.send(talk.rest())

    return handle


def dies(talk: Talk) -> None:
    """Go away in the middle of a stream, as a killed process does."""
    talk.switch(b"some output")
    talk.exactly(4)
    talk.die()


def gone(talk: Talk) -> bytes:
    """Tell whether the gateway's end was an end or a break."""
    talk.switch(b"ready")
    return talk.rest()


def upload(talk: Talk) -> bytes:
    """A body that never becomes complete."""
    return talk.exactly(10) + talk.rest()


def full(talk: Talk) -> None:
    """Go away in an orderly way, but with input unread, as `head -1` does behind `yes`."""
    talk.switch(b"first line\n")
    talk.stream.connection.recv(1, socket.MSG_PEEK)
    talk.send(b"x" * 100_000)


def inspect_or_make(talk: Talk) -> bool:
    """Container `c`: running, and an exec can be made in it."""
    talk.read_body()
    if talk.method == "POST":
        talk.answer(201, {"Id": "e"})
    else:
        state = {"Running": True, "Paused": False, "Restarting": False}
        talk.answer(200, {"Id": "c", "State": state, "Config": {"Tty": False}})
    return True


def exec_late(talk: Talk) -> bool | None:
    """Exec `e`: the output comes behind the end of input."""
    talk.read_body()
    if talk.method == "GET":
        talk.answer(200, {"ID": "e", "ContainerID": "c", "Running": False, "ExitCode": 3})
        return True
    talk.switch()
    talk.send(framed(b"late:" + talk.rest()))
    return None


def dies_in_exec(talk: Talk) -> bool | None:
    """Exec `e` of the engine that dies."""
    talk.read_body()
    if talk.method == "GET":
        talk.answer(500, {"message": "gone"})
        return True
    talk.switch(framed(b"some output\n"))
    talk.exactly(3)
    talk.die()
    return None


HANDLERS = {
    **{f"late-{status}": late(status) for status in (101, 200)},
    **{f"first-{status}": first(status) for status in (101, 200)},
    **{f"early-{status}": early(status) for status in (101, 200)},
    "dies": dies,
    "gone": gone,
    "load": upload,
    "full": full,
    "c": inspect_or_make,
    "e": exec_late,
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubEngine]:
    stub = StubEngine(tmp_path_factory.mktemp("stub") / "engine.sock", HANDLERS)
    yield stub
    stub.stop()


@pytest.fixture(autouse=True)
def nothing_seen_yet(engine: StubEngine) -> None:
    """What a test before this one left unasked for is none of its business."""
    while engine.seen.qsize():
        engine.next_seen()


@pytest.fixture(scope="module")
def front(
    certificates: Path, engine: StubEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    running = Front(certificates, engine.address, tmp_path_factory.mktemp("front"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def tcp_engine() -> Iterator[StubEngine]:
    stub = StubEngine("127.0.0.1", {**HANDLERS, "e": dies_in_exec})
    yield stub
    stub.stop()


@pytest.fixture(scope="module")
def tcp_front(
    certificates: Path, tcp_engine: StubEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """The same in front of an engine on TCP, whose death can be told from its end."""
    running = Front(certificates, tcp_engine.address, tmp_path_factory.mktemp("tcp"))
    yield running
    running.stop()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["asks for the upgrade", "does not ask"])
def upgrade(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "asks for the upgrade")


@pytest.fixture(params=[101, 200])
def status(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def wire(front: Front, kind: str) -> Iterator[Wire]:
    with front.connect(kind) as connected:
        yield connected


# The client ends first


def test_output_that_comes_behind_the_end_of_input_arrives(
    wire: Wire, upgrade: bool, status: int
) -> None:
    attach(wire, f"late-{status}", upgrade=upgrade)
    wire.stream.send(b"input")
    wire.stream.end()
    assert wire.rest() == b"late:input"


def test_input_that_ends_in_one_write_with_the_request_arrives(
    wire: Wire, upgrade: bool, status: int
) -> None:
    attach_and_end(wire, f"late-{status}", b"input", upgrade)
    assert wire.rest() == b"late:input"


def attach_and_end(wire: Wire, name: str, data: bytes, upgrade: bool) -> None:
    """All that a client has to say, its end too, before it has read a byte of the answer."""
    head = f"POST /containers/{name}/attach HTTP/1.1\r\nHost: x\r\n"
    head += "Connection: Upgrade\r\nUpgrade: tcp\r\n" if upgrade else ""
    wire.stream.send(head.encode() + b"\r\n" + data)
    wire.stream.end()
    assert wire.read_head().status == (101 if upgrade else 200)


@pytest.mark.parametrize("size", [RECORD, 4 * RECORD, 10 * RECORD, 10 * RECORD + 1])
def test_an_end_right_behind_full_records_is_seen(wire: Wire, size: int) -> None:
    attach(wire, "late-101")
    wire.stream.send(b"x" * size)
    wire.stream.end()
    assert wire.rest() == b"late:" + b"x" * size


# The engine ends first


def test_input_goes_on_behind_the_end_of_output(
    front: Front, engine: StubEngine, wire: Wire, upgrade: bool, status: int
) -> None:
    attach(wire, f"first-{status}", b"one,", upgrade)
    assert wire.rest() == b"bye"
    for piece in (b"two,", b"three"):
        wire.stream.send(piece)
    wire.stream.end()
    assert engine.next_seen() == b"one,two,three"


# Early bytes


def test_early_bytes_of_both_sides_arrive(wire: Wire, upgrade: bool, status: int) -> None:
    attach(wire, f"early-{status}", b"early input", upgrade)
    wire.stream.send(b", later input")
    wire.stream.end()
    assert wire.rest() == b"early output;early input, later input"


def test_much_early_input_arrives(wire: Wire) -> None:
    data = bytes(range(256)) * 2000
    attach(wire, "early-101", data)
    wire.stream.end()
    assert wire.rest() == b"early output;" + data


# Ends that are none


@pytest.mark.parametrize("kind", TLS, indirect=True)
def test_a_bare_fin_ends_the_input_of_a_hijacked_connection(wire: Wire, upgrade: bool) -> None:
    attach(wire, "late-101", b"in", upgrade)
    assert isinstance(wire.stream, TlsStream)
    wire.stream.send(b"put")
    wire.stream.end_rudely()
    assert wire.rest() == b"late:input"


@pytest.mark.parametrize("kind", TLS, indirect=True)
@pytest.mark.parametrize("size", [5, RECORD, 4 * RECORD])
def test_a_bare_fin_before_the_engine_has_switched_ends_the_input_too(
    wire: Wire, size: int
) -> None:
    assert isinstance(wire.stream, TlsStream)
    wire.stream.send(b"POST /containers/late-101/attach HTTP/1.1\r\nHost: x\r\n\r\n")
    wire.stream.send(b"x" * size)
    wire.stream.end_rudely()
    assert wire.read_head().status == 200
    assert wire.rest() == b"late:" + b"x" * size


def test_an_unfinished_body_is_an_abort(engine: StubEngine, front: Front, kind: str) -> None:
    with front.connect(kind) as wire:
        head = b"POST /images/load HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        wire.stream.send(head + b"0123456789")
        if isinstance(wire.stream, TlsStream):
            wire.stream.end_rudely()
        else:
            wire.stream.end()
        with contextlib.suppress(Truncated, ConnectionResetError, ssl.SSLError):
            assert wire.rest() == b"", "an answer to a request that was never complete"
    assert engine.next_seen() == b"0123456789"


def test_a_client_that_goes_away_takes_the_engine_connection_along(
    front: Front, engine: StubEngine, kind: str
) -> None:
    with front.connect(kind) as wire:
        attach(wire, "gone")
        assert wire.exactly(5) == b"ready"
        wire.stream.send(b"last words")
    assert engine.next_seen() == b"last words"


# A unix socket has no way to say so.
@pytest.mark.parametrize("kind", [*TLS, "tcp"])
def test_an_engine_that_dies_is_no_clean_end(tcp_front: Front, kind: str, upgrade: bool) -> None:
    with tcp_front.connect(kind) as wire:
        attach(wire, "dies", upgrade=upgrade)
        assert wire.exactly(11) == b"some output"
        wire.stream.send(b"more")
        with pytest.raises((Truncated, ConnectionResetError)):
            wire.rest()


def test_an_end_with_input_unread_is_an_end(wire: Wire) -> None:
    attach(wire, "full")
    assert wire.exactly(11) == b"first line\n"
    wire.stream.send(b"y\n" * 100)
    assert wire.rest() == b"x" * 100_000


# With programs of others


def s_client(front: Front, version: str, *options: str) -> list[str]:
    folder = front.certificates
    return [
        *("openssl", "s_client", "-connect", f"127.0.0.1:{front.gateway.port}", version),
        *("-CAfile", str(folder / "ca.pem"), "-verify_return_error", "-quiet", *options),
        *("-cert", str(folder / "cert.pem"), "-key", str(folder / "key.pem")),
    ]


def converse(command: list[str], said: bytes, until: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run s_client with its standard input open until it has printed `until` and ended."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(said)
        out = process.stdout.read()
        assert until in out, out
        return subprocess.CompletedProcess(command, process.wait(20), out, process.stderr.read())


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_s_client_sees_early_output_and_a_clean_end(
    front: Front, engine: StubEngine, version: str
) -> None:
    request = b"POST /containers/first-101/attach HTTP/1.1\r\nHost: x\r\n\r\ninput"
    done = converse(s_client(front, version), request, b"\r\n\r\nbye")
    assert b"eof" not in done.stderr and b"errno" not in done.stderr, done.stderr
    assert engine.next_seen() == b"input"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_s_client_sees_that_an_engine_died(tcp_front: Front, version: str) -> None:
    request = b"POST /containers/dies/attach HTTP/1.1\r\nHost: x\r\n\r\nmore"
    done = converse(s_client(tcp_front, version), request, b"\r\n\r\nsome output")
    assert b"eof" in done.stderr or b"errno" in done.stderr, done.stderr


def test_the_docker_cli_gets_output_behind_its_end_of_input(front: Front, tmp_path: Path) -> None:
    docker = DockerCli(front.gateway, tmp_path)
    data = b"y" * (5 * RECORD)
    done = docker.complete("exec", "-i", "c", "cat", input=data)
    assert done.stdout == b"late:" + data, done.stderr
    assert done.returncode == 3


def test_the_docker_cli_over_a_unix_socket(front: Front, tmp_path: Path) -> None:
    done = subprocess.run(
        ["/usr/bin/docker", "--host", f"unix://{front.path}", "exec", "-i", "c", "cat"],
        env=clean_environment(HOME=str(tmp_path), DOCKER_CONFIG=str(tmp_path)),
        input=b"hi",
        capture_output=True,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == (b"late:hi", 3), done.stderr


def test_the_docker_cli_does_not_take_an_engine_s_death_for_its_end(
    tcp_front: Front, tmp_path: Path
) -> None:
    docker = DockerCli(tcp_front.gateway, tmp_path)
    done = docker.complete("exec", "-i", "c", "cat", input=b"abc")
    assert done.returncode not in (0, 3), done.stderr


# Streams of other kinds


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_other_upgrades_pass_byte_for_byte(
    front: Front, engine: StubEngine, kind: str, protocol: str
) -> None:
    data = bytes(range(256)) * 40
    key = "dGhlIHNhbXBsZSBub25jZQ=="

    def splice(talk: Talk) -> dict[str, str]:
        headers = dict(talk.headers)
        accept = b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        lines = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
        lines += protocol.encode() + b"\r\n" + (accept if protocol == "websocket" else b"")
        talk.send(lines + b"\r\nPRI * HTTP/2.0\r\n\r\n")
        talk.send(talk.rest())
        return headers

    name = "session" if protocol == "h2c" else "ws"
    engine.handlers[name] = splice
    engine.handlers["w"] = splice
    target = "/v1.41/session" if protocol == "h2c" else "/v1.41/containers/w/attach/ws?stream=1"
    headers = {"Connection": "Upgrade", "Upgrade": protocol}
    if protocol == "h2c":
        headers["X-Docker-Expose-Session-Uuid"] = "u1"
    else:
        headers["Sec-WebSocket-Key"] = key
        headers["Sec-WebSocket-Version"] = "13"
    with front.connect(kind) as wire:
        method = "POST" if protocol == "h2c" else "GET"
        answer = wire.hijack(method, target, headers=headers)
        assert (answer.status, answer.header("Upgrade")) == (101, protocol)
        if protocol == "websocket":
            assert answer.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        wire.stream.send(data)
        wire.stream.end()
        assert wire.rest() == b"PRI * HTTP/2.0\r\n\r\n" + data
    seen = engine.next_seen()
    assert seen["upgrade"] == protocol
    for field in ("x-docker-expose-session-uuid", "sec-websocket-key", "sec-websocket-version"):
        assert seen.get(field) == {k.lower(): v for k, v in headers.items()}.get(field)


def test_an_error_instead_of_the_hijack_is_an_ordinary_answer(front: Front, kind: str) -> None:
    with front.connect(kind) as wire:
        answer = wire.hijack("POST", "/v1.41/containers/none/attach", headers={"Upgrade": "tcp"})
        assert answer.status == 404
        assert json.loads(answer.body)["message"].startswith("nothing here")
        assert wire.rest() == b""


def test_frames_pass_whole_through_the_tunnel(front: Front, kind: str) -> None:
    with front.connect(kind) as wire:
        wire.send_request("POST", "/v1.41/exec/e/start", {"Detach": False, "Tty": False})
        assert wire.read_head().status == 200
        wire.stream.send(b"z")
        wire.stream.end()
        assert outputs(wire.rest()) == (b"late:z", b"")
