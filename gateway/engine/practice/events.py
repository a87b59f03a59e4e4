"""Events of the practice engine: kept for `since`, and given to those who listen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.engine.practice.clock import SECOND, Clock

KEPT = 256
"""How many past events are kept, as in moby's `daemon/events`."""

_WITHOUT_LEGACY = ApiVersion(1, 52)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `kind` is its Type (container, image, network, volume)."""

    moment: int
    kind: str
    action: str
    id: str
    attributes: dict[str, str]

    def document(self, version: ApiVersion) -> Json:
        """The event's record.

        `status`, `id` and `from` of containers and images are sent below v1.52 (R1.52-1).
        """
        document: dict[str, Json] = {}
        if version < _WITHOUT_LEGACY and self.kind in ("container", "image"):
            document = {"status": self.action, "id": self.id}
            if self.kind == "container":
                document["from"] = self.attributes.get("image", "")
        return {
            **document,
            "Type": self.kind,
            "Action": self.action,
            "Actor": {"ID": self.id, "Attributes": self.attributes},
            "scope": "local",
            "time": self.moment // SECOND,
            "timeNano": self.moment,
        }

    def passes(self, filters: dict[str, list[str]]) -> bool:
        """Whether the event is wanted: of each filter, one value must fit."""
        fits: dict[str, Callable[[str], bool]] = {
            "type": lambda value: value == self.kind,
            "event": lambda value: value == self.action or self.action.startswith(value + ":"),
            "container": lambda value: self.kind == "container" and self._is(value),
            "image": lambda value: self._is_image(value),
            "network": lambda value: self.kind == "network" and self._is(value),
            "volume": lambda value: self.kind == "volume" and self._is(value),
            "label": self._has_label,
            "scope": lambda value: value == "local",
            "daemon": lambda _: True,
        }
        return all(
            any(fits[name](value) for value in values) for name, values in filters.items() if values
        )

    def _is(self, value: str) -> bool:
        return self.id.startswith(value) or self.attributes.get("name") == value

    def _is_image(self, value: str) -> bool:
        name = self.attributes.get("name" if self.kind == "image" else "image", "")
        return value in (name, name.partition(":")[0]) or (
            self.kind == "image" and self.id.startswith(value)
        )

    def _has_label(self, value: str) -> bool:
        name, equals, wanted = value.partition("=")
        return name in self.attributes and (not equals or self.attributes[name] == wanted)


FILTERS = frozenset(
    ("type", "event", "container", "image", "network", "volume", "label", "scope", "daemon")
)
"""The filters that are understood; another one is an error, as in engines."""


class EventLog:
    """All events, past and to come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._past: deque[Event] = deque(maxlen=KEPT)
        self._listeners: list[Callable[[Event], None]] = []

    def __len__(self) -> int:
        """How many listen: `/info` says it as NEventsListener."""
        return len(self._listeners)

    def emit(self, kind: str, action: str, id: str, attributes: dict[str, str]) -> None:
        """Something has happened."""
        event = Event(self._clock.now(), kind, action, id, attributes)
        self._past.append(event)
        for listener in tuple(self._listeners):
            listener(event)

    def past(self, since: int) -> list[Event]:
        """Those that are still known, from a moment on."""
        return [event for event in self._past if event.moment >= since]

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Give every event from now on; returns what ends that."""
        self._listeners.append(listener)

        def leave() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return leave
