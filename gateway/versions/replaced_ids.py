"""Ids that go on working: clients before v1.24 and containers that were made anew at start.

Part of what v1.24 changed. See gateway.emulate.stand_ins for how a stand-in is known, and
gateway.emulate.start for how one comes about. Requests are pointed to the stand-in, answers name
the id that the client knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from gateway.api.message import Answer, EngineCall, Json, Request
from gateway.api.router import Match
from gateway.api.routes import ROUTES
from gateway.emulate.stand_ins import (
    CREATED,
    ID,
    IMAGE_NAME,
    NAME,
    VOLUMES,
    StandIn,
    doubtful,
    epoch,
    is_temporary,
    known_id,
    known_to_client,
    list_call,
    looks_like_id,
    read_list,
    refer_host_config,
    reference,
    resolve,
    without_labels,
    words_for_client,
)
from gateway.stream.json import JsonError, dumps, loads
from gateway.versions.vocabulary import Change, Facts, Lookup

_STAND_INS = "containers that were made anew at start"
_NATIVE = "the engine itself knows the id"
_BY_REFERENCE = frozenset(("before", "since", "id"))

_OF_CONTAINERS = tuple(
    route.name for route in ROUTES if route.pattern.startswith("/containers/{id}")
)
_ALWAYS = frozenset(
    (
        "ContainerCreate",
        "ContainerStats",
        "ExecInspect",
        "NetworkConnect",
        "NetworkDisconnect",
        "NetworkInspect",
        "NetworkList",
        "SystemEvents",
    )
)
"""Routes on which a container may be named elsewhere than in the path."""


def stand_ins(facts: Facts) -> tuple[StandIn, ...]:
    """What the look-up found; nothing when it was not made or failed."""
    return facts.get(_STAND_INS) or ()


def _nothing(match: Match) -> EngineCall | None:
    return None


def _ask_for_all(match: Match, request: Request, facts: Facts) -> EngineCall | None:
    route = match.route.name
    if route in _ALWAYS:
        return list_call()
    if route in _OF_CONTAINERS:
        return list_call() if looks_like_id(match.parameters["id"]) else None
    if route == "ImageCommit":
        return list_call() if looks_like_id(request.parameter("container") or "") else None
    # The lists: only who asks for a container by id needs to know.
    asked = any(name in ("before", "since") for name, _ in request.parameters())
    return list_call() if asked or _BY_REFERENCE & _filters(request).keys() else None


def _ask_for_one(match: Match, request: Request, facts: Facts) -> EngineCall | None:
    given = _given(match, request)
    if not given or not doubtful(given, stand_ins(facts)):
        return None
    return EngineCall("GET", f"/containers/{given}/json")


def _given(match: Match, request: Request) -> str:
    if match.route.name == "ImageCommit":
        return request.parameter("container") or ""
    return match.parameters.get("id", "")


def _lead(match: Match, facts: Facts) -> Match:
    """Let other look-ups ask for the container that is meant."""
    if match.route.name not in _OF_CONTAINERS:
        return match
    meant = resolve(match.parameters["id"], stand_ins(facts), facts.get(_NATIVE) is not None)
    return match if meant is None else Match(match.route, {"id": meant})


def _as_it_is(match: Match, facts: Facts) -> Match:
    return match


STAND_INS = Lookup(_STAND_INS, _nothing, read_list, _ask_for_all, _as_it_is)
NATIVE = Lookup(_NATIVE, _nothing, lambda answer: answer.status, _ask_for_one, _lead)


def _filters(request: Request) -> dict[str, Json]:
    try:
        filters = loads((request.parameter("filters") or "{}").encode())
    except JsonError:
        return {}
    return filters if isinstance(filters, dict) else {}


def _refer(request: Request, names: frozenset[str], change: Callable[[str], list[str]]) -> Request:
    """Change the values of query parameters and filters of these names."""
    filters = _filters(request)
    changed = []
    for name, value in request.parameters():
        if name == "filters" and names & filters.keys():
            for key in names & filters.keys():
                values = filters[key]
                if isinstance(values, list | dict):
                    filters[key] = [new for old in values for new in change(str(old))]
            value = dumps(filters).decode()
        elif name in names and name != "id":
            value = change(value)[0]
        changed.append((name, value))
    return request.with_parameters(changed)


class PathOfReplaced(Change):
    """A container is known by the id that it was created with, or the beginning of it.

    It has another since a start with a `HostConfig` made it anew. Errors name the id of old.
    """

    routes = _OF_CONTAINERS
    lookups = (STAND_INS, NATIVE)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Ask for the stand-in."""
        found = stand_ins(facts)
        if not found:
            return request
        words = request.path.split("/")
        meant = resolve(unquote(words[2]), found, facts.get(_NATIVE) is not None)
        if meant is None:
            return request
        words[2] = meant
        return replace(request, path="/".join(words))

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Name the id that the client knows."""
        return replace(answer, body=words_for_client(answer.body, stand_ins(facts)))


class InspectOfReplaced(Change):
    """Container inspect: `Id` and `Created` are those of the container's creation.

    The labels that tell them are not there, nor what the gateway put into `VolumesFrom`.
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Give the container as the client made it."""
        host = document.get("HostConfig") or {}
        for field in ("NetworkMode", "IpcMode", "PidMode"):
            mode = host.get(field)
            if isinstance(mode, str) and mode.startswith("container:"):
                host[field] = "container:" + known_to_client(mode[10:], stand_ins(facts))
        config = document.get("Config") or {}
        labels = config.get("Labels")
        if not labels or ID not in labels:
            return document
        config["Labels"] = without_labels(labels)
        known = known_id(labels, document.get("Image"))
        if known is None:
            return document
        document["Id"] = known
        document["Created"] = labels.get(CREATED, document.get("Created"))
        if IMAGE_NAME in labels:
            config["Image"] = labels[IMAGE_NAME]
        sources = host.get("VolumesFrom")
        if sources and VOLUMES in labels:
            host["VolumesFrom"] = [one for one in sources if one != labels[VOLUMES]] or None
        return document


class ListOfReplaced(Change):
    """The list of containers: `Id` and `Created` are those of a container's creation.

    `before`, `since` and the filters of the same names and `id` take them; the order is theirs.
    """

    routes = ("ContainerList", "ContainerListPs")
    lookups = (STAND_INS,)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Name the stand-ins."""
        found = stand_ins(facts)
        if not found:
            return request
        return _refer(request, _BY_REFERENCE, lambda given: [reference(given, found)])

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Give the ids of old; one that is only being made is not shown beside its forerunner."""
        replaced = [item for item in document if ID in (item.get("Labels") or ())]
        if not replaced:
            return document
        ids = {item["Id"] for item in document}
        for item in replaced:
            labels = item["Labels"]
            item["Labels"] = without_labels(labels)
            known = known_id(labels, item.get("ImageID"))
            if known is None:
                continue
            if all(map(is_temporary, item.get("Names") or ("",))):
                if known in ids:
                    document.remove(item)
                    continue
                item["Names"] = [labels.get(NAME, "")]
            item["Id"] = known
            item["Created"] = epoch(labels[CREATED]) if CREATED in labels else item["Created"]
            item["Image"] = labels.get(IMAGE_NAME, item["Image"])
        document.sort(key=lambda item: item.get("Created", 0), reverse=True)
        return document


class ExecOfReplaced(Change):
    """Exec inspect: `ContainerID` is the id that the container was created with."""

    routes = ("ExecInspect",)
    lookups = (STAND_INS,)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Name it."""
        if "ContainerID" in document:
            document["ContainerID"] = known_to_client(document["ContainerID"], stand_ins(facts))
        return document


