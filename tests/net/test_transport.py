"""Transports over real sockets, unix and TCP."""

import os
import socket
import struct
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.sides import OneWay, Recorder, Source, plain_transport, tcp_pair, unix_pair
from support.turning import reactor, turn, turn_until
from twisted.internet.error import ConnectionAborted, ConnectionDone

from gateway.net.transport import HIGH_WATER, READ_BYTES, SocketTransport, prepare

MUCH = 8 << 20


class Line:
    """A transport of ours and the socket at the other end."""

    def __init__(self, pair: tuple[socket.socket, socket.socket], protocol: OneWay) -> None:
        ours, self.peer = pair
        self.protocol = protocol
        self.transport = plain_transport(reactor, ours, protocol)

    @property
    def recorder(self) -> Recorder:
        assert isinstance(self.protocol, Recorder)
        return self.protocol

    def at_peer(self, size: int) -> bytes:
        """So many bytes from the other end."""
        found = b""

        def enough() -> bool:
            nonlocal found
            try:
                while len(found) < size and (data := self.peer.recv(size - len(found))):
                    found += data
            except BlockingIOError:
                pass
            return len(found) >= size

        turn_until(enough, f"{size} bytes at the peer")
        return found

    def peer_end(self) -> bytes:
        """All to the end that the other side sees."""
        found = b""

        def ended() -> bool:
            nonlocal found
            try:
                while data := self.peer.recv(65536):
                    found += data
            except BlockingIOError:
                return False
            return True

        turn_until(ended, "the end at the peer")
        return found

    def fill(self) -> bytes:
        """Write more than the sockets take; what was written."""
        data = os.urandom(1 << 16) * (MUCH >> 16)
        self.transport.write(data)
        assert self.transport.queued > HIGH_WATER
        return data

    def lost(self) -> Exception:
        """Wait until the protocol has lost its connection, and say by what."""
        turn_until(lambda: self.protocol.lost, "the loss of the connection")
        assert self.protocol.lost is not None
        error = self.protocol.lost.value
        assert isinstance(error, Exception)
        return error

    def close(self) -> None:
        self.peer.close()
        if self.transport.connected:
            self.transport.abortConnection()
            turn(2)


Make = Callable[..., Line]


@pytest.fixture
def make() -> Iterator[Make]:
    lines: list[Line] = []

    def line(kind: str = "unix", protocol: OneWay | None = None) -> Line:
        pair = unix_pair() if kind == "unix" else tcp_pair()
        lines.append(Line(pair, protocol or Recorder()))
        return lines[-1]

    yield line
    for one in lines:
        one.close()


@pytest.fixture(params=["unix", "tcp"])
def line(make: Make, request: pytest.FixtureRequest) -> Line:
    return make(request.param)


# Data


def test_what_the_peer_sends_is_received(line: Line) -> None:
    line.peer.send(b"hello")
    turn_until(lambda: line.protocol.received == b"hello", "the data")


def test_a_write_goes_out_at_once(line: Line) -> None:
    line.transport.write(b"now")
    line.peer.setblocking(True)
    line.peer.settimeout(5)
    # No turn of the reactor in between.
    assert line.peer.recv(10) == b"now"
    assert line.transport.queued == 0


def test_a_sequence_is_one_write(line: Line) -> None:
    line.transport.writeSequence([b"a", b"", b"b"])
    assert line.at_peer(2) == b"ab"


def test_what_the_socket_does_not_take_waits_and_arrives_in_order(line: Line) -> None:
    data = line.fill()
    line.transport.write(b"tail")
    line.transport.write(b"")
    assert line.at_peer(len(data) + 4) == data + b"tail"
    turn_until(lambda: not line.transport.queued, "the queue to be empty")
    assert line.transport not in reactor.getWriters()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 300_000), max_size=12))
def test_pieces_of_any_size_arrive_as_they_were_written(sizes: list[int]) -> None:
    line = Line(unix_pair(), Recorder())
    try:
        written = b""
        for number, size in enumerate(sizes):
            piece = bytes([number]) * size
            written += piece
            line.transport.write(piece)
        line.transport.loseWriteConnection()
        assert line.peer_end() == written
    finally:
        line.close()


def test_one_read_takes_no_more_than_its_share(line: Line) -> None:
    reads: list[int] = []
    line.protocol.dataReceived = lambda data: reads.append(len(data))  # type: ignore[method-assign]
    line.peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    sent = line.peer.send(bytes(4 * READ_BYTES))
    turn_until(lambda: sum(reads) == sent, "all that was sent")
    assert max(reads) <= READ_BYTES


# Back-pressure


def test_a_source_is_paused_above_the_mark_and_resumed_when_all_is_sent(line: Line) -> None:
    source = Source()
    line.transport.registerProducer(source, True)
    data = line.fill()
    assert (source.paused, source.resumed) == (1, 0)
    line.transport.write(b"x")
    assert source.paused == 1
    line.at_peer(len(data) + 1)
    turn_until(lambda: source.resumed == 1, "the source to be resumed")
    assert line.transport.queued == 0


