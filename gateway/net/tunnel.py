"""A hijacked connection: two byte streams, spliced, with half-closes and back-pressure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import Logger

from gateway.stream.frames import StreamError

if TYPE_CHECKING:
    from gateway.net.client_connection import ClientConnection
    from gateway.net.engine_connection import EngineConnection
    from gateway.versions.vocabulary import StreamRewrite

log = Logger()


class Tunnel:
    """Both directions between a client and the engine, until both have ended.

    `rewrite` changes the engine's bytes where the client's version asks for it. There is no limit
    of time: an idle tunnel may live for days.
    """

    def __init__(
        self,
        client: ClientConnection,
        engine: EngineConnection,
        rewrite: StreamRewrite | None,
    ) -> None:
        self._client = client
        self._engine = engine
        self._rewrite = rewrite
        self._client_ended = False
        self._engine_ended = False
        self._over = False

    def start(self, from_client: bytes, from_engine: bytes) -> None:
        """Splice; what either side sent early goes first."""
        client, engine = self._client, self._engine
        engine.become_tunnel(self)
        client.become_tunnel(self)
        client.transport.registerProducer(engine.transport, True)
        engine.transport.registerProducer(client.transport, True)
        if from_client:
            engine.transport.write(from_client)
        if from_engine:
            self.from_engine(from_engine)
        if client.transport.read_ended:
            self.client_ended()

    def from_client(self, data: bytes) -> None:
        """Pass the client's bytes on."""
        if self._engine_ended and not self._client.transport.queued:
            self._client.extend_linger()
        self._engine.transport.write(data)

    def from_engine(self, data: bytes) -> None:
        """Pass the engine's bytes on."""
        if self._rewrite is not None:
            try:
                data = self._rewrite.feed(data)
            except StreamError as error:
                self._broken(error)
                return
        self._client.transport.write(data)

    def client_ended(self) -> None:
        """The client's input has ended; the engine's output goes on."""
        if self._client_ended:
            return
        self._client_ended = True
        self._engine.transport.unregisterProducer()
        self._engine.transport.loseWriteConnection()
        self._close_when_over()

    def engine_ended(self) -> None:
        """The engine's output has ended; the client may go on, for as long as the engine reads."""
        if self._engine_ended:
            return
        self._engine_ended = True
        if self._rewrite is not None:
            try:
                self._client.transport.write(self._rewrite.finish())
            except StreamError as error:
                self._broken(error)
                return
        self._client.transport.unregisterProducer()
        self._client.transport.loseWriteConnection()
        # Once it has all the output, a client that sends nothing is waited for only so long. How
        # long it takes to read is its own affair: there may be somebody with a pager.
        self._client.transport.call_when_sent(self._client.extend_linger)
        self._close_when_over()

    def _close_when_over(self) -> None:
        if self._client_ended and self._engine_ended and not self._over:
            self._over = True
            self._engine.transport.loseConnection()
            self._client.transport.loseConnection()

    def client_lost(self) -> None:
        """The client is gone."""
        if not self._over:
            self._over = True
            self._engine.transport.unregisterProducer()
            self._engine.transport.abortConnection()

    def engine_lost(self) -> None:
        """The engine is gone. After its end that is no surprise; before, the client must see it."""
        if self._over:
            return
        self._over = True
        self._client.transport.unregisterProducer()
        if self._engine_ended:
            self._client.close()
        else:
            log.warn("{peer}: a tunnel is cut: the engine is gone", peer=self._client.peer)
            self._client.transport.cut()

    def _broken(self, error: StreamError) -> None:
        log.warn("{peer}: a tunnel is cut: {error}", peer=self._client.peer, error=error)
        self._over = True
        self._client.transport.cut()
        self._engine.transport.abortConnection()