class StatsOfReplaced(Change):
    """Statistics: `id` is the id that the container was created with."""

    routes = ("ContainerStats",)
    lookups = (STAND_INS,)

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Name it."""
        if "id" in record:
            record["id"] = known_to_client(record["id"], stand_ins(facts))
        return record


class CommitOfReplaced(Change):
    """Commit takes the id that the container was created with."""

    routes = ("ImageCommit",)
    lookups = (STAND_INS, NATIVE)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Name the stand-in."""
        given = request.parameter("container") or ""
        meant = resolve(given, stand_ins(facts), facts.get(_NATIVE) is not None)
        if meant is None:
            return request
        return request.with_parameters(
            (name, meant if name == "container" else value) for name, value in request.parameters()
        )


class ImageOfReplaced(Change):
    """Image inspect: an image of a container that was made anew has that one's id of old.

    It has inherited the labels, too, which are left out.
    """

    routes = ("ImageInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Leave them out."""
        for field in ("Config", "ContainerConfig"):
            config = document.get(field) or {}
            labels = config.get("Labels")
            if labels and ID in labels:
                config["Labels"] = without_labels(labels)
                document["Container"] = labels[ID]
        return document


class CreateNamesReplaced(Change):
    """Create: `VolumesFrom`, `Links` and modes `container:…` take the ids of old.

    So do the errors of a create, which name the container that has the name already.
    """

    routes = ("ContainerCreate",)
    lookups = (STAND_INS,)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Name the stand-ins."""
        host = document.get("HostConfig") if isinstance(document, dict) else None
        if isinstance(host, dict):
            refer_host_config(host, stand_ins(facts))
        return document

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Name the id that the client knows."""
        return replace(answer, body=words_for_client(answer.body, stand_ins(facts)))


class NetworksNameReplaced(Change):
    """Networks: their containers are named by the ids that those were created with."""

    routes = ("NetworkInspect", "NetworkList", "NetworkConnect", "NetworkDisconnect")
    lookups = (STAND_INS,)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Name the stand-in that is to be connected or disconnected."""
        if isinstance(document, dict) and "Container" in document:
            document["Container"] = reference(document["Container"], stand_ins(facts))
        return document

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Name the ids that the client knows."""
        known = {one.id: one.known for one in stand_ins(facts)}
        for network in document if isinstance(document, list) else [document]:
            containers = network.get("Containers")
            if known and containers:
                network["Containers"] = {
                    known.get(identity, identity): endpoint
                    for identity, endpoint in containers.items()
                }
        return document


CHANGES = (
    PathOfReplaced,
    InspectOfReplaced,
    ListOfReplaced,
    ExecOfReplaced,
    StatsOfReplaced,
    CommitOfReplaced,
    ImageOfReplaced,
    CreateNamesReplaced,
    NetworksNameReplaced,
)
