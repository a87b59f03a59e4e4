from __future__ import annotations

from typing import Any

from support.examples import Example, typed

from gateway.api.message import Answer, Request
from gateway.emulate.stand_ins import CREATED, ID, IMAGE, VOLUMES, StandIn
from gateway.versions.following import FOLLOWED, NEVER_RAN, AttachBeforeStart
from gateway.versions.replaced_events import EventsOfReplaced
from gateway.versions.replaced_ids import (
    STAND_INS,
    CommitOfReplaced,
    CreateNamesReplaced,
    ExecOfReplaced,
    ImageOfReplaced,
    InspectOfReplaced,
    ListOfReplaced,
    NetworksNameReplaced,
    PathOfReplaced,
    StatsOfReplaced,
)

OLD, NEW, IMAGE_ID = "a" * 64, "b" * 64, "sha256:" + "c" * 64
FACTS: dict[str, Any] = {STAND_INS.name: (StandIn(NEW, OLD, ("web",)),)}
TIME = "2014-06-05T07:00:00.123456789Z"
LABELS = {ID: OLD, CREATED: TIME, IMAGE: IMAGE_ID, VOLUMES: OLD}
ERROR = Answer(409, typed("application/json"), b'{"message":"Container %b"}' % NEW.encode())
TOLD = Answer(409, typed("application/json"), b'{"message":"Container %b"}' % OLD.encode())


def event(identity: str, **attributes: str) -> dict[str, Any]:
    return {
        "status": "die",
        "id": identity,
        "from": "x",
        "Type": "container",
        "Action": "die",
        "Actor": {"ID": identity, "Attributes": {"image": "x", "name": "web", **attributes}},
    }


EXAMPLES = (
    Example(
        PathOfReplaced,
        "up_request",
        "1.12",
        "ContainerTop",
        Request("GET", "/containers/aaaa/top", "ps_args=a"),
        Request("GET", f"/containers/{NEW}/top", "ps_args=a"),
        FACTS,
    ),
    Example(PathOfReplaced, "down_error", "1.12", "ContainerKill", ERROR, TOLD, FACTS),
    Example(
        InspectOfReplaced,
        "down_document",
        "1.12",
        "ContainerInspect",
        {
            "Id": NEW,
            "Created": "2026-01-01T00:00:00Z",
            "Image": IMAGE_ID,
            "Config": {"Image": "x", "Labels": {"mine": "1", **LABELS}},
            "HostConfig": {"VolumesFrom": [OLD, "db"], "NetworkMode": f"container:{NEW}"},
        },
        {
            "Id": OLD,
            "Created": TIME,
            "Image": IMAGE_ID,
            "Config": {"Image": "x", "Labels": {"mine": "1"}},
            "HostConfig": {"VolumesFrom": ["db"], "NetworkMode": f"container:{OLD}"},
        },
        FACTS,
    ),
    Example(
        ListOfReplaced,
        "up_request",
        "1.12",
        "ContainerList",
        Request("GET", "/containers/json", f"since={OLD[:12]}&size=1"),
        Request("GET", "/containers/json", f"since={NEW}&size=1"),
        FACTS,
    ),
    Example(
        ListOfReplaced,
        "down_document",
        "1.12",
        "ContainerList",
        [
            {"Id": NEW, "Image": "x", "ImageID": IMAGE_ID, "Created": 1767225600, "Labels": LABELS},
            {"Id": "d" * 64, "Image": "x", "ImageID": "y", "Created": 1767225599, "Labels": {}},
        ],
        [
            {"Id": "d" * 64, "Image": "x", "ImageID": "y", "Created": 1767225599, "Labels": {}},
            {"Id": OLD, "Image": "x", "ImageID": IMAGE_ID, "Created": 1401951600, "Labels": {}},
        ],
    ),
    Example(
        ExecOfReplaced,
        "down_document",
        "1.22",
        "ExecInspect",
        {"ID": "e", "ContainerID": NEW},
        {"ID": "e", "ContainerID": OLD},
        FACTS,
    ),
    Example(
        StatsOfReplaced, "down_record", "1.21", "ContainerStats", {"id": NEW}, {"id": OLD}, FACTS
    ),
    Example(
        CommitOfReplaced,
        "up_request",
        "1.12",
        "ImageCommit",
        Request("POST", "/commit", "container=aa&repo=x"),
        Request("POST", "/commit", f"container={NEW}&repo=x"),
        FACTS,
    ),
    Example(
        ImageOfReplaced,
        "down_document",
        "1.12",
        "ImageInspect",
        {"Container": NEW, "Config": {"Labels": dict(LABELS)}, "ContainerConfig": None},
        {"Container": OLD, "Config": {"Labels": {}}, "ContainerConfig": None},
    ),
    Example(
        CreateNamesReplaced,
        "up_document",
        "1.14",
        "ContainerCreate",
        {
            "HostConfig": {
                "VolumesFrom": [f"{OLD[:12]}:ro", "db"],
                "Links": [f"{OLD}:alias"],
                "IpcMode": f"container:{OLD}",
            }
        },
        {
            "HostConfig": {
                "VolumesFrom": [f"{NEW}:ro", "db"],
                "Links": [f"{NEW}:alias"],
                "IpcMode": f"container:{NEW}",
            }
        },
        FACTS,
    ),
    Example(CreateNamesReplaced, "down_error", "1.12", "ContainerCreate", ERROR, TOLD, FACTS),
    Example(
        NetworksNameReplaced,
        "up_document",
        "1.21",
        "NetworkConnect",
        {"Container": OLD},
        {"Container": NEW},
        FACTS,
    ),
    Example(
        NetworksNameReplaced,
        "down_document",
        "1.21",
        "NetworkInspect",
        {"Name": "n", "Containers": {NEW: {"EndpointID": "x"}, "d": {}}},
        {"Name": "n", "Containers": {OLD: {"EndpointID": "x"}, "d": {}}},
        FACTS,
    ),
    Example(
        EventsOfReplaced,
        "up_request",
        "1.22",
        "SystemEvents",
        Request("GET", "/events", "filters=%7B%22container%22%3A%5B%22aaaa%22%5D%7D"),
        Request("GET", "/events", "filters=%7B%7D"),
    ),
    Example(
        EventsOfReplaced,
        "down_record",
        "1.22",
        "SystemEvents",
        event(NEW, **LABELS),
        event(OLD),
        FACTS,
    ),
    Example(
        AttachBeforeStart,
        "up_request",
        "1.12",
        "ContainerAttach",
        Request("POST", "/containers/x/attach", "stream=1"),
        Request("POST", "/containers/x/attach", "stream=1"),
        {NEVER_RAN.name: OLD, FOLLOWED: OLD},
    ),
)
