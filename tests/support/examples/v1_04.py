from __future__ import annotations

from support.examples import Example

from gateway.api.message import Headers, Request
from gateway.versions.v1_04 import (
    FLAT_PORTS,
    LayersInTheText,
    PortMappingOfRelease04,
    PullFromRegistry,
    TopIsAList,
)

INSPECT = Request(
    "GET", "/containers/a/json", "", Headers((("User-Agent", "Docker-Client/0.4.8"),))
)

EXAMPLES = (
    Example(
        TopIsAList,
        "up_request",
        "1.3",
        "ContainerTop",
        Request("GET", "/containers/a/top", "ps_args=aux"),
        Request("GET", "/containers/a/top"),
    ),
    Example(
        TopIsAList,
        "down_document",
        "1.3",
        "ContainerTop",
        {
            "Titles": ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
            "Processes": [
                ["root", "11935", "1", "0", "10:00", "pts/2", "00:00:00", "sh -c sleep 5"]
            ],
        },
        [{"PID": "11935", "Tty": "pts/2", "Time": "00:00:00", "Cmd": "sh"}],
    ),
    Example(
        LayersInTheText,
        "down_record",
        "1.3",
        "ImageCreate",
        {"status": "Downloading", "progress": "1 kB", "id": "921ad132ee1c"},
        {"status": "921ad132ee1c: Downloading", "progress": "1 kB"},
    ),
    Example(
        PullFromRegistry,
        "up_request",
        "1.3",
        "ImageCreate",
        Request("POST", "/images/create", "fromImage=a%2Fb&tag=&registry=http%3A%2F%2Fr%3A5000%2F"),
        Request("POST", "/images/create", "fromImage=r%3A5000%2Fa%2Fb&tag="),
    ),
    Example(PortMappingOfRelease04, "up_request", "1.3", "ContainerInspect", INSPECT, INSPECT),
    Example(
        PortMappingOfRelease04,
        "down_document",
        "1.3",
        "ContainerInspect",
        {"NetworkSettings": {"PortMapping": {"Tcp": {"80": "49153"}, "Udp": {}}}},
        {"NetworkSettings": {"PortMapping": {"80": "49153"}}},
        {FLAT_PORTS: True},
    ),
)
