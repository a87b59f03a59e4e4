from __future__ import annotations

from base64 import urlsafe_b64encode

from support.examples import Example

from gateway.api.message import Headers, Request
from gateway.stream.json import dumps
from gateway.versions.v1_02 import (
    LIMITS,
    PROGRAM,
    InfoTellsTheProgram,
    InspectSpellings,
    ListWithoutSizes,
    PullWithStoredCredentials,
    VersionTellsLimits,
)
from gateway.versions.vocabulary import STORED_CREDENTIALS

STORED = {"username": "u", "password": "p", "email": "e"}
HEADER = urlsafe_b64encode(dumps(STORED)).decode()
PULL = Request("POST", "/images/create", "fromImage=busybox")

EXAMPLES = (
    Example(
        VersionTellsLimits,
        "down_document",
        "1.1",
        "SystemVersion",
        {"Version": "20.10.24"},
        {"Version": "20.10.24", "MemoryLimit": True, "SwapLimit": False},
        {LIMITS.name: {"MemoryLimit": True, "SwapLimit": False}},
    ),
    Example(
        InfoTellsTheProgram,
        "down_document",
        "1.1",
        "SystemInfo",
        {"Images": 1},
        {"Images": 1, "Version": "20.10.24", "GoVersion": "go1.19.8"},
        {PROGRAM.name: {"Version": "20.10.24", "GoVersion": "go1.19.8"}},
    ),
    Example(
        PullWithStoredCredentials,
        "up_request",
        "1.1",
        "ImageCreate",
        PULL,
        Request(PULL.method, PULL.path, PULL.query, Headers((("X-Registry-Auth", HEADER),))),
        {STORED_CREDENTIALS: {"https://index.docker.io/v1/": STORED}},
    ),
    Example(
        ListWithoutSizes,
        "up_request",
        "1.1",
        "ContainerList",
        Request("GET", "/containers/json"),
        Request("GET", "/containers/json"),
    ),
    Example(
        InspectSpellings,
        "down_document",
        "1.1",
        "ContainerInspect",
        {"ID": "abc", "NetworkSettings": {"IPAddress": "172.17.0.2", "IPPrefixLen": 16}},
        {
            "ID": "abc",
            "Id": "abc",
            "NetworkSettings": {
                "IPAddress": "172.17.0.2",
                "IPPrefixLen": 16,
                "IpAddress": "172.17.0.2",
                "IpPrefixLen": 16,
            },
        },
    ),
)
