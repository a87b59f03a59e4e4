"""Back-pressure and many idle tunnels: the gateway's memory stays small, whoever is slow."""

import contextlib
import json
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.fronts import Front, attach
from support.stub_engine import StubEngine, Talk
from support.waiting import wait_until
from support.wire import Wire

MIB = 1 << 20
SIZE = 208 * MIB
PIECE = bytes(range(256)) * 1024
GROWTH = 20 * MIB
TUNNELS = 1000
PER_TUNNEL = {"unix": 6 * 1024, "TLS 1.3": 36 * 1024}
"""Resident bytes. Of the latter, pyOpenSSL's OpenSSL 4.0 takes 31 KiB for a connection with a
client certificate: 15 as soon as it is made, 6 for keys and session, 10 for the certificate."""


class Meter:
    """How far a transfer has got, and a gate that a slow side waits at."""

    def __init__(self) -> None:
        self.moved = 0
        self.gate = threading.Event()


METERS: dict[str, Meter] = {}


def pour(send: Callable[[bytes], None], meter: Meter) -> None:
    while meter.moved < SIZE:
        send(PIECE)
        meter.moved += len(PIECE)


def tunnel_down(talk: Talk) -> None:
    """Output without an end in sight."""
    talk.switch()
    pour(talk.send, METERS["tunnel-down"])


def export(talk: Talk) -> None:
    """A long answer."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
    pour(talk.send, METERS["export"])


def drain(talk: Talk, meter: Meter, size: int) -> int:
    """Read nothing until the gate opens, then all; how much it was."""
    assert meter.gate.wait(60)
    found = 0
    while found < size and (data := talk.receive()):
        found += len(data)
    return found


def tunnel_up(talk: Talk) -> int:
    """Input that is not taken for a while."""
    talk.switch()
    return drain(talk, METERS["tunnel-up"], SIZE)


def load(talk: Talk) -> int:
    """A long body that is not taken for a while."""
    size = drain(talk, METERS["load"], SIZE)
    talk.answer(200, json.dumps({"size": size}).encode())
    return size


def echo(talk: Talk) -> None:
    talk.switch()
    while data := talk.receive():
        talk.send(data)


HANDLERS = {
    "tunnel-down": tunnel_down,
    "export": export,
    "tunnel-up": tunnel_up,
    "load": load,
    "echo": echo,
}


@pytest.fixture(scope="module", autouse=True)
def enough_descriptors() -> None:
    """The tests hold both far ends of every tunnel; the gateway inherits the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubEngine]:
    stub = StubEngine(tmp_path_factory.mktemp("stub") / "engine.sock", HANDLERS)
    yield stub
    stub.stop()


@pytest.fixture
def front(certificates: Path, engine: StubEngine, tmp_path: Path) -> Iterator[Front]:
    """A gateway of its own for each, so that what one took is not another's room."""
    running = Front(certificates, engine.address, tmp_path)
    for kind in ("TLS 1.3", "unix"):
        with running.connect(kind) as wire:
            assert wire.request("GET", "/_ping").status == 200
    yield running
    running.stop()


@pytest.fixture
def meter(request: pytest.FixtureRequest) -> Meter:
    METERS[request.param] = Meter()
    return METERS[request.param]


def stalled(meter: Meter) -> None:
    """Wait until the transfer has begun and then moves no more."""
    last = [0, 0]

    def still() -> bool:
        last[0] = last[0] + 1 if meter.moved == last[1] else 0
        last[1] = meter.moved
        return meter.moved > 0 and last[0] >= 15

    wait_until(still, "the sender to be paused", seconds=30)
    assert meter.moved < GROWTH, "too much was taken from a sender that should be paused"


KINDS = pytest.mark.parametrize("kind", ["TLS 1.3", "tcp", "unix"])


@KINDS
@pytest.mark.parametrize("meter", ["tunnel-down", "export"], indirect=True)
def test_a_reader_that_stalls_pauses_the_engine(
    front: Front, meter: Meter, kind: str, request: pytest.FixtureRequest
) -> None:
    before = front.gateway.resident_bytes()
    with front.connect(kind) as wire:
        if meter is METERS.get("export"):
            wire.send_request("GET", "/v1.41/containers/export/export")
            assert wire.read_head().status == 200
        else:
            attach(wire, "tunnel-down")
        stalled(meter)
        assert front.gateway.resident_bytes() - before < GROWTH
        found, most = len(wire.read), 0
        while found < SIZE:
            data = wire.stream.receive()
            assert data
            found += len(data)
            most = max(most, front.gateway.resident_bytes()) if found % 512 == 0 else most
        assert found == SIZE
    assert max(most, front.gateway.resident_bytes()) - before < GROWTH


@KINDS
@pytest.mark.parametrize("meter", ["tunnel-up", "load"], indirect=True)
def test_an_engine_that_stalls_pauses_the_writer(
    front: Front, engine: StubEngine, meter: Meter, kind: str
) -> None:
    before = front.gateway.resident_bytes()
    with front.connect(kind) as wire:
        is_load = meter is METERS.get("load")
        if is_load:
            head = f"POST /v1.41/images/load HTTP/1.1\r\nHost: x\r\nContent-Length: {SIZE}\r\n\r\n"
            wire.stream.send(head.encode())
        else:
            attach(wire, "tunnel-up")
        wire.stream.connection.settimeout(60)  # type: ignore[attr-defined] # both kinds have one
        writer = threading.Thread(target=pour, args=(wire.stream.send, meter), daemon=True)
        writer.start()
        stalled(meter)
        assert front.gateway.resident_bytes() - before < GROWTH
        meter.gate.set()
        assert engine.next_seen(60) == SIZE
        writer.join(20)
        assert front.gateway.resident_bytes() - before < GROWTH
        if is_load:
            assert wire.read_head().status == 200


@pytest.mark.parametrize("kind", ["TLS 1.3", "unix"])
def test_a_thousand_idle_tunnels_are_small_and_alive_and_end_cleanly(
    front: Front, kind: str
) -> None:
    with contextlib.ExitStack() as stack:

        def tunnel() -> Wire:
            wire = stack.enter_context(front.connect(kind))
            attach(wire, "echo")
            return wire

        # What the first ones make the gateway load and allocate is not theirs alone.
        wires = [tunnel() for _ in range(20)]
        before = front.gateway.resident_bytes()
        wires += [tunnel() for _ in range(TUNNELS)]
        each = (front.gateway.resident_bytes() - before) / TUNNELS
        assert each <= PER_TUNNEL[kind], f"{each / 1024:.1f} KiB for a tunnel"
        for wire in (wires[0], wires[TUNNELS // 2], wires[-1]):
            wire.stream.send(b"still there?")
            assert wire.exactly(12) == b"still there?"
        for wire in wires:
            wire.stream.end()
        for wire in wires:
            assert wire.rest() == b""
    wait_until(lambda: sockets(front) < 20, "all connections to be closed")


def sockets(front: Front) -> int:
    """How many sockets the gateway has open."""
    folder = Path(f"/proc/{front.gateway.process.pid}/fd")
    found = 0
    for one in list(folder.iterdir()):
        with contextlib.suppress(FileNotFoundError):
            found += str(one.readlink()).startswith("socket:")
    return found
