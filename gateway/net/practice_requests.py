"""Requests in the bytes of a connection to the practice engine: heads and bodies, held whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.http.body import Body, request_body
from gateway.http.fields import MalformedMessage
from gateway.http.limits import DEFAULT
from gateway.http.request import (
    RequestFields,
    RequestLine,
    parse_request_fields,
    parse_request_line,
)

BODY_BYTES = 64 << 20
"""How much of a request's body is kept; the rest of a longer one is read and dropped."""


@dataclass(slots=True)
class Incoming:
    """A request whose head is there; `content` is what was kept of its body."""

    line: RequestLine
    fields: RequestFields
    tracker: Body
    content: list[bytes] = field(default_factory=list)
    kept: int = 0

    @property
    def method(self) -> str:
        """Its method."""
        return self.line.method.decode()

    @property
    def target(self) -> str:
        """Its path and query, as written."""
        return (self.line.path + self.line.query).decode("latin-1")

    def body(self) -> bytes:
        """Its body."""
        return b"".join(self.content)


class RequestReader:
    """Takes bytes and gives requests.

    `begun` is called with each request once its head is there; it gives False when the request
    is not to be read any further.
    """

    def __init__(self, begun: Callable[[Incoming], bool]) -> None:
        self._begun = begun
        self._buffer = b""
        self._incoming: Incoming | None = None

    @property
    def ahead(self) -> int:
        """How many bytes wait to be read."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take bytes."""
        self._buffer += data

    def rest(self) -> bytes:
        """Give up what was not read: the first bytes of a hijacked stream."""
        rest, self._buffer = self._buffer, b""
        return rest

    def next(self) -> Incoming | None:
        """Read on and give the next request that is whole, None while there is none.

        Raises MalformedMessage.
        """
        if self._incoming is None:
            self._incoming = self._head()
            if self._incoming is None or not self._begun(self._incoming):
                return None
        incoming = self._incoming
        pieces: list[bytes] = []
        end = incoming.tracker.feed(self._buffer, 0, pieces)
        self._buffer = self._buffer[end:]
        for piece in pieces:
            if incoming.kept + len(piece) <= BODY_BYTES:
                incoming.content.append(piece)
                incoming.kept += len(piece)
        if not incoming.tracker.done:
            return None
        self._incoming = None
        return incoming

    def _head(self) -> Incoming | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > DEFAULT.head_bytes:
                raise MalformedMessage("a head that is too long")
            return None
        head, self._buffer = self._buffer[: end + 2], self._buffer[end + 4 :]
        line, _, block = head.partition(b"\r\n")
        request_line = parse_request_line(line)
        fields = parse_request_fields(block, request_line.minor, DEFAULT)
        return Incoming(request_line, fields, request_body(fields.length))
