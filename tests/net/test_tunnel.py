"""Two byte streams spliced: between real sockets, with sides that note what they are told."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from support.sides import OneWay, tcp_pair, unix_pair
from support.turning import reactor, turn, turn_until
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.net.transport import HIGH_WATER, READ_BYTES, SocketTransport, prepare
from gateway.net.tunnel import Tunnel
from gateway.stream.frames import StreamError

MUCH = 4 << 20


@implementer(IHalfCloseableProtocol)
class Side(OneWay):
    """Does what the client's and the engine's connection do for a tunnel, and notes the rest."""

    peer = "test"

    def __init__(self, sock: socket.socket, is_client: bool) -> None:
        super().__init__()
        prepare(sock)
        self.is_client = is_client
        self.tunnel: Tunnel | None = None
        self.lingers = 0
        self.closed = 0
        self.makeConnection(SocketTransport(reactor, sock, self))  # type: ignore[arg-type] # zope
        self.transport.reads_to_the_end = not is_client
        self.transport.startReading()

    def become_tunnel(self, tunnel: Tunnel) -> None:
        self.tunnel = tunnel
        take = tunnel.from_client if self.is_client else tunnel.from_engine
        self.dataReceived = take  # type: ignore[method-assign]

    def extend_linger(self) -> None:
        self.lingers += 1

    def close(self) -> None:
        self.closed += 1
        self.transport.loseConnection()

    def readConnectionLost(self) -> None:
        if self.tunnel is not None:
            (self.tunnel.client_ended if self.is_client else self.tunnel.engine_ended)()

    def writeConnectionLost(self) -> None:
        raise AssertionError("nobody calls this")

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override] # always told
        super().connectionLost(reason)
        if self.tunnel is not None:
            (self.tunnel.client_lost if self.is_client else self.tunnel.engine_lost)()


class Shout:
    """A rewriting of the engine's bytes: capitals, and a last word. A `!` breaks it."""

    def feed(self, data: bytes) -> bytes:
        if b"!" in data:
            raise StreamError("an exclamation")
        return data.upper()

    def finish(self) -> bytes:
        return b" END"


class Unfinished(Shout):
    """A rewriting that finds the stream's end in the middle of something."""

    def finish(self) -> bytes:
        raise StreamError("ended within a frame")


class Scene:
    """A tunnel, and the sockets of a client (TCP) and an engine (unix) at its ends."""

    def __init__(self) -> None:
        ours, self.client = tcp_pair()
        theirs, self.engine = unix_pair()
        self.client_side, self.engine_side = Side(ours, True), Side(theirs, False)

    def start(self, rewrite: Any = None, client: bytes = b"", engine: bytes = b"") -> Tunnel:
        left: Any = self.client_side
        right: Any = self.engine_side
        tunnel = Tunnel(left, right, rewrite)
        tunnel.start(client, engine)
        return tunnel

    def both_lost(self) -> None:
        turn_until(lambda: self.client_side.lost and self.engine_side.lost, "both to be closed")

    def close(self) -> None:
        self.client.close()
        self.engine.close()
        for side in (self.client_side, self.engine_side):
            side.transport.abortConnection()
        turn(3)


def heard(sock: socket.socket, size: int) -> bytes:
    """So many bytes."""
    found = b""

    def enough() -> bool:
        nonlocal found
        try:
            while len(found) < size and (data := sock.recv(size - len(found))):
                found += data
        except BlockingIOError:
            pass
        return len(found) >= size

    turn_until(enough, f"{size} bytes")
    return found


def heard_to_the_end(sock: socket.socket) -> bytes:
    found = b""

    def ended() -> bool:
        nonlocal found
        try:
            while data := sock.recv(65536):
                found += data
        except BlockingIOError:
            return False
        return True

    turn_until(ended, "the end")
    return found


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.close()


def test_bytes_pass_both_ways(scene: Scene) -> None:
    scene.start()
    scene.client.send(b"in")
    scene.engine.send(b"out")
    assert heard(scene.engine, 2) == b"in"
    assert heard(scene.client, 3) == b"out"


def test_early_bytes_go_first(scene: Scene) -> None:
    scene.client.send(b" then")
    scene.engine.send(b" later")
    scene.start(client=b"first", engine=b"before")
    assert heard(scene.engine, 10) == b"first then"
    assert heard(scene.client, 12) == b"before later"


def test_a_client_that_had_ended_before_is_ended_for_the_engine(scene: Scene) -> None:
    scene.client.shutdown(socket.SHUT_WR)
    turn_until(lambda: scene.client_side.transport.read_ended, "the end of input")
    scene.start(client=b"all")
    assert heard_to_the_end(scene.engine) == b"all"
    scene.engine.send(b"late")
    assert heard(scene.client, 4) == b"late"


def test_the_client_ends_first(scene: Scene) -> None:
    scene.start()
    scene.client.send(b"all")
    scene.client.shutdown(socket.SHUT_WR)
    assert heard_to_the_end(scene.engine) == b"all"
    scene.engine.send(b"late output")
    assert heard(scene.client, 11) == b"late output"
    assert scene.client_side.lingers == 0
    scene.engine.close()
    assert heard_to_the_end(scene.client) == b""
    scene.both_lost()


