"""Helpers for tests of the practice engine: a clock that is moved by hand, and short calls."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import orjson

from gateway.api.message import Answer
from gateway.api.version import NEWEST, ApiVersion
from gateway.engine.practice.api import OLDEST_OF_29, PracticeEngine
from gateway.engine.practice.replies import JSON, Hijacked, Streaming

NOW = 1_700_000_000_000_000_000
"""Where the clock of a test begins: 2023-11-14T22:13:20Z."""


class ManualTimer:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class ManualClock:
    """Time stands still until `advance`; calls that are due are made in order."""

    def __init__(self) -> None:
        self.moment = NOW
        self._due: list[tuple[int, int, ManualTimer]] = []
        self._order = count()

    def now(self) -> int:
        return self.moment

    def later(self, seconds: float, call: Callable[[], None]) -> ManualTimer:
        timer = ManualTimer(call)
        at = self.moment + round(seconds * 1_000_000_000)
        heapq.heappush(self._due, (at, next(self._order), timer))
        return timer

    def advance(self, seconds: float = 0) -> None:
        end = self.moment + round(seconds * 1_000_000_000)
        while self._due and self._due[0][0] <= end:
            self.moment, _, timer = heapq.heappop(self._due)
            if timer.call is not None:
                timer.call()
        self.moment = end

    @property
    def pending(self) -> int:
        return sum(timer.call is not None for _, _, timer in self._due)


class Collected:
    """A sink that keeps what it gets, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.ended = False
        self.stop: Callable[[], None] = lambda: None
        self.peer: Any = None
        self.head: Any = None

    def write(self, data: bytes) -> None:
        assert not self.ended, "written after the end"
        self.writes.append(data)

    def end(self) -> None:
        self.ended = True

    @property
    def data(self) -> bytes:
        return b"".join(self.writes)

    @property
    def records(self) -> list[Any]:
        return [orjson.loads(line) for line in self.data.splitlines()]


class Talk:
    """An engine and a clock, with calls that are quick to write."""

    def __init__(self, oldest: ApiVersion = OLDEST_OF_29, newest: ApiVersion = NEWEST) -> None:
        self.clock = ManualClock()
        self.engine = PracticeEngine(self.clock, oldest, newest, Random(1))

    def ask(self, method: str, target: str, document: Any = None) -> Answer:
        body = b"" if document is None else orjson.dumps(document)
        reply = self.engine.answer(method, target, JSON if body else None, body)
        assert isinstance(reply, Answer), reply
        return reply

    def get(self, target: str) -> Any:
        answer = self.ask("GET", target)
        assert answer.status == 200, answer
        return orjson.loads(answer.body)

    def stream(self, method: str, target: str) -> Collected:
        reply = self.engine.answer(method, target)
        assert isinstance(reply, Streaming), reply
        sink = Collected()
        sink.head = reply.head
        sink.stop = reply.start(sink)
        return sink

    def hijack(self, target: str, document: Any = None, upgrade: str | None = "tcp") -> Collected:
        body = b"" if document is None else orjson.dumps(document)
        reply = self.engine.answer("POST", target, JSON, body, upgrade)
        assert isinstance(reply, Hijacked), reply
        sink = Collected()
        sink.head = reply.head
        sink.peer = reply.start(sink)
        return sink

    def create(self, *command: str, name: str = "", **config: Any) -> str:
        document = {"Image": "busybox", "Cmd": list(command), **config}
        answer = self.ask("POST", f"/containers/create?name={name}", document)
        assert answer.status == 201, answer
        return str(orjson.loads(answer.body)["Id"])

    def run(self, *command: str, name: str = "", **config: Any) -> str:
        """Create and start a container, up to where its program waits."""
        id = self.create(*command, name=name, **config)
        assert self.ask("POST", f"/containers/{id}/start").status == 204
        self.clock.advance()
        return id

    def state(self, id: str) -> Any:
        return self.get(f"/containers/{id}/json")["State"]
