"""TLS on the socket itself: a pyOpenSSL Connection in place of send(2) and recv(2).

Twisted's TLSMemoryBIOProtocol answers a peer's close_notify by dropping the connection (its issue
#5341), so that `echo hi | docker exec -i c cat` loses its output. RFC 8446 §6.1 wants the write
side kept open. Here a close_notify is what the end of a TCP stream is elsewhere: the end of input,
told through IHalfCloseableProtocol, and `loseWriteConnection` sends one.
"""

from __future__ import annotations

import socket
from typing import Any, cast

from OpenSSL import SSL
from twisted.internet.interfaces import IHandshakeListener, IProtocol
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.python.failure import Failure

from gateway.net.openssl import RECORD, BrokenEnd, CleanEnd, describe, receive, send
from gateway.net.transport import READ_BYTES, SocketTransport

_HANDSHAKE_RECORD = 0x16

PLAIN_HTTP_ON_TLS = (
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
)
"""What dockerd (Go's net/http) answers to plain HTTP on its TLS port, word for word."""


class HandshakeFailed(Exception):
    """No TLS came about; the text says why."""


class TLSTransport(SocketTransport):
    """A stream socket with TLS on it.

    The protocol may be an IHandshakeListener; it gets no data before that call. What is written
    before is kept until then.
    """

    def __init__(
        self, reactor: Any, sock: socket.socket, protocol: IProtocol, tls: SSL.Connection
    ) -> None:
        super().__init__(reactor, sock, protocol)
        self.tls = tls
        self.handshaking = True
        self._is_server = True
        self._first = True
        self._discarding = False
        self._clock: Any = None

    def start_client(self, seconds: float) -> None:
        """Begin the handshake as the client; it is given up after so many seconds."""
        self._is_server = False
        self._first = False
        self.tls.set_connect_state()
        # Reading as well: the server may answer so fast that the handshake never has to wait.
        self.startReading()
        self.startWriting()
        reactor = cast(Any, self.reactor)
        self._clock = reactor.callLater(seconds, self._too_slow, seconds)

    def _too_slow(self, seconds: float) -> None:
        self._clock = None
        self._failure = HandshakeFailed(f"no TLS handshake within {seconds:g} seconds")
        self.abortConnection()

    def _stop_clock(self) -> None:
        clock, self._clock = self._clock, None
        if clock is not None:
            clock.cancel()

    def _release(self) -> None:
        self._stop_clock()

    def tolerate_bare_end(self) -> None:
        """From here on a TCP end without close_notify counts as the end of input.

        For hijacked connections: the docker CLI 1.4 and 1.6 end stdin so on every `run`, and read
        on. Without the option OpenSSL 3 gives up the whole connection there.
        """
        self.tls.set_options(SSL.OP_IGNORE_UNEXPECTED_EOF)

    def doRead(self) -> Exception | None:
        """Read a record (some, when they are full) and give it to the protocol."""
        if self.handshaking:
            return self._discard() if self._discarding else self._handshake()
        try:
            data = receive(self.tls)
            if len(data) == RECORD:
                return self._read_on(data)
        except CleanEnd:
            return CONNECTION_DONE
        except BrokenEnd as error:
            self._failure = error
            return CONNECTION_LOST
        if data:
            self.protocol.dataReceived(data)
        return None

    def _read_on(self, first: bytes) -> Exception | None:
        """Gather the records behind a full one: a bulk transfer is under way.

        An end met here is told at once: behind a close_notify the socket may never become readable
        again.
        """
        end: CleanEnd | BrokenEnd | None = None
        pieces, size = [first], len(first)
        while size < READ_BYTES:
            try:
                piece = receive(self.tls)
            except (CleanEnd, BrokenEnd) as error:
                end = error
                break
            pieces.append(piece)
            size += len(piece)
            if len(piece) < RECORD:
                break
        self.protocol.dataReceived(b"".join(pieces))
        if end is None or not self.connected or self._close_wanted:
            return None
        if isinstance(end, CleanEnd):
            return CONNECTION_DONE
        self._failure = end
        return CONNECTION_LOST

    def write(self, data: bytes) -> None:
        """Send `data` now as far as the socket takes it, the rest when it can."""
        # The short way for what fits into one record, which is nearly everything.
        if (
            self._queued
            or self.handshaking
            or self._end_wanted
            or not self.connected
            or not 0 < len(data) <= RECORD
        ):
            super().write(data)
            return
        try:
            sent = send(self.tls, data)
        except (CleanEnd, BrokenEnd) as error:
            self._write_failed(error)
            return
        # A client may have asked for records that are smaller (RFC 6066, section 4).
        if sent < len(data):
            self._enqueue(memoryview(data)[sent:])

    def _write_failed(self, error: Exception) -> Exception | None:
        """Give all up: OpenSSL reads nothing behind a write that failed, whatever lies there."""
        self._failure = error
        self.startWriting()
        return CONNECTION_LOST

    def _send(self, data: bytes | memoryview) -> int:
        if self.handshaking:
            return 0
        size = len(data)
        sent = send(self.tls, data)
        while 0 < sent < size:
            more = send(self.tls, memoryview(data)[sent:])
            if not more:
                break
            sent += more
        return sent

    def doWrite(self) -> Exception | None:
        """Go on with the handshake, or send what waits."""
        if not self.handshaking:
            return super().doWrite()
        if self._discarding:
            self.stopWriting()
            return None
        if self._failure is not None or self._close_wanted:
            return CONNECTION_LOST
        return self._handshake()

    def _handshake(self) -> Exception | None:
        if self._first:
            self._first = False
            start = self._peek()
            if start is not None and start != _HANDSHAKE_RECORD:
                return self._refuse_plain(start)
        try:
            self.tls.do_handshake()
        except SSL.WantReadError:
            self.stopWriting()
            return None
        except SSL.WantWriteError:
            self.startWriting()
            return None
        except SSL.Error as error:
            return self._fail(describe(error))
        self.handshaking = False
        self._stop_clock()
        if self._queue or self._end_wanted:
            self.startWriting()
        else:
            self.stopWriting()
        if IHandshakeListener.providedBy(self.protocol):
            cast(Any, self.protocol).handshakeCompleted()
        return None

    def _peek(self) -> int | None:
        try:
            seen = self.socket.recv(1, socket.MSG_PEEK)
        except OSError:
            return None
        return seen[0] if seen else None

    def _refuse_plain(self, start: int) -> Exception | None:
        """Answer plain HTTP in plain HTTP; anything else that is no TLS just ends."""
        plain = bytes((start,)).isalpha()
        if plain:
            try:
                self.socket.send(PLAIN_HTTP_ON_TLS)
            except OSError:
                return CONNECTION_LOST
        return self._fail("plain HTTP" if plain else "something other than TLS")

    def _fail(self, reason: str) -> Exception | None:
        """Give the handshake up, so that the client still gets to read why.

        OpenSSL has sent its alert by now. Closing with the client's bytes unread would reset the
        connection and take the alert away from it, so they are read and thrown away; whoever
        owns the connection sets the deadline for that.
        """
        self._failure = HandshakeFailed(reason)
        if not self._is_server:
            return CONNECTION_LOST
        self._discarding = True
        self.stopWriting()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return CONNECTION_LOST
        return None

    def _discard(self) -> Exception | None:
        try:
            return None if self.socket.recv(READ_BYTES) else CONNECTION_LOST
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return CONNECTION_LOST

    def readConnectionLost(self, reason: Failure) -> None:
        """Pass the end of the input on, unless there never was any."""
        if self.handshaking:
            self.connectionLost(reason)
        else:
            super().readConnectionLost(reason)

    def _end_writing(self) -> None:
        """Send our close_notify; reading goes on."""
        if self.handshaking:
            return
        try:
            self.tls.shutdown()
            self._write_ended = True
        except SSL.WantWriteError:
            # The last record took all the room that there was.
            self.startWriting()
        except SSL.Error:
            self._write_ended = True
            self._failure = BrokenEnd("the connection broke before its close_notify")
            self.startWriting()

    def loseConnection(self, _connDone: Any = None) -> None:
        """Close behind what has been written; a handshake under way is given up."""
        if self.handshaking:
            self.abortConnection()
        else:
            super().loseConnection()
