"""Requests of clients before v1.19: bodies that were read loosely, and limits that were mended.

Engines up to 1.6 read bodies key by key (engine/env.go): a number may be a string, a list one
string, a boolean 0 or 1, and what is empty is not given. From Docker 1.7 on a value of a wrong
kind is refused. The functions are for emulations of routes with such bodies, too.
"""

from __future__ import annotations

import re

from gateway.api.create_fields import CONFIG, HOST_CONFIG, Kind
from gateway.api.message import Json
from gateway.versions.vocabulary import Change, Facts

_FALSE = ("", "0", "no", "false", "none")
"""What GetBool of engine/env.go takes for false, in any case; all else is true."""

_WHOLE = re.compile(r"\s*-?[0-9]{1,19}\s*\Z")

_LEAST_SHARES, _MOST_SHARES = 2, 262144
_LEAST_MEMORY, _LEAST_MEMORY_NOW = 4 << 20, 6 << 20


def read_config(document: dict[str, Json]) -> None:
    """Bring the values of a configuration, and of its `HostConfig`, into their kinds, in place."""
    _read(document, CONFIG)
    for name in ("ExposedPorts", "Volumes"):
        members = document.get(name)
        if isinstance(members, dict):
            document[name] = {key: value or {} for key, value in members.items()}
    host = document.get("HostConfig")
    if isinstance(host, dict):
        read_host_config(host)


def read_host_config(document: dict[str, Json]) -> None:
    """Bring the values of a `HostConfig` into their kinds, in place."""
    _read(document, HOST_CONFIG)
    bindings = document.get("PortBindings")
    for binding in bindings.values() if isinstance(bindings, dict) else ():
        for one in binding if isinstance(binding, list) else ():
            if isinstance(one, dict) and type(one.get("HostPort")) is int:
                one["HostPort"] = str(one["HostPort"])


def _read(document: dict[str, Json], fields: dict[str, Kind]) -> None:
    for name, kind in fields.items():
        value = document.get(name)
        if value is None or kind.fits(value):
            # An empty string is none of these lists; `[]` is one, and clears what an image says.
            continue
        value = _as(kind, value)
        if value is None:
            del document[name]
        else:
            document[name] = value


def _as(kind: Kind, value: Json) -> Json:
    """The value in its kind; None when it is nothing. What cannot be read stays as it is."""
    if value == "" and kind is not Kind.TRUTH:
        return None
    if kind is Kind.NUMBER:
        whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer())
        if whole or (isinstance(value, str) and _WHOLE.match(value)):
            number = int(value)
            # A number beyond 64 bits could not be written to the engine: it stays as it came.
            return number if -(2**63) <= number < 2**63 else value
    elif kind is Kind.TEXT:
        return str(value) if type(value) in (int, float) else value
    elif kind is Kind.TRUTH:
        return str(value).lower() not in _FALSE if isinstance(value, str | int) else value
    elif kind is Kind.TEXTS:
        if isinstance(value, str):
            return [value]
        if isinstance(value, list):
            return [str(item) if type(item) in (int, float) else item for item in value]
    elif kind is Kind.MAP and value == []:
        return None
    return value


class ConfigReadLoosely(Change):
    """Create: a number may be a string, a list one string, and what is empty is not given.

    Docker 1.6, engine/env.go and runconfig. An `Entrypoint` of `""` leaves that of the image in
    force; for newer engines it would clear it.
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Bring all values into their kinds."""
        if isinstance(document, dict):
            read_config(document)
        return document


class HostConfigReadLoosely(Change):
    """Start: the values of a HostConfig may be of other kinds, as in a create (Docker 1.6)."""

    routes = ("ContainerStart",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Bring all values into their kinds."""
        if isinstance(document, dict):
            read_host_config(document)
        return document


class ExecReadLoosely(Change):
    """Exec create: a command may be one string, a boolean 0 or 1 (Docker 1.6, runconfig/exec.go).

    A `User` was not heeded before v1.19: Docker's client sends an empty one.
    """

    routes = ("ContainerExec",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Bring all values into their kinds."""
        if isinstance(document, dict):
            _read(document, _EXEC)
            document.pop("User", None)
        return document


_EXEC = {
    "AttachStdin": Kind.TRUTH,
    "AttachStdout": Kind.TRUTH,
    "AttachStderr": Kind.TRUTH,
    "Tty": Kind.TRUTH,
    "Privileged": Kind.TRUTH,
    "Cmd": Kind.TEXTS,
}


class LimitsAreMended(Change):
    """Create: shares of processors and an amount of memory that are out of range are mended.

    `CpuShares` become 2 to 262144 (API document v1.19; Engine 20.10.24, tried at v1.18 and v1.19),
    and 4 MB of memory were enough, where newer engines want 6 (Engine 1.6.2 and 20.10.24).
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Mend them, wherever they stand."""
        if not isinstance(document, dict):
            return document
        for place in (document, document.get("HostConfig")):
            if not isinstance(place, dict):
                continue
            shares, memory = place.get("CpuShares"), place.get("Memory")
            if isinstance(shares, int) and shares > 0:
                place["CpuShares"] = min(max(shares, _LEAST_SHARES), _MOST_SHARES)
            if isinstance(memory, int) and _LEAST_MEMORY <= memory < _LEAST_MEMORY_NOW:
                place["Memory"] = _LEAST_MEMORY_NOW
        return document
