from __future__ import annotations

from typing import Any

from support.examples import Example

from gateway.api.message import Request
from gateway.versions.v1_21 import (
    EmptyKeysInConfig,
    NoSizesInInspect,
    OneNetwork,
    OneNetworkInStats,
    VolumeDriverInConfig,
    no_traffic,
)

BRIDGE: dict[str, Any] = {
    "EndpointID": "e",
    "Gateway": "172.17.0.1",
    "GlobalIPv6Address": "",
    "GlobalIPv6PrefixLen": 0,
    "IPAddress": "172.17.0.2",
    "IPPrefixLen": 16,
    "IPv6Gateway": "",
    "MacAddress": "02:42:ac:11:00:02",
}

EXAMPLES = (
    Example(
        OneNetwork,
        "down_document",
        "1.20",
        "ContainerInspect",
        {
            "State": {"Running": True},
            "NetworkSettings": {
                "SandboxKey": "/var/run/docker/netns/1",
                "Ports": {},
                "Networks": {"bridge": {"NetworkID": "n", **BRIDGE}, "mine": {"Gateway": "g"}},
            },
        },
        {
            "State": {"Running": True},
            "NetworkSettings": {"SandboxKey": "/var/run/docker/netns/1", "Ports": {}, **BRIDGE},
        },
    ),
    Example(
        NoSizesInInspect,
        "up_request",
        "1.20",
        "ContainerInspect",
        Request("GET", "/containers/x/json", "size=1"),
        Request("GET", "/containers/x/json"),
    ),
    Example(
        EmptyKeysInConfig,
        "down_document",
        "1.20",
        "ContainerInspect",
        {"Config": {}, "HostConfig": {"VolumeDriver": "nfs"}},
        {
            "Config": {
                "ExposedPorts": None,
                "MacAddress": "",
                "NetworkDisabled": False,
                "VolumeDriver": "nfs",
            },
            "HostConfig": {"VolumeDriver": "nfs"},
        },
    ),
    Example(
        OneNetworkInStats,
        "down_record",
        "1.20",
        "ContainerStats",
        {
            "read": "2026-01-01T00:00:00Z",
            "id": "x",
            "name": "/web",
            "networks": {"eth0": {"rx_bytes": 1}, "eth1": {"rx_bytes": 2}},
        },
        {"read": "2026-01-01T00:00:00Z", "network": {**no_traffic(), "rx_bytes": 3}},
    ),
    Example(
        VolumeDriverInConfig,
        "up_document",
        "1.20",
        "ContainerCreate",
        {"Image": "a", "VolumeDriver": "nfs"},
        {"Image": "a", "HostConfig": {"VolumeDriver": "nfs"}},
    ),
)
