"""The route table: every endpoint of the Engine API from v1.0 to v1.56, one line each.

Sources: the API documents v1.0 … v1.56. Where the documents and the engines' code of the time
disagree, the wider range is taken, because engines served every route of theirs under every
lower version; the few routes that no document has are marked below. Names are the operationIds
of the newest document that has the route; routes older than those documents are named in their
style.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gateway.api.version import ApiVersion


class RequestBody(Enum):
    """What a request of the route carries."""

    NONE = "none"
    JSON = "json"
    """One JSON document; some clients send none, some an empty one."""
    RAW = "raw"
    """A tar archive or other bytes that stream through."""


class AnswerKind(Enum):
    """What a successful answer of the route carries, as today's engines give it."""

    EMPTY = "empty"
    JSON = "json"
    """One JSON document."""
    RECORDS = "records"
    """A stream of JSON documents: events, build, pull, stats."""
    FRAMES = "frames"
    """The output of a process: multiplexed, or raw where there is a terminal or before v1.6."""
    RAW = "raw"
    """A tar archive or other bytes."""
    TEXT = "text"
    """A short plain text."""


class Hijack(Enum):
    """How the connection changes hands after the head of the answer."""

    NONE = "-"
    TCP = "tcp"
    """`Upgrade: tcp`, or without it a 200 followed by raw bytes."""
    WEBSOCKET = "websocket"
    H2C = "h2c"
    """HTTP/2 in clear, as BuildKit's client speaks it."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint of the API.

    `pattern` is the path without the version, with at most one parameter, `{id}` or `{name}`.
    `since` and `until` are the first and the last version that have the route; `until` is None
    for a route of today.
    """

    name: str
    method: str
    pattern: str
    since: ApiVersion
    until: ApiVersion | None
    request: RequestBody
    answer: AnswerKind
    hijack: Hijack = Hijack.NONE

    def serves(self, version: ApiVersion) -> bool:
        """Tell whether the API of this version has the route."""
        return self.since <= version and (self.until is None or version <= self.until)


