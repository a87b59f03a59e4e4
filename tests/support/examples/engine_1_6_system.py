"""Examples for gateway/versions/engine_1_6_system.py."""

from __future__ import annotations

from support.examples import Example

from gateway.versions.engine_1_6_shapes import INFO
from gateway.versions.engine_1_6_system import EventsOfEngine16, InfoOfEngine16, VersionOfEngine16

DIGITS = "921ad132ee1c7479df7a557726449fb2e49996dbe97818e85579bba57262fe63"

EXAMPLES = (
    Example(
        InfoOfEngine16,
        "down_document",
        "1.18",
        "SystemInfo",
        {
            "Containers": 3,
            "Debug": True,
            "SwapLimit": True,
            "Labels": [],
            "NoProxy": "",
            "Swarm": {},
        },
        {
            **INFO.of(None),
            "Containers": 3,
            "Debug": 1,
            "SwapLimit": 1,
            "IPv4Forwarding": 0,
            "MemoryLimit": 0,
            "ExecutionDriver": "native-0.2",
            "RegistryConfig": {"IndexConfigs": {}, "InsecureRegistryCIDRs": None},
        },
    ),
    Example(
        VersionOfEngine16,
        "down_document",
        "1.18",
        "SystemVersion",
        {"Version": "20.10.24", "ApiVersion": "1.41", "Experimental": False, "Components": []},
        {"ApiVersion": "1.41", "Version": "20.10.24"},
    ),
    Example(
        EventsOfEngine16,
        "down_record",
        "1.18",
        "SystemEvents",
        {
            "status": "untag",
            "id": f"sha256:{DIGITS}",
            "Type": "image",
            "Action": "untag",
            "Actor": {"ID": f"sha256:{DIGITS}", "Attributes": {"name": f"sha256:{DIGITS}"}},
            "scope": "local",
            "time": 1795422377,
            "timeNano": 1795422377000000000,
        },
        {"status": "untag", "id": DIGITS, "time": 1795422377},
    ),
    Example(
        EventsOfEngine16,
        "write_record",
        "1.18",
        "SystemEvents",
        {"status": "untag", "id": DIGITS, "time": 1795422377},
        b'{"status":"untag","id":"%s","time":1795422377}' % DIGITS.encode(),
    ),
)
