"""The `HostConfig` that a start brings, set against the one that the container has.

Source: Docker 1.0 to 1.12 (`runconfig/hostconfig`, `daemon/start`), and Engine 20.10.24 at v1.23:
the stored HostConfig is replaced as a whole, but what is mounted stays mounted, and links add up.
"""

from __future__ import annotations

from gateway.api.create_fields import HOST_CONFIG
from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.stream.json import JsonError, loads

_LIMITS = ("Memory", "MemorySwap", "CpuShares", "CpusetCpus")
_LIMITS_IN_HOST_CONFIG = ApiVersion(1, 18)
_HOST_CONFIG_AT_CREATE = ApiVersion(1, 15)
_SOURCES_IN_HOST_CONFIG = ApiVersion(1, 10)
_TYPE_IS_CHECKED = ApiVersion(1, 15)
_TYPE_IS_400 = ApiVersion(1, 19)

_SAID_AT_CREATE = ("Dns", "VolumesFrom", "PortBindings", "PublishAllPorts", "Privileged")
"""What stood in the configuration at create, and could not be said at start."""

_FIELDS = {name.lower(): name for name in HOST_CONFIG}
_NOT_TAKEN = frozenset(("AutoRemove", "ContainerIDFile", "Cgroup", "Isolation"))
"""Ignored by engines at start, or of no effect on Linux."""

_UPDATED = frozenset(
    (
        "BlkioWeight",
        "CpuPeriod",
        "CpuQuota",
        "CpuShares",
        "CpusetCpus",
        "CpusetMems",
        "KernelMemory",
        "Memory",
        "MemoryReservation",
        "MemorySwap",
        "RestartPolicy",
    )
)
"""What `POST /containers/{id}/update` can change (API document v1.24)."""

_SHM_SIZE = 64 * 1024 * 1024
_NOT_READ = 7
"""A body of so many bytes asks for nothing (Engine 1.12 to 24; `{"a":1}` is as long)."""


