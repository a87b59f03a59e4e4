from __future__ import annotations

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer, Request
from gateway.versions.v1_18 import (
    ASKS_FOR_LXC,
    NO_LXC,
    CommitOfConfigAlone,
    LimitsInConfigAlone,
    LxcConfDropped,
    NoChangesOfImages,
    RefusalsSayStatus401,
)

DENIED = "denied: requested access to the resource is denied"

EXAMPLES = (
    Example(
        LimitsInConfigAlone,
        "up_document",
        "1.17",
        "ContainerCreate",
        {"Image": "busybox", "Memory": 67108864, "Cpuset": "0", "Privileged": True},
        {"Image": "busybox", "HostConfig": {"Memory": 67108864, "CpusetCpus": "0"}},
    ),
    Example(
        CommitOfConfigAlone,
        "up_document",
        "1.17",
        "ImageCommit",
        {"Cmd": ["true"], "VolumesFrom": "", "Dns": None, "Memory": 0},
        {"Cmd": ["true"]},
    ),
    Example(
        NoChangesOfImages,
        "up_request",
        "1.17",
        "ImageCommit",
        Request("POST", "/commit", "container=x&changes=ENV+a%3Db"),
        Request("POST", "/commit", "container=x"),
    ),
    Example(
        LxcConfDropped,
        "up_document",
        "1.17",
        "ContainerCreate",
        {"HostConfig": {"LxcConf": [{"Key": "lxc.utsname", "Value": "a"}], "Binds": None}},
        {"HostConfig": {"Binds": None}},
    ),
    Example(
        LxcConfDropped,
        "down_document",
        "1.17",
        "ContainerCreate",
        {"Id": "11c3", "Warnings": None},
        {"Id": "11c3", "Warnings": [NO_LXC]},
        {ASKS_FOR_LXC.name: True},
    ),
    Example(
        RefusalsSayStatus401,
        "down_record",
        "1.17",
        "ImagePush",
        {"errorDetail": {"message": DENIED}, "error": DENIED},
        {
            "errorDetail": {"message": f"{DENIED} (Status 401)"},
            "error": f"{DENIED} (Status 401)",
        },
    ),
    Example(
        RefusalsSayStatus401,
        "down_error",
        "1.17",
        "ImageCreate",
        Answer(404, typed(TEXT), f"pull access denied for a: {DENIED}\n".encode()),
        Answer(404, typed(TEXT), f"pull access denied for a: {DENIED} (Status 401)\n".encode()),
    ),
)
