"""`POST /containers/{id}/start` with a `HostConfig`, which engines do not take from v1.24 on.

The container was created without it, so it is made anew: see gateway.emulate.stand_ins for what
the two are called. The new one has a temporary name first. Names are unique in an engine, so that
name is a lock, too: of two who want to make the same container anew, in this gateway or in two,
the second waits until the first is done.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar
from urllib.parse import quote

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Forward, Json, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.host_config import BadBody, asked, differences, merged, update
from gateway.emulate.recreation import (
    creation,
    is_fresh,
    stored_host_config,
    superseded,
    wrote_outside_mounts,
)
from gateway.emulate.stand_ins import (
    COMMENT,
    NAME,
    StandIn,
    is_temporary,
    list_call,
    looks_like_id,
    read_list,
    refer_host_config,
    temporary_name,
)
from gateway.emulate.vocabulary import Context, Emulation, Pause, Step, Swapped
from gateway.stream.json import loads

_Result = TypeVar("_Result")
Flow: TypeAlias = Generator[Step, Answer, _Result]

_PAUSE_SECONDS = 0.2
_MOST_PAUSES = 50
"""So often another is waited for; what it has left behind by then is nobody's any more."""


class StartWithHostConfig(Emulation):
    """`POST /containers/{id}/start` with a `HostConfig`: the container is made anew where needed.

    API documents v1.3 to v1.23. It stays as it is when the body asks for nothing that it has not;
    limits and the restart policy are updated; otherwise a container with the same configuration,
    its volumes, and the new `HostConfig` takes its place, under its name and, to clients before
    v1.24, its id. When that fails the container is as it was, and the engine's error the answer.
    """

    routes = ("ContainerStart",)
    until = ApiVersion(1, 23)
    answers_are_engines = True

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Flow[Answer | Forward]:
        """Prepare the container, and forward a start without a body."""
        try:
            host = asked(body, request.headers.get("Content-Type"), context.client)
        except BadBody as error:
            return error_answer(None, error.status, str(error))
        given = match.parameters["id"]
        if host is None:
            return _plain(request, given)
        return (yield from _prepare(given, host, request, context))


def _plain(request: Request, container: str) -> Forward:
    headers = request.headers.without("Content-Type")
    path = f"/containers/{quote(container, safe='/')}/start"
    return Forward(Request("POST", path, request.query, headers))


def _prepare(
    given: str, host: dict[str, Json], request: Request, context: Context
) -> Flow[Answer | Forward]:
    """Do what is needed before the start; as often as others come between, within bounds."""
    for _ in range(3):
        listed = yield list_call()
        stand_ins = read_list(listed) if listed.status < 400 else ()
        container = yield from _inspect(given, stand_ins)
        if container is not None and is_temporary(container["Name"]):
            container = yield from _named(container)
        if container is None or not _may_change(container["State"]):
            # The engine says what is the matter: not there, running already, paused.
            return _plain(request, given if container is None else container["Id"])
        wanted = _wanted(host, container, stand_ins, context)
        changed = differences(wanted, stored_host_config(container))
        if not changed:
            return _plain(request, container["Id"])
        document = update(changed, wanted)
        if document is not None:
            path = f"/containers/{container['Id']}/update"
            answer = yield EngineCall("POST", path, document)
            if answer.status < 400:
                return _plain(request, container["Id"])
        made = yield from _make_anew(container, wanted)
        if isinstance(made, Answer):
            return made
        if made is not None:
            return _plain(request, made)
    return error_answer(None, 409, f"container {given} is changed by others all the time")


def _inspect(given: str, stand_ins: tuple[StandIn, ...]) -> Flow[Json]:
    """Find the container: what the engine knows by the name or id, else the stand-in for it."""
    answer = yield EngineCall("GET", f"/containers/{quote(given, safe='/')}/json")
    if answer.status < 400:
        return loads(answer.body)
    found = [one for one in stand_ins if one.known.startswith(given)]
    if len(found) != 1 or not looks_like_id(given):
        return None
    answer = yield EngineCall("GET", f"/containers/{found[0].id}/json")
    return loads(answer.body) if answer.status < 400 else None


