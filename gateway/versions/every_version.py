"""What is changed for every client, whatever the versions: what an engine says of its own range.

An engine's words about itself are true for itself; a client must be told what the gateway takes.
"""

from __future__ import annotations

from gateway.api.message import AnswerHead, Json
from gateway.api.negotiation import advertise, rewrite_version_document
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts


class PingTellsTheRange(Change):
    """The `Api-Version` header of `/_ping` is the newest version that the gateway takes.

    Clients negotiate with it: Docker CLI since 17.04, API document v1.25 and later. The other
    fields (`Builder-Version`, `Swarm`, `Ostype`, `Docker-Experimental`) are the engine's.
    """

    routes = ("SystemPing", "SystemPingHead")

    def __init__(self, newest: ApiVersion) -> None:
        self._newest = newest

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Set the header."""
        return AnswerHead(head.status, advertise(head.headers, self._newest), head.reason)


class VersionTellsTheRange(Change):
    """`/version` gives the range that the gateway takes, in its three places.

    `ApiVersion`, `MinAPIVersion` and the same in the details of the Engine component; docker-py
    and `docker version` read them. API documents v1.12, v1.25 and v1.35.
    """

    routes = ("SystemVersion",)

    def __init__(self, oldest: ApiVersion, newest: ApiVersion) -> None:
        self._oldest = oldest
        self._newest = newest

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Set the fields."""
        return rewrite_version_document(document, self._oldest, self._newest)


def every_version(oldest: ApiVersion, newest: ApiVersion) -> tuple[Change, ...]:
    """Make the changes for a gateway that takes clients of `oldest` to `newest`."""
    return PingTellsTheRange(newest), VersionTellsTheRange(oldest, newest)
