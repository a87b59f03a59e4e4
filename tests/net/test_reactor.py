"""The lean reactor behaves as Twisted's does, in everything but the log context."""

import errno
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from support.turning import reactor, turn, turn_until
from twisted.internet.abstract import FileDescriptor
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.error import ConnectionDone, ConnectionLost, ReactorAlreadyInstalledError
from twisted.internet.main import CONNECTION_DONE
from twisted.python import log

from gateway.net.reactor import LeanEPollReactor, install


class Descriptor(FileDescriptor):
    """Does on events what a test says, and notes what it is told."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(reactor)
        self.sock = sock
        self.connected = 1
        self.events: list[str] = []
        self.lost: list[Any] = []
        self.ended: list[Any] = []
        self.on_read: Any = lambda: None
        self.on_write: Any = lambda: None

    def fileno(self) -> int:
        return self.sock.fileno()

    def doRead(self) -> Any:
        self.events.append("read")
        return self.on_read()

    def doWrite(self) -> Any:
        self.events.append("write")
        return self.on_write()

    def readConnectionLost(self, reason: Any) -> None:
        self.ended.append(reason)

    def connectionLost(self, reason: Any) -> None:
        self.lost.append(reason)


@pytest.fixture
def ends() -> Iterator[tuple[Descriptor, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    descriptor = Descriptor(ours)
    yield descriptor, theirs
    reactor.removeReader(descriptor)
    reactor.removeWriter(descriptor)
    ours.close()
    theirs.close()


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """The failures that get into the log."""
    found: list[Any] = []

    def observe(event: Any) -> None:
        if event["isError"]:
            found.append(event["failure"].value)

    log.addObserver(observe)
    yield found
    log.removeObserver(observe)


Ends = tuple[Descriptor, socket.socket]


def test_it_is_what_these_tests_run_on() -> None:
    assert isinstance(reactor, LeanEPollReactor)
    assert isinstance(reactor, EPollReactor)


def test_a_second_reactor_is_not_installed() -> None:
    with pytest.raises(ReactorAlreadyInstalledError):
        install()


def test_installed_it_is_the_reactor_of_the_process() -> None:
    program = (
        "from gateway.net.reactor import install; install();"
        "from twisted.internet import reactor; print(type(reactor).__name__);"
        "reactor.callLater(0, reactor.stop); reactor.run(); print('ran')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["LeanEPollReactor", "ran"], done.stderr


def test_readiness_is_told(ends: Ends) -> None:
    ours, theirs = ends
    ours.on_read = lambda: ours.sock.recv(10) and None
    ours.startReading()
    turn(2)
    assert ours.events == []
    theirs.send(b"x")
    turn_until(lambda: ours.events, "the event")
    turn(2)
    assert ours.events == ["read"]


def test_one_event_of_both_kinds_reads_first(ends: Ends) -> None:
    ours, theirs = ends
    theirs.send(b"x")
    ours.startReading()
    ours.startWriting()
    turn()
    assert ours.events == ["read", "write"]


def test_what_reading_took_away_is_not_written_to(ends: Ends) -> None:
    ours, theirs = ends

    def go() -> None:
        ours.stopReading()
        ours.stopWriting()

    theirs.send(b"x")
    ours.on_read = go
    ours.startReading()
    ours.startWriting()
    turn()
    assert ours.events == ["read"]


def test_an_end_of_reading_is_a_half_close(ends: Ends) -> None:
    ours, theirs = ends
    theirs.send(b"x")
    ours.on_read = lambda: CONNECTION_DONE
    ours.startReading()
    turn(3)
    assert ours.events == ["read"]
    assert [one.type for one in ours.ended] == [ConnectionDone]
    assert ours.lost == []


def test_an_end_of_writing_is_a_loss(ends: Ends) -> None:
    ours, _ = ends
    ours.on_write = lambda: CONNECTION_DONE
    ours.startWriting()
    turn(3)
    assert ours.events == ["write"]
    assert [one.type for one in ours.lost] == [ConnectionDone]


def test_an_exception_is_logged_and_a_loss_and_others_go_on(ends: Ends, logged: list[Any]) -> None:
    ours, theirs = ends

    def fail() -> None:
        raise ValueError("a mistake")

    theirs.send(b"x")
    ours.on_read = fail
    ours.startReading()
    left, right = socket.socketpair()
    with left, right:
        other = Descriptor(left)
        other.on_read = lambda: left.recv(10) and None
        other.startReading()
        right.send(b"y")
        turn_until(lambda: ours.lost and other.events, "both events")
        reactor.removeReader(other)
    assert [str(one.value) for one in ours.lost] == ["a mistake"]
    assert [str(one) for one in logged] == ["a mistake"]
    assert other.lost == []


def test_a_hang_up_goes_twisted_s_own_way(ends: Ends) -> None:
    ours, theirs = ends
    ours.startWriting()
    theirs.close()
    turn(2)
    # Not reading, so Twisted calls it a loss.
    assert [one.type for one in ours.lost] == [ConnectionLost]


def test_an_event_for_what_went_in_the_same_turn_is_passed_over(ends: Ends) -> None:
    ours, theirs = ends
    left, right = socket.socketpair()
    with left, right:
        other = Descriptor(left)

        def go() -> None:
            reactor.removeReader(ours)
            reactor.removeReader(other)

        ours.on_read = other.on_read = go
        ours.startReading()
        other.startReading()
        theirs.send(b"x")
        right.send(b"x")
        turn()
        assert len(ours.events) + len(other.events) == 1


@pytest.mark.parametrize("number", [errno.EINTR, errno.EBADF])
def test_only_an_interrupted_wait_is_made_again(number: int) -> None:
    class Poller:
        def poll(self, timeout: float, size: int) -> list[Any]:
            raise OSError(number, "no")

    real, reactor._poller = reactor._poller, Poller()
    try:
        if number == errno.EINTR:
            reactor.doPoll(0)
        else:
            with pytest.raises(OSError, match="no"):
                reactor.doPoll(0)
    finally:
        reactor._poller = real


def test_without_a_timeout_it_waits_for_as_long_as_it_takes() -> None:
    waited: list[float] = []

    class Poller:
        def poll(self, timeout: float, size: int) -> list[Any]:
            waited.append(timeout)
            return []

    real, reactor._poller = reactor._poller, Poller()
    try:
        reactor.doPoll(None)
    finally:
        reactor._poller = real
    assert waited == [-1]
    assert isinstance(real, select.epoll)
