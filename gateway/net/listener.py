"""Listening sockets: TCP and unix, each accepting into our own transports."""

from __future__ import annotations

import errno
import grp
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from twisted.internet.abstract import FileDescriptor
from twisted.logger import Logger

from gateway.config.model import ListenConfig
from gateway.net.transport import prepare

Accept: TypeAlias = Callable[[socket.socket, str], None]
"""What a listener does with a connection: the socket, prepared, and the peer's address."""

_BACKLOG = 1024
_AT_ONCE = 64
_NO_MORE_FILES = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
_PAUSE_SECONDS = 0.5

log = Logger()


class ListenFailed(Exception):
    """An address could not be listened on; the text says why and what to do."""


class Listener(FileDescriptor):
    """One listening socket. Out of file descriptors it pauses, instead of spinning."""

    def __init__(self, reactor: Any, sock: socket.socket, accept: Accept) -> None:
        super().__init__(reactor)
        self.socket = sock
        self._accept = accept
        self._reactor = reactor
        self.connected = 1

    def fileno(self) -> int:
        """The listening descriptor; -1 once it is closed."""
        return self.socket.fileno()

    def doRead(self) -> Exception | None:
        """Accept what has come (the reactor calls this)."""
        for _ in range(_AT_ONCE):
            try:
                sock, address = self.socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return None
            except OSError as error:
                if error.errno not in _NO_MORE_FILES:
                    # An error of that one connection (accept(2) lists them), or of a firewall.
                    log.warn("a connection was not accepted: {error}", error=error)
                    return None
                log.warn("accepting nothing for a moment: {error}", error=error)
                self.stopReading()
                self._reactor.callLater(_PAUSE_SECONDS, self._resume)
                return None
            try:
                prepare(sock)
                self._accept(sock, _written(address))
            except Exception:
                # Whatever is wrong with one connection, the others shall come in.
                log.failure("a connection was dropped")
                sock.close()
        return None

    def _resume(self) -> None:
        if self.connected:
            self.startReading()

    def close(self) -> None:
        """Stop listening; what was accepted lives on."""
        if not self.connected:
            return
        self.stopReading()
        self.connected = 0
        path = self.socket.getsockname() if self.socket.family == socket.AF_UNIX else None
        self.socket.close()
        if isinstance(path, str) and path:
            Path(path).unlink(missing_ok=True)

    @property
    def address(self) -> str:
        """Where it listens: `IP:PORT` with the port that it really has, or the path."""
        return _written(self.socket.getsockname())


def _written(address: Any) -> str:
    if isinstance(address, tuple):
        host, port = address[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return str(address) if address else "unix"


def listening_socket(config: ListenConfig) -> socket.socket:
    """Bind and listen. Raises ListenFailed."""
    if config.scheme == "unix":
        return _unix_socket(config)
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((config.host, config.port))
        return _listen(sock)
    except OSError as error:
        sock.close()
        raise ListenFailed(_explain(config, error)) from None


def _listen(sock: socket.socket) -> socket.socket:
    sock.listen(_BACKLOG)
    sock.setblocking(False)
    return sock


def _unix_socket(config: ListenConfig) -> socket.socket:
    path = Path(config.path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        # Nobody may connect between bind and the mode that was asked for.
        before = os.umask(0o177)
        try:
            sock.bind(str(path))
        finally:
            os.umask(before)
        if config.group is not None:
            os.chown(path, -1, grp.getgrnam(config.group).gr_gid)
        path.chmod(config.mode)
        return _listen(sock)
    except KeyError:
        sock.close()
        path.unlink(missing_ok=True)
        raise ListenFailed(f"{config.address}: there is no group {config.group!r}") from None
    except OSError as error:
        sock.close()
        raise ListenFailed(_explain(config, error)) from None


def _remove_stale(path: Path) -> None:
    """Remove a socket file behind which nobody listens; raises EADDRINUSE when somebody does."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise OSError(errno.EEXIST, "there is a file that is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass
    raise OSError(errno.EADDRINUSE, "another program listens there")


def _explain(config: ListenConfig, error: OSError) -> str:
    advice = {
        errno.EADDRINUSE: "another program listens there; stop it or choose another address",
        errno.EACCES: "this process may not; use a port above 1023, another folder or other rights",
        errno.EADDRNOTAVAIL: "this machine has no such address",
        errno.ENOENT: "the folder does not exist; make it first",
        errno.EEXIST: "there is a file that is no socket; move it away",
    }.get(error.errno or 0, error.strerror or str(error))
    return f"cannot listen on {config.address}: {advice}"
