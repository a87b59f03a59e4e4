"""A process of the practice engine: a program as a generator, driven by input, time and signals.

A program yields what it waits for (`Read`, `Sleep`) and is resumed with the bytes that came
(empty: the input has ended, or the time is up); what it returns is its exit status.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from gateway.engine.practice.clock import Clock, Timer
from gateway.engine.practice.tty import LineDiscipline, cooked

STDOUT, STDERR = 1, 2

SIGNALS = {
    "HUP": 1,
    "INT": 2,
    "QUIT": 3,
    "ABRT": 6,
    "KILL": 9,
    "USR1": 10,
    "USR2": 12,
    "TERM": 15,
    "CHLD": 17,
    "CONT": 18,
    "STOP": 19,
    "WINCH": 28,
}
"""Linux's numbers of the signals that people send to containers."""

_HARMLESS = {17, 18, 19, 28}


@dataclass(frozen=True, slots=True)
class Read:
    """Wait for bytes of the input."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait; for ever when `seconds` is None."""

    seconds: float | None


Program: TypeAlias = Generator[Read | Sleep, bytes, int]


class Streams(Protocol):
    """What a program writes to."""

    @property
    def tty(self) -> bool:
        """Whether it runs at a terminal."""

    @property
    def out(self) -> Callable[[bytes], None]:
        """Write to standard output."""

    @property
    def err(self) -> Callable[[bytes], None]:
        """Write to standard error."""


def signal_number(text: str) -> int:
    """Read a signal: `9`, `KILL` or `SIGKILL`, in any case. Raises ValueError for others."""
    if text.isdecimal() and 0 < int(text) < 65:
        return int(text)
    number = SIGNALS.get(text.upper().removeprefix("SIG"))
    if number is None:
        raise ValueError(text)
    return number


class Process:
    """One running program.

    `output(stream, data)` gets what it writes, `exited(status)` is called once, when it ends.
    """

    def __init__(
        self,
        clock: Clock,
        start: Callable[[Process], Program],
        *,
        tty: bool,
        output: Callable[[int, bytes], None],
        exited: Callable[[int], None],
    ) -> None:
        self._clock = clock
        self._tty = tty
        self._output = output
        self._exited = exited
        self._input: deque[bytes] = deque()
        self._input_ended = False
        self._waits: Read | Sleep | None = None
        self._timer: Timer | None = None
        self._stopped = False
        self._woken = False
        self._running = False
        self.status: int | None = None
        self._terminal = LineDiscipline(
            lambda data: self._output(STDOUT, data),
            self._queue,
            self.end_input,
            lambda: self.signal(SIGNALS["INT"]),
        )
        self._program = start(self)

    @property
    def tty(self) -> bool:
        """Whether it runs at a terminal."""
        return self._tty

    def begin(self) -> None:
        """Run it up to where it waits first."""
        if self.status is None:
            self._advance(None)

    def out(self, data: bytes) -> None:
        """Write to standard output; for the program."""
        self._output(STDOUT, cooked(data) if self._tty else data)

    def err(self, data: bytes) -> None:
        """Write to standard error, which at a terminal is the same; for the program."""
        if self._tty:
            self._output(STDOUT, cooked(data))
        else:
            self._output(STDERR, data)

    def feed(self, data: bytes) -> None:
        """Give it bytes of input."""
        if self.status is not None or self._input_ended:
            return
        if self._tty:
            self._terminal.feed(data)
        else:
            self._queue(data)

    def end_input(self) -> None:
        """Close its input. What was given before is read first."""
        self._input_ended = True
        self._wake()

    def pause(self) -> None:
        """Stop it where it is: neither input nor time move it."""
        self._stopped = True

    def resume(self) -> None:
        """Let a paused one go on."""
        self._stopped = False
        self._wake()

    def signal(self, number: int) -> None:
        """Send it a signal: it ends with 128 + the number, but for those that do nothing."""
        if number not in _HARMLESS:
            self._end(128 + number)

    def _queue(self, data: bytes) -> None:
        if data:
            self._input.append(data)
            self._wake()

    def _wake(self) -> None:
        """Go on if what the program waits for is there."""
        if self._running:
            return
        while self.status is None and not self._stopped:
            if isinstance(self._waits, Read):
                if self._input:
                    self._advance(self._input.popleft())
                elif self._input_ended:
                    self._advance(b"")
                else:
                    return
            elif isinstance(self._waits, Sleep) and self._woken:
                self._woken = False
                self._advance(b"")
            else:
                return

    def _time_is_up(self) -> None:
        self._timer = None
        self._woken = True
        self._wake()

    def _advance(self, data: bytes | None) -> None:
        """Run the program until it waits again or ends."""
        self._running = True
        try:
            self._waits = next(self._program) if data is None else self._program.send(data)
        except StopIteration as finished:
            self._running = False
            self._end(finished.value)
            return
        self._running = False
        if self.status is not None:
            self._program.close()
        elif isinstance(self._waits, Sleep) and self._waits.seconds is not None:
            self._timer = self._clock.later(self._waits.seconds, self._time_is_up)
        if data is None:
            self._wake()

    def _end(self, status: int) -> None:
        if self.status is not None:
            return
        self.status = status
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._running:
            self._program.close()
        self._input.clear()
        self._exited(status)
