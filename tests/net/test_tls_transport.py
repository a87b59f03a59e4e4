"""TLS on the socket itself, against Python's TLS, which shares no code with it."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from OpenSSL import SSL
from support.sides import OneWay, Recorder, Source, TlsPeer, tcp_pair
from support.tls_files import make_files, python_client
from support.turning import reactor, turn, turn_until
from twisted.internet.error import ConnectionAborted, ConnectionDone

from gateway.config.model import EngineConfig, TlsConfig
from gateway.net.openssl import RECORD, BrokenEnd
from gateway.net.tls import engine_context, server_context
from gateway.net.tls_transport import PLAIN_HTTP_ON_TLS, HandshakeFailed, TLSTransport
from gateway.net.transport import HIGH_WATER, READ_BYTES, prepare

V1_2, V1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
MUCH = 4 << 20


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(files: Path) -> SSL.Context:
    config = TlsConfig(files / "server-cert.pem", files / "server-key.pem", files / "ca.pem")
    return server_context(config)


class Line:
    """A transport of ours as a server, and the raw socket at the other end."""

    def __init__(self, context: SSL.Context, protocol: OneWay) -> None:
        ours, self.raw = tcp_pair()
        prepare(ours)
        self.protocol = protocol
        tls = SSL.Connection(context, ours)
        tls.set_accept_state()
        self.transport = TLSTransport(reactor, ours, protocol, tls)  # type: ignore[arg-type]
        protocol.makeConnection(self.transport)
        self.transport.startReading()
        self.peer: TlsPeer | None = None

    @property
    def recorder(self) -> Recorder:
        assert isinstance(self.protocol, Recorder)
        return self.protocol

    def connect(self, context: ssl.SSLContext) -> TlsPeer:
        """Shake hands with a client of Python's."""
        peer = self.peer = TlsPeer(self.raw, context)
        self.until(lambda: peer.shaken and self.recorder.handshakes, "the handshake")
        return peer

    def until(self, ask: Callable[[], object], what: str) -> None:
        """Turn both sides."""

        def either() -> object:
            if self.peer is not None:
                self.peer.pump()
            return ask()

        turn_until(either, what)

    def lost(self) -> Exception:
        self.until(lambda: self.protocol.lost, "the loss of the connection")
        assert self.protocol.lost is not None
        error = self.protocol.lost.value
        assert isinstance(error, Exception)
        return error

    def close(self) -> None:
        self.raw.close()
        if self.transport.connected:
            self.transport.abortConnection()
            turn(2)


Make = Callable[..., Line]


@pytest.fixture
def make(server: SSL.Context) -> Iterator[Make]:
    lines: list[Line] = []

    def line(protocol: OneWay | None = None, context: SSL.Context = server) -> Line:
        lines.append(Line(context, protocol or Recorder()))
        return lines[-1]

    yield line
    for one in lines:
        one.close()


@pytest.fixture(params=[V1_2, V1_3], ids=["TLS 1.2", "TLS 1.3"])
def client(files: Path, request: pytest.FixtureRequest) -> ssl.SSLContext:
    return python_client(files, minimum=request.param, maximum=request.param)


@pytest.fixture
def line(make: Make, client: ssl.SSLContext) -> Line:
    """Connected, the handshake over."""
    connected = make()
    connected.connect(client)
    return connected


def peer_of(line: Line) -> TlsPeer:
    assert line.peer is not None
    return line.peer


# The handshake


def test_data_goes_both_ways(line: Line) -> None:
    peer = peer_of(line)
    peer.send(b"ping")
    line.until(lambda: line.protocol.received == b"ping", "the data")
    line.transport.write(b"pong")
    line.until(lambda: peer.received == b"pong", "the answer")
    assert line.recorder.handshakes == 1


def test_what_is_written_before_the_handshake_is_kept(make: Make, client: ssl.SSLContext) -> None:
    line = make()
    line.transport.write(b"wel")
    line.transport.write(b"come")
    peer = line.connect(client)
    line.until(lambda: peer.received == b"welcome", "the greeting")


