"""What the practice engine holds, and the table of the routes that it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias
from urllib.parse import unquote

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.engine.practice.clock import Clock, written
from gateway.engine.practice.containers import Containers
from gateway.engine.practice.events import EventLog
from gateway.engine.practice.images import Images
from gateway.engine.practice.replies import Call, Reply

STRINGS_REFUSED = ApiVersion(1, 52)
"""Engines that speak this (29.0 and later) take no bare string as a command (G29-3), and send no
ready-made `progress` text (G29-2)."""


@dataclass(slots=True)
class Named:
    """A network or a volume: only a name with what was said of it."""

    id: str
    created: str
    document: dict[str, Json]


@dataclass(slots=True)
class State:
    """Everything that the engine knows."""

    clock: Clock
    oldest: ApiVersion
    newest: ApiVersion
    random: Random
    events: EventLog = field(init=False)
    images: Images = field(init=False)
    containers: Containers = field(init=False)
    networks: dict[str, Named] = field(init=False)
    volumes: dict[str, Named] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events = EventLog(self.clock)
        self.images = Images(self.clock, self.events)
        self.containers = Containers(
            self.clock,
            self.events,
            self.images,
            self.random,
            strings_allowed=self.newest < STRINGS_REFUSED,
        )
        self.networks = {
            name: self.named({"Name": name, "Driver": driver})
            for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null"))
        }

    def named(self, document: dict[str, Json]) -> Named:
        """Make a network or a volume."""
        id = f"{self.random.getrandbits(256):064x}"
        return Named(id, written(self.clock.now()), document)


Answering: TypeAlias = Callable[..., Reply]
"""What answers a route: gets the state, the call, and the parts of the path by name."""


class Routes:
    """Routes by method and pattern; `{name}` of an image may hold slashes, `{id}` may not."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Answering]] = []

    def on(self, method: str, pattern: str) -> Callable[[Answering], Answering]:
        """Bind a function to a route."""
        written = re.escape(pattern).replace(r"\{name\}", "(?P<name>.+)")
        written = written.replace(r"\{id\}", "(?P<id>[^/]+)")

        def bind(function: Answering) -> Answering:
            self._routes.append((method, re.compile(written), function))
            return function

        return bind

    def answer(self, state: State, call: Call) -> Reply | None:
        """Answer a call; None when there is no such route."""
        for method, pattern, function in self._routes:
            match = pattern.fullmatch(call.path) if method == call.method else None
            if match is not None:
                parts = {key: unquote(value) for key, value in match.groupdict().items()}
                return function(state, call, **parts)
        return None
