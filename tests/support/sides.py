"""Both ends of a connection for tests of transports: ours on the reactor, the other by hand."""

import socket
import ssl
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.net.transport import SocketTransport, prepare


class OneWay(Protocol):
    """Writes down what it hears; knows no half-closes."""

    transport: Any

    def __init__(self) -> None:
        self.received = b""
        self.lost: Failure | None = None

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override] # always told
        assert self.lost is None, "lost twice"
        self.lost = reason


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class Recorder(OneWay):
    """Writes down what it hears, half-closes and handshakes too."""

    def __init__(self) -> None:
        super().__init__()
        self.input_ended = 0
        self.handshakes = 0

    def handshakeCompleted(self) -> None:
        assert not self.received
        self.handshakes += 1

    def readConnectionLost(self) -> None:
        self.input_ended += 1

    def writeConnectionLost(self) -> None:
        raise AssertionError("nobody calls this")


class Source:
    """A producer that counts; also what the base class would stop."""

    def __init__(self) -> None:
        self.paused = 0
        self.resumed = 0
        self.stopped = 0

    def pauseProducing(self) -> None:
        self.paused += 1

    def resumeProducing(self) -> None:
        self.resumed += 1

    def stopProducing(self) -> None:
        self.stopped += 1


def unix_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a unix connection; the second never waits."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    return ours, theirs


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a TCP connection over the loopback; the second never waits."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
    theirs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Linux would find room for megabytes on their way to the second, and nothing would wait here.
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    theirs.setblocking(False)
    return ours, theirs


def plain_transport(reactor: Any, sock: socket.socket, protocol: OneWay) -> SocketTransport:
    """A transport over `sock` that reads."""
    prepare(sock)
    transport = SocketTransport(reactor, sock, protocol)  # type: ignore[arg-type] # zope knows
    protocol.makeConnection(transport)
    transport.startReading()
    return transport


class TlsPeer:
    """Python's TLS on a socket, turned by hand: `pump` does what can be done without waiting.

    `end` becomes "clean" (close_notify), "truncated" (a FIN without one), "reset", or the words of
    an alert or error.
    """

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        server: bool = False,
        session: Any = None,
    ) -> None:
        self.sock = sock
        sock.setblocking(False)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if server else "localhost"
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server, name, session)
        self.shaken = False
        self.received = b""
        self.end = ""
        self.fin_seen = False
        self._unsent = b""

    def pump(self) -> None:
        """Read, shake hands, write: as far as it goes."""
        if self.sock.fileno() < 0:
            return
        self._flush()
        try:
            while not self.fin_seen and (data := self.sock.recv(65536)):
                self._incoming.write(data)
            self.fin_seen = True
            self._incoming.write_eof()
        except BlockingIOError:
            pass
        except ConnectionResetError:
            self.end = self.end or "reset"
            return
        try:
            if not self.shaken:
                self.tls.do_handshake()
                self.shaken = True
            while data := self.tls.read(65536):
                self.received += data
            self.end = self.end or "clean"
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.end = self.end or "clean"
        except ssl.SSLEOFError:
            self.end = self.end or "truncated"
        except ssl.SSLError as error:
            self.end = self.end or str(error).replace("_", " ").lower()
        self._flush()

    def _flush(self) -> None:
        self._unsent += self._outgoing.read()
        try:
            while self._unsent:
                self._unsent = self._unsent[self.sock.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent = b""

    @property
    def unsent(self) -> int:
        """How much has not gone into the socket yet."""
        self._flush()
        return len(self._unsent)

    def send(self, data: bytes) -> None:
        self.tls.write(data)
        self._flush()

    def close_notify(self) -> None:
        """End our half; whatever had come is read before (OpenSSL breaks over it)."""
        self.pump()
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass  # it would like the other's close_notify at once
        self._flush()

    def fin(self) -> None:
        """A bare FIN, no close_notify."""
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.sock.close()
