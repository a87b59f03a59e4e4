from __future__ import annotations

from support.examples import Example

from gateway.api.message import Request
from gateway.versions.v1_03 import LoginEndsItsLine, PortMappingIsFlat, SizesUnasked

EXAMPLES = (
    Example(
        SizesUnasked,
        "up_request",
        "1.2",
        "ContainerList",
        Request("GET", "/containers/json", "all=1"),
        Request("GET", "/containers/json", "all=1&size=1"),
    ),
    Example(
        SizesUnasked,
        "down_document",
        "1.2",
        "ContainerList",
        [{"Id": "a", "SizeRw": 5}],
        [{"Id": "a", "SizeRw": 5, "SizeRootFs": 0}],
    ),
    Example(
        PortMappingIsFlat,
        "down_document",
        "1.2",
        "ContainerInspect",
        {"NetworkSettings": {"PortMapping": {"Tcp": {"80": "49153"}, "Udp": {"53": "53"}}}},
        {"NetworkSettings": {"PortMapping": {"80": "49153"}}},
    ),
    Example(
        LoginEndsItsLine,
        "down_document",
        "1.2",
        "SystemAuth",
        {"Status": "Login Succeeded"},
        {"Status": "Login Succeeded\n"},
    ),
)
