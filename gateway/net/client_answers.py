"""A client's connection as far as the gateway speaks on it by itself: errors, and the end.

What can be said depends on what was said before: an error only before an answer has begun; behind
one that cannot be completed there is nothing left but to cut it off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.protocol import Protocol
from twisted.logger import Logger

from gateway.api.errors import error_answer
from gateway.api.message import Answer
from gateway.api.version import ApiVersion
from gateway.http.body import Body
from gateway.http.writer import CLOSE, answer_head, length_framing
from gateway.net.exchange import Exchange
from gateway.net.transport import SocketTransport
from gateway.versions.answering import encoded

if TYPE_CHECKING:
    from gateway.net.engine import Engine
    from gateway.net.frontend import Frontend

log = Logger()


class AnsweringConnection(Protocol):
    """The answering half of a client's connection; `ClientConnection` is the other.

    `exchange` is the request that is being answered, `close_after` tells that no other follows.
    `deadline` is when what is waited for has taken too long, by the reactor's clock.
    """

    transport: SocketTransport

    def __init__(self, frontend: Frontend, peer: str) -> None:
        self._frontend = frontend
        self.engine: Engine = frontend.engine
        self.peer = peer
        self.exchange: Exchange | None = None
        self.close_after = False
        self.deadline = 0.0
        self._body: Body | None = None
        self._held = b""
        self._closing = False
        self._is_head = False
        self._version: ApiVersion | None = None

    def answer(self, answer: Answer, close: bool = False) -> None:
        """Give a whole answer of the gateway's own, and be done with the request."""
        exchange = self.exchange
        fields = encoded(answer.headers)
        if answer.headers.get("Server") is None:
            fields = self._frontend.fields + fields
        # HTTP/1.0 would have to be told that the connection stays.
        old = exchange is not None and not exchange.line.minor
        self.close_after = self.close_after or close or old or self._body is not None
        framing = length_framing(len(answer.body)) if answer.status != 204 else b""
        if self.close_after:
            framing += CLOSE
        head = answer_head(answer.status, fields, framing)
        is_head = self._is_head if exchange is None else exchange.is_head
        self.transport.write(head if is_head else head + answer.body)
        self.exchange_done(exchange)

    def fail(self, status: int, reason: str) -> None:
        """Answer with an error in the shape of the client's version; nothing was answered yet."""
        log.warn("{peer}: {status}: {reason}", peer=self.peer, status=status, reason=reason)
        exchange = self.exchange
        if exchange is not None:
            exchange.client_lost()
        self.answer(error_answer(self._version, status, reason), close=self._body is not None)

    def engine_unavailable(self, reason: str) -> None:
        """Answer 503: the engine is not there."""
        self.close_after = True
        self.fail(
            503,
            f"the Docker Engine at {self.engine.address} does not answer: {reason}."
            " The gateway asks it again with the next request.",
        )

    def _refuse(self, status: int, reason: str) -> None:
        """Answer a request that is none, and close: what follows it cannot be trusted."""
        self._frontend.counters.refused += 1
        log.info("{peer}: refused: {reason}", peer=self.peer, reason=reason)
        self._body = None
        self.exchange = None
        self._is_head = False
        words = f"bad request: {reason}" if status == 400 else reason
        self.answer(error_answer(self._version, status, words), close=True)

    def _break_off(self, exchange: Exchange, status: int, reason: str) -> None:
        """The rest of a request's body cannot be had: the engine shall forget the request."""
        exchange.client_lost()
        if exchange.answering:
            self.truncate(reason)
        else:
            self._refuse(status, reason)

    def exchange_done(self, exchange: Exchange | None, close: bool = False) -> None:
        """The answer is complete: close, or go on with the next request."""
        raise NotImplementedError

    def truncate(self, reason: str) -> None:
        """End an answer that cannot be completed so that the client sees that it is not."""
        log.warn("{peer}: an answer is cut off: {reason}", peer=self.peer, reason=reason)
        exchange, self.exchange = self.exchange, None
        if exchange is not None and not exchange.line.minor:
            self.transport.cut()  # HTTP/1.0 would take a plain end for the end of the answer
        else:
            self.transport.abortConnection()

    # Flow

    def pause(self) -> None:
        """Read nothing for now."""
        self.transport.pauseProducing()

    def resume(self) -> None:
        """Read on."""
        self.transport.resumeProducing()

    # The end

    def close(self) -> None:
        """Close behind what was written, and let the client read it: see `linger_seconds`.

        Closing with the client's bytes unread would reset the connection, and take the answer
        away from it. So our direction ends, and what still comes is thrown away.
        """
        self._closing = True
        self._body = None
        self._held = b""
        if self.transport.read_ended:
            self.transport.loseConnection()
            return
        self.extend_linger()
        self.transport.loseWriteConnection()
        self.resume()

    def extend_linger(self) -> None:
        """Wait a while longer for a client whose tunnel's other end is over."""
        self.deadline = self._frontend.now() + self._frontend.config.limits.linger_seconds
