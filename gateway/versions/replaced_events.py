"""Events of containers that were made anew at start, as clients before v1.24 are told of them.

To such a client a start with a `HostConfig` is one event, `start`, of the id that it knows. What
the engine tells of it is `create` of the stand-in, `destroy` of the container before it, `rename`.
See gateway.emulate.stand_ins. A stand-in is believed to be one when the engine lists it as such
or when it was seen to be created under a temporary name; its labels alone prove nothing.
"""

from __future__ import annotations

from gateway.api.message import Json, Request
from gateway.emulate.stand_ins import (
    COMMENT,
    ID,
    IMAGE_NAME,
    is_temporary,
    looks_like_id,
    without_labels,
)
from gateway.stream.json import JsonError, dumps, loads
from gateway.versions.replaced_ids import STAND_INS, stand_ins
from gateway.versions.vocabulary import Change, Facts

_KNOWN = "ids that clients know, by those of their stand-ins"
_GONE = "beginnings of ids that stand-ins have taken the place of"
_WANTED = "containers whose events are asked for"
_DIGITS = 12


class EventsOfReplaced(Change):
    """Events of a container that was made anew at start name the id that it was created with.

    What making it anew is told as is left out, and so are the labels. The filter `container`
    takes the id of old: what is asked for by an id is chosen here, not by the engine, because it
    may be made anew while the events are read.
    """

    routes = ("SystemEvents",)
    lookups = (STAND_INS,)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Ask for the events of all containers, if some are asked for by their ids."""
        try:
            filters = loads((request.parameter("filters") or "{}").encode())
        except JsonError:
            return request
        wanted = filters.get("container") if isinstance(filters, dict) else None
        if not wanted or not any(map(looks_like_id, map(str, wanted))):
            return request
        facts[_WANTED] = tuple(map(str, wanted))
        del filters["container"]
        rest = dumps(filters).decode()
        return request.with_parameters(
            (name, rest if name == "filters" else value) for name, value in request.parameters()
        )

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        """Name the id of old, or leave the event out."""
        actor = record.get("Actor")
        attributes = actor.get("Attributes") if isinstance(actor, dict) else None
        if attributes is None:
            return record
        if _KNOWN not in facts:
            facts[_KNOWN] = {one.id: one.known for one in stand_ins(facts)}
            facts[_GONE] = {one.known[:_DIGITS] for one in stand_ins(facts)}
        if record.get("Type") == "container":
            if _belongs_to_swap(record, actor, attributes, facts):
                return None
            known = facts[_KNOWN].get(actor["ID"])
            if ID in attributes:
                _restore(record, actor, known)
            if known is not None:
                actor["ID"] = known
                if "id" in record:
                    record["id"] = known
        elif "container" in attributes:
            container = attributes["container"]
            attributes["container"] = facts[_KNOWN].get(container, container)
        wanted = facts.get(_WANTED)
        if wanted is not None and not _is_wanted(record, actor, wanted):
            return None
        return record


def _belongs_to_swap(record: Json, actor: Json, attributes: Json, facts: Facts) -> bool:
    """Whether an event only tells how a container was made anew; remembers what it tells."""
    action, identity = record.get("Action"), actor["ID"]
    name = attributes.get("name", "")
    if is_temporary(name):
        before = name[-_DIGITS:]
        if action == "create" and ID in attributes:
            facts[_KNOWN][identity] = attributes[ID]
            facts[_GONE].add(before)
        elif action == "destroy":
            # It was given up: the container before it is still there.
            facts[_GONE].discard(before)
        return True
    if action == "rename":
        return is_temporary(attributes.get("oldName", ""))
    if action == "destroy":
        return bool(identity[:_DIGITS] in facts[_GONE])
    return bool(action == "commit" and attributes.get("comment") == COMMENT)


def _restore(record: Json, actor: Json, known: str | None) -> None:
    """Take the labels away, and the name of an image that is the gateway's own."""
    attributes = actor["Attributes"]
    image = attributes.get(IMAGE_NAME)
    actor["Attributes"] = without_labels(attributes)
    if known is not None and image is not None:
        actor["Attributes"]["image"] = image
        if "from" in record:
            record["from"] = image


def _is_wanted(record: Json, actor: Json, wanted: tuple[str, ...]) -> bool:
    """Whether the engine's filter `container` lets an event through (daemon/events at 20.10)."""
    if record.get("Type") != "container":
        return False
    name = actor["Attributes"].get("name", "")
    return any(actor["ID"].startswith(one) or name.startswith(one) for one in wanted)


CHANGES = (EventsOfReplaced,)
