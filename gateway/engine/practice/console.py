"""What a container writes: kept as its log in lines, and given on to whoever is attached."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from gateway.engine.practice.clock import Clock
from gateway.stream.frames import frame

_One = TypeVar("_One")

LOG_BYTES = 1 << 20
"""How much of a log is kept; the oldest lines go first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log, its newline included if it had one; `stream` is 1 (out) or 2 (err)."""

    moment: int
    stream: int
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    output: Callable[[int, bytes], None]
    ended: Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    line: Callable[[Line], None]
    ended: Callable[[], None]


class Console:
    """A container's output."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._partial: dict[int, bytes] = {}
        self._listeners: list[_Listener] = []
        self._followers: list[_Follower] = []

    def attach(
        self, output: Callable[[int, bytes], None], ended: Callable[[], None]
    ) -> Callable[[], None]:
        """Give the output from now on; returns what ends that."""
        return _joined(self._listeners, _Listener(output, ended))

    def follow(self, line: Callable[[Line], None], ended: Callable[[], None]) -> Callable[[], None]:
        """Give the log's lines from now on; returns what ends that."""
        return _joined(self._followers, _Follower(line, ended))

    def lines(self) -> Iterable[Line]:
        """The log as it is."""
        return tuple(self._lines)

    def write(self, stream: int, data: bytes) -> None:
        """Take output."""
        for listener in tuple(self._listeners):
            listener.output(stream, data)
        *whole, rest = (self._partial.pop(stream, b"") + data).split(b"\n")
        for line in whole:
            self._keep(stream, line + b"\n")
        if rest:
            self._partial[stream] = rest

    def end(self) -> None:
        """The process has ended: nobody gets more of it."""
        for stream, rest in self._partial.items():
            self._keep(stream, rest)
        self._partial.clear()
        ended = [one.ended for one in self._listeners] + [one.ended for one in self._followers]
        self._listeners.clear()
        self._followers.clear()
        for call in ended:
            call()

    def _keep(self, stream: int, data: bytes) -> None:
        line = Line(self._clock.now(), stream, data)
        self._lines.append(line)
        self._bytes += len(data)
        while self._bytes > LOG_BYTES and len(self._lines) > 1:
            self._bytes -= len(self._lines.popleft().data)
        for follower in tuple(self._followers):
            follower.line(line)


def _joined(some: list[_One], one: _One) -> Callable[[], None]:
    """Add one, and return what takes it away again."""
    some.append(one)

    def leave() -> None:
        if one in some:
            some.remove(one)

    return leave


def framed(stream: int, data: bytes, tty: bool) -> bytes:
    """Write output for a stream: a frame of the multiplexed format, plain for a terminal."""
    return data if tty else frame(stream, data)
