"""How an answer of the practice engine goes out, and how a fault spoils it.

Small answers have a length, larger and endless ones are chunked, as Go's server does it for
engines: up to 2,048 bytes that are written at once get a Content-Length.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol

from gateway.api.message import Answer, AnswerHead
from gateway.engine.practice.faults import Fault, FaultKind
from gateway.http.fields import Fields
from gateway.http.writer import (
    CHUNKED_FRAMING,
    CLOSE,
    LAST_CHUNK,
    answer_head,
    chunk,
    length_framing,
)

_UNCHUNKED = 2048
_PIECE = 32 * 1024
_BODILESS = (204, 304)


class Wire(Protocol):
    """Where the bytes go."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def loseConnection(self) -> None:
        """Send what is still to be sent and end the connection."""


class AnswerWriter:
    """Writes one answer; a `Sink` for the body of one that streams.

    `finished(keep)` is called when it is written: whether the connection may be used again.
    """

    def __init__(
        self,
        wire: Wire,
        finished: Callable[[bool], None],
        *,
        method: str,
        minor: int,
        keep_alive: bool,
        fault: Fault | None,
    ) -> None:
        self._wire = wire
        self._finished = finished
        self._method = method
        self._minor = minor
        self._keep_alive = keep_alive
        self._fault = fault
        self._left = fault.after if fault is not None and fault.kind is FaultKind.CUT else None
        self._chunked = False
        self.ended = False

    def whole(self, answer: Answer) -> None:
        """Write an answer whose body is there."""
        body = answer.body
        without = self._method == "HEAD" or answer.status in _BODILESS
        if answer.status in _BODILESS:
            framing = b""
        elif without or len(body) <= _UNCHUNKED or self._minor == 0:
            framing = length_framing(len(body))
        else:
            framing = CHUNKED_FRAMING
        self._head(answer.head, framing, len(body))
        if not without:
            for at in range(0, len(body), _PIECE):
                self.write(body[at : at + _PIECE])
        self.end()

    def begin(self, head: AnswerHead) -> None:
        """Write the head of an answer whose body comes over time."""
        self._head(head, CHUNKED_FRAMING if self._minor else b"", 0)

    def write(self, data: bytes) -> None:
        """Write bytes of the body, as one chunk if it is chunked."""
        if self.ended or not data:
            return
        if self._kind() is FaultKind.BAD_CHUNK:
            self._send(b"zz\r\n" + data + b"\r\n")
        else:
            self._send(chunk(data) if self._chunked else data)

    def end(self) -> None:
        """The answer is complete."""
        if self.ended:
            return
        if self._chunked:
            self._send(LAST_CHUNK)
        if not self.ended:
            self._finish(self._keep_alive)

    def abandon(self) -> None:
        """The client is gone: nothing more is written."""
        self.ended = True

    def _kind(self) -> FaultKind | None:
        return self._fault.kind if self._fault is not None else None

    def _head(self, head: AnswerHead, framing: bytes, length: int) -> None:
        kind = self._kind()
        bodiless = self._method == "HEAD" or head.status in _BODILESS
        if kind is FaultKind.CLOSE_DELIMITED and not bodiless:
            framing = b""
        elif kind in (FaultKind.BAD_CHUNK, FaultKind.LENGTH_AND_CHUNKS) and not bodiless:
            framing = CHUNKED_FRAMING
        self._chunked = framing == CHUNKED_FRAMING and not bodiless
        if kind is FaultKind.LENGTH_AND_CHUNKS:
            framing += length_framing(length)
        elif kind is FaultKind.TWO_LENGTHS:
            framing = length_framing(length) + length_framing(length + 1)
        elif kind is FaultKind.HUGE_HEAD and self._fault is not None:
            framing += b"X-Practice: " + b"x" * self._fault.after + b"\r\n"
        elif kind is FaultKind.CLOSE_IDLE:
            self._keep_alive = False
        if not framing and not bodiless:
            self._keep_alive = False
        if not self._keep_alive and kind is not FaultKind.CLOSE_IDLE:
            framing += CLOSE
        data = answer_head(head.status, fields_of(head), framing, head.reason.encode())
        if kind is FaultKind.CUT_HEAD and self._fault is not None:
            self._wire.write(data[: self._fault.after])
            self._finish(False)
        else:
            self._wire.write(data)

    def _send(self, data: bytes) -> None:
        if self._left is not None and len(data) >= self._left:
            self._wire.write(data[: self._left])
            self._finish(False)
            return
        if self._left is not None:
            self._left -= len(data)
        self._wire.write(data)

    def _finish(self, keep: bool) -> None:
        self.ended = True
        if not keep:
            self._wire.loseConnection()
        self._finished(keep)


def fields_of(head: AnswerHead) -> Fields:
    """The fields of a head as bytes, with the Date that every answer of an engine has."""
    date = (b"Date", formatdate(time.time(), usegmt=True).encode())
    return (*((name.encode(), value.encode("latin-1")) for name, value in head.headers), date)
