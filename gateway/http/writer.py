"""Heads and chunks as bytes."""

from __future__ import annotations

from http import HTTPStatus

from gateway.http.fields import Fields, serialise

LAST_CHUNK = b"0\r\n\r\n"
"""What ends a chunked body."""

_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


def reason_of(status: int) -> bytes:
    """The words for a status, as RFC 9110 has them; empty for one it does not name."""
    return _REASONS.get(status, b"")


def chunk(data: bytes) -> bytes:
    """Frame `data` as one chunk; nothing at all for no data (an empty chunk would end the body)."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def answer_head(status: int, fields: Fields, framing: bytes, reason: bytes = b"") -> bytes:
    """Write the head of an answer, its empty line included; `framing` is a field line or empty."""
    return b"HTTP/1.1 %d %b\r\n%b%b\r\n" % (
        status,
        reason or reason_of(status),
        serialise(fields),
        framing,
    )


def length_framing(length: int) -> bytes:
    """The field line for a body of `length` bytes."""
    return b"Content-Length: %d\r\n" % length


CHUNKED_FRAMING = b"Transfer-Encoding: chunked\r\n"
"""The field line for a chunked body."""

CLOSE = b"Connection: close\r\n"
"""The field line that announces the end of the connection."""

KEEP_ALIVE = b"Connection: keep-alive\r\n"
"""The field line that tells an HTTP/1.0 client that the connection stays."""
