"""Attaches of clients before v1.24 to a container that was never started.

With its start it may be made anew, as another container (gateway.emulate.stand_ins). Here is
decided, from what the engine tells, what becomes of such an attach; gateway.net does it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from urllib.parse import quote

from gateway.api.message import Answer, EngineCall, Json, Request
from gateway.api.router import Match
from gateway.emulate.stand_ins import ID, StandIn, is_temporary, temporary_name
from gateway.stream.json import dumps, loads
from gateway.versions.replaced_ids import NATIVE, STAND_INS
from gateway.versions.vocabulary import Change, Facts, Lookup

FOLLOWED = "container to follow when it is made anew"
"""The fact that holds the full id of a container that an attach waits for; None for none."""

_NEVER = "0001-01-01T00:00:00Z"
_NEVER_RAN = "container that never ran"


def _inspect(match: Match) -> EngineCall:
    return EngineCall("GET", f"/containers/{quote(match.parameters['id'], safe='/')}/json")


def _read_never_ran(answer: Answer) -> Json:
    container = loads(answer.body)
    return None if has_begun(container["State"]) else container["Id"]


def has_begun(state: Json) -> bool:
    """Whether a container with this state runs, or ever did."""
    return bool(state.get("Running") or state.get("StartedAt", _NEVER) != _NEVER)


NEVER_RAN = Lookup(_NEVER_RAN, _inspect, _read_never_ran)


class AttachBeforeStart(Change):
    """An attach may be opened before the start, and goes on when that makes the container anew.

    Clients before v1.15 attach, and then start with a `HostConfig` (Docker 0.4.8 to 1.2). Up to
    the start the client's input waits in the gateway.
    """

    routes = ("ContainerAttach", "ContainerAttachWebsocket")
    lookups = (STAND_INS, NATIVE, NEVER_RAN)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Note the container that is to be followed, if its output is wanted at all."""
        streams = request.parameter("stream") in ("1", "true", "True")
        facts[FOLLOWED] = facts.get(_NEVER_RAN) if streams else None
        return request


class Step(Enum):
    """What becomes of an attach that waits."""

    RELEASE = "the container starts as it is: its input flows"
    END = "the container is gone"


def events_call(container: str) -> EngineCall:
    """Ask for the events of a container of this full id, and of one that takes its place."""
    filters = {
        "type": ["container"],
        "event": ["create", "start", "destroy"],
        "container": [container, temporary_name(container)],
    }
    return EngineCall("GET", f"/events?filters={quote(dumps(filters).decode())}")


class Follower:
    """Follows one container, of the full id that it is given, until it starts or is gone.

    A step is a Step, the id of the container to move to, or None for none.
    """

    def __init__(self, container: str) -> None:
        self._container = container
        self._known = container
        self._coming: str | None = None

    def told(self, event: Json) -> Step | str | None:
        """Take an event."""
        actor = event.get("Actor") or {}
        identity, action = actor.get("ID"), event.get("Action")
        attributes = actor.get("Attributes") or {}
        if identity != self._container:
            if action == "create" and ID in attributes and is_temporary(attributes.get("name", "")):
                self._coming = identity
            elif action == "destroy" and identity == self._coming:
                self._coming = None
        elif action == "start":
            return Step.RELEASE
        elif action == "destroy":
            return self._coming or Step.END
        return None

    def looked(self, container: Json, stand_ins: Iterable[StandIn]) -> Step | str | None:
        """Take how the container is, None for one that is gone, and the stand-ins of now."""
        if container is not None:
            # It may be a stand-in itself, whose own start failed.
            known = (one.known for one in stand_ins if one.id == self._container)
            self._known = next(known, self._known)
            return Step.RELEASE if has_begun(container["State"]) else None
        found = (one.id for one in stand_ins if one.known == self._known)
        return self._coming or next(found, Step.END)


CHANGES = (AttachBeforeStart,)
