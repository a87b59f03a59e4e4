"""The gateway as a Twisted service: what `docker-gateway serve` and twistd run."""

from __future__ import annotations

from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.config.model import Config
from gateway.net.engine import Engine, EngineUnavailable
from gateway.net.frontend import Frontend
from gateway.net.listener import ListenFailed

DRAIN_SECONDS = 5.0
_CHECK_SECONDS = 0.05

log = Logger()


class GatewayService(Service):
    """One gateway: listeners in front, an engine behind.

    `ready` fires with the addresses that are listened on, and fails with ListenFailed, or with
    what is wrong with the certificates. The engine need not be there yet.
    """

    name = "docker-gateway"

    def __init__(self, config: Config, reactor: Any) -> None:
        self._config = config
        self._reactor = reactor
        self.ready: Deferred[list[str]] = Deferred()
        self.engine = Engine(reactor, config)
        self.frontend: Frontend | None = None

    def startService(self) -> None:
        """Start to listen, and ask the engine what it speaks."""
        super().startService()
        for warning in self._config.warnings:
            log.warn("{warning}", warning=warning)
        try:
            self.frontend = Frontend(self._reactor, self._config, self.engine)
            addresses = self.frontend.listen()
        except (ListenFailed, OSError, ValueError) as error:
            self.ready.errback(error)
            return
        for address in addresses:
            log.info(
                "listening on {address} for the engine at {engine}",
                address=address,
                engine=self.engine.address,
            )
        # If it is down, the log has said so by the time this fails.
        self.engine.refresh().addErrback(lambda failure: failure.trap(EngineUnavailable) and None)
        self.ready.callback(addresses)

    def stopService(self) -> Deferred[None]:
        """Stop: requests under way are finished, for up to DRAIN_SECONDS; tunnels are cut."""
        super().stopService()
        stopped: Deferred[None] = Deferred()
        frontend = self.frontend
        if frontend is None:
            self.engine.close()
            stopped.callback(None)
            return stopped
        frontend.drain()
        self._wait(frontend, stopped, self._reactor.seconds() + DRAIN_SECONDS)
        return stopped

    def _wait(self, frontend: Frontend, stopped: Deferred[None], until: float) -> None:
        if frontend.busy and self._reactor.seconds() < until:
            self._reactor.callLater(_CHECK_SECONDS, self._wait, frontend, stopped, until)
            return
        frontend.close()
        self.engine.close()
        # The connections hear of it in the next turn.
        self._reactor.callLater(0, stopped.callback, None)
