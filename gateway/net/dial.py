"""Connecting to an engine: a unix socket, TCP, or TLS over it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from gateway.config.model import EngineConfig
from gateway.engine.address import EngineAddress
from gateway.net.tls import engine_context
from gateway.net.tls_transport import TLSTransport
from gateway.net.transport import SocketTransport, prepare

_RETRY_SECONDS = 0.01


class DialFailed(Exception):
    """The engine could not be reached; the text says why."""


class _Connecting(FileDescriptor):
    """A socket whose connect(2) is under way; calls back once, with None or what went wrong."""

    def __init__(
        self, reactor: Any, sock: socket.socket, done: Callable[[OSError | None], None]
    ) -> None:
        super().__init__(reactor)
        self._sock = sock
        self._done: Callable[[OSError | None], None] | None = done
        self.connected = 1

    def fileno(self) -> int:
        return self._sock.fileno()

    def doWrite(self) -> None:
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.finish(OSError(code, os.strerror(code)) if code else None)

    def finish(self, error: OSError | None) -> None:
        self.stopWriting()
        done, self._done = self._done, None
        if done is not None:
            done(error)

    def connectionLost(self, reason: Any) -> None:
        self.doWrite()


class Dialer:
    """Opens connections to one engine."""

    def __init__(self, reactor: Any, config: EngineConfig) -> None:
        self._reactor = reactor
        self._config = config
        self.address = EngineAddress.parse(config.address)
        self._context = engine_context(config) if self.address.scheme == "tls" else None

    def dial(self, protocol: Any) -> Deferred[None]:
        """Connect `protocol` to the engine.

        The result comes when the TCP or unix connection stands; over TLS the protocol hears of
        the handshake as an IHandshakeListener. Fails with DialFailed.
        """
        attempt = _Attempt(self._reactor, self._config.connect_timeout, self._transport(protocol))
        if self.address.scheme == "unix":
            attempt.unix(self.address.path)
        else:
            attempt.tcp(self.address.host, self.address.port)
        return attempt.result

    def _transport(self, protocol: Any) -> Callable[[socket.socket], None]:
        def connected(sock: socket.socket) -> None:
            prepare(sock)
            transport: SocketTransport
            if self._context is None:
                transport = SocketTransport(self._reactor, sock, protocol)
                transport.reads_to_the_end = True
                protocol.makeConnection(transport)
                transport.startReading()
                return
            tls = SSL.Connection(self._context, sock)
            if not _is_ip(self.address.host):
                tls.set_tlsext_host_name(self.address.host.encode("idna"))
            transport = TLSTransport(self._reactor, sock, protocol, tls)
            transport.reads_to_the_end = True
            protocol.makeConnection(transport)
            transport.start_client(self._config.connect_timeout)

        return connected


class _Attempt:
    """One try to connect, over all addresses of a name, with one deadline."""

    def __init__(
        self, reactor: Any, timeout: float, connected: Callable[[socket.socket], None]
    ) -> None:
        self._reactor = reactor
        self._connected = connected
        self._current: _Connecting | None = None
        self.result: Deferred[None] = Deferred(self._cancelled)
        self._deadline = reactor.callLater(timeout, self._timed_out, timeout)

    def _timed_out(self, seconds: float) -> None:
        self._fail(f"no connection within {seconds:g} seconds")

    def _cancelled(self, _: Any) -> None:
        self._fail("given up")

    def _fail(self, reason: str) -> None:
        current, self._current = self._current, None
        if current is not None:
            current.stopWriting()
            current._sock.close()
        if self._deadline.active():
            self._deadline.cancel()
        if not self.result.called:
            self.result.errback(DialFailed(reason))

    def _succeed(self, sock: socket.socket) -> None:
        self._deadline.cancel()
        self._connected(sock)
        self.result.callback(None)

    def unix(self, path: str) -> None:
        """Connect to a unix socket. A full backlog says EAGAIN, so it is asked again."""
        if self.result.called:
            return
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            code = sock.connect_ex(path)
        except OSError as error:
            # A path that is too long is not even asked of the kernel.
            sock.close()
            self._fail(str(error))
            return
        if not code:
            self._succeed(sock)
            return
        sock.close()
        if code == errno.EAGAIN:
            self._reactor.callLater(_RETRY_SECONDS, self.unix, path)
        else:
            self._fail(os.strerror(code))

    def tcp(self, host: str, port: int) -> None:
        """Connect to the first address of `host` that answers."""
        if _is_ip(host):
            self._try(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            return
        pool = self._reactor.getThreadPool()
        found = deferToThreadPool(
            self._reactor, pool, socket.getaddrinfo, host, port, type=socket.SOCK_STREAM
        )
        found.addCallbacks(self._try, lambda failure: self._fail(f"{host}: {failure.value}"))

    def _try(self, addresses: list[Any]) -> None:
        if self.result.called:
            return
        (family, kind, protocol, _, address), *others = addresses
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)

        def done(error: OSError | None) -> None:
            self._current = None
            if error is None:
                self._succeed(sock)
                return
            sock.close()
            if others:
                self._try(others)
            else:
                self._fail(error.strerror or str(error))

        code = sock.connect_ex(address)
        if code not in (0, errno.EINPROGRESS):
            done(OSError(code, os.strerror(code)))
            return
        self._current = _Connecting(self._reactor, sock, done)
        self._current.startWriting()


def _is_ip(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False
