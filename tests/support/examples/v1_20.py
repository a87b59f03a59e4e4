from __future__ import annotations

from support.examples import Example, typed

from gateway.api.message import Answer, Headers
from gateway.versions.v1_20 import KillOfStopped, LimitsInConfig, MountsAreMaps

EXAMPLES = (
    Example(
        MountsAreMaps,
        "down_document",
        "1.19",
        "ContainerInspect",
        {
            "Mounts": [
                {"Type": "bind", "Source": "/srv", "Destination": "/data", "RW": True},
                {"Type": "tmpfs", "Source": "", "Destination": "/tmp", "RW": False},
            ]
        },
        {"Volumes": {"/data": "/srv", "/tmp": ""}, "VolumesRW": {"/data": True, "/tmp": False}},
    ),
    Example(
        LimitsInConfig,
        "down_document",
        "1.19",
        "ContainerInspect",
        {"Config": {}, "HostConfig": {"Memory": 4194304, "CpusetCpus": "0"}},
        {
            "Config": {"Memory": 4194304, "MemorySwap": 0, "CpuShares": 0, "Cpuset": "0"},
            "HostConfig": {"Memory": 4194304, "CpusetCpus": "0"},
        },
    ),
    Example(
        KillOfStopped,
        "down_error",
        "1.19",
        "ContainerKill",
        Answer(409, typed("application/json"), b'{"message":"Container x is not running"}'),
        Answer(204, Headers()),
    ),
)
