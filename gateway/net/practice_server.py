"""The practice engine on a unix socket: for `demo`, and for tests of faults.

`python -m gateway.net.practice_server PATH` runs one by itself. It says `listening on PATH` when
it is ready and ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import socket
import stat
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IListeningPort
from twisted.internet.protocol import Factory

from gateway.api.version import NEWEST, ApiVersion
from gateway.engine.practice.api import OLDEST_OF_29, PracticeEngine
from gateway.engine.practice.clock import Timer
from gateway.engine.practice.faults import Faults
from gateway.engine.practice.faults_api import control
from gateway.net.practice_connection import PracticeConnection


class _DelayedCall:
    """A reactor's delayed call as a `Timer`: cancelling it twice, or too late, is no error."""

    def __init__(self, call: IDelayedCall) -> None:
        self._call = call

    def cancel(self) -> None:
        """Don't make the call."""
        if self._call.active():
            self._call.cancel()


class ReactorClock:
    """The practice engine's clock: the machine's time, and the reactor's delayed calls."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def now(self) -> int:
        """The moment, in nanoseconds since 1970."""
        return time.time_ns()

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Make a call later."""
        return _DelayedCall(self._reactor.callLater(seconds, call))


class PracticeFactory(Factory):
    """Makes the connections of one practice engine; `engine` and `faults` may be reached here."""

    noisy = False

    def __init__(
        self, reactor: Any, engine: PracticeEngine, faults: Faults, controlled: bool
    ) -> None:
        self.engine = engine
        self.faults = faults
        self._reactor = reactor
        self._control = partial(control, faults) if controlled else None

    def buildProtocol(self, addr: IAddress | None) -> PracticeConnection:
        """Make a connection."""
        return PracticeConnection(
            self.engine.answer, self.faults, self._control, self._reactor.callLater
        )


def start_practice_engine(
    reactor: Any,
    path: str,
    *,
    oldest: ApiVersion = OLDEST_OF_29,
    newest: ApiVersion = NEWEST,
    faults: Faults | None = None,
    controlled: bool = False,
    mode: int = 0o600,
) -> Deferred[IListeningPort]:
    """Listen on a unix socket at `path`, with an engine of its own that speaks `oldest`-`newest`.

    `faults` may be changed while it runs; with `controlled` also over HTTP, at
    `/practice/faults`. A socket that nobody listens on any more is replaced. Fails with
    CannotListenError when something else is there, ValueError when the range is empty.
    """

    def listen() -> IListeningPort:
        engine = PracticeEngine(ReactorClock(reactor), oldest, newest)
        factory = PracticeFactory(reactor, engine, faults or Faults(), controlled)
        _remove_stale(Path(path))
        port: IListeningPort = reactor.listenUNIX(path, factory, mode=mode)
        return port

    return maybeDeferred(listen)


def _remove_stale(path: Path) -> None:
    """Take away a socket file that a dead process left behind."""
    if not path.exists() or not stat.S_ISSOCK(path.stat().st_mode):
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gateway.net.practice_server",
        description="A Docker Engine in memory, for practice and for tests.",
    )
    parser.add_argument("path", help="the unix socket to listen on")
    parser.add_argument("--oldest", type=ApiVersion.parse, default=OLDEST_OF_29, metavar="1.N")
    parser.add_argument("--newest", type=ApiVersion.parse, default=NEWEST, metavar="1.N")
    parser.add_argument(
        "--faults", action="store_true", help="let clients set faults at /practice/faults"
    )
    return parser.parse_args(words)


def main(words: list[str]) -> None:
    """Run a practice engine until a signal ends it."""
    from twisted.internet import reactor

    running: Any = reactor
    options = _arguments(words)
    failed: list[str] = []

    def say(_port: IListeningPort) -> None:
        print(f"listening on {options.path}", flush=True)

    def fail(failure: Any) -> None:
        failed.append(failure.getErrorMessage())
        running.stop()

    def start() -> None:
        start_practice_engine(
            running,
            options.path,
            oldest=options.oldest,
            newest=options.newest,
            controlled=options.faults,
        ).addCallbacks(say, fail)

    running.callWhenRunning(start)
    running.run()
    if failed:
        sys.exit(f"cannot listen on {options.path}: {failed[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
