"""A call of the gateway's own: its answer held whole, within a bound."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from gateway.api.message import Answer, EngineCall
from gateway.http.answer import AnswerFields
from gateway.http.body import content_of
from gateway.http.fields import serialise
from gateway.http.request import HOST
from gateway.stream.json import dumps
from gateway.versions.answering import encoded, headers_of


class CallFailed(Exception):
    """The call got no whole answer; the text says why."""


def call_bytes(call: EngineCall, prefix: str) -> bytes:
    """Write the request; `prefix` is the version, `/v1.41`, or empty."""
    fields = encoded(call.headers)
    if call.body is not None:
        body = dumps(call.body)
        fields += ((b"Content-Type", b"application/json"),)
    else:
        body = call.raw or b""
    return b"%b %b HTTP/1.1\r\n%b%bContent-Length: %d\r\n\r\n%b" % (
        call.method.encode("ascii"),
        (prefix + call.path).encode("latin-1"),
        HOST,
        serialise(fields),
        len(body),
        body,
    )


class Call:
    """A Requester (see engine_connection) that gathers the answer and gives it to `result`.

    `result` fails with CallFailed: the connection broke, or the answer is over `limit` bytes.
    """

    hijacks = False
    wants_content = True
    request_sent = True

    def __init__(self, call: EngineCall, limit: int) -> None:
        self.is_head = call.method == "HEAD"
        self.result: Deferred[Answer] = Deferred()
        self._limit = limit
        self._answer: AnswerFields | None = None
        self._pieces: list[bytes] = []
        self._size = 0

    def interim(self, answer: AnswerFields) -> None:
        """Wait for the real answer."""

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """Take the answer, which came in one piece."""
        self._answer = answer
        self.received(content_of(data, answer.length))
        self.finished()

    def head(self, answer: AnswerFields) -> None:
        """Take the head."""
        self._answer = answer

    def received(self, data: bytes) -> None:
        """Take a piece of the body, as long as there is room."""
        self._size += len(data)
        if self._size > self._limit:
            self._fail(f"the engine's answer is longer than {self._limit} bytes")
            self._pieces.clear()
        else:
            self._pieces.append(data)

    def finished(self) -> None:
        """Give the answer."""
        answer = self._answer
        if answer is not None and not self.result.called:
            body = b"".join(self._pieces)
            self.result.callback(Answer(answer.status, headers_of(answer.fields), body))

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        """Not asked for, so it does not come about."""

    def lost(self, reason: str, stale: bool) -> None:
        """Give up."""
        self._fail(reason)

    def _fail(self, reason: Any) -> None:
        if not self.result.called:
            self.result.errback(CallFailed(str(reason)))
