"""Running a reactor from a command: for as long as the service lives, or for one question.

Twisted is imported within the functions only: a reactor comes to be where it is first imported,
and `--help` shall not wait for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeAlias, TypeVar

from gateway.cli.parsers import CommandError
from gateway.config import Config

_T = TypeVar("_T")

Prepare: TypeAlias = Callable[[Any], Coroutine[Any, Any, Config]]
"""Is given the running reactor and makes the configuration."""

Announce: TypeAlias = Callable[[Config, Sequence[str]], None]
"""Is told the configuration and the addresses once all listeners are up."""


def run_service(prepare: Prepare, log_level: str, announce: Announce | None = None) -> int:
    """Run the gateway until SIGTERM or SIGINT; gives the exit status, 1 when it couldn't start."""
    from gateway.net.reactor import install

    install()
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    run = _Run(reactor, prepare, announce)
    start_logging(log_level)
    loop: Any = reactor
    loop.callWhenRunning(lambda: Deferred.fromCoroutine(run.start()))
    loop.run()
    return run.status


class _Run:
    """One run of the gateway; `status` is the exit status once the reactor has ended."""

    def __init__(self, reactor: Any, prepare: Prepare, announce: Announce | None) -> None:
        self.status = 0
        self._reactor = reactor
        self._prepare = prepare
        self._announce = announce
        self._stopping = False
        reactor.addSystemEventTrigger("before", "shutdown", self._stops)

    def _stops(self) -> None:
        self._stopping = True

    async def start(self) -> None:
        from twisted.logger import Logger

        from gateway.service import GatewayService

        log = Logger(namespace="gateway")
        try:
            config = await self._prepare(self._reactor)
            service = GatewayService(config, self._reactor)
            self._reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
            service.startService()
            addresses = await service.ready
            if self._announce is not None:
                self._announce(config, addresses)
        except Exception as error:
            # A signal during the start cancels what was under way: that is no failure.
            if not self._stopping:
                self.status = 1
                log.error("{reason}", reason=reason(error))
                log.debug("{failure}", failure=repr(error))
                self._reactor.stop()


def reason(error: BaseException) -> str:
    """One line for an error that ends a command."""
    text = " ".join(str(error).split())
    expected = isinstance(error, OSError | CommandError) or type(error).__module__.startswith(
        "gateway."
    )
    return text if expected and text else f"{type(error).__name__}: {text}"


def start_logging(level: str) -> None:
    """Write what the gateway logs to stderr, from `level` on; Twisted's own chatter not at info."""
    from twisted.logger import (
        FilteringLogObserver,
        LogLevel,
        LogLevelFilterPredicate,
        globalLogBeginner,
        textFileLogObserver,
    )

    lowest = LogLevel.levelWithName(level)
    predicate = LogLevelFilterPredicate(defaultLogLevel=lowest)
    if lowest is not LogLevel.debug:
        predicate.setLogLevelForNamespace("twisted", max(lowest, LogLevel.warn))
    observer = FilteringLogObserver(textFileLogObserver(sys.stderr), [predicate])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def run_once(main: Callable[[Any], Coroutine[Any, Any, _T]]) -> _T:
    """Run the reactor until `main` is done; give its result or raise its exception.

    Raises KeyboardInterrupt when a signal ended the reactor before.
    """
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    loop: Any = reactor
    results: list[_T] = []
    errors: list[BaseException] = []

    async def run() -> None:
        try:
            results.append(await main(loop))
        except Exception as error:
            errors.append(error)
        if not stopped:
            loop.stop()

    stopped: list[bool] = []
    loop.addSystemEventTrigger("before", "shutdown", stopped.append, True)
    loop.callWhenRunning(lambda: Deferred.fromCoroutine(run()))
    loop.run()
    if results:
        return results[0]
    raise errors[0] if errors else KeyboardInterrupt