def test_a_source_that_comes_when_too_much_waits_is_paused_at_once(line: Line) -> None:
    data = line.fill()
    source = Source()
    line.transport.registerProducer(source, True)
    assert source.paused == 1
    line.at_peer(len(data))
    turn_until(lambda: source.resumed == 1, "the source to be resumed")


def test_a_source_that_goes_is_neither_resumed_nor_stopped(line: Line) -> None:
    source = Source()
    line.transport.registerProducer(source, True)
    data = line.fill()
    line.transport.unregisterProducer()
    line.at_peer(len(data))
    turn_until(lambda: not line.transport.queued, "the queue to be empty")
    assert (source.paused, source.resumed, source.stopped) == (1, 0, 0)


def test_a_lost_connection_leaves_its_source_alone(line: Line) -> None:
    source = Source()
    line.transport.registerProducer(source, True)
    line.transport.abortConnection()
    line.lost()
    assert source.stopped == 0


def test_paused_means_that_nothing_is_read(line: Line) -> None:
    line.transport.pauseProducing()
    line.peer.send(b"later")
    turn(5)
    assert line.protocol.received == b""
    line.transport.resumeProducing()
    turn_until(lambda: line.protocol.received == b"later", "the data")


def test_two_transports_move_much_with_little_between_them(make: Make) -> None:
    left, right = make("unix"), make("tcp")
    left.transport.registerProducer(right.transport, True)
    right.protocol.dataReceived = left.transport.write  # type: ignore[method-assign]
    data = os.urandom(MUCH)
    most = 0
    sent, found = 0, b""
    while len(found) < len(data):
        try:
            sent += right.peer.send(data[sent : sent + 200_000]) if sent < len(data) else 0
        except BlockingIOError:
            pass
        turn()
        most = max(most, left.transport.queued)
        try:
            found += left.peer.recv(50_000)
        except BlockingIOError:
            pass
    assert found == data
    assert most <= HIGH_WATER + READ_BYTES


# Half-closes


def test_the_peer_s_end_is_told_once_and_writing_goes_on(line: Line) -> None:
    line.peer.shutdown(socket.SHUT_WR)
    turn_until(lambda: line.recorder.input_ended, "the end of input")
    line.transport.resumeProducing()
    turn(3)
    assert line.recorder.input_ended == 1
    line.transport.write(b"late")
    assert line.at_peer(4) == b"late"
    assert line.protocol.lost is None


def test_the_end_comes_behind_the_data(line: Line) -> None:
    line.peer.send(b"last")
    line.peer.shutdown(socket.SHUT_WR)
    turn_until(lambda: line.recorder.input_ended, "the end of input")
    assert line.protocol.received == b"last"


def test_a_protocol_without_half_closes_is_done_at_the_peer_s_end(make: Make) -> None:
    line = make(protocol=OneWay())
    line.peer.shutdown(socket.SHUT_WR)
    assert isinstance(line.lost(), ConnectionDone)
    assert line.peer_end() == b""


def test_our_end_comes_behind_what_waits_and_reading_goes_on(line: Line) -> None:
    data = line.fill()
    line.transport.loseWriteConnection()
    line.transport.write(b"too late")
    assert line.peer_end() == data
    line.peer.send(b"still here")
    turn_until(lambda: line.protocol.received == b"still here", "the data")
    assert line.protocol.lost is None


def test_our_end_is_said_once(line: Line) -> None:
    line.transport.loseWriteConnection()
    line.transport.loseWriteConnection()
    assert line.peer_end() == b""


def test_our_end_at_a_peer_that_is_gone_is_a_loss(make: Make) -> None:
    line = make("tcp")
    line.transport.pauseProducing()
    reset(line.peer)
    line.transport.loseWriteConnection()
    line.lost()


# Ends


def test_closing_waits_for_what_is_queued(line: Line) -> None:
    data = line.fill()
    line.transport.loseConnection()
    line.transport.loseConnection()
    turn(3)
    assert line.protocol.lost is None
    assert line.peer_end() == data
    assert isinstance(line.lost(), ConnectionDone)
    assert line.transport.fileno() == -1


def test_closing_reads_nothing_more(line: Line) -> None:
    line.fill()
    line.transport.loseConnection()
    line.peer.send(b"hello?")
    line.transport.resumeProducing()
    turn(3)
    assert line.protocol.received == b""


def test_closing_behind_our_own_end(line: Line) -> None:
    line.transport.loseWriteConnection()
    line.transport.loseConnection()
    assert isinstance(line.lost(), ConnectionDone)


def test_an_abort_throws_away_what_waits_and_tells_from_the_reactor(line: Line) -> None:
    line.fill()
    line.transport.abortConnection()
    line.transport.abortConnection()
    line.transport.write(b"nobody")
    assert line.protocol.lost is None
    assert isinstance(line.lost(), ConnectionAborted)
    assert line.transport.queued == 0
    line.transport.abortConnection()
    turn(2)


def test_an_abort_after_a_failed_write_is_an_abort_too(make: Make) -> None:
    line = make("unix")
    line.transport.pauseProducing()
    line.peer.close()
    line.transport.write(b"x")
    line.transport.stopWriting()
    line.transport.abortConnection()
    assert isinstance(line.lost(), BrokenPipeError)


