"""Bodies in the bytes of a connection: where they end, and whether their framing is sound.

Both kinds go over the bytes and tell how many of them belong to the body. They hold nothing but
the beginning of a line that is not complete yet, so a body of any size costs the same memory.
"""

from __future__ import annotations

import re
from typing import Protocol

from gateway.http.fields import NOT_END_TO_END, MalformedMessage, credentials, parse_fields
from gateway.http.limits import DEFAULT, Limits
from gateway.http.request import CHUNKED

# A chunk's size line without its CRLF: up to 15 hexadecimal digits, then perhaps extensions,
# which are allowed (RFC 9112 §7.1.1) as long as they hold nothing but printable characters. No
# blanks before the semicolon: Go's reader takes them for part of the number, and refuses it.
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;[\t\x20-\x7e]*)?")

# What a trailer must not bring (RFC 9110 §6.5.1): it would frame, route, describe or authorise
# the message after the gateway decided on it.
_NOT_IN_TRAILERS = NOT_END_TO_END | {
    b"content-encoding",
    b"content-range",
    b"content-type",
    b"expect",
    b"trailer",
    b"user-agent",
}


class Body(Protocol):
    """A body that is being followed through the bytes."""

    done: bool
    """The whole body has been gone over."""

    def feed(self, data: bytes, start: int = 0, content: list[bytes] | None = None) -> int:
        """Go over `data` from `start`; return where the body's part of it ends.

        With `content`, the body's own bytes (without what frames them) are appended to it.
        """
        ...


class LengthBody:
    """A body of a length that the head told."""

    __slots__ = ("done", "remaining")

    def __init__(self, length: int) -> None:
        self.remaining = length
        self.done = length == 0

    def feed(self, data: bytes, start: int = 0, content: list[bytes] | None = None) -> int:
        """Go over `data` from `start`; see Body."""
        end = min(len(data), start + self.remaining)
        self.remaining -= end - start
        self.done = self.remaining == 0
        if content is not None and end > start:
            content.append(data[start:end])
        return end


class UntilCloseBody:
    """A body that the end of the connection ends: `done` is for its owner to set."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = False

    def feed(self, data: bytes, start: int = 0, content: list[bytes] | None = None) -> int:
        """Go over `data` from `start`; see Body."""
        if content is not None and start < len(data):
            content.append(data[start:] if start else data)
        return len(data)


class ChunkedBody:
    """A chunked body, with trailers, checked to the last CRLF.

    Its states: in a size line, in a chunk's data, at the CRLF behind the data, in the trailers.
    """

    __slots__ = (
        "_content_left",
        "_held",
        "_limits",
        "_state",
        "_trailer_bytes",
        "_trailers",
        "done",
    )

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.done = False
        self._limits = limits
        self._state = self._size
        self._content_left = 0
        self._held = b""
        self._trailers = 0
        self._trailer_bytes = 0

    def feed(self, data: bytes, start: int = 0, content: list[bytes] | None = None) -> int:
        """Go over `data` from `start`; see Body. Raises MalformedMessage."""
        position, end = start, len(data)
        while position < end and not self.done:
            position = self._state(data, position, content)
        return position

    def _line(self, data: bytes, position: int, limit: int) -> tuple[bytes | None, int]:
        """Take a line up to its CRLF; None for the line as long as its end has not come."""
        newline = data.find(b"\n", position, position + limit + 2)
        if newline < 0:
            self._held += data[position:]
            if len(self._held) > limit + 1:
                raise MalformedMessage("a line in the chunked framing that is too long")
            if b"\r" in self._held[:-1]:
                raise MalformedMessage("a bare CR in the chunked framing")
            return None, len(data)
        line = self._held + data[position : newline + 1]
        self._held = b""
        if len(line) > limit + 2:
            raise MalformedMessage("a line in the chunked framing that is too long")
        if not line.endswith(b"\r\n"):
            raise MalformedMessage("a line in the chunked framing that ends with a bare LF")
        return line[:-2], newline + 1

    def _size(self, data: bytes, position: int, content: list[bytes] | None) -> int:
        line, position = self._line(data, position, self._limits.size_line_bytes)
        if line is None:
            return position
        match = _SIZE.fullmatch(line)
        if match is None:
            raise MalformedMessage("a chunk size that is no hexadecimal number")
        self._content_left = int(match[1], 16)
        self._state = self._data if self._content_left else self._trailer
        return position

    def _data(self, data: bytes, position: int, content: list[bytes] | None) -> int:
        end = min(len(data), position + self._content_left)
        self._content_left -= end - position
        if content is not None:
            content.append(data[position:end])
        if not self._content_left:
            self._state = self._data_end
        return end

    def _data_end(self, data: bytes, position: int, content: list[bytes] | None) -> int:
        found = self._held + data[position : position + 2 - len(self._held)]
        position += len(found) - len(self._held)
        if found not in (b"\r\n", b"\r"):
            raise MalformedMessage("a chunk without the CRLF behind its data")
        if found == b"\r":
            self._held = found
        else:
            self._held = b""
            self._state = self._size
        return position

    def _trailer(self, data: bytes, position: int, content: list[bytes] | None) -> int:
        line, position = self._line(data, position, self._limits.trailer_bytes)
        if line is None:
            return position
        if not line:
            self.done = True
            return position
        # Judged line by line, because the bytes go on before the empty line has come.
        self._trailers += 1
        self._trailer_bytes += len(line) + 2
        if self._trailer_bytes > self._limits.trailer_bytes:
            raise MalformedMessage("trailers that are too long")
        if self._trailers > self._limits.fields:
            raise MalformedMessage(f"more than {self._limits.fields} trailers")
        fields = parse_fields(line + b"\r\n", 1)
        if credentials(fields) or fields[0][0].lower() in _NOT_IN_TRAILERS:
            raise MalformedMessage("a trailer that belongs into the head")
        return position


def request_body(length: int, limits: Limits = DEFAULT) -> Body:
    """Follow a request's body of `length` bytes, or CHUNKED."""
    return ChunkedBody(limits) if length == CHUNKED else LengthBody(length)


def content_of(data: bytes, length: int, limits: Limits = DEFAULT) -> bytes:
    """The content of a body that is whole in `data`, as it was framed: without the framing."""
    if length != CHUNKED:
        return data
    content: list[bytes] = []
    ChunkedBody(limits).feed(data, 0, content)
    return b"".join(content)
