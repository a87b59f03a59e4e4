from __future__ import annotations

from support.examples import Example

from gateway.api.message import Headers, Request
from gateway.versions.v1_09 import (
    BuildCredentials,
    InfoHasTruths,
    KillByNumber,
    RefusalsHaveACode,
    write_credentials,
)

CREDENTIALS = {"username": "u", "password": "p", "serveraddress": "https://example.org/v1/"}

EXAMPLES = (
    Example(
        BuildCredentials,
        "up_request",
        "1.8",
        "ImageBuild",
        Request(
            "POST",
            "/build",
            headers=Headers((("X-Registry-Auth", write_credentials(CREDENTIALS)),)),
        ),
        Request(
            "POST",
            "/build",
            headers=Headers(
                (
                    (
                        "X-Registry-Config",
                        write_credentials({"configs": {"https://example.org/v1/": CREDENTIALS}}),
                    ),
                )
            ),
        ),
    ),
    Example(
        InfoHasTruths,
        "down_document",
        "1.8",
        "SystemInfo",
        {"Debug": 0, "MemoryLimit": 1, "SwapLimit": 1, "IPv4Forwarding": 1, "Images": 1},
        {
            "Debug": False,
            "MemoryLimit": True,
            "SwapLimit": True,
            "IPv4Forwarding": True,
            "Images": 1,
        },
    ),
    Example(
        KillByNumber,
        "up_request",
        "1.8",
        "ContainerKill",
        Request("POST", "/containers/x/kill", "signal=0"),
        Request("POST", "/containers/x/kill"),
    ),
    Example(
        RefusalsHaveACode,
        "down_record",
        "1.8",
        "ImagePush",
        {"errorDetail": {"message": "denied: requested access to the resource is denied"}},
        {
            "errorDetail": {"message": "Authentication is required.", "code": 401},
            "error": "Authentication is required.",
        },
    ),
)
