"""Version 1.18 (Docker 1.6): limits of memory and processors are part of the HostConfig."""

from __future__ import annotations

from gateway.api.create_fields import CONFIG, HOST_CONFIG
from gateway.api.message import Answer, Json, Request
from gateway.api.version import ApiVersion
from gateway.versions.registry_refusals import error_record, is_refusal, refused
from gateway.versions.vocabulary import Change, Facts, Note

VERSION = ApiVersion(1, 18)

_LIMITS = {
    "Memory": "Memory",
    "MemorySwap": "MemorySwap",
    "CpuShares": "CpuShares",
    "Cpuset": "CpusetCpus",
}
"""A limit's name in the configuration, and in `HostConfig`."""

_INERT = tuple(name for name in HOST_CONFIG if name not in CONFIG)
_STATUS_401 = "Status 401"

NO_LXC = "LxcConf has no effect: the engine runs no containers with lxc. It was dropped."


def _asks_for_lxc(document: Json) -> Json:
    host = document.get("HostConfig") if isinstance(document, dict) else None
    return isinstance(host, dict) and bool(host.get("LxcConf"))


ASKS_FOR_LXC = Note("create asks for LxcConf", _asks_for_lxc)


class LxcConfDropped(Change):
    """Create: `LxcConf` is for containers that lxc runs, which no engine does any more.

    API documents v1.4 to v1.21; engines since Docker 1.10 (v1.22) drop it without a word. Who asks
    for it is told in `Warnings`.
    """

    routes = ("ContainerCreate",)
    notes = (ASKS_FOR_LXC,)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Drop it."""
        host = document.get("HostConfig") if isinstance(document, dict) else None
        if isinstance(host, dict):
            host.pop("LxcConf", None)
        return document

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Warn."""
        if facts.get(ASKS_FOR_LXC.name):
            document["Warnings"] = [*(document.get("Warnings") or ()), NO_LXC]
        return document


class LimitsInConfigAlone(Change):
    """Create: limits stand in the configuration, other fields of `HostConfig` there say nothing.

    API document v1.18; populateCommand in daemon/container.go at Docker 1.5.0 and 1.6.0. From 1.6
    on engines take any field of `HostConfig` from the top level: `Privileged` there would
    suddenly work, and the empty string that old clients send as `VolumesFrom` is refused (Engine
    20.10.24, tried at v1.41: 500, "cannot unmarshal string").
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Move the limits into `HostConfig`, drop the other fields."""
        if not isinstance(document, dict):
            return document
        for name in _INERT:
            document.pop(name, None)
        limits = {new: document.pop(old, None) for old, new in _LIMITS.items()}
        limits = {name: value for name, value in limits.items() if value}
        host = document.get("HostConfig")
        if host is None and limits:
            host = document["HostConfig"] = {}
        if isinstance(host, dict):
            for name, value in limits.items():
                if not host.get(name):
                    host[name] = value
        return document


class CommitOfConfigAlone(Change):
    """Commit: fields of `HostConfig` in the configuration say nothing.

    A committed configuration is read as that of a create, and refused for a field of a wrong kind
    (Engine 20.10.24, tried at v1.41 with `"VolumesFrom": ""`, as clients up to Docker 0.9 send). An
    `Entrypoint` of `""` is that of the container; for newer engines it clears it.
    """

    routes = ("ImageCommit",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Drop them."""
        if isinstance(document, dict):
            for name in (*_INERT, *_LIMITS, "HostConfig"):
                document.pop(name, None)
            if document.get("Entrypoint") == "":
                del document["Entrypoint"]
        return document


class NoChangesOfImages(Change):
    """Commit and import: `changes` is not known.

    Added to the engines of v1.18 without an entry in the API document (postCommit and
    postImagesCreate at Docker 1.5.0 and 1.6.0).
    """

    routes = ("ImageCommit", "ImageCreate")

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Leave it out."""
        parameters = request.parameters()
        kept = [pair for pair in parameters if pair[0] != "changes"]
        return request if len(kept) == len(parameters) else request.with_parameters(kept)


class RefusalsSayStatus401(Change):
    """Pull and push: a registry that wants a login is an error with `Status 401` in its words.

    Clients 0.8 to 1.6 look for them and ask for the login (api/client/commands.go at Docker
    1.0.1; 0.8.1 and 1.0.1, tried); newer engines have other words for it.
    """

    routes = ("ImageCreate", "ImagePush")

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Add them to an error in the stream."""
        words = refused(record)
        if words is None or _STATUS_401 in words:
            return record
        return error_record(f"{words} ({_STATUS_401})", record.get("errorDetail", {}).get("code"))

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Add them to an error in the place of a stream."""
        words = answer.body.decode("utf-8", "replace").rstrip("\n")
        if _STATUS_401 in words or not is_refusal(words):
            return answer
        return Answer(answer.status, answer.headers, f"{words} ({_STATUS_401})\n".encode())


CHANGES = (
    LxcConfDropped,
    LimitsInConfigAlone,
    CommitOfConfigAlone,
    NoChangesOfImages,
    RefusalsSayStatus401,
)