# Not in any document: `ContainerListPs`, `ImageGetCache` (engines of 2013; catalogue of v1.0 to
# v1.12, section 8) and `Grpc` (Docker 19.03 and later, beside `Session`). `ContainerResize` is
# documented from v1.15 on, the client of v1.1 uses it already; `ImageInsert` is documented up
# to v1.10, and Docker 0.11 (v1.11) still has it.
#
# name                    method pattern                       since until request answer  hijack
_TABLE = """
ContainerList             GET    /containers/json              1.0   -     none    json
ContainerListPs           GET    /containers/ps                1.0   1.8   none    json
ContainerCreate           POST   /containers/create            1.0   -     json    json
ContainerPrune            POST   /containers/prune             1.25  -     none    json
ContainerInspect          GET    /containers/{id}/json         1.0   -     none    json
ContainerTop              GET    /containers/{id}/top          1.3   -     none    json
ContainerLogs             GET    /containers/{id}/logs         1.11  -     none    frames
ContainerChanges          GET    /containers/{id}/changes      1.0   -     none    json
ContainerExport           GET    /containers/{id}/export       1.0   -     none    raw
ContainerStats            GET    /containers/{id}/stats        1.17  -     none    records
ContainerResize           POST   /containers/{id}/resize       1.1   -     none    empty
ContainerStart            POST   /containers/{id}/start        1.0   -     json    empty
ContainerStop             POST   /containers/{id}/stop         1.0   -     none    empty
ContainerRestart          POST   /containers/{id}/restart      1.0   -     none    empty
ContainerKill             POST   /containers/{id}/kill         1.0   -     none    empty
ContainerUpdate           POST   /containers/{id}/update       1.22  -     json    json
ContainerRename           POST   /containers/{id}/rename       1.17  -     none    empty
ContainerPause            POST   /containers/{id}/pause        1.12  -     none    empty
ContainerUnpause          POST   /containers/{id}/unpause      1.12  -     none    empty
ContainerAttach           POST   /containers/{id}/attach       1.0   -     none    frames  tcp
ContainerAttachWebsocket  GET    /containers/{id}/attach/ws    1.0   -     none    raw     websocket
ContainerWait             POST   /containers/{id}/wait         1.0   -     none    json
ContainerDelete           DELETE /containers/{id}              1.0   -     none    empty
ContainerCopy             POST   /containers/{id}/copy         1.4   1.23  json    raw
ContainerArchiveInfo      HEAD   /containers/{id}/archive      1.20  -     none    empty
ContainerArchive          GET    /containers/{id}/archive      1.20  -     none    raw
PutContainerArchive       PUT    /containers/{id}/archive      1.20  -     raw     empty
ContainerExec             POST   /containers/{id}/exec         1.15  -     json    json
ExecStart                 POST   /exec/{id}/start              1.15  -     json    frames  tcp
ExecResize                POST   /exec/{id}/resize             1.15  -     none    empty
ExecInspect               GET    /exec/{id}/json               1.16  -     none    json

ImageList                 GET    /images/json                  1.0   -     none    json
ImageViz                  GET    /images/viz                   1.0   1.6   none    text
ImageCreate               POST   /images/create                1.0   -     raw     records
ImageGetCache             POST   /images/getCache              1.0   1.4   json    json
ImageInspect              GET    /images/{name}/json           1.0   -     none    json
ImageAttestations         GET    /images/{name}/attestations   1.55  -     none    json
ImageHistory              GET    /images/{name}/history        1.0   -     none    json
ImageInsert               POST   /images/{name}/insert         1.0   1.11  none    records
ImagePush                 POST   /images/{name}/push           1.0   -     json    records
ImageTag                  POST   /images/{name}/tag            1.0   -     none    empty
ImageDelete               DELETE /images/{name}                1.0   -     none    json
ImageSearch               GET    /images/search                1.0   -     none    json
ImagePrune                POST   /images/prune                 1.25  -     none    json
ImageGet                  GET    /images/{name}/get            1.7   -     none    raw
ImageGetAll               GET    /images/get                   1.15  -     none    raw
ImageLoad                 POST   /images/load                  1.7   -     raw     records
ImageBuild                POST   /build                        1.0   -     raw     records
BuildPrune                POST   /build/prune                  1.31  -     none    json
ImageCommit               POST   /commit                       1.0   -     json    json
DistributionInspect       GET    /distribution/{name}/json     1.30  -     none    json

AuthGet                   GET    /auth                         1.0   1.1   none    json
SystemAuth                POST   /auth                         1.0   -     json    json
SystemInfo                GET    /info                         1.0   -     none    json
SystemVersion             GET    /version                      1.0   -     none    json
SystemPing                GET    /_ping                        1.11  -     none    text
SystemPingHead            HEAD   /_ping                        1.40  -     none    empty
SystemEvents              GET    /events                       1.3   -     none    records
SystemDataUsage           GET    /system/df                    1.25  -     none    json
Session                   POST   /session                      1.31  -     none    raw     h2c
Grpc                      POST   /grpc                         1.40  -     none    raw     h2c

VolumeList                GET    /volumes                      1.21  -     none    json
VolumeCreate              POST   /volumes/create               1.21  -     json    json
VolumeInspect             GET    /volumes/{name}               1.21  -     none    json
VolumeUpdate              PUT    /volumes/{name}               1.42  -     json    empty
VolumeDelete              DELETE /volumes/{name}               1.21  -     none    empty
VolumePrune               POST   /volumes/prune                1.25  -     none    json

NetworkList               GET    /networks                     1.21  -     none    json
NetworkCreate             POST   /networks/create              1.21  -     json    json
NetworkInspect            GET    /networks/{id}                1.21  -     none    json
NetworkDelete             DELETE /networks/{id}                1.21  -     none    empty
NetworkConnect            POST   /networks/{id}/connect        1.21  -     json    empty
NetworkDisconnect         POST   /networks/{id}/disconnect     1.21  -     json    empty
NetworkPrune              POST   /networks/prune               1.25  -     none    json

PluginList                GET    /plugins                      1.24  -     none    json
GetPluginPrivileges       GET    /plugins/privileges           1.25  -     none    json
PluginPull                POST   /plugins/pull                 1.24  -     json    records
PluginCreate              POST   /plugins/create               1.25  -     raw     empty
PluginGet                 GET    /plugins/{name}               1.24  1.24  none    json
PluginInspect             GET    /plugins/{name}/json          1.25  -     none    json
PluginDelete              DELETE /plugins/{name}               1.24  -     none    empty
PluginEnable              POST   /plugins/{name}/enable        1.24  -     none    empty
PluginDisable             POST   /plugins/{name}/disable       1.24  -     none    empty
PluginUpgrade             POST   /plugins/{name}/upgrade       1.26  -     json    records
PluginPush                POST   /plugins/{name}/push          1.24  -     none    records
PluginSet                 POST   /plugins/{name}/set           1.25  -     json    empty

SwarmInspect              GET    /swarm                        1.24  -     none    json
SwarmInit                 POST   /swarm/init                   1.24  -     json    json
SwarmJoin                 POST   /swarm/join                   1.24  -     json    empty
SwarmLeave                POST   /swarm/leave                  1.24  -     none    empty
SwarmUpdate               POST   /swarm/update                 1.24  -     json    empty
SwarmUnlockkey            GET    /swarm/unlockkey              1.25  -     none    json
SwarmUnlock               POST   /swarm/unlock                 1.25  -     json    empty
NodeList                  GET    /nodes                        1.24  -     none    json
NodeInspect               GET    /nodes/{id}                   1.24  -     none    json
NodeDelete                DELETE /nodes/{id}                   1.24  -     none    empty
NodeUpdate                POST   /nodes/{id}/update            1.24  -     json    empty
ServiceList               GET    /services                     1.24  -     none    json
ServiceCreate             POST   /services/create              1.24  -     json    json
ServiceInspect            GET    /services/{id}                1.24  -     none    json
ServiceDelete             DELETE /services/{id}                1.24  -     none    empty
ServiceUpdate             POST   /services/{id}/update         1.24  -     json    json
ServiceLogs               GET    /services/{id}/logs           1.25  -     none    frames
TaskList                  GET    /tasks                        1.24  -     none    json
TaskInspect               GET    /tasks/{id}                   1.24  -     none    json
TaskLogs                  GET    /tasks/{id}/logs              1.29  -     none    frames
SecretList                GET    /secrets                      1.25  -     none    json
SecretCreate              POST   /secrets/create               1.25  -     json    json
SecretInspect             GET    /secrets/{id}                 1.25  -     none    json
SecretDelete              DELETE /secrets/{id}                 1.25  -     none    empty
SecretUpdate              POST   /secrets/{id}/update          1.26  -     json    empty
ConfigList                GET    /configs                      1.30  -     none    json
ConfigCreate              POST   /configs/create               1.30  -     json    json
ConfigInspect             GET    /configs/{id}                 1.30  -     none    json
ConfigDelete              DELETE /configs/{id}                 1.30  -     none    empty
ConfigUpdate              POST   /configs/{id}/update          1.30  -     json    empty
"""


def _read(line: str) -> Route:
    name, method, pattern, since, until, request, answer, *hijack = line.split()
    return Route(
        name,
        method,
        pattern,
        ApiVersion.parse(since),
        None if until == "-" else ApiVersion.parse(until),
        RequestBody(request),
        AnswerKind(answer),
        Hijack(hijack[0]) if hijack else Hijack.NONE,
    )


ROUTES: tuple[Route, ...] = tuple(_read(line) for line in _TABLE.splitlines() if line)
"""Every route, in the order of the table."""

ROUTE: dict[str, Route] = {route.name: route for route in ROUTES}
"""The routes by name; KeyError for a name that no route has."""
