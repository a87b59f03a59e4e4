"""Time for the practice engine: handed in, so that tests need not wait; and as Docker writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

SECOND = 1_000_000_000
"""Nanoseconds in a second: moments are whole nanoseconds since 1970, as in `timeNano`."""

NEVER = "0001-01-01T00:00:00Z"
"""Go's zero time, which engines write for what has not happened."""


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Don't make the call. Without effect when it was made already."""


class Clock(Protocol):
    """What the practice engine needs of time."""

    def now(self) -> int:
        """The moment, in nanoseconds since 1970 (UTC)."""

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Make a call after so many seconds, never from within this one."""


def written(moment: int | None) -> str:
    """Write a moment as engines do, RFC 3339 with nanoseconds; None is Go's zero time."""
    if moment is None:
        return NEVER
    whole, rest = divmod(moment, SECOND)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def read(text: str, now: int) -> int:
    """Read a moment of a query parameter, in nanoseconds since 1970.

    `since` and `until` of logs and events are Unix seconds with up to nine decimals, an RFC 3339
    time, or a duration back from now (API document v1.24, `GET /events`; of durations the forms
    `90s`, `10m` and `2h` are taken). Raises ValueError for anything else.
    """
    seconds, point, decimals = text.partition(".")
    if seconds.isascii() and seconds.isdecimal() and (not point or decimals.isdecimal()):
        return int(seconds) * SECOND + int(f"{decimals[:9]:0<9}" if decimals else 0)
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    if unit is not None and text[:-1].isdecimal():
        return now - int(text[:-1]) * unit * SECOND
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * SECOND + moment.microsecond * 1000


def ago(then: int, now: int) -> str:
    """Say how long ago a moment was, in the words of a container's `Status`.

    After Docker's `units.HumanDuration`, which every engine since 0.6 uses for it.
    """
    seconds = max(0, (now - then) // SECOND)
    if seconds < 1:
        return "Less than a second"
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = seconds // 60
    if minutes < 60:
        return "About a minute" if minutes == 1 else f"{minutes} minutes"
    hours = (seconds + 1800) // 3600
    if hours < 48:
        return "About an hour" if hours <= 1 else f"{hours} hours"
    return f"{hours // 24} days"