class BadBody(Exception):
    """The body of a start is none; `status` is what the engines of the client's time answered."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def asked(body: bytes, content_type: str | None, client: ApiVersion) -> dict[str, Json] | None:
    """Read the HostConfig out of a start's body; None when it asks for nothing. Raises BadBody.

    Whatever no engine knows is left out: a body of nothing else is none, `LxcConf` alone is an
    empty HostConfig. A body without a type is taken for JSON.
    """
    if len(body.strip()) <= _NOT_READ:
        return None
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        if client < _TYPE_IS_CHECKED:
            return None
        status = 400 if client >= _TYPE_IS_400 else 500
        raise BadBody(status, f"Content-Type specified ({content_type}) must be 'application/json'")
    try:
        document = loads(body)
    except JsonError as error:
        raise BadBody(500, str(error)) from error
    if document is None:
        return None
    if not isinstance(document, dict):
        raise BadBody(500, "json: cannot unmarshal into Go value of type HostConfig")
    inner = document.get("HostConfig")
    if isinstance(inner, dict):
        document = {**{name: document[name] for name in _LIMITS if name in document}, **inner}
    known = {name: _FIELDS.get(name.lower()) for name in document}
    if not any(known.values()) and "LxcConf" not in document:
        return None
    return {
        field: document[name]
        for name, field in known.items()
        if field is not None and field not in _NOT_TAKEN and document[name] is not None
    }


def merged(
    asked: dict[str, Json], stored: dict[str, Json], client: ApiVersion, fresh: bool
) -> dict[str, Json]:
    """Give the HostConfig that the container starts with.

    `stored` is the container's own; `fresh` says that nothing but its create has made that. What
    could be said at create only, at the client's version, is kept: the limits before v1.18, and
    before v1.15 (v1.10 for a container that was started before) what stood in the configuration.
    """
    host = {name: value for name, value in asked.items() if not _empty(value)}
    if client < _LIMITS_IN_HOST_CONFIG:
        if host.get("Memory"):
            host.setdefault("MemorySwap", 0)  # not the one of another limit
        for name in _LIMITS:
            if name not in host and stored.get(name):
                host[name] = stored[name]
    if client < (_HOST_CONFIG_AT_CREATE if fresh else _SOURCES_IN_HOST_CONFIG):
        for name in _SAID_AT_CREATE:
            if name not in host and stored.get(name):
                host[name] = stored[name]
    links = _links(stored.get("Links")) | _links(asked.get("Links"))
    if links:
        host["Links"] = [f"{target}:{alias}" for alias, target in links.items()]
    if "Binds" in host:
        host["Binds"] = list({_destination(bind): bind for bind in host["Binds"]}.values())
    host.setdefault("NetworkMode", "default")
    for name in ("IpcMode", "CgroupnsMode"):
        # What the engine, or the gateway, chose for the client at create.
        if name not in host and stored.get(name) in ("private", "shareable", "host"):
            if name == "IpcMode" and stored[name] == "host":
                continue
            host[name] = stored[name]
    return host


def _empty(value: Json) -> bool:
    return value is None or value is False or value in ("", 0, [], {})


def _links(links: Json) -> dict[str, str]:
    """Links by their aliases, from the form of a request or of an inspect (`/db:/web/alias`)."""
    found = {}
    for link in links or ():
        target, _, alias = link.partition(":")
        target = target.lstrip("/")
        found[alias.rpartition("/")[2] or target] = target
    return found


def _destination(bind: str) -> str:
    parts = bind.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def differences(wanted: dict[str, Json], stored: dict[str, Json]) -> frozenset[str]:
    """Name the fields in which two HostConfigs differ in effect."""
    return frozenset(
        name for name in HOST_CONFIG if name not in _NOT_TAKEN and not _alike(name, wanted, stored)
    )


def _alike(name: str, wanted: dict[str, Json], stored: dict[str, Json]) -> bool:
    want, have = _normal(name, wanted.get(name)), _normal(name, stored.get(name))
    if want == have:
        return True
    if want is not None:
        return False
    # Where nothing is asked for, the engine fills these in by itself.
    if name == "MemorySwap":
        return bool(have == 2 * (stored.get("Memory") or 0) or have == -1)
    if name == "LogConfig":
        return not (stored["LogConfig"] or {}).get("Config")
    return name == "IpcMode" and have in ("private", "shareable")


def _normal(name: str, value: Json) -> Json:
    """Bring a value into a form in which equal effects are equal; None for no effect."""
    if name == "Links":
        return _links(value) or None
    if name == "NetworkMode":
        return None if value in (None, "", "default", "bridge") else value
    if name == "RestartPolicy":
        policy = value or {}
        kind = policy.get("Name") or "no"
        return None if kind == "no" else (kind, policy.get("MaximumRetryCount") or 0)
    if name == "LogConfig":
        log = value or {}
        kind, options = log.get("Type") or "json-file", log.get("Config") or {}
        return None if kind == "json-file" and not options else (kind, options)
    if name == "PortBindings":
        return _ports(value) or None
    if name in ("MemorySwappiness", "PidsLimit") and value == -1:
        return None
    if (name, value) in (("ShmSize", _SHM_SIZE), ("Runtime", "runc")):
        return None
    if _empty(value):
        return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return sorted(set(value))
    return value


def _ports(bindings: Json) -> dict[str, list[tuple[str, str]]]:
    found = {}
    for port, places in (bindings or {}).items():
        key = port if "/" in port else f"{port}/tcp"
        found[key] = sorted(
            (str(place.get("HostIp") or ""), str(place.get("HostPort") or ""))
            for place in places or [{}]
        )
    return found


def update(changed: frozenset[str], wanted: dict[str, Json]) -> dict[str, Json] | None:
    """Give the body of an update that makes the change; None when an update cannot.

    To it, nothing and zero mean "as it is".
    """
    if not changed <= _UPDATED or any(_empty(wanted.get(name)) for name in changed):
        return None
    document = {name: wanted[name] for name in changed}
    if "Memory" in document:
        document.setdefault("MemorySwap", wanted.get("MemorySwap") or 2 * document["Memory"])
    return document
