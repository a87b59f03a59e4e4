"""One request and its answer, rewritten between two API versions as its plan says.

What a plan does not ask for is not done: a body that nothing rewrites passes as in `exchange`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.api.message import Answer, EngineCall, Forward, Json
from gateway.api.router import Match, match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Pause, Step
from gateway.http.answer import UNTIL_CLOSE, AnswerFields
from gateway.http.body import content_of
from gateway.http.fields import MalformedMessage
from gateway.net.engine import EngineUnavailable
from gateway.net.engine_call import CallFailed
from gateway.net.exchange import NEVER, Exchange
from gateway.stream.json import JsonError, dumps, loads
from gateway.versions.answering import AnswerBroken, AnswerTranslation
from gateway.versions.asking import Asked
from gateway.versions.vocabulary import STORED_CREDENTIALS, Facts, Untranslatable

log = Logger()

CLIENTS_BRING_CREDENTIALS = ApiVersion(1, 2)
"""The first version whose clients send credentials with each request that needs them."""


class TranslatedExchange(Exchange):
    """An Exchange with a plan that changes something, or with a client that speaks HTTP/1.0.

    `found` is the route with its parameters, None for an unknown path; `path` is without version.
    """

    def __init__(self, *args: Any, found: Match | None, path: str) -> None:
        super().__init__(*args)
        plan = self.plan
        self.gathers_request = plan.rewrites_request_document or plan.emulation is not None
        self._match = found
        self._asked = Asked.by_client(self.line, self.fields, path, self.target)
        self._facts = Facts()
        if plan.client < CLIENTS_BRING_CREDENTIALS:
            self._facts[STORED_CREDENTIALS] = self.client.credentials
        self._gathered: list[bytes] = []
        self._size = 0
        self._answer: AnswerTranslation | None = None

    # Client to engine

    def begin(self, first: bytes, complete: bool) -> None:
        """Prepare the request, as far as the plan asks for it, and send it."""
        plan = self.plan
        if self.gathers_request:
            if self.fields.expects_continue and not complete:
                # The engine can't ask for a body that it gets only when it has been rewritten.
                self.client.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.send(first, complete)
        elif plan.lookups or plan.rewrites_request or self.hijacks:
            self.request_sent = complete
            self._gathered = [first]
            if not complete:
                self.client.pause()
            self._run(None)
        else:
            super().begin(first, complete)

    def send(self, data: bytes, complete: bool) -> None:
        """Gather the body, or pass it on."""
        if not self.gathers_request:
            if self.connection is None and not self._pending:
                # The request is still being prepared.
                self.request_sent = complete
                self._gathered.append(data)
            else:
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
        Deferred.fromCoroutine(self._prepare(body)).addErrback(self._not_prepared)

    async def _prepare(self, body: bytes | None) -> None:
        """Rewrite the request and send it; `body` is None when it passes as it is."""
        if self.plan.emulation is not None:
            body = await self._emulate(body or b"")
            if body is None:
                return
        plan = self.plan
        if plan.lookups and self._match is not None:
            await self._look_up(self._match)
        if body and plan.rewrites_request_document:
            try:
                body = dumps(plan.request_document(loads(body), self._facts))
            except JsonError:
                # Not JSON, or not JSON that survives a rewriting: the engine shall say so.
                pass
        if self.client.exchange is self:
            head = self._asked.head(plan, self._facts, body, self.upgrade_fields())
            rest = b"".join(self._gathered) if body is None else body
            self._gathered.clear()
            self.open(head + rest, self.request_sent)
            if self.client.transport.read_ended:
                self.client_ended()

    async def _look_up(self, found: Match) -> None:
        """Ask the engine for what the plan wants to know, beginning with what the request means."""
        plan, facts = self.plan, self._facts
        for lookup in plan.lookups:
            if lookup.ask is None:
                call = lookup.call(found)
            else:
                call = lookup.ask(found, self._asked.request, facts)
            answer: Answer | None = None
            if call is not None:
                try:
                    answer = await self.client.engine.call(call, f"/v{plan.forward}")
                except CallFailed as error:
                    log.debug("a look-up failed: {error}", error=error)
            plan.learn(lookup, answer, facts)
            if lookup.leads is not None:
                found = lookup.leads(found, facts)

    def upgrade_fields(self) -> bytes:
        """The field lines that ask the engine for another protocol; none here."""
        return b""

    async def _emulate(self, body: bytes) -> bytes | None:
        """Run the flow that stands in for a route that the engine has not, or not in this form.

        None when it answered; otherwise the body of the request that goes on in the place of the
        client's, through the plan of its own route.
        """
        client, plan = self.client, self.plan
        if plan.emulation is None or self._match is None:
            raise AssertionError("an emulation is bound to a route")

        def rewritten(route: str, document: Json) -> Json:
            return client.plan_for(plan.client, ROUTE[route]).request_document(document, Facts())

        context = Context(plan.client, plan.forward, client.credentials, rewritten)
        flow = plan.emulation.run(self._match, self._asked.request, body, context)
        try:
            step = next(flow)
            while True:
                step = flow.send(await self._take(step))
        except StopIteration as end:
            result: Answer | Forward = end.value
        if client.exchange is not self:
            return None
        if isinstance(result, Answer):
            client.answer(plan.emulated(result))
            return None
        self._asked = Asked.by_emulation(result)
        self._facts.update(result.known)
        self._match = match(result.request.method, result.request.path)
        route = None if self._match is None else self._match.route
        self.plan = client.plan_for(plan.client, route)
        self.is_head = result.request.method == "HEAD"
        self.streams = False
        return result.body

    async def _take(self, step: Step) -> Answer:
        """Do what an emulation wants done; what is no call has an empty answer."""
        engine = self.client.engine
        if isinstance(step, EngineCall):
            return await engine.call(step, f"/v{self.plan.forward}")
        if isinstance(step, Pause):
            await engine.pause(step.seconds)
        else:
            await engine.held.move(step.before, step.after)
        return Answer(204)

    def _not_prepared(self, failure: Failure) -> None:
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
            content = content_of(data, 0 if self.is_head else answer.length)
        except MalformedMessage as error:
            self.client.fail(502, f"the engine's answer is no HTTP: {error}")
            return
        if self._start(answer, len(content)):
            if content:
                self.received(content)
            if self._answer is not None:
                self.finished()

    def head(self, answer: AnswerFields) -> None:
        """Decide how the body is treated, and give the head unless the body decides on it."""
        if self._passes(answer):
            super().head(answer)
            return
        self.wants_content = True
        self.client.deadline = NEVER
        if self._start(answer, None):
            self.download()

    def _passes(self, answer: AnswerFields) -> bool:
        """Whether nothing is to be done to this answer."""
        plan = self.plan
        if not self.line.minor or self.is_last(answer.status):
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

    def is_last(self, status: int) -> bool:
        """Whether the connection must not go on after an answer of this status."""
        return False

    def _start(self, answer: AnswerFields, size: int | None) -> bool:
        """Begin the answer; False when that failed."""
        translation = self._answer = AnswerTranslation(
            self.plan,
            self._facts,
            minor=self.line.minor,
            keep_alive=not self.client.close_after,
            is_head=self.is_head,
            limit=self.client.engine.json_bytes,
        )
        data = self._step(translation.start, answer, size, self.is_last(answer.status))
        if data is None:
            return False
        self.answering = translation.opened
        if data:
            self.client.transport.write(data)
        return True

    def received(self, data: bytes) -> None:
        """Give a piece of the body."""
        given = data if self._answer is None else self._step(self._answer.feed, data)
        if given:
            self.client.transport.write(given)

    def finished(self) -> None:
        """Give what was held back, and the end."""
        self.end_download()
        close = False
        if self._answer is not None:
            translation = self._answer
            data = self._step(translation.finish)
            if data is None:
                return
            close = not translation.keeps_open
            if data:
                self.client.transport.write(data)
        self.client.exchange_done(self, close=close)

    def _step(self, step: Callable[..., bytes], *args: Any) -> bytes | None:
        """Take a step of the translation; None when that failed, and the answer with it."""
        try:
            return step(*args)
        except AnswerBroken as error:
            self._cut(str(error))
        except Exception:
            # A change that stumbles over an answer must not leave its client waiting.
            log.failure("an answer could not be translated")
            self._cut("the gateway failed to translate the answer; its log says why")
        return None

    def _cut(self, reason: str) -> None:
        """The answer cannot be given, or cannot go on."""
        opened = self._answer is not None and self._answer.opened
        self._answer = None
        self.end_download()
        self.client_lost()
        if opened:
            self.client.truncate(reason)
        else:
            self.client.fail(502, reason)