def test_the_engine_ends_first(scene: Scene) -> None:
    scene.start()
    scene.engine.send(b"bye")
    scene.engine.shutdown(socket.SHUT_WR)
    assert heard_to_the_end(scene.client) == b"bye"
    assert scene.client_side.lingers == 1
    for count in (2, 3):
        scene.client.send(b"more")
        assert heard(scene.engine, 4) == b"more"
        assert scene.client_side.lingers == count
    scene.client.shutdown(socket.SHUT_WR)
    assert heard_to_the_end(scene.engine) == b""
    scene.both_lost()


def test_a_client_with_output_to_read_is_not_hurried(scene: Scene) -> None:
    scene.start()
    data = os.urandom(1 << 16) * 8
    sent = 0

    def stalled() -> bool:
        nonlocal sent
        try:
            sent += scene.engine.send(data)
        except BlockingIOError:
            return scene.client_side.transport.queued > HIGH_WATER
        return False

    turn_until(stalled, "everything to be full")
    scene.engine.close()
    turn(3)
    scene.client.send(b"still typing")
    turn(3)
    assert scene.client_side.lingers == 0
    assert len(heard_to_the_end(scene.client)) == sent
    assert scene.client_side.lingers == 1


def test_little_waits_between_a_fast_engine_and_a_slow_client(scene: Scene) -> None:
    scene.start()
    pour_and_sip(scene.engine, scene.client, scene.client_side)


def test_little_waits_between_a_fast_client_and_a_slow_engine(scene: Scene) -> None:
    scene.start()
    pour_and_sip(scene.client, scene.engine, scene.engine_side)


def pour_and_sip(source: socket.socket, sink: socket.socket, writing: Side) -> None:
    """Move much, and judge how much lay between."""
    data = os.urandom(MUCH)
    sent, found, most = 0, b"", 0
    while len(found) < len(data):
        try:
            if sent < len(data):
                sent += source.send(data[sent : sent + 200_000])
        except BlockingIOError:
            pass
        turn()
        most = max(most, writing.transport.queued)
        try:
            found += sink.recv(30_000)
        except BlockingIOError:
            pass
    assert found == data
    assert HIGH_WATER < most <= HIGH_WATER + READ_BYTES


def test_the_engine_s_bytes_are_rewritten_and_finished(scene: Scene) -> None:
    scene.start(Shout(), engine=b"early ")
    scene.engine.send(b"late")
    scene.engine.close()
    assert heard_to_the_end(scene.client) == b"EARLY LATE END"


def test_the_client_s_bytes_are_not_rewritten(scene: Scene) -> None:
    scene.start(Shout())
    scene.client.send(b"quiet!")
    assert heard(scene.engine, 6) == b"quiet!"


@pytest.mark.parametrize("early", [True, False])
def test_a_stream_that_cannot_be_rewritten_is_cut_for_both(scene: Scene, early: bool) -> None:
    scene.start(Shout(), engine=b"oh!" if early else b"")
    if not early:
        scene.engine.send(b"oh!")
    scene.both_lost()
    with pytest.raises(ConnectionResetError):
        scene.client.recv(10)
    assert scene.engine.recv(10) == b""


def test_a_stream_that_ends_in_the_middle_is_cut(scene: Scene) -> None:
    scene.start(Unfinished())
    scene.engine.close()
    scene.both_lost()
    with pytest.raises(ConnectionResetError):
        scene.client.recv(10)


def test_a_client_that_is_lost_takes_the_engine_along(scene: Scene) -> None:
    scene.start()
    scene.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    scene.client.close()
    scene.both_lost()
    assert scene.engine.recv(10) == b""


def test_an_engine_that_is_lost_is_a_cut(scene: Scene) -> None:
    scene.start()
    scene.engine_side.transport.abortConnection()
    scene.both_lost()
    with pytest.raises(ConnectionResetError):
        scene.client.recv(10)
    assert scene.client_side.closed == 0


def test_an_engine_that_is_lost_behind_its_end_is_an_ordinary_close(scene: Scene) -> None:
    scene.start()
    scene.engine.send(b"bye")
    scene.engine.shutdown(socket.SHUT_WR)
    assert heard_to_the_end(scene.client) == b"bye"
    scene.engine_side.transport.abortConnection()
    scene.both_lost()
    assert scene.client_side.closed == 1
    assert scene.client.recv(10) == b""


def test_input_for_an_engine_that_has_closed_is_dropped(scene: Scene) -> None:
    scene.start()
    scene.engine.send(b"bye")
    scene.engine.close()
    assert heard_to_the_end(scene.client) == b"bye"
    for _ in range(3):
        scene.client.send(b"more")
        turn(3)
    assert scene.client_side.lost is None
    scene.client.shutdown(socket.SHUT_WR)
    scene.both_lost()
    assert scene.client.recv(10) == b""


def test_ends_that_are_told_twice_are_one(scene: Scene) -> None:
    tunnel = scene.start()
    scene.engine.send(b"bye")
    for _ in range(2):
        tunnel.client_ended()
    assert heard_to_the_end(scene.engine) == b""
    assert heard(scene.client, 3) == b"bye"
    for _ in range(2):
        tunnel.engine_ended()
    scene.both_lost()
