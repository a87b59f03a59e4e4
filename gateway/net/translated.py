"""One request and its answer, rewritten between two API versions as its plan says.

What a plan does not ask for is not done: a body that nothing rewrites passes as in `exchange`,
and one that is rewritten as a stream is never held. Only JSON documents and errors are held
whole, up to a limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.api.message import Answer, AnswerHead, Headers, Request
from gateway.http.answer import UNTIL_CLOSE, AnswerFields
from gateway.http.body import content_of
from gateway.http.fields import Fields, MalformedMessage, serialise
from gateway.http.request import HOST, request_framing
from gateway.http.writer import (
    CHUNKED_FRAMING,
    CLOSE,
    LAST_CHUNK,
    answer_head,
    chunk,
    length_framing,
)
from gateway.net.engine import EngineUnavailable
from gateway.net.engine_call import CallFailed, headers_of
from gateway.net.exchange import Exchange
from gateway.stream.frames import StreamError
from gateway.stream.json import JsonError, dumps, loads
from gateway.stream.records import RecordSplitter
from gateway.versions.vocabulary import Facts, StreamRewrite, Untranslatable

if TYPE_CHECKING:
    from gateway.api.router import Match

log = Logger()


def encoded(headers: Headers) -> Fields:
    """The fields as they go over the wire."""
    return tuple((n.encode("latin-1"), v.encode("latin-1")) for n, v in headers)


class TranslatedExchange(Exchange):
    """An Exchange with a plan that changes something, or with a client that speaks HTTP/1.0."""

    __slots__ = (
        "_chunking",
        "_facts",
        "_gathered",
        "_head",
        "_held",
        "_records",
        "_rewrite",
        "_size",
        "asked_path",
        "gathers_request",
        "match",
    )

    def __init__(self, *args: Any, match: Match | None, path: str) -> None:
        super().__init__(*args)
        plan = self.plan
        self.match = match
        self.asked_path = path
        self.gathers_request = plan.rewrites_request_document or plan.emulation is not None
        self._facts = Facts()
        self._gathered: list[bytes] = []
        self._size = 0
        # How the answer under way is treated.
        self._head: AnswerHead | None = None
        self._held: list[bytes] | None = None
        self._records: RecordSplitter | None = None
        self._rewrite: StreamRewrite | None = None
        self._chunking = False

    # Client to engine

    def begin(self, first: bytes, complete: bool) -> None:
        """Prepare the request, as far as the plan asks for it, and send it."""
        plan = self.plan
        if self.gathers_request:
            self._continue_asked()
            self.send(first, complete)
        elif plan.lookups or plan.rewrites_request or self.hijacks:
            self.request_sent = complete
            self._pending = [first]
            if not complete:
                self.client.pause()
            self._run(None)
        else:
            super().begin(first, complete)

    def _continue_asked(self) -> None:
        """A body that is wanted here is asked for here: the engine can't until it is rewritten."""
        if self.fields.expects_continue:
            self.client.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def send(self, data: bytes, complete: bool) -> None:
        """Gather the body, or pass it on."""
        if not self.gathers_request:
            super().send(data, complete)
            return
        self._size += len(data)
        limit = self.client.engine.json_bytes
        if self._size > limit:
            self.client.fail(413, f"the request's body is longer than {limit} bytes")
            return
        self._gathered.append(data)
        if complete:
            self.gathers_request = False
            self.request_sent = True
            self._run(b"".join(self._gathered))

    def _run(self, body: bytes | None) -> None:
        Deferred.fromCoroutine(self._prepare(body)).addErrback(self._prepare_failed)

    async def _prepare(self, body: bytes | None) -> None:
        """Rewrite the request and send it; `body` is None when it passes as it is."""
        plan, engine = self.plan, self.client.engine
        prefix = f"/v{plan.forward}"
        if plan.emulation is not None:
            await self._emulate(prefix, body or b"")
            return
        if body:
            try:
                body = dumps(plan.request_document(loads(body), self._facts))
            except JsonError:
                # Not JSON, or not JSON that survives a rewriting: the engine shall say so.
                pass
        if self.match is not None:
            for lookup in plan.lookups:
                answer: Answer | None = None
                try:
                    answer = await engine.call(lookup.call(self.match), prefix)
                except CallFailed as error:
                    log.debug("a look-up failed: {error}", error=error)
                plan.learn(lookup, answer, self._facts)
        if self.client.exchange is not self:
            return
        head = self._request_head(prefix, body)
        self.open(
            head + (b"".join(self._pending) if body is None else body),
            self.request_sent,
        )

    def _request_head(self, prefix: str, body: bytes | None) -> bytes:
        """Write the request's head, rewritten where the plan says so."""
        target, fields, length = self.target, self.fields.fields, self.fields.length
        if body is not None:
            length = len(body)
            fields = tuple(pair for pair in fields if pair[0].lower() != b"expect")
        if self.plan.rewrites_request:
            headers = Headers(tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in fields))
            method = self.line.method.decode("ascii")
            query = self.line.query[1:].decode("latin-1")
            request = self.plan.request(
                Request(method, self.asked_path, query, headers), self._facts
            )
            mark = "?" if request.query else ""
            target = (prefix + request.path + mark + request.query).encode("latin-1")
            fields = encoded(request.headers)
        framing = (
            b"" if not length and self.line.method in (b"GET", b"HEAD") else request_framing(length)
        )
        return b"%b %b HTTP/1.1\r\n%b%b%b%b\r\n" % (
            self.line.method,
            target,
            HOST,
            serialise(fields),
            framing,
            self.upgrade_fields(),
        )

    def upgrade_fields(self) -> bytes:
        """What asks the engine for another protocol; nothing here."""
        return b""

    async def _emulate(self, prefix: str, body: bytes) -> None:
        """Run the flow that stands in for a route that the engine has not."""
        plan = self.plan
        assert plan.emulation is not None and self.match is not None
        headers = Headers(
            tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in self.fields.fields)
        )
        request = Request(
            self.line.method.decode("ascii"),
            self.asked_path,
            self.line.query[1:].decode("latin-1"),
            headers,
        )
        flow = plan.emulation.run(self.match, request, body)
        try:
            call = next(flow)
            while True:
                call = flow.send(await self.client.engine.call(call, prefix))
        except StopIteration as end:
            answer: Answer = end.value
        if self.client.exchange is self:
            self.client.answer(plan.emulated(answer))

    def _prepare_failed(self, failure: Failure) -> None:
        if self.client.exchange is not self:
            return
        if failure.check(EngineUnavailable):
            self.client.engine_unavailable(failure.getErrorMessage())
        elif failure.check(CallFailed):
            self.client.fail(502, failure.getErrorMessage())
        elif failure.check(Untranslatable):
            self.client.fail(400, failure.getErrorMessage())
        else:
            log.failure("a request could not be prepared", failure)
            self.client.fail(500, "the gateway failed to prepare the request; its log says why")

    # Engine to client

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """Give the answer that came in one piece."""
        if self._passes(answer):
            super().whole(answer, data)
            return
        try:
            data = content_of(data, 0 if self.is_head else answer.length)
        except MalformedMessage as error:
            self.client.fail(502, f"the engine's answer is no HTTP: {error}")
            return
        self._start(answer, len(data))
        if self.client.exchange is not self:
            return
        if data:
            self.received(data)
        if self.client.exchange is self:
            self.finished()

    def head(self, answer: AnswerFields) -> None:
        """Decide how the body is treated, and give the head unless the body decides on it."""
        if self._passes(answer):
            super().head(answer)
            return
        self.wants_content = True
        self._start(answer, None)
        if self.client.exchange is self:
            self.download()

    def _passes(self, answer: AnswerFields) -> bool:
        """Nothing is to be done to this answer."""
        plan = self.plan
        if not self.line.minor or self.closes_on_error(answer.status):
            return False
        if answer.length == UNTIL_CLOSE and not self.is_head:
            return False
        if answer.status >= 400:
            return not plan.rewrites_errors
        return not (
            plan.rewrites_head
            or plan.rewrites_document
            or plan.rewrites_records
            or plan.rewrites_stream
        )

    def closes_on_error(self, status: int) -> bool:
        """The connection must not go on after an answer of this status; see `hijacked`."""
        return False

    def _start(self, answer: AnswerFields, size: int | None) -> None:
        """Choose the treatment of the body; `size` is its length if the whole of it is here."""
        plan, facts = self.plan, self._facts
        head = AnswerHead(answer.status, headers_of(answer), answer.reason.decode("latin-1"))
        no_body = self.is_head or answer.status in (204, 304)
        if answer.status >= 400:
            if plan.rewrites_errors or self.closes_on_error(answer.status):
                self._head, self._held = head, []
                return
            self._open(head, answer.length if answer.length >= 0 else size, no_body)
            return
        rewrite = plan.stream(head, facts) if plan.rewrites_stream else None
        if plan.rewrites_head:
            head = plan.head(head, facts)
        if plan.rewrites_document and not no_body:
            self._head, self._held = head, []
            return
        if plan.rewrites_records and not no_body:
            self._records = RecordSplitter()
            self._open(head, None, no_body)
        elif rewrite is not None:
            self._rewrite = rewrite
            self._open(head, None, no_body)
        else:
            self._open(head, answer.length if answer.length >= 0 else size, no_body)

    def _open(self, head: AnswerHead, length: int | None, no_body: bool) -> None:
        """Write the head; None is a length that nobody knows yet."""
        self.answering = True
        self._chunking = length is None and self.line.minor == 1 and not no_body
        if self._chunking:
            framing = CHUNKED_FRAMING
        elif length is not None and head.status != 204 and not head.status < 200:
            framing = length_framing(length)
        else:
            framing = b""
        if not self.line.minor:
            # HTTP/1.0 knows no chunks: without a length the end of the connection is the end.
            keep = self.fields.keep_alive and (length is not None or no_body)
            self.client.close_after = not keep
            framing += b"Connection: keep-alive\r\n" if keep else CLOSE
        elif not self.fields.keep_alive:
            framing += CLOSE
        fields = encoded(head.headers)
        self.client.transport.write(
            answer_head(head.status, fields, framing, head.reason.encode("latin-1"))
        )

    def received(self, data: bytes) -> None:
        """Treat a piece of the body."""
        if self._held is not None:
            self._size += len(data)
            limit = self.client.engine.json_bytes
            if self._size > limit:
                self._cut(f"the engine's answer is longer than {limit} bytes")
                return
            self._held.append(data)
            return
        try:
            if self._records is not None:
                data = b"".join([self._record(record) for record in self._records.feed(data)])
                if data:
                    self.client.transport.write(data)
                return
            if self._rewrite is not None:
                data = self._rewrite.feed(data)
        except (StreamError, Untranslatable, ValueError) as error:
            self._cut(str(error))
            return
        if data:
            self.client.transport.write(chunk(data) if self._chunking else data)

    def _record(self, text: bytes) -> bytes:
        """One record, rewritten, as a chunk of its own; nothing when it is left out."""
        record = self.plan.record(loads(text), self._facts)
        if record is None:
            return b""
        line = dumps(record) + b"\n"
        return chunk(line) if self._chunking else line

    def finished(self) -> None:
        """Give what was held back, and the end."""
        self.end_download()
        try:
            if self._held is not None:
                self._give_held(b"".join(self._held))
                return
            last = b""
            if self._records is not None:
                last = b"".join([self._record(record) for record in self._records.finish()])
            elif self._rewrite is not None:
                rest = self._rewrite.finish()
                last = chunk(rest) if self._chunking else rest
        except (StreamError, Untranslatable, ValueError) as error:
            self._cut(str(error))
            return
        if self._chunking:
            last += LAST_CHUNK
        if last:
            self.client.transport.write(last)
        self.client.exchange_done(self)

    def _give_held(self, body: bytes) -> None:
        head = cast("AnswerHead", self._head)
        if head.status >= 400:
            answer = Answer(head.status, head.headers, b"" if self.is_head else body)
            if self.plan.rewrites_errors:
                answer = self.plan.error(answer, self._facts)
            head, body = AnswerHead(answer.status, answer.headers, head.reason), answer.body
        else:
            try:
                body = dumps(self.plan.document(loads(body), self._facts)) + b"\n"
            except JsonError as error:
                # What cannot be read cannot be rewritten, and must not be lost either.
                log.warn("an answer passes untranslated: {error}", error=error)
        self._open(head, len(body), self.is_head)
        if body and not self.is_head:
            self.client.transport.write(body)
        self.client.exchange_done(self, close=self.closes_on_error(head.status))

    def _cut(self, reason: str) -> None:
        """The answer cannot go on."""
        connection, self.connection = self.connection, None
        if connection is not None and connection.requester is self:
            if self.downloading:
                self.downloading = False
                self.client.transport.unregisterProducer()
            connection.give_up()
        if self.answering:
            self.client.truncate(reason)
        else:
            self.client.fail(502, reason)