def test_an_end_asked_for_before_the_handshake_comes_after_it(
    make: Make, client: ssl.SSLContext
) -> None:
    line = make()
    line.transport.write(b"welcome and goodbye")
    line.transport.loseWriteConnection()
    peer = line.connect(client)
    line.until(lambda: peer.end, "the end")
    assert (peer.received, peer.end) == (b"welcome and goodbye", "clean")


def test_a_handshake_may_come_byte_by_byte(make: Make, client: ssl.SSLContext) -> None:
    line = make()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client.wrap_bio(incoming, outgoing, server_hostname="localhost")
    for _ in range(10_000):
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            pass
        for byte in outgoing.read():
            line.raw.send(bytes([byte]))
            turn()
        turn()
        try:
            incoming.write(line.raw.recv(65536))
        except BlockingIOError:
            pass
    for byte in outgoing.read():
        line.raw.send(bytes([byte]))
        turn()
    line.until(lambda: line.recorder.handshakes, "the handshake")


def test_a_protocol_need_not_listen_for_the_handshake(make: Make, client: ssl.SSLContext) -> None:
    line = make(OneWay())
    peer = line.peer = TlsPeer(line.raw, client)
    line.until(lambda: peer.shaken, "the handshake")
    peer.send(b"hi")
    line.until(lambda: line.protocol.received == b"hi", "the data")


