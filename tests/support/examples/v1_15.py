from __future__ import annotations

from support.examples import Example

from gateway.versions.v1_15 import LimitsNotInHostConfig, PortSpecsPublish

EXAMPLES = (
    Example(
        PortSpecsPublish,
        "up_document",
        "1.14",
        "ContainerCreate",
        {"Image": "busybox", "PortSpecs": ["8080:80", "53/udp"]},
        {
            "Image": "busybox",
            "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
            "HostConfig": {
                "PortBindings": {
                    "80/tcp": [{"HostIp": "", "HostPort": "8080"}],
                    "53/udp": [{"HostIp": "", "HostPort": ""}],
                }
            },
        },
    ),
    Example(
        LimitsNotInHostConfig,
        "down_document",
        "1.14",
        "ContainerInspect",
        {
            "Config": {"Memory": 67108864},
            "HostConfig": {"Memory": 67108864, "CpusetCpus": "0", "Binds": None},
        },
        {
            "Config": {"Memory": 67108864},
            "HostConfig": {
                "Memory": 0,
                "MemorySwap": 0,
                "CpuShares": 0,
                "CpusetCpus": "",
                "Binds": None,
            },
        },
    ),
)
