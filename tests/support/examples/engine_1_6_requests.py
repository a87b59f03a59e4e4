"""Examples for gateway/versions/engine_1_6_requests.py."""

from __future__ import annotations

from support.examples import Example

from gateway.versions.engine_1_6_requests import (
    ConfigReadLoosely,
    ExecReadLoosely,
    HostConfigReadLoosely,
    LimitsAreMended,
)

EXAMPLES = (
    Example(
        ConfigReadLoosely,
        "up_document",
        "1.18",
        "ContainerCreate",
        {
            "Memory": "67108864",
            "Cmd": "ls",
            "Entrypoint": "",
            "Tty": 1,
            "Volumes": {"/data": None},
            "HostConfig": {"Privileged": "yes"},
        },
        {
            "Memory": 67108864,
            "Cmd": ["ls"],
            "Tty": True,
            "Volumes": {"/data": {}},
            "HostConfig": {"Privileged": True},
        },
    ),
    Example(
        LimitsAreMended,
        "up_document",
        "1.18",
        "ContainerCreate",
        {"CpuShares": 1, "HostConfig": {"CpuShares": 300000, "Memory": 4194304}},
        {"CpuShares": 2, "HostConfig": {"CpuShares": 262144, "Memory": 6291456}},
    ),
    Example(
        HostConfigReadLoosely,
        "up_document",
        "1.18",
        "ContainerStart",
        {"Binds": "/tmp:/host", "PortBindings": {"80/tcp": [{"HostPort": 8080}]}},
        {"Binds": ["/tmp:/host"], "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
    ),
    Example(
        ExecReadLoosely,
        "up_document",
        "1.18",
        "ContainerExec",
        {"User": "", "AttachStdout": 1, "Tty": 0, "Cmd": "date"},
        {"AttachStdout": True, "Tty": False, "Cmd": ["date"]},
    ),
)
