"""The practice engine's answers about itself: ping, version, info, events, disk usage."""

from __future__ import annotations

from collections.abc import Callable

from gateway import __version__
from gateway.api.message import Answer, Headers, Json
from gateway.api.version import ApiVersion
from gateway.engine.practice.clock import SECOND, read, written
from gateway.engine.practice.documents import listed
from gateway.engine.practice.events import FILTERS, Event
from gateway.engine.practice.replies import (
    Call,
    Refused,
    Reply,
    Sink,
    json_answer,
    json_record,
    json_stream,
    nothing,
)
from gateway.engine.practice.state import Routes, State

ROUTES = Routes()

NAME = "docker-gateway practice engine"
RELEASE = f"practice-{__version__}"


def _ping(state: State, call: Call) -> Reply:
    fields: tuple[tuple[str, str], ...] = (
        ("Builder-Version", "1"),
        ("Cache-Control", "no-cache, no-store, must-revalidate"),
        ("Pragma", "no-cache"),
        ("Swarm", "inactive"),
        ("Content-Type", "text/plain; charset=utf-8"),
    )
    if state.newest < ApiVersion(1, 42):
        fields = tuple(pair for pair in fields if pair[0] != "Swarm")
    return Answer(200, Headers(fields), b"OK" if call.method == "GET" else b"")


ROUTES.on("GET", "/_ping")(_ping)
ROUTES.on("HEAD", "/_ping")(_ping)


@ROUTES.on("GET", "/version")
def _version(state: State, _call: Call) -> Reply:
    details = {
        "ApiVersion": str(state.newest),
        "MinAPIVersion": str(state.oldest),
        "Arch": "amd64",
        "Experimental": "false",
        "GitCommit": "",
        "GoVersion": "",
        "KernelVersion": "",
        "Os": "linux",
    }
    document = {
        "Platform": {"Name": NAME},
        "Version": RELEASE,
        "ApiVersion": str(state.newest),
        "MinAPIVersion": str(state.oldest),
        "Os": "linux",
        "Arch": "amd64",
        "GitCommit": "",
        "GoVersion": "",
        "KernelVersion": "",
        "BuildTime": "",
        "Components": [{"Name": "Engine", "Version": RELEASE, "Details": details}],
    }
    return json_answer(document)


@ROUTES.on("GET", "/info")
def _info(state: State, _call: Call) -> Reply:
    counts = {"running": 0, "paused": 0, "exited": 0, "created": 0}
    for container in state.containers:
        counts[container.status] += 1
    document: dict[str, Json] = {
        "ID": "practice",
        "Name": "docker-gateway-practice",
        "OperatingSystem": "practice engine (in memory)",
        "ServerVersion": RELEASE,
        "ProductLicense": "nothing here is a real container",
        "Containers": sum(counts.values()),
        "ContainersRunning": counts["running"],
        "ContainersPaused": counts["paused"],
        "ContainersStopped": counts["exited"] + counts["created"],
        "Images": len(list(state.images)),
        "Driver": "practice",
        "DriverStatus": [["Kind", "in memory, without content"]],
        "Plugins": {"Volume": [], "Network": [], "Authorization": None, "Log": []},
        "OSType": "linux",
        "OSVersion": "",
        "KernelVersion": "",
        "Architecture": "x86_64",
        "NCPU": 1,
        "MemTotal": 0,
        "SystemTime": written(state.clock.now()),
        "NEventsListener": len(state.events),
        "LoggingDriver": "json-file",
        "CgroupDriver": "none",
        "CgroupVersion": "2",
        "DockerRootDir": "",
        "Labels": ["docker-gateway.practice=true"],
        "ExperimentalBuild": False,
        "IndexServerAddress": "",
        "RegistryConfig": {"InsecureRegistryCIDRs": [], "IndexConfigs": {}, "Mirrors": []},
        "Runtimes": {},
        "DefaultRuntime": "practice",
        "Swarm": {"NodeID": "", "LocalNodeState": "inactive", "RemoteManagers": None},
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "",
        "ContainerdCommit": {"ID": ""},
        "RuncCommit": {"ID": ""},
        "InitCommit": {"ID": ""},
        "SecurityOptions": [],
        "Warnings": ["WARNING: this is a practice engine: it runs no real containers"],
    }
    return json_answer(document)


@ROUTES.on("GET", "/events")
def _events(state: State, call: Call) -> Reply:
    filters = call.filters()
    unknown = sorted(filters.keys() - FILTERS)
    if unknown:
        raise Refused(400, f"invalid filter '{unknown[0]}'")
    now = state.clock.now()
    try:
        since = read(call.text("since"), now) if call.text("since") else None
        until = read(call.text("until"), now) if call.text("until") else None
    except ValueError:
        raise Refused(400, "failed to parse since or until: not a time") from None

    def start(sink: Sink) -> Callable[[], None]:
        def send(event: Event) -> None:
            if event.passes(filters) and (until is None or event.moment <= until):
                sink.write(json_record(event.document(call.version)))

        if since is not None:
            for event in state.events.past(since):
                send(event)
        if until is not None and until <= now:
            sink.end()
            return nothing
        leave = state.events.listen(send)
        if until is None:
            return leave
        timer = state.clock.later((until - now) / SECOND, sink.end)

        def stop() -> None:
            leave()
            timer.cancel()

        return stop

    # R1.52-2: the type's new name from v1.52 on.
    kind = "application/jsonl" if call.version >= ApiVersion(1, 52) else "application/json"
    return json_stream(start, kind)


@ROUTES.on("GET", "/system/df")
def _disk_usage(state: State, call: Call) -> Reply:
    images = [image.listed(call.version, -1) for image in state.images]
    containers = [listed(container) for container in state.containers]
    total = sum(image.size for image in state.images)
    volumes = [{"Name": name, "Driver": "local"} for name in state.volumes]
    return json_answer(
        {
            "LayersSize": total,
            "Images": images,
            "Containers": containers,
            "Volumes": volumes,
            "BuildCache": [],
        }
    )


@ROUTES.on("POST", "/auth")
def _auth(_state: State, _call: Call) -> Reply:
    raise Refused(501, "the practice engine has no registry to log in to")
