from __future__ import annotations

from support.examples import Example

from gateway.api.message import Request
from gateway.versions.v1_12 import (
    BuildKeepsContainers,
    CommitComment,
    ContainerAsStored,
    ImageAsStored,
    NamesInConfig,
    TrustedIsAutomated,
)

EXAMPLES = (
    Example(
        BuildKeepsContainers,
        "up_request",
        "1.11",
        "ImageBuild",
        Request("POST", "/build", "t=x&forcerm=1"),
        Request("POST", "/build", "t=x&rm=0"),
    ),
    Example(
        CommitComment,
        "up_request",
        "1.11",
        "ImageCommit",
        Request("POST", "/commit", "container=x&m=first+try"),
        Request("POST", "/commit", "container=x&comment=first+try"),
    ),
    Example(
        NamesInConfig,
        "up_document",
        "1.11",
        "ContainerCreate",
        {"Image": "busybox", "Dns": ["8.8.8.8"], "VolumesFrom": "a:ro,b"},
        {"Image": "busybox", "HostConfig": {"Dns": ["8.8.8.8"], "VolumesFrom": ["a:ro", "b"]}},
    ),
    Example(
        ContainerAsStored,
        "down_document",
        "1.11",
        "ContainerInspect",
        {
            "Id": "11c3",
            "ExecIDs": None,
            "State": {"StartedAt": "2026-11-23T08:25:35.495748214Z"},
            "HostConfig": {
                "Links": ["/oracle-web:/oracle-link/web"],
                "VolumesFrom": ["oracle-web:ro"],
                "LogConfig": {"Type": "json-file", "Config": None},
            },
        },
        {
            "ID": "11c3",
            "State": {"StartedAt": "2026-11-23T08:25:35.495748214Z"},
            "UpdateDns": False,
            "AppliedVolumesFrom": {"oracle-web": {}},
            "HostConfig": {
                "Links": None,
                "VolumesFrom": ["oracle-web:ro"],
                "LogConfig": {"Type": "", "Config": None},
            },
        },
    ),
    Example(
        ImageAsStored,
        "down_document",
        "1.11",
        "ImageInspect",
        {
            "Id": "921a",
            "Parent": "",
            "Comment": "Imported from -",
            "Created": "2026-11-23T08:20:30.754410067Z",
            "Container": "",
            "ContainerConfig": {"Cmd": None},
            "DockerVersion": "1.6.2",
            "Author": "",
            "Config": {"Cmd": None},
            "Architecture": "amd64",
            "Os": "linux",
            "Size": 0,
            "VirtualSize": 1982256,
        },
        {
            "id": "921a",
            "comment": "Imported from -",
            "created": "2026-11-23T08:20:30.754410067Z",
            "container_config": {"Cmd": None},
            "docker_version": "1.6.2",
            "config": {"Cmd": None},
            "architecture": "amd64",
            "os": "linux",
            "Size": 0,
        },
    ),
    Example(
        TrustedIsAutomated,
        "down_document",
        "1.11",
        "ImageSearch",
        [{"name": "a", "is_automated": True}],
        [{"name": "a", "is_automated": True, "is_trusted": True}],
    ),
)
