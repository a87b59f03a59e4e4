"""Reading and writing one TLS connection, straight through pyOpenSSL's binding.

`Connection.recv` allocates a buffer for every call and says "nothing yet" by an exception; at
thirty thousand requests a second these are a fifth of the work. So the two calls that matter are
made on the binding itself, `OpenSSL._util.lib`. That is a private door of pyOpenSSL: it is used
in this module alone, and where it is shut (`DIRECT` False) the public methods do the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from OpenSSL import SSL

RECORD = 16384
"""The most that one TLS record carries, in bytes (RFC 8446 §5.1)."""

_SIZE = 65536


class CleanEnd(Exception):
    """The peer sent close_notify: it will write no more, and nothing was lost."""


class BrokenEnd(Exception):
    """The connection is of no use any more; the text says why.

    `truncated` tells that it merely ended, without a close_notify.
    """

    def __init__(self, reason: str, truncated: bool = False) -> None:
        super().__init__(reason)
        self.truncated = truncated


try:
    from OpenSSL._util import ffi, lib

    _read: Callable[..., int] = lib.SSL_read
    _write: Callable[..., int] = lib.SSL_write
    _get_error: Callable[..., int] = lib.SSL_get_error
    _buffer = ffi.new("char[]", _SIZE)
    _view = ffi.buffer(_buffer)
    DIRECT = hasattr(SSL.Connection, "_raise_ssl_error")
except (ImportError, AttributeError):
    DIRECT = False


def _reasons() -> str:
    """Empty OpenSSL's error queue and give its words."""
    found: list[str] = []
    while code := lib.ERR_get_error():
        text = lib.ERR_reason_error_string(code)
        found.append("" if text == ffi.NULL else ffi.string(text).decode())
    return "; ".join(filter(None, found))


def _why(connection: SSL.Connection, result: int) -> None:
    """Raise what a failed call means; return when it only has to be made again later."""
    code = _get_error(connection._ssl, result)
    if code in (lib.SSL_ERROR_WANT_READ, lib.SSL_ERROR_WANT_WRITE):
        return
    if code == lib.SSL_ERROR_ZERO_RETURN:
        raise CleanEnd
    reasons = _reasons()
    if "unexpected eof" in reasons or (code == lib.SSL_ERROR_SYSCALL and not ffi.errno):
        raise BrokenEnd("the connection ended without a close_notify", truncated=True)
    raise BrokenEnd(reasons or "the connection was reset")


def receive_direct(connection: SSL.Connection) -> bytes:
    """Read what one record holds; empty when nothing has come.

    Raises CleanEnd and BrokenEnd.
    """
    count = _read(connection._ssl, _buffer, _SIZE)
    if count > 0:
        data: bytes = _view[:count]
        return data
    _why(connection, count)
    return b""


def send_direct(connection: SSL.Connection, data: bytes | memoryview) -> int:
    """Write a record of `data` (never empty); the count of bytes taken, 0 when none can be now.

    Raises CleanEnd and BrokenEnd. After a 0 the next call must begin with the same bytes.
    """
    # Bytes are passed as they are; only a view needs a detour.
    start = data if type(data) is bytes else ffi.from_buffer(data)
    count = _write(connection._ssl, start, len(data))
    if count > 0:
        return count
    _why(connection, count)
    return 0


def receive_public(connection: SSL.Connection) -> bytes:
    """Do as `receive_direct` does, with pyOpenSSL's public methods alone."""
    try:
        return connection.recv(_SIZE)
    except (SSL.WantReadError, SSL.WantWriteError):
        return b""
    except SSL.Error as error:
        raise _translated(error) from None


def send_public(connection: SSL.Connection, data: bytes | memoryview) -> int:
    """Do as `send_direct` does, with pyOpenSSL's public methods alone."""
    try:
        return connection.send(data)
    except (SSL.WantReadError, SSL.WantWriteError):
        return 0
    except SSL.Error as error:
        raise _translated(error) from None


def _translated(error: SSL.Error) -> Exception:
    if isinstance(error, SSL.ZeroReturnError):
        return CleanEnd()
    text = describe(error)
    truncated = "unexpected eof" in text.lower()
    return BrokenEnd(
        "the connection ended without a close_notify" if truncated else text, truncated
    )


def describe(error: SSL.Error) -> str:
    """The words of a pyOpenSSL error: the reasons in OpenSSL's queue, or what else it carries."""
    details: Any = error.args[0] if error.args else ""
    if isinstance(details, list):
        return "; ".join(str(entry[-1]) for entry in details) or "a TLS error"
    return " ".join(str(part) for part in error.args) or "a TLS error"


receive = receive_direct if DIRECT else receive_public
send = send_direct if DIRECT else send_public