def _named(container: Json) -> Flow[Json]:
    """Wait until a stand-in has its name, or give it that where somebody died over it."""
    path = f"/containers/{container['Id']}"
    for last in (*[False] * _MOST_PAUSES, True):
        if last:
            name = quote(container["Config"]["Labels"].get(NAME, "").lstrip("/"), safe="")
            yield EngineCall("POST", f"{path}/rename?name={name}")
        else:
            yield Pause(_PAUSE_SECONDS)
        answer = yield EngineCall("GET", f"{path}/json")
        if answer.status >= 400:
            return None
        container = loads(answer.body)
        if not is_temporary(container["Name"]):
            break
    return container


def _may_change(state: Json) -> bool:
    busy = ("Running", "Paused", "Restarting", "Dead")
    return not any(state.get(name) for name in busy) and state.get("Status") != "removing"


def _wanted(
    host: dict[str, Json], container: Json, stand_ins: tuple[StandIn, ...], context: Context
) -> dict[str, Json]:
    """Give the HostConfig to start with, in the forwarded version's shape."""
    asked_for = dict(host)
    refer_host_config(asked_for, stand_ins)
    document = context.rewritten("ContainerCreate", {"HostConfig": asked_for})
    rewritten = document.get("HostConfig") or {}
    stored = stored_host_config(container)
    return merged(rewritten, stored, context.client, is_fresh(container))


def _make_anew(container: Json, host: dict[str, Json]) -> Flow[Answer | str | None]:
    """Put a stand-in into the container's place, and give its id.

    An Answer is the error for which it failed, with the container as it was; None says that
    somebody else has changed the container meanwhile.
    """
    before = container["Id"]
    image = yield from _image(container)
    if isinstance(image, Answer):
        return image
    body, networks = creation(container, host, *image)
    created = yield from _create(before, body)
    if created is None or isinstance(created, Answer):
        return created
    for network, endpoint in networks.items():
        joined: Json = {"Container": created, "EndpointConfig": endpoint}
        yield EngineCall("POST", f"/networks/{quote(network, safe='')}/connect", joined)
    removed = yield EngineCall("DELETE", f"/containers/{before}?v=0&force=0")
    if removed.status >= 400:
        yield EngineCall("DELETE", f"/containers/{created}?v=0&force=1")
        # Gone, running by now, or being removed: then the next look tells.
        return None if removed.status in (404, 409) else removed
    name = quote(container["Name"].lstrip("/"), safe="")
    renamed = yield EngineCall("POST", f"/containers/{created}/rename?name={name}")
    if renamed.status >= 400:
        return renamed
    for volume in superseded(container, host):
        # Refused where something else uses it.
        yield EngineCall("DELETE", f"/volumes/{volume}")
    yield Swapped(before, created)
    return created


def _create(before: str, body: dict[str, Json]) -> Flow[Answer | str | None]:
    """Create the stand-in under its temporary name; its id."""
    name = temporary_name(before)
    for _ in range(2):
        answer = yield EngineCall("POST", f"/containers/create?name={name}", body)
        if answer.status < 400:
            return str(loads(answer.body)["Id"])
        if answer.status != 409 or name.encode() not in answer.body:
            return answer
        # Somebody else is at it.
        for _ in range(_MOST_PAUSES):
            yield Pause(_PAUSE_SECONDS)
            other = yield EngineCall("GET", f"/containers/{name}/json")
            if other.status == 404:
                return None
        # That somebody died over it.
        yield EngineCall("DELETE", f"/containers/{name}?v=0&force=1")
    return answer


def _image(container: Json) -> Flow[Answer | tuple[str, str, Json]]:
    """Choose what the stand-in is made from: the image, its id, and the first image's `Config`.

    What the container has written is committed, so that it is there in the stand-in.
    """
    name, identity = container["Config"]["Image"], container["Image"]
    found = yield EngineCall("GET", f"/images/{quote(name, safe='/:@')}/json")
    by_name = loads(found.body) if found.status < 400 else {}
    if by_name.get("Id") != identity:
        name = identity
        found = yield EngineCall("GET", f"/images/{quote(identity, safe=':')}/json")
        by_name = loads(found.body) if found.status < 400 else {}
    config = by_name.get("Config")
    changes = yield EngineCall("GET", f"/containers/{container['Id']}/changes")
    if changes.status < 400 and wrote_outside_mounts(container, loads(changes.body)):
        comment = quote(COMMENT)
        path = f"/commit?container={container['Id']}&pause=0&comment={comment}"
        committed = yield EngineCall("POST", path, {})
        if committed.status >= 400:
            return committed
        name = identity = loads(committed.body)["Id"]
    return name, identity, config


EMULATIONS = (StartWithHostConfig(),)
