"""Containers that stand in for others: made anew at start, known to old clients by the first id.

Clients before v1.15 say the `HostConfig` at start, which engines from v1.24 on do not take, so the
gateway makes the container again (gateway.emulate.start). Labels on the new one, the stand-in,
tell for which id it stands; so every gateway in front of an engine knows, also after a restart.

A label alone proves nothing: an image that is committed from a stand-in has its labels, and hands
them on to all that is made from it. So a label names the image that the stand-in was made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from gateway.api.message import Answer, EngineCall, Json
from gateway.stream.json import dumps, loads

PREFIX = "io.docker-gateway."
ID = PREFIX + "id"
"""The id that clients know: that of the container which was created first."""
CREATED = PREFIX + "created"
"""When that was created, as container inspect gives it."""
IMAGE = PREFIX + "image"
"""The id of the image that the stand-in was made from."""
IMAGE_NAME = PREFIX + "image-name"
"""What the client called the image, where the stand-in was made from another."""
NAME = PREFIX + "name"
"""The name, with its slash, that the stand-in gets when the container before it is gone."""
VOLUMES = PREFIX + "volumes-from"
"""The id in `HostConfig.VolumesFrom` through which the stand-in got its mounts."""

COMMENT = "docker-gateway: made anew at start"
"""The comment of a commit that keeps what a container has written before it is made anew."""

_TEMPORARY = "docker-gateway-start-"
_HEX = re.compile(r"[0-9a-f]{1,64}\Z", re.ASCII)
_SHORT = 12
"""So many digits are an id to everybody; fewer may just as well be a name (`db`, `cafe`)."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A container `id` that stands for the one that clients know as `known`.

    `names` are without slashes; `pending` says that the container before it may still be there.
    """

    id: str
    known: str
    names: tuple[str, ...] = ()
    pending: bool = False


def temporary_name(container: str) -> str:
    """Name the stand-in of the container of this id until it gets the name itself."""
    return _TEMPORARY + container[:_SHORT]


def is_temporary(name: str) -> bool:
    """Whether a name, with or without its slash, is that of a stand-in that is being made."""
    return name.lstrip("/").startswith(_TEMPORARY)


def looks_like_id(text: str) -> bool:
    """Whether `text` can be an id or the beginning of one."""
    return _HEX.match(text) is not None


def known_id(labels: Json, image: Json) -> str | None:
    """Give the id that the labels of a container made from `image` stand for, None for no id.

    `image` is the id as the engine gives it; when that is not known (None) the label counts.
    """
    if not labels:
        return None
    known = labels.get(ID)
    if not known or (image is not None and labels.get(IMAGE) != image):
        return None
    return str(known)


def without_labels(labels: dict[str, Json]) -> dict[str, Json]:
    """The labels without those of this module."""
    return {name: value for name, value in labels.items() if not name.startswith(PREFIX)}


def list_call() -> EngineCall:
    """Ask for all containers that have the label."""
    filters = quote(dumps({"label": [ID]}).decode())
    return EngineCall("GET", f"/containers/json?all=1&filters={filters}")


def read_list(answer: Answer) -> tuple[StandIn, ...]:
    """Read the answer to `list_call`; of several for one id the oldest is the one."""
    found: dict[str, StandIn] = {}
    for item in sorted(loads(answer.body), key=lambda item: item.get("Created", 0)):
        known = known_id(item.get("Labels"), item.get("ImageID"))
        if known is not None and known not in found:
            names = tuple(name.lstrip("/") for name in item.get("Names") or ())
            pending = bool(names) and all(map(is_temporary, names))
            found[known] = StandIn(item["Id"], known, names, pending)
    return tuple(found.values())


def resolve(given: str, stand_ins: Iterable[StandIn], native: bool = False) -> str | None:
    """Find the container that a client means by `given`; None when the engine itself knows best.

    `native` says that the engine has a container of this name or id. A name goes before the
    beginning of an id, as it does in engines, and a beginning that fits two ids means none.
    """
    if native or not looks_like_id(given):
        return None
    found = [one for one in stand_ins if one.known.startswith(given)]
    if len(found) != 1 or any(given in one.names for one in stand_ins):
        return None
    return found[0].id


def doubtful(given: str, stand_ins: Iterable[StandIn]) -> bool:
    """Whether only the engine can tell if `given` means a stand-in or a container of its own."""
    found = [one for one in stand_ins if one.known.startswith(given)]
    return any(one.pending or len(given) < _SHORT for one in found)


def reference(given: Json, stand_ins: Iterable[StandIn]) -> Json:
    """Give the id behind a reference inside a request; what is no id of old stays as it is.

    Fewer than 12 digits are taken for a name.
    """
    if isinstance(given, str) and len(given) >= _SHORT:
        return resolve(given, stand_ins) or given
    return given


def refer_host_config(host: dict[str, Json], stand_ins: tuple[StandIn, ...]) -> None:
    """Let `VolumesFrom`, `Links` and the modes `container:…` name the right containers."""
    for field in ("VolumesFrom", "Links"):
        entries = host.get(field)
        if isinstance(entries, list):
            host[field] = [_before_colon(entry, stand_ins) for entry in entries]
    for field in ("NetworkMode", "IpcMode", "PidMode"):
        mode = host.get(field)
        if isinstance(mode, str) and mode.startswith("container:"):
            host[field] = "container:" + reference(mode[len("container:") :], stand_ins)


def _before_colon(entry: Json, stand_ins: tuple[StandIn, ...]) -> Json:
    if not isinstance(entry, str):
        return entry
    name, colon, rest = entry.partition(":")
    return f"{reference(name, stand_ins)}{colon}{rest}"


def known_to_client(container: str, stand_ins: Iterable[StandIn]) -> str:
    """Give the id that clients know the container of this full id by."""
    return next((one.known for one in stand_ins if one.id == container), container)


def words_for_client(text: bytes, stand_ins: Iterable[StandIn]) -> bytes:
    """Put the ids that clients know into an error's words."""
    for one in stand_ins:
        text = text.replace(one.id.encode(), one.known.encode())
    return text


def epoch(created: str) -> int:
    """The seconds of a time as container inspect gives it (RFC 3339, UTC). ValueError for none."""
    return int(datetime.fromisoformat(created[:19] + "+00:00").timestamp())
