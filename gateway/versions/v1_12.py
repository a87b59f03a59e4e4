"""Version 1.12 (Docker 0.12): inspected containers and images have keys in CamelCase."""

from __future__ import annotations

from gateway.api.message import Json, Request
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 12)

_NEVER = "0001-01-01T00:00:00Z"

_IMAGE_KEYS = (
    ("Id", "id", True),
    ("Parent", "parent", False),
    ("Comment", "comment", False),
    ("Created", "created", True),
    ("Container", "container", False),
    ("ContainerConfig", "container_config", True),
    ("DockerVersion", "docker_version", False),
    ("Author", "author", False),
    ("Config", "config", False),
    ("Architecture", "architecture", False),
    ("Os", "os", False),
    ("Size", "Size", True),
)
"""New key, old key, and whether it is there when it is empty."""


class BuildKeepsContainers(Change):
    """Build: without `rm` the containers of the steps are kept; `forcerm` is not known.

    API document v1.12; engines look at the client's version (builder at Docker 1.6.2 and 20.10).
    """

    routes = ("ImageBuild",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Say it as clients from v1.12 on have to."""
        parameters = request.parameters()
        asked = [(name, value) for name, value in parameters if name != "forcerm"]
        if not any(name == "rm" for name, _ in asked):
            asked.append(("rm", "0"))
        return request if asked == parameters else request.with_parameters(asked)


class CommitComment(Change):
    """Commit: the comment may be called `m`.

    API documents v1.0 to v1.11, while engines and Docker's own client called it `comment` from the
    beginning; both are taken, `comment` first.
    """

    routes = ("ImageCommit",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Call it `comment`."""
        parameters = request.parameters()
        names = {name for name, _ in parameters}
        if "m" not in names:
            return request
        if "comment" in names:
            return request.with_parameters(pair for pair in parameters if pair[0] != "m")
        return request.with_parameters(
            ("comment" if name == "m" else name, value) for name, value in parameters
        )


class NamesInConfig(Change):
    """Create: `Dns` and `VolumesFrom` stand in the configuration itself; the latter is a string.

    API documents v1.0 to v1.11; Docker's own client up to 0.9.1 (v1.10) always sends them, from
    0.10 on they are in `HostConfig` (runconfig/config.go at 0.9.1, hostconfig.go at 0.10.0).
    Several names are separated by commas, an empty string is none.
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Move them into `HostConfig`, unless it has its own."""
        if not isinstance(document, dict):
            return document
        for name in ("Dns", "VolumesFrom"):
            given = document.pop(name, None)
            if isinstance(given, str):
                given = [part.strip() for part in given.split(",") if part.strip()]
            if not given:
                continue
            host = document.get("HostConfig")
            if host is None:
                host = document["HostConfig"] = {}
            if isinstance(host, dict) and not host.get(name):
                host[name] = given
        return document


class ContainerAsStored(Change):
    """Container inspect: the id is called `ID`, and the document is as the engine stores it.

    Engine 1.6.2, recorded at v1.11 against v1.12: `UpdateDns` and `AppliedVolumesFrom` (an object
    of the containers' names, once it was started) are there, `ExecIDs` is not; in `HostConfig`
    the `Links` are null and the kind of the default log is empty. (The API documents date the
    links to v1.13, and say `Id`; engines said `ID` from v1.2 to v1.11.)
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Rename, add and take away."""
        document["ID"] = document.pop("Id")
        document.pop("ExecIDs", None)
        document["UpdateDns"] = False
        host = document.get("HostConfig") or {}
        started = (document.get("State") or {}).get("StartedAt", _NEVER) != _NEVER
        sources = host.get("VolumesFrom") if started else None
        names: Json = {source.partition(":")[0]: {} for source in sources or ()}
        document["AppliedVolumesFrom"] = names or None
        host["Links"] = None
        log = host.get("LogConfig")
        if log and log.get("Type") == "json-file":
            log["Type"] = ""
        return document


class ImageAsStored(Change):
    """Image inspect: keys are in lower case with underscores, and left out when they are empty.

    API document v1.12; Engine 1.6.2, recorded at v1.11. `Size` has its capital; `container_config`
    and `Size` are always there; there is no virtual size. The keys inside the configurations are
    the same as later.
    """

    routes = ("ImageInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Rename, and leave the empty ones out."""
        return {
            old: document.get(new)
            for new, old, always in _IMAGE_KEYS
            if always or document.get(new) not in (None, "")
        }


class TrustedIsAutomated(Change):
    """Search: `is_trusted` is what is called `is_automated` later.

    API document v1.12. Both are given: Engine 1.6.2 still sent the old one to everybody.
    """

    routes = ("ImageSearch",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Add it."""
        for found in document or ():
            found.setdefault("is_trusted", bool(found.get("is_automated")))
        return document


CHANGES = (
    BuildKeepsContainers,
    CommitComment,
    NamesInConfig,
    ContainerAsStored,
    ImageAsStored,
    TrustedIsAutomated,
)
