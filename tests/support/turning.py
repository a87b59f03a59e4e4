"""Runs a Twisted reactor inside a test, in the test's own thread, as far as the test wants it.

The reactor is the gateway's own, `LeanEPollReactor`, installed when this module is first
imported; never import `twisted.internet.reactor` in a test, use `reactor` from here.

    from support.turning import reactor, result_of, turn_until

    answer = result_of(some_deferred)               # its result; its failure is raised
    turn_until(lambda: protocol.data == b"hi", "the echo")
    turn(3)                                         # exactly three turns, nothing waited for

Nothing sleeps: each turn of the reactor waits for events, 10 ms at the most, and AssertionError
comes after the deadline. Peers may be real sockets with threads of their own, or further
protocols on the same reactor. The reactor counts as running, so that `callFromThread`,
`deferToThread` and `callWhenRunning` work. After a test `leftovers()` names the descriptors and
delayed calls that it left behind, and takes them away; the fixture `clean_reactor` in
tests/net/conftest.py (automatic there) fails the test for them.
"""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorAlreadyInstalledError
from twisted.python.failure import Failure

from gateway.net.reactor import LeanEPollReactor, install

Result = TypeVar("Result")

TURN_SECONDS = 0.01


def _installed() -> Any:
    try:
        install()
    except ReactorAlreadyInstalledError:
        pass
    from twisted.internet import reactor

    assert isinstance(reactor, LeanEPollReactor), f"{reactor} was installed before ours"
    if not reactor.running:
        # What `run` does before its loop; the loop is the tests'.
        reactor.startRunning(installSignalHandlers=False)
        reactor.runUntilCurrent()
        # Threads that wait for work shall not keep the process from ending.
        reactor.getThreadPool().threadFactory = partial(threading.Thread, daemon=True)
    return reactor


reactor: Any = _installed()
_at_rest = {id(reader) for reader in reactor.getReaders()}


def turn(times: int = 1, seconds: float = 0.0) -> None:
    """Turn the reactor so often; each turn waits up to `seconds` for an event."""
    for _ in range(times):
        reactor.iterate(seconds)


def turn_until(ask: Callable[[], Result], what: str, seconds: float = 10.0) -> Result:
    """Turn the reactor until `ask` gives something true, and return it.

    `what` completes "turned in vain for …"; AssertionError when `seconds` have passed.
    """
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"turned {seconds:g} s in vain for {what}")
        reactor.iterate(TURN_SECONDS)
    return answer


def result_of(deferred: Deferred[Result], seconds: float = 10.0) -> Result:
    """Turn the reactor until the Deferred has its result; raises what it fails with."""
    outcomes: list[Any] = []
    deferred.addBoth(outcomes.append)
    turn_until(lambda: outcomes, "the result of a Deferred", seconds)
    outcome = outcomes[0]
    if isinstance(outcome, Failure):
        outcome.raiseException()
    result: Result = outcome
    return result


def failure_of(deferred: Deferred[Any], *expected: type[BaseException]) -> BaseException:
    """Turn the reactor until the Deferred fails with one of `expected`; gives the exception."""
    try:
        result = result_of(deferred)
    except expected as error:
        return error
    raise AssertionError(f"no failure but {result!r}")


def leftovers() -> list[str]:
    """What is still waited for by the reactor; it is closed or cancelled by this call.

    What ends by itself within a few turns (a connection just closed) does not count.
    """
    deadline = time.monotonic() + 1.0
    while _open() and time.monotonic() < deadline:
        reactor.iterate(TURN_SECONDS)
    found = _open()
    names = [repr(thing) for thing in found]
    for thing in found:
        if hasattr(thing, "cancel"):
            thing.cancel()
            continue
        reactor.removeReader(thing)
        reactor.removeWriter(thing)
        if hasattr(thing, "socket"):
            thing.socket.close()
    return names


def _open() -> list[Any]:
    descriptors = {id(one): one for one in (*reactor.getReaders(), *reactor.getWriters())}
    calls = [call for call in reactor.getDelayedCalls() if call.active()]
    return [one for key, one in descriptors.items() if key not in _at_rest] + calls
