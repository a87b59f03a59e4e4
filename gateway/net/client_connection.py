"""One connection of a client: requests in, answers out, one after the other.

Pipelined requests wait in the order in which they came. Whatever cannot be trusted any more is
answered once and closed: behind a request that was refused there may be the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.api.message import Json
from gateway.api.routes import Hijack, Route
from gateway.api.version import ApiVersion
from gateway.http.body import request_body
from gateway.http.fields import MalformedMessage
from gateway.http.request import (
    RequestFields,
    RequestLine,
    parse_request_fields,
    parse_request_line,
)
from gateway.net.client_answers import AnsweringConnection
from gateway.net.exchange import NEVER, Exchange
from gateway.net.hijacked import ASKED_FOR, HijackedExchange
from gateway.net.tls import common_name
from gateway.net.tls_transport import TLSTransport
from gateway.net.translated import TranslatedExchange
from gateway.net.transport import HIGH_WATER
from gateway.versions.resolver import version_in

if TYPE_CHECKING:
    from gateway.net.frontend import Frontend
    from gateway.net.tunnel import Tunnel
    from gateway.versions.plan import Plan
    from gateway.versions.resolver import Resolved

_MOST_PIPELINED = 65536

log = Logger()


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class ClientConnection(AnsweringConnection):
    """A client: what it sends, and how long it is waited for."""

    def __init__(self, frontend: Frontend, peer: str, default: ApiVersion | None) -> None:
        super().__init__(frontend, peer)
        self.deadline = frontend.now() + frontend.config.limits.handshake_seconds
        self._default = default
        self._answer_timeout = frontend.config.engine.answer_timeout
        self._identity: str | None = None
        self._head_begun = False
        self._unread = False
        self._tunnel: Tunnel | None = None

    def connectionMade(self) -> None:
        """Wait for a request, unless a handshake comes first."""
        if not isinstance(self.transport, TLSTransport):
            self.deadline = self._frontend.now() + self._frontend.config.limits.head_seconds

    def handshakeCompleted(self) -> None:
        """The handshake is over: from now on a request is waited for."""
        frontend = self._frontend
        frontend.counters.handshakes += 1
        self.deadline = frontend.now() + frontend.config.limits.head_seconds
        assert isinstance(self.transport, TLSTransport)
        if frontend.config.limits.connections_per_identity and not frontend.admit(self):
            self._refuse(429, "too many connections with this client certificate")

    # Who it is

    @property
    def identity(self) -> str:
        """The name in the client's certificate; empty for a client that has shown none."""
        if self._identity is None:
            tls = self.transport
            self._identity = common_name(tls.tls) if isinstance(tls, TLSTransport) else ""
        return self._identity

    @property
    def credentials(self) -> dict[str, Json]:
        """The registry credentials that this client left with the gateway, to read and to write."""
        return self._frontend.credentials_of(self.identity)

    def plan_for(self, version: ApiVersion, route: Route | None) -> Plan:
        """Give the plan for what an emulation forwards, which is not emulated again."""
        assert self.engine.planner is not None
        return self.engine.planner.plan(version, route, emulated=False)

    # Requests

    def dataReceived(self, data: bytes) -> None:
        """Take what the client sends: a head, a body, or what waits for its turn."""
        if self._body is not None:
            self._follow(data, 0)
        elif self.exchange is not None or self._closing:
            self._wait(data)
        else:
            if self._held:
                data = self._held + data
                self._held = b""
            self._read_requests(data)

    def _wait(self, data: bytes) -> None:
        """Keep what comes before its turn; a source that goes on is paused."""
        exchange = self.exchange
        if self._closing:
            return
        if isinstance(exchange, HijackedExchange):
            exchange.early(data)
            return
        self._held += data
        if len(self._held) > _MOST_PIPELINED:
            self.pause()

    def _read_requests(self, data: bytes) -> None:
        """Read one request after the other, as long as each is answered at once."""
        while data:
            data = self._read_request(data)
            if data and (self.exchange is not None or self._closing or self._unread):
                self._wait(data)
                break

    def _read_request(self, data: bytes) -> bytes:
        """Read the request that `data` begins with, and start to answer it; return what is left."""
        frontend = self._frontend
        limit = frontend.limits.head_bytes
        end = data.find(b"\r\n\r\n", 0, limit)
        if end < 0:
            self._read_part(data, limit)
            return b""
        eol = data.find(b"\r\n")
        try:
            line = parse_request_line(data[:eol])
            block = data[eol + 2 : end + 2]
            fields = frontend.blocks.get(block) if line.minor else None
            if fields is None:
                fields = parse_request_fields(block, line.minor, frontend.limits)
                if line.minor and not fields.credentials:
                    frontend.blocks.keep(block, fields)
        except MalformedMessage as error:
            self._version = version_in(data)
            self._refuse(400, str(error))
            return b""
        self._head_begun = False
        if not self.engine.current:
            self._version = version_in(data) or self._default
            self._ask_engine(line, partial(self._read_requests, data))
            return b""
        try:
            resolved = frontend.resolver(self._default).resolve(line, fields)
        except ValueError as error:
            self._version = None
            self._refuse(400, str(error))
            return b""
        self._version = resolved.plan.client
        self.close_after = not fields.keep_alive or frontend.draining
        timeout = self._answer_timeout
        self.deadline = frontend.now() + timeout if timeout else NEVER
        frontend.counters.requests += 1
        if resolved.short and line.minor and not fields.length:
            # Nothing to do but to pass it on, and no body: nearly every request.
            exchange = self.exchange = Exchange(
                self, resolved.plan, line, fields, resolved.target(line), resolved.streams
            )
            exchange.begin(b"", True)
            return data[end + 4 :]
        return self._start(line, fields, resolved, data, end + 4)

    def _read_part(self, data: bytes, limit: int) -> None:
        """Wait for the rest of a head, unless it is one that can't become right."""
        if not b"A" <= data[:1] <= b"z":
            self._refuse(400, "this is no HTTP request")
        elif data.count(b"\n") != data.count(b"\r\n"):
            self._version = version_in(data)
            self._refuse(400, "a line that ends with a bare LF")
        elif len(data) > limit:
            self._version = version_in(data)
            self._refuse(431, f"a head of more than {limit} bytes")
        else:
            if not self._head_begun:
                # Once for each head, however small the pieces are in which it comes.
                self._head_begun = True
                self.deadline = self._frontend.now() + self._frontend.config.limits.head_seconds
            self._held = data

    def _start(
        self, line: RequestLine, fields: RequestFields, resolved: Resolved, data: bytes, start: int
    ) -> bytes:
        """Make the exchange and give it the beginning of its body; return what is behind it."""
        plan = resolved.plan
        complete, stop = True, start
        if fields.length:
            body = request_body(fields.length, self._frontend.limits)
            content: list[bytes] | None = (
                [] if plan.rewrites_request_document or plan.emulation is not None else None
            )
            try:
                stop = body.feed(data, start, content)
            except MalformedMessage as error:
                self._refuse(400, str(error))
                return b""
            first = data[start:stop] if content is None else b"".join(content)
            complete = body.done
            if not complete:
                self._body = body
                self._await_body()
        else:
            first = b""
        if plan.refusal is not None:
            self.close_after = self.close_after or not (complete and line.minor)
            self._is_head = line.method == b"HEAD"
            self.answer(plan.refusal)
            return data[stop:]
        exchange = self.exchange = self._exchange(line, fields, resolved)
        exchange.begin(first, complete)
        return data[stop:] if stop < len(data) else b""

    def _exchange(self, line: RequestLine, fields: RequestFields, resolved: Resolved) -> Exchange:
        """Choose how this request is carried."""
        plan, kind = resolved.plan, resolved.hijack
        common = (self, plan, line, fields, resolved.target(line), resolved.streams)
        if kind is not Hijack.NONE and line.minor and _may_hijack(kind, fields.upgrade):
            found = self._frontend.resolver(self._default).matched(line, resolved)
            return HijackedExchange(*common, found=found, path=resolved.path(line), kind=kind)
        if plan.untouched and line.minor:
            return Exchange(*common)
        found = self._frontend.resolver(self._default).matched(line, resolved)
        return TranslatedExchange(*common, found=found, path=resolved.path(line))

    def _follow(self, data: bytes, start: int) -> None:
        """Pass on what of `data` belongs to the body of the request under way."""
        body, exchange = self._body, self.exchange
        assert body is not None
        if exchange is None or self._closing:
            return
        self._await_body()
        content: list[bytes] | None = [] if exchange.gathers_request else None
        try:
            stop = body.feed(data, start, content)
        except MalformedMessage as error:
            self._break_off(exchange, 400, str(error))
            return
        if body.done:
            self._body = None
            self._await_answer(exchange)
        piece = data[start:stop] if content is None else b"".join(content)
        exchange.send(piece, body.done)
        if stop < len(data):
            self._wait(data[stop:])

    def _await_body(self) -> None:
        """A piece of the request's body has come; the next one is waited for so long."""
        self.deadline = self._frontend.now() + self._frontend.config.limits.idle_seconds

    def _await_answer(self, exchange: Exchange) -> None:
        """The request is complete; the engine's answer is waited for so long."""
        waits = self._answer_timeout and not exchange.answering
        self.deadline = self._frontend.now() + self._answer_timeout if waits else NEVER

    def _ask_engine(self, line: RequestLine, then: Callable[[], None]) -> None:
        """Find out what the engine speaks, and go on with `then` if it answers."""
        self.pause()
        self._closing = True  # for as long as nothing else may be read
        self._is_head = line.method == b"HEAD"
        self.deadline = NEVER  # asking has a time limit of its own

        def over() -> bool:
            self._closing = False
            if self.transport.connected:
                self.resume()
            return bool(self.transport.connected)

        def known(_: None) -> None:
            if over():
                then()

        def unknown(failure: Failure) -> None:
            if over():
                self.engine_unavailable(failure.getErrorMessage())

        self.engine.refresh().addCallbacks(known, unknown)

    def exchange_done(self, exchange: Exchange | None, close: bool = False) -> None:
        """The answer is complete: close, or go on with the next request."""
        self.exchange = None
        transport = self.transport
        if close or self.close_after or self._body is not None:
            self.close()
            return
        if transport.read_ended and not self._held:
            self.close()
            return
        self.deadline = self._frontend.now() + self._frontend.config.limits.idle_seconds
        if transport.queued > HIGH_WATER:
            # It sends requests and does not read the answers: first it shall.
            self._unread = True
            self.pause()
            transport.registerProducer(self, True)
        elif self._held:
            self._go_on()

    def _go_on(self) -> None:
        """Read what waited for its turn."""
        data, self._held = self._held, b""
        self.resume()
        if data:
            self._read_requests(data)

    def pauseProducing(self) -> None:
        """The client's transport is full, which is why this connection is its producer."""

    def resumeProducing(self) -> None:
        """The client has read its answers."""
        self.transport.unregisterProducer()
        self._unread = False
        if not self._closing:
            self._go_on()

    def stopProducing(self) -> None:
        """The client's transport is gone, and so is this connection."""

    def retry(self, exchange: Exchange) -> None:
        """Make the request of `exchange` a second time; it has no body.

        The engine may be another by now, so it is asked what it speaks and the request is planned
        anew.
        """
        self.exchange = None
        self._ask_engine(exchange.line, partial(self._repeat, exchange.line, exchange.fields))

    def _repeat(self, line: RequestLine, fields: RequestFields) -> None:
        resolved = self._frontend.resolver(self._default).resolve(line, fields)
        if resolved.plan.refusal is not None:
            self.answer(resolved.plan.refusal)
            return
        exchange = self.exchange = self._exchange(line, fields, resolved)
        exchange.repeated = True
        self._await_answer(exchange)
        exchange.begin(b"", True)

    # Tunnels

    def become_tunnel(self, tunnel: Tunnel) -> None:
        """Hand the connection over: what comes from here on is the tunnel's."""
        self.exchange = None
        self._tunnel = tunnel
        self.deadline = NEVER
        self._frontend.counters.tunnels += 1
        if isinstance(self.transport, TLSTransport):
            self.transport.tolerate_bare_end()
        self.dataReceived = tunnel.from_client  # type: ignore[method-assign] # a shorter way
        self.resume()

    # The end

    def expired(self) -> None:
        """The deadline has passed."""
        exchange = self.exchange
        if exchange is not None and self._body is None:
            self.fail(504, f"the engine did not answer within {self._answer_timeout:g} seconds")
        elif exchange is not None and exchange.stalled:
            # It is the engine that does not take the body, not the client that does not send it.
            self._await_body()
        elif exchange is not None:
            self._break_off(exchange, 408, "the body of the request did not come in time")
        elif self._closing or self._unread or getattr(self.transport, "handshaking", False):
            self.transport.abortConnection()
        elif self._held:
            self._version = version_in(self._held)
            self._refuse(408, "the head of the request did not come in time")
        else:
            self.close()

    @property
    def busy(self) -> bool:
        """Whether a request is being answered, or its answer still on the way."""
        return self.exchange is not None or (self._tunnel is None and self.transport.queued > 0)

    def drain(self) -> None:
        """Go away as soon as no request is under way."""
        self.close_after = True
        if self.exchange is None and self._tunnel is None and not self._closing:
            self.close()

    def readConnectionLost(self) -> None:
        """The client will send no more."""
        if self._tunnel is not None:
            self._tunnel.client_ended()
        elif self._closing or self.exchange is None:
            self.transport.loseConnection()
        elif self._body is not None:
            log.info("{peer}: ended in the middle of a request", peer=self.peer)
            self.transport.abortConnection()
        elif not isinstance(self.exchange, HijackedExchange):
            self.exchange.client_ended()

    def writeConnectionLost(self) -> None:
        """Our direction has ended."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client is gone: so is what was done for it."""
        self._frontend.forget(self)
        if self._tunnel is not None:
            self._tunnel.client_lost()
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.client_lost()
        if isinstance(self.transport, TLSTransport) and self.transport.handshaking:
            self._frontend.counters.failed_handshakes += 1
            log.info("{peer}: no TLS: {reason}", peer=self.peer, reason=reason.getErrorMessage())


def _may_hijack(kind: Hijack, upgrade: bytes) -> bool:
    """A raw hijack needs no asking, the others do."""
    return kind is Hijack.TCP or upgrade == ASKED_FOR[kind]