@pytest.mark.parametrize("start", [b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n", b"p", b"OPTIONS "])
def test_plain_http_is_told_so_in_plain_http(make: Make, start: bytes) -> None:
    line = make()
    line.raw.send(start)
    found = read_to_the_end(line)
    assert found == PLAIN_HTTP_ON_TLS
    assert found.startswith(b"HTTP/1.0 400 Bad Request\r\n\r\n")
    line.raw.close()
    assert str(line.lost()) == "plain HTTP"


@pytest.mark.parametrize("start", [b"\0", b"\x80\x2e\x01\0\2", b"\n\n", b"\xff" * 100_000])
def test_what_is_neither_tls_nor_http_gets_no_answer(make: Make, start: bytes) -> None:
    line = make()
    line.raw.setblocking(True)
    line.raw.send(start)
    line.raw.setblocking(False)
    assert read_to_the_end(line) == b""
    line.raw.close()
    assert isinstance(line.lost(), HandshakeFailed)
    assert line.recorder.handshakes == 0


def read_to_the_end(line: Line) -> bytes:
    """What the peer gets, to a FIN; a reset is an error."""
    found = b""

    def ended() -> bool:
        nonlocal found
        try:
            while data := line.raw.recv(65536):
                found += data
        except BlockingIOError:
            return False
        return True

    turn_until(ended, "a FIN")
    return found


@pytest.mark.parametrize("start", [b"", b"\x16\3\1\2\0\1"])
def test_a_client_that_only_looks_in_is_let_go(make: Make, start: bytes) -> None:
    line = make()
    line.raw.send(start)
    line.raw.close()
    assert isinstance(line.lost(), HandshakeFailed)


def test_a_refused_client_reads_its_alert_though_it_has_sent_more(
    make: Make, files: Path, client: ssl.SSLContext
) -> None:
    line = make()
    nobody = python_client(files, None)
    nobody.minimum_version = nobody.maximum_version = client.minimum_version
    peer = line.peer = TlsPeer(line.raw, nobody)
    line.until(lambda: peer.shaken or peer.end, "the handshake on the client's side")
    if not peer.end:  # in TLS 1.3 the client is done before it is refused
        peer.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(100_000))
    line.until(lambda: peer.end and peer.fin_seen, "the alert and the end")
    assert "alert" in peer.end
    assert line.protocol.lost is None
    line.raw.close()
    error = line.lost()
    assert isinstance(error, HandshakeFailed)
    assert "certificate" in str(error)


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\n\r\n", b"\0\0", b"\x16\3\1\0\1\0"])
def test_a_refused_client_that_stays_can_be_put_out(make: Make, start: bytes) -> None:
    line = make()
    line.raw.send(start)
    turn(5)
    assert line.protocol.lost is None
    line.transport.abortConnection()
    assert isinstance(line.lost(), HandshakeFailed | ConnectionAborted)
    assert line.transport.fileno() == -1


def test_closing_gives_a_handshake_up(make: Make) -> None:
    line = make()
    line.raw.send(b"\x16")
    turn(2)
    line.transport.loseConnection()
    assert isinstance(line.lost(), ConnectionAborted)


# Ends of the peer's


def test_a_close_notify_is_the_end_of_input_and_writing_goes_on(line: Line) -> None:
    peer = peer_of(line)
    peer.send(b"all")
    peer.close_notify()
    line.until(lambda: line.recorder.input_ended, "the end of input")
    assert line.protocol.received == b"all"
    line.transport.write(b"late output")
    line.until(lambda: peer.received == b"late output", "the late output")
    assert line.protocol.lost is None
    line.raw.shutdown(socket.SHUT_WR)
    turn(3)
    assert line.recorder.input_ended == 1


@pytest.mark.parametrize("records", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("more", [0, 1, RECORD - 1])
def test_a_close_notify_in_the_socket_right_behind_full_records_is_seen(
    line: Line, records: int, more: int
) -> None:
    line.transport.pauseProducing()
    line.raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    peer = peer_of(line)
    data = os.urandom(records * RECORD + more)
    peer.send(data)
    peer.close_notify()
    assert not peer.unsent, "all of it must lie in the sockets before the first read"
    line.transport.resumeProducing()
    line.until(lambda: line.recorder.input_ended, "the end of input")
    assert line.protocol.received == data


@pytest.mark.parametrize("size", [0, 1, RECORD, 3 * RECORD, 4 * RECORD])
def test_a_bare_fin_is_a_truncation(line: Line, size: int) -> None:
    line.transport.pauseProducing()
    peer = peer_of(line)
    if size:
        peer.send(bytes(size))
    peer.fin()
    line.transport.resumeProducing()
    error = line.lost()
    assert isinstance(error, BrokenEnd)
    assert error.truncated
    assert line.recorder.input_ended == 0
    assert line.protocol.received == bytes(size)


@pytest.mark.parametrize("size", [0, 1, RECORD, 3 * RECORD, 4 * RECORD])
def test_a_bare_fin_that_is_tolerated_is_the_end_of_input(line: Line, size: int) -> None:
    line.transport.tolerate_bare_end()
    line.transport.pauseProducing()
    peer = peer_of(line)
    if size:
        peer.send(bytes(size))
    peer.fin()
    line.transport.resumeProducing()
    line.until(lambda: line.recorder.input_ended, "the end of input")
    assert line.protocol.received == bytes(size)
    line.transport.write(b"late output")
    line.until(lambda: peer.received == b"late output", "the late output")


def test_a_reset_is_a_loss(line: Line) -> None:
    line.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    line.raw.close()
    error = line.lost()
    assert isinstance(error, BrokenEnd)
    assert not error.truncated


def test_bytes_that_are_no_tls_are_a_loss(line: Line) -> None:
    line.raw.send(b"GET / HTTP/1.1\r\n\r\n" * 2)
    error = line.lost()
    assert isinstance(error, BrokenEnd)
    assert not error.truncated


def test_a_protocol_that_closes_on_the_last_data_hears_of_no_end(line: Line) -> None:
    def close(data: bytes) -> None:
        line.transport.loseConnection()

    line.protocol.dataReceived = close  # type: ignore[method-assign]
    line.transport.pauseProducing()
    peer = peer_of(line)
    peer.send(bytes(RECORD))
    peer.close_notify()
    line.transport.resumeProducing()
    assert isinstance(line.lost(), ConnectionDone)
    assert line.recorder.input_ended == 0


# Ends of ours


def test_our_end_is_a_close_notify_behind_what_waits_and_reading_goes_on(line: Line) -> None:
    peer = peer_of(line)
    data = os.urandom(MUCH)
    line.transport.write(data)
    assert line.transport.queued
    line.transport.loseWriteConnection()
    line.transport.write(b"too late")
    line.until(lambda: peer.end, "the end")
    assert peer.end == "clean"
    assert not peer.fin_seen, "the TCP connection must stay"
    assert peer.received == data
    peer.send(b"still here")
    line.until(lambda: line.protocol.received == b"still here", "the data")


def test_closing_says_close_notify_behind_what_waits(line: Line) -> None:
    peer = peer_of(line)
    data = os.urandom(MUCH)
    line.transport.write(data)
    line.transport.loseConnection()
    assert isinstance(line.lost(), ConnectionDone)
    line.until(lambda: peer.fin_seen, "the FIN")
    assert (peer.end, peer.received) == ("clean", data)


def test_an_abort_says_no_close_notify(line: Line) -> None:
    peer = peer_of(line)
    line.transport.write(b"part")
    line.transport.abortConnection()
    assert isinstance(line.lost(), ConnectionAborted)
    line.until(lambda: peer.end, "the end")
    assert (peer.end, peer.received) == ("truncated", b"part")


def test_a_cut_is_a_reset(line: Line) -> None:
    peer = peer_of(line)
    line.transport.cut()
    line.lost()
    line.until(lambda: peer.end, "the end")
    assert peer.end == "reset"


@pytest.mark.parametrize("close", [False, True])
def test_a_close_notify_for_which_there_is_no_room_is_said_later(line: Line, close: bool) -> None:
    peer = peer_of(line)
    real, calls = line.transport.tls.shutdown, []

    def shutdown() -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise SSL.WantWriteError
        return real()

    line.transport.tls.shutdown = shutdown  # type: ignore[method-assign] # no room, twice
    if close:
        line.transport.loseConnection()
    else:
        line.transport.loseWriteConnection()
    line.until(lambda: peer.end, "the end")
    assert (peer.end, len(calls)) == ("clean", 3)
    if close:
        assert isinstance(line.lost(), ConnectionDone)
    else:
        assert line.protocol.lost is None


def test_a_close_notify_that_fails_is_a_loss(line: Line) -> None:
    def shutdown() -> bool:
        raise SSL.Error([("", "", "broken")])

    line.transport.tls.shutdown = shutdown  # type: ignore[method-assign]
    line.transport.loseWriteConnection()
    assert isinstance(line.lost(), BrokenEnd)


def test_a_write_to_a_peer_that_reset_is_a_loss(line: Line) -> None:
    line.transport.pauseProducing()
    line.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    line.raw.close()
    line.transport.write(b"x")
    assert line.protocol.lost is None
    assert isinstance(line.lost(), BrokenEnd)


# Much data


def test_much_goes_both_ways_unharmed(line: Line) -> None:
    peer = peer_of(line)
    down, up = os.urandom(MUCH), os.urandom(MUCH)
    source = Source()
    line.transport.registerProducer(source, True)
    for start in range(0, len(down), 100_001):
        line.transport.write(down[start : start + 100_001])
    peer.send(up)
    line.until(
        lambda: len(peer.received) == len(down) and len(line.protocol.received) == len(up),
        "all of it",
    )
    assert (peer.received, line.protocol.received) == (down, up)
    assert (source.paused, source.resumed) == (1, 1)


def test_one_read_gathers_full_records_but_no_more_than_its_share(line: Line) -> None:
    sizes: list[int] = []
    line.protocol.dataReceived = lambda data: sizes.append(len(data))  # type: ignore[method-assign]
    line.transport.pauseProducing()
    line.raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    peer = peer_of(line)
    peer.send(bytes(10 * RECORD + 5))
    line.transport.resumeProducing()
    line.until(lambda: sum(sizes) == 10 * RECORD + 5, "all of it")
    assert max(sizes) == READ_BYTES


def test_a_stalled_reader_bounds_what_waits(line: Line) -> None:
    source = Source()
    line.transport.registerProducer(source, True)
    while not source.paused:
        line.transport.write(bytes(READ_BYTES))
    assert HIGH_WATER < line.transport.queued <= HIGH_WATER + READ_BYTES


# As the client


class ClientLine:
    """A transport of ours as the client, and a server of Python's."""

    def __init__(self, files: Path, seconds: float = 10.0, name: str = "server-") -> None:
        ours, raw = tcp_pair()
        prepare(ours)
        self.protocol = Recorder()
        context = engine_context(EngineConfig(address="tls://localhost", ca=files / "ca.pem"))
        tls = SSL.Connection(context, ours)
        self.transport = TLSTransport(reactor, ours, self.protocol, tls)  # type: ignore[arg-type]
        self.transport.reads_to_the_end = True
        self.protocol.makeConnection(self.transport)
        self.transport.start_client(seconds)
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.load_cert_chain(files / f"{name}cert.pem", files / f"{name}key.pem")
        self.peer = TlsPeer(raw, theirs, server=True)

    def until(self, ask: Callable[[], object], what: str) -> None:
        def either() -> object:
            self.peer.pump()
            return ask()

        turn_until(either, what)

    def close(self) -> None:
        self.peer.close()
        self.transport.abortConnection()
        turn(2)


@pytest.fixture
def outgoing(files: Path) -> Iterator[Callable[..., ClientLine]]:
    lines: list[ClientLine] = []

    def connect(*arguments: object) -> ClientLine:
        lines.append(ClientLine(files, *arguments))  # type: ignore[arg-type]
        return lines[-1]

    yield connect
    for one in lines:
        one.close()


def test_as_a_client_it_speaks_first(outgoing: Callable[..., ClientLine]) -> None:
    line = outgoing()
    line.transport.write(b"early")
    line.until(lambda: line.peer.received == b"early", "the data")
    assert line.protocol.handshakes == 1
    line.peer.send(b"answer")
    line.peer.close_notify()
    line.until(lambda: line.protocol.input_ended, "the end of input")
    assert line.protocol.received == b"answer"


def test_a_server_that_is_not_trusted_is_a_loss(outgoing: Callable[..., ClientLine]) -> None:
    line = outgoing(10.0, "foreign-")
    line.until(lambda: line.protocol.lost, "the loss")
    assert line.protocol.lost is not None
    assert isinstance(line.protocol.lost.value, HandshakeFailed)
    assert "certificate verify failed" in str(line.protocol.lost.value)


def test_a_server_that_speaks_no_tls_is_a_loss(outgoing: Callable[..., ClientLine]) -> None:
    line = outgoing()
    line.peer.sock.send(b"HTTP/1.0 400 Bad Request\r\n\r\nhttps?\n")
    turn_until(lambda: line.protocol.lost, "the loss")
    assert line.protocol.lost is not None
    assert isinstance(line.protocol.lost.value, HandshakeFailed)


def test_a_silent_server_is_given_up_in_time(outgoing: Callable[..., ClientLine]) -> None:
    line = outgoing(0.05)
    turn_until(lambda: line.protocol.lost, "the loss")
    assert line.protocol.lost is not None
    assert isinstance(line.protocol.lost.value, HandshakeFailed)
    assert str(line.protocol.lost.value) == "no TLS handshake within 0.05 seconds"


def test_a_write_that_fails_is_a_loss_for_a_client_too(
    outgoing: Callable[..., ClientLine],
) -> None:
    line = outgoing()
    line.until(lambda: line.protocol.handshakes and line.peer.shaken, "the handshake")
    line.transport.pauseProducing()
    line.peer.close()
    turn_until(lambda: line.transport.write(b"x") or line.protocol.lost, "the loss")
    assert line.protocol.lost is not None
    assert isinstance(line.protocol.lost.value, BrokenEnd)
