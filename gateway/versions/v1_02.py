"""Version 1.2 (Docker 0.4.1): clients bring their credentials; sizes; keys with `ID` and `IP`."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace

from gateway.api.message import Answer, EngineCall, Json, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.auth import PUBLIC_INDEX, is_of_public_index
from gateway.stream.json import dumps, loads
from gateway.versions.vocabulary import STORED_CREDENTIALS, Change, Facts, Lookup

VERSION = ApiVersion(1, 2)

NO_SIZES = "the client knows no sizes"
"""The fact by which v1.3, which computes sizes unasked for older clients, leaves these out."""

_LIMITS = ("MemoryLimit", "SwapLimit")
_PROGRAM = ("Version", "GoVersion")


def _ask_info(match: Match) -> EngineCall:
    return EngineCall("GET", "/info")


def _ask_version(match: Match) -> EngineCall:
    return EngineCall("GET", "/version")


def _read_limits(answer: Answer) -> Json:
    info = loads(answer.body)
    return {name: bool(info[name]) for name in _LIMITS}


def _read_program(answer: Answer) -> Json:
    version = loads(answer.body)
    return {name: version[name] for name in _PROGRAM}


LIMITS = Lookup("limits that the host supports", _ask_info, _read_limits)
PROGRAM = Lookup("release of the engine", _ask_version, _read_program)


class VersionTellsLimits(Change):
    """`/version` also has `MemoryLimit` and `SwapLimit`, which moved to `/info`.

    api_params.go at Docker 0.3.3 and 0.3.4 (which says v1.1) against 0.4.0; the API documents show
    the later form. `docker version` of the time warns when they are absent.
    """

    routes = ("SystemVersion",)
    lookups = (LIMITS,)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Add them."""
        return {**document, **(facts.get(LIMITS.name) or {})}


class InfoTellsTheProgram(Change):
    """`/info` also has `Version` and `GoVersion`, which moved to `/version`.

    api_params.go at Docker 0.3.3 and 0.3.4 (which says v1.1) against 0.4.0.
    """

    routes = ("SystemInfo",)
    lookups = (PROGRAM,)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Add them."""
        return {**document, **(facts.get(PROGRAM.name) or {})}


class PullWithStoredCredentials(Change):
    """Pull: the credentials are those that the client stored with `POST /auth`.

    API documents v1.1 and v1.2 (before v1.2 "the engine stores them"); api.go at Docker 0.4.0. From
    v1.2 to v1.4 pulls were anonymous. No other registry than the public index gets them.
    """

    routes = ("ImageCreate",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Put them into the header of v1.5."""
        stored = (facts.get(STORED_CREDENTIALS) or {}).get(PUBLIC_INDEX)
        if not stored or request.headers.get("X-Registry-Auth") is not None:
            return request
        image = request.parameter("fromImage") or ""
        if not is_of_public_index(image, request.parameter("registry")):
            return request
        encoded = urlsafe_b64encode(dumps(stored)).decode("ascii")
        return replace(request, headers=request.headers.having("X-Registry-Auth", encoded))


class ListWithoutSizes(Change):
    """The list of containers has no sizes, unless the client asks for them all the same.

    API document v1.2, whose `SizeRw` and `SizeRootFs` are computed for every container.
    """

    routes = ("ContainerList",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Keep the engine from walking through all containers."""
        facts[NO_SIZES] = True
        return request


class InspectSpellings(Change):
    """Container inspect: keys are called `Id`, `IpAddress` and `IpPrefixLen`.

    API document v1.1; container.go at Docker 0.3.4 against 0.4.1. Both spellings are given,
    because Engine 1.6.2 gave the later one at v1.0 and v1.1, too (recorded).
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Add them."""
        if "ID" in document:
            document["Id"] = document["ID"]
        network = document.get("NetworkSettings")
        if network:
            network["IpAddress"] = network.get("IPAddress", "")
            network["IpPrefixLen"] = network.get("IPPrefixLen", 0)
        return document


CHANGES = (
    VersionTellsLimits,
    InfoTellsTheProgram,
    PullWithStoredCredentials,
    ListWithoutSizes,
    InspectSpellings,
)
