"""One engine: its connections, what it speaks, and whether it is there.

The range of API versions is asked of the engine (`/_ping`, `/version`) before the first request,
and again whenever a connection was lost that the engine should have kept: that is what a restart
or an upgrade of the engine looks like from here.
"""

from __future__ import annotations

from typing import Any

import orjson
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.api.message import Answer, EngineCall
from gateway.config.model import Config
from gateway.engine.engine_range import EngineRange
from gateway.http.answer import AnswerFields
from gateway.http.limits import Limits
from gateway.http.remembered import Remembered
from gateway.net.dial import Dialer
from gateway.net.engine_call import Call, CallFailed, call_bytes
from gateway.net.engine_connection import EngineConnection
from gateway.net.held_attach import HeldAttaches
from gateway.versions.plan import Planner

_MOST_IDLE = 256
_PROBE_BYTES = 1 << 20

log = Logger()


class EngineUnavailable(Exception):
    """The engine does not answer; the text says what was tried and what came of it."""


def _stop(outcome: Any, timer: IDelayedCall) -> Any:
    """Call a timer off, for `Deferred.addBoth`."""
    if timer.active():
        timer.cancel()
    return outcome


class Engine:
    """The engine behind the gateway.

    `current` says whether what is known of it (`range`, `planner`) can be relied on; when it does
    not, `refresh` asks anew. `generation` counts the ranges that were found, so that whoever
    derived something from one can tell that it is out of date.
    """

    def __init__(self, reactor: Any, config: Config) -> None:
        self.config = config.engine
        self.limits = Limits(config.limits.head_bytes, config.limits.fields)
        self.json_bytes = config.limits.json_bytes
        self.heads: Remembered[AnswerFields] = Remembered()
        self.advertised = b""
        self.range: EngineRange | None = None
        self.planner: Planner | None = None
        self.current = False
        self.generation = 0
        self._forward = config.versions.forward
        self._reactor = reactor
        self._dialer = Dialer(reactor, config.engine)
        self.address = self._dialer.address
        self._idle: list[EngineConnection] = []
        self._waiting: dict[EngineConnection, Deferred[EngineConnection]] = {}
        self._all: set[EngineConnection] = set()
        self._refreshing: list[Deferred[None]] | None = None
        self._was_down = False
        self.held = HeldAttaches(reactor)

    def pause(self, seconds: float) -> Deferred[None]:
        """Fire when so many seconds have passed."""
        return deferLater(self._reactor, seconds, lambda: None)

    # Connections

    def take(self, surely_alive: bool) -> EngineConnection | None:
        """Give an idle connection, the one used last; None when there is none.

        `surely_alive` has it looked at first: for requests that could not be made a second time.
        """
        while self._idle:
            connection = self._idle.pop()
            if not surely_alive or not connection.transport.peer_is_gone():
                return connection
            connection.transport.loseConnection()
            self.current = False
        return None

    def connect(self) -> Deferred[EngineConnection]:
        """Open a connection. Fails with EngineUnavailable.

        The timeout holds for the TLS handshake anew.
        """
        connection = EngineConnection(self)
        result: Deferred[EngineConnection] = Deferred()
        self._waiting[connection] = result

        def dialled(_: None) -> None:
            if connection in self._waiting:
                seconds = self.config.connect_timeout
                result.addBoth(_stop, self._reactor.callLater(seconds, too_late, seconds))

        def too_late(seconds: float) -> None:
            self._not_connected(connection, f"no TLS handshake within {seconds:g} seconds")
            connection.transport.abortConnection()

        def failed(failure: Failure) -> None:
            self._not_connected(connection, failure.getErrorMessage())

        self._dialer.dial(connection).addCallbacks(dialled, failed)
        return result

    def established(self, connection: EngineConnection) -> None:
        """Take note of a connection that is ready for requests."""
        self._all.add(connection)
        result = self._waiting.pop(connection, None)
        if result is not None:
            result.callback(connection)

    def _not_connected(self, connection: EngineConnection, reason: str) -> None:
        self.current = False
        result = self._waiting.pop(connection, None)
        if result is not None:
            result.errback(EngineUnavailable(reason))

    def put_back(self, connection: EngineConnection) -> None:
        """Take a connection back that is free for the next request."""
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.transport.loseConnection()

    def connection_lost(self, connection: EngineConnection, busy: bool, why: str) -> None:
        """Forget a connection; one that the engine should have kept puts all in doubt."""
        self._all.discard(connection)
        if connection in self._waiting:
            self._not_connected(connection, why)
        elif busy:
            self.current = False
        elif connection in self._idle:
            self._idle.remove(connection)
            self.current = False

    def close(self) -> None:
        """Close every connection."""
        for connection in list(self._all):
            connection.transport.abortConnection()

    # Calls of the gateway's own

    def call(self, call: EngineCall, prefix: str) -> Deferred[Answer]:
        """Make a call at `prefix` (`/v1.41`, or empty) and give its whole answer.

        Fails with EngineUnavailable or CallFailed.
        """
        return self._call(Call(call, self.json_bytes), call_bytes(call, prefix), 0)

    def _call(self, requester: Call, data: bytes, seconds: float) -> Deferred[Answer]:
        connection = self.take(surely_alive=True)
        if connection is not None:
            return self._send(connection, requester, data, seconds)
        return self.connect().addCallback(self._send, requester, data, seconds)

    def _send(
        self, connection: EngineConnection, requester: Call, data: bytes, seconds: float
    ) -> Deferred[Answer]:
        def too_late() -> None:
            connection.give_up()
            requester.lost(f"it did not answer within {seconds:g} seconds", stale=False)

        connection.request(requester, data)
        if seconds:
            requester.result.addBoth(_stop, self._reactor.callLater(seconds, too_late))
        return requester.result

    # What the engine speaks

    def refresh(self) -> Deferred[None]:
        """Ask the engine for its range. Fails with EngineUnavailable.

        However many ask at once, the engine is asked once.
        """
        result: Deferred[None] = Deferred()
        if self._refreshing is not None:
            self._refreshing.append(result)
            return result
        self._refreshing = [result]
        Deferred.fromCoroutine(self._ask()).addBoth(self._asked)
        return result

    async def _ask(self) -> None:
        for idle in self._idle:
            # They may be of the engine that was there before.
            idle.transport.loseConnection()
        self._idle.clear()
        try:
            ping = await self._probe("/_ping")
            if ping.status != 200:
                raise EngineUnavailable(f"it answers {ping.status} to /_ping")
            version = await self._probe("/version")
            found = EngineRange.of_version_document(orjson.loads(version.body))
        except (CallFailed, ValueError) as error:
            raise EngineUnavailable(str(error)) from error
        self._learn(found)

    def _probe(self, path: str) -> Deferred[Answer]:
        """Make a call that has a time limit, because everybody waits for it."""
        call = EngineCall("GET", path)
        return self._call(
            Call(call, _PROBE_BYTES), call_bytes(call, ""), self.config.connect_timeout
        )

    def _learn(self, found: EngineRange) -> None:
        if found != self.range:
            if self.range is None:
                log.info("the engine at {address} is {found}", address=self.address, found=found)
            else:
                log.info(
                    "the engine at {address} is now {found}, it was {before}",
                    address=self.address,
                    found=found,
                    before=self.range,
                )
            self.range = found
            self.planner = Planner(found.oldest, found.newest, self._forward)
            self.advertised = str(self.planner.ceiling).encode("ascii")
            # What was remembered advertises the range of before.
            self.heads = Remembered()
            for connection in self._all:
                connection.forget_heads()
            self.generation += 1
        elif self._was_down:
            log.info("the engine at {address} answers again", address=self.address)
        self._was_down = False
        self.current = True

    def _asked(self, outcome: Any) -> None:
        waiting, self._refreshing = self._refreshing or [], None
        failure = outcome if outcome is not None else None
        if failure is not None and not self._was_down:
            self._was_down = True
            log.warn(
                "the engine at {address} does not answer: {reason}",
                address=self.address,
                reason=failure.getErrorMessage(),
            )
        for result in waiting:
            if failure is None:
                result.callback(None)
            else:
                result.errback(failure)