def test_a_failed_write_is_told_from_the_reactor(make: Make) -> None:
    line = make("unix")
    line.transport.pauseProducing()
    line.peer.close()
    line.transport.write(b"x")
    assert line.protocol.lost is None
    line.transport.write(b"y")
    assert isinstance(line.lost(), BrokenPipeError)


def test_a_failed_write_of_what_waited_is_a_loss(make: Make) -> None:
    line = make("unix")
    line.transport.pauseProducing()
    line.fill()
    line.peer.close()
    line.lost()


def test_a_reset_is_a_loss(make: Make) -> None:
    line = make("tcp")
    reset(line.peer)
    assert isinstance(line.lost(), ConnectionResetError)


def reset(sock: socket.socket) -> None:
    """Close with a TCP reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def test_a_cut_resets_tcp(make: Make) -> None:
    line = make("tcp")
    line.transport.write(b"x")
    line.at_peer(1)
    line.transport.cut()
    line.lost()
    with pytest.raises(ConnectionResetError):
        line.peer.recv(1)


def test_a_cut_of_a_unix_connection_is_an_abort(make: Make) -> None:
    line = make("unix")
    line.transport.cut()
    assert isinstance(line.lost(), ConnectionAborted)
    line.transport.cut()


# Peers that are read to the end


@pytest.fixture(params=["unix", "tcp"])
def to_the_end(make: Make, request: pytest.FixtureRequest) -> Line:
    line = make(request.param)
    line.transport.reads_to_the_end = True
    line.transport.pauseProducing()
    return line


def hang_up(line: Line, last_words: bytes) -> None:
    """The peer says its last words and closes, bytes of ours unread."""
    line.transport.write(b"unread")
    line.peer.send(last_words)
    line.peer.close()


def test_last_words_are_read_though_a_write_fails(to_the_end: Line) -> None:
    line = to_the_end
    hang_up(line, b"the answer")
    for _ in range(3):
        line.transport.write(b"more")
        turn(2)
    assert line.protocol.lost is None
    line.transport.resumeProducing()
    turn_until(lambda: line.protocol.received == b"the answer", "the last words")
    line.transport.loseConnection()
    line.lost()


def test_last_words_are_read_though_the_peer_hangs_up_while_nobody_reads(to_the_end: Line) -> None:
    line = to_the_end
    source = Source()
    line.transport.registerProducer(source, True)
    line.fill()
    line.peer.send(b"the answer")
    line.peer.close()
    turn_until(lambda: not line.transport.queued, "the queue to be given up")
    assert source.resumed == 1, "the source must drain"
    assert line.protocol.lost is None
    line.transport.resumeProducing()
    turn_until(lambda: line.protocol.received == b"the answer", "the last words")


def test_unread_bytes_at_a_unix_peer_s_end_are_an_end(make: Make) -> None:
    line = make("unix")
    line.transport.reads_to_the_end = True
    hang_up(line, b"out")
    turn_until(lambda: line.recorder.input_ended, "the end of input")
    assert line.protocol.received == b"out"
    assert line.protocol.lost is None


def test_unread_bytes_at_a_tcp_peer_s_end_are_a_loss(make: Make) -> None:
    line = make("tcp")
    line.transport.reads_to_the_end = True
    line.transport.write(b"unread")
    turn()
    line.peer.recv(1)
    line.peer.close()
    assert isinstance(line.lost(), ConnectionResetError)


# The rest


def test_a_unix_peer_that_closed_is_gone(make: Make) -> None:
    line = make("unix")
    assert not line.transport.peer_is_gone()
    line.peer.shutdown(socket.SHUT_WR)
    assert not line.transport.peer_is_gone()
    line.peer.close()
    assert line.transport.peer_is_gone()


def test_a_tcp_peer_that_reset_is_gone(make: Make) -> None:
    line = make("tcp")
    assert not line.transport.peer_is_gone()
    reset(line.peer)
    assert line.transport.peer_is_gone()


def test_a_prepared_socket_never_waits_and_tcp_has_no_pauses() -> None:
    ours, theirs = tcp_pair()
    with ours, theirs:
        prepare(ours)
        assert not ours.getblocking()
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_keep_alive_can_be_set(make: Make) -> None:
    line = make("tcp")
    line.transport.setTcpKeepAlive(False)
    assert not line.transport.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    line.transport.setTcpKeepAlive(True)
    assert line.transport.socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_an_interrupted_read_is_made_again(make: Make) -> None:
    line = make("unix")

    class Interrupted:
        def recv(self, size: int) -> bytes:
            raise InterruptedError

    real, line.transport.socket = line.transport.socket, Interrupted()  # type: ignore[assignment]
    try:
        assert line.transport.doRead() is None
    finally:
        line.transport.socket = real


def test_transports_of_a_protocol_are_its_own(line: Line) -> None:
    assert line.protocol.transport is line.transport
    assert isinstance(line.transport, SocketTransport)
