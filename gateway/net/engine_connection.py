"""One connection to the engine: a request at a time, its answer, perhaps a tunnel in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.interfaces import IHalfCloseableProtocol, IHandshakeListener
from twisted.internet.protocol import Protocol as TwistedProtocol
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.http.answer import UNTIL_CLOSE, AnswerFields, parse_answer_head
from gateway.http.body import Body, ChunkedBody, LengthBody, UntilCloseBody
from gateway.http.fields import MalformedMessage
from gateway.http.request import CHUNKED
from gateway.net.tls import verify_engine
from gateway.net.tls_transport import TLSTransport
from gateway.net.transport import SocketTransport

if TYPE_CHECKING:
    from gateway.net.engine import Engine


_BEGINNING = b"HTTP/1."


class Requester(Protocol):
    """Who is told of the answer to one request.

    `is_head` says that the answer has no body whatever its head says, `hijacks` that a 200
    without a length is a tunnel. With `wants_content` the body comes without its framing.
    Either `whole` is called, or `head`, then `received` any number of times, then `finished`;
    or `upgraded`; or at any time, once and at last, `lost`.
    """

    is_head: bool
    hijacks: bool
    wants_content: bool
    request_sent: bool

    def interim(self, answer: AnswerFields) -> None:
        """An answer of status 1xx came; the real one follows."""

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """The answer came in one piece; `data` is its body as it is on the wire."""

    def head(self, answer: AnswerFields) -> None:
        """The head of the answer came."""

    def received(self, data: bytes) -> None:
        """A piece of the body came, framed as on the wire unless `wants_content`."""

    def finished(self) -> None:
        """The body is complete."""

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        """From here on the connection is a tunnel; `early` are its first bytes."""

    def lost(self, reason: str, stale: bool) -> None:
        """The connection broke before the answer was complete.

        `stale` tells that it had been idle before the request, and that nothing of the answer
        had come: the engine had most likely closed it before it got the request.
        """


@implementer(IHalfCloseableProtocol, IHandshakeListener)
class EngineConnection(TwistedProtocol):
    """A keep-alive connection to the engine.

    `reused` tells whether it has carried a request before the present one.
    """

    transport: SocketTransport

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._heads = engine.heads
        self.requester: Requester | None = None
        self.reused = False
        self.established = False
        self._body: Body | None = None
        self._held = b""
        self._reusable = True
        self._tunnel: Any = None
        self._refused: str | None = None

    # Coming about

    def connectionMade(self) -> None:
        """Stand ready, unless a handshake comes first."""
        if not isinstance(self.transport, TLSTransport):
            self.established = True
            self._engine.established(self)

    def handshakeCompleted(self) -> None:
        """Check who the engine is, then stand ready."""
        assert isinstance(self.transport, TLSTransport)
        if self._engine.config.verify:
            self._refused = verify_engine(self.transport.tls, self._engine.address.host)
        if self._refused is not None:
            self.transport.abortConnection()
            return
        self.established = True
        self._engine.established(self)

    def forget_heads(self) -> None:
        """Read the answers' heads anew: the engine's range has changed."""
        self._heads = self._engine.heads

    # The request

    def request(self, requester: Requester, data: bytes) -> None:
        """Send a request's head, and what `data` has of its body."""
        self.requester = requester
        self.transport.write(data)

    # The answer

    def dataReceived(self, data: bytes) -> None:
        """Read an answer: its head, and the body behind it."""
        if self._body is not None:
            self._follow(data, 0)
            return
        if self._held:
            data = self._held + data
            self._held = b""
        while data:
            data = self._read_head(data)

    def _read_head(self, data: bytes) -> bytes:
        """Read a head and what belongs to it; give what is behind an interim answer."""
        requester = self.requester
        if requester is None:
            self._unasked()
            return b""
        end = data.find(b"\r\n\r\n") + 4
        if end < 4:
            if not data.startswith(_BEGINNING[: len(data)]):
                self._broken("the engine's answer is no HTTP")
            elif len(data) > self._engine.limits.head_bytes:
                self._broken("the engine's answer has a head that is too long")
            else:
                self._held = data
            return b""
        head = data[:end]
        answer = self._heads.get(head)
        if answer is None:
            if end > self._engine.limits.head_bytes:
                self._broken("the engine's answer has a head that is too long")
                return b""
            try:
                answer = parse_answer_head(head, self._engine.limits, self._engine.advertised)
            except MalformedMessage as error:
                self._broken(f"the engine's answer is no HTTP: {error}")
                return b""
            self._heads.keep(head, answer)
        if answer.status < 200:
            return self._read_interim(requester, answer, data[end:])
        length = 0 if requester.is_head else answer.length
        size = len(data) - end
        if length == size:
            self._release(answer)
            requester.whole(answer, data[end:])
        elif length == UNTIL_CLOSE and requester.hijacks and answer.status == 200:
            requester.upgraded(answer, data[end:])
        else:
            self._read_body(requester, answer, length, data, end)
        return b""

    def _read_interim(self, requester: Requester, answer: AnswerFields, rest: bytes) -> bytes:
        if answer.status == 101:
            if requester.hijacks:
                requester.upgraded(answer, rest)
            else:
                self._broken("the engine switched protocols without being asked to")
            return b""
        requester.interim(answer)
        return rest if self.requester is requester else b""

    def _unasked(self) -> None:
        """The engine says something that it was not asked for: nothing it says can be trusted."""
        self._engine.connection_lost(self, False, "it answers without being asked")
        self.transport.abortConnection()

    def _read_body(
        self, requester: Requester, answer: AnswerFields, length: int, data: bytes, end: int
    ) -> None:
        body: Body
        if length == CHUNKED:
            body = ChunkedBody(self._engine.limits)
        elif length == UNTIL_CLOSE:
            body, self._reusable = UntilCloseBody(), False
        else:
            body = LengthBody(length)
        self._reusable = self._reusable and answer.keep_alive
        self._body = body
        if length == CHUNKED and not requester.wants_content and data.endswith(b"0\r\n\r\n"):
            # Small chunked answers are common; one that is complete goes out in one write.
            try:
                stop = body.feed(data, end)
            except MalformedMessage as error:
                self._broken(f"the engine's answer is no HTTP: {error}")
                return
            if body.done and stop == len(data):
                self._body = None
                self._release(answer)
                requester.whole(answer, data[end:])
                return
            body = self._body = ChunkedBody(self._engine.limits)
        requester.head(answer)
        if self._body is body and (body.done or end < len(data)):
            self._follow(data, end)

    def _follow(self, data: bytes, start: int) -> None:
        """Pass the body's part of `data` on."""
        requester, body = self.requester, self._body
        if requester is None or body is None:
            return
        content: list[bytes] | None = [] if requester.wants_content else None
        try:
            stop = body.feed(data, start, content)
        except MalformedMessage as error:
            self._broken(f"the engine's answer is no HTTP: {error}")
            return
        if content is not None:
            piece = content[0] if len(content) == 1 else b"".join(content)
        else:
            piece = data if start == 0 and stop == len(data) else data[start:stop]
        if piece:
            requester.received(piece)
        if body.done and self.requester is requester:
            if stop < len(data):
                self._reusable = False
            self._finish(requester)

    def _finish(self, requester: Requester) -> None:
        self._body = None
        self._release(None)
        requester.finished()

    def _release(self, answer: AnswerFields | None) -> None:
        """Be free for the next request, or close."""
        requester, self.requester = self.requester, None
        keep = self._reusable and (answer is None or answer.keep_alive)
        if requester is not None and not requester.request_sent:
            # The rest of the request would wait for ever on an engine that reads no more of it.
            self.transport.abortConnection()
        elif keep:
            self.reused = True
            self._engine.put_back(self)
        else:
            self.transport.loseConnection()

    # The end

    def _broken(self, reason: str) -> None:
        requester, self.requester = self.requester, None
        self._body = None
        self.transport.abortConnection()
        if requester is not None:
            requester.lost(reason, stale=False)

    def become_tunnel(self, tunnel: Any) -> None:
        """Hand the connection over: what comes from here on is the tunnel's."""
        self.requester = None
        self._tunnel = tunnel
        self.dataReceived = tunnel.from_engine  # type: ignore[method-assign] # a shorter way

    def leave_tunnel(self) -> None:
        """Close; the tunnel goes on without this end of it, and hears nothing of it any more."""
        self._tunnel = None
        self.transport.unregisterProducer()
        self.transport.abortConnection()

    def end_request(self) -> None:
        """Tell the engine that the client sends no more; no other request can follow this one."""
        self._reusable = False
        self.transport.loseWriteConnection()

    def give_up(self) -> None:
        """Close: nobody wants the answer any more."""
        self.requester = None
        self.transport.abortConnection()

    def readConnectionLost(self) -> None:
        """The engine will write no more."""
        if self._tunnel is not None:
            self._tunnel.engine_ended()
            return
        requester, body = self.requester, self._body
        if requester is not None and isinstance(body, UntilCloseBody):
            body.done = True
            self._finish(requester)
            return
        if requester is None:
            # Out of the pool at once: nobody shall take it until the reactor has closed it.
            self._engine.connection_lost(self, False, "it closed an idle connection")
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Our direction has ended."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell whoever waits, and the engine's pool."""
        why = self._refused or reason.getErrorMessage()
        requester, self.requester = self.requester, None
        self._engine.connection_lost(self, requester is not None, why)
        if self._tunnel is not None:
            self._tunnel.engine_lost()
        elif requester is not None:
            requester.lost(
                f"the engine closed the connection before its answer was complete: {why}",
                stale=self.reused and self._body is None and not self._held,
            )
