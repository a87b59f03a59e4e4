from __future__ import annotations

from support.examples import FRAMED, MULTIPLEXED, RAW, TEXT, Example, typed

from gateway.api.message import AnswerHead
from gateway.versions.v1_06 import (
    CONTAINER_TTY,
    EXEC_TTY,
    AttachMerged,
    ExecMerged,
    LogsMerged,
    PortMappingFilled,
    PortSpecColonMeansSame,
)

PORTS = {
    "80/tcp": [
        {"HostIp": "::", "HostPort": "49154"},
        {"HostIp": "0.0.0.0", "HostPort": "49153"},
    ],
    "53/udp": [{"HostIp": "", "HostPort": "53"}],
    "22/tcp": None,
}

EXAMPLES = (
    Example(
        AttachMerged,
        "down_stream",
        "1.5",
        "ContainerAttach",
        FRAMED,
        b"err\nout\n",
        {CONTAINER_TTY.name: False},
    ),
    Example(AttachMerged, "down_head", "1.5", "ContainerAttach", MULTIPLEXED, RAW),
    Example(
        LogsMerged,
        "down_stream",
        "1.5",
        "ContainerLogs",
        FRAMED,
        b"err\nout\n",
        {CONTAINER_TTY.name: False},
    ),
    Example(LogsMerged, "down_head", "1.5", "ContainerLogs", RAW, AnswerHead(200, typed(TEXT))),
    Example(
        ExecMerged,
        "down_stream",
        "1.5",
        "ExecStart",
        FRAMED,
        b"err\nout\n",
        {EXEC_TTY.name: False},
    ),
    Example(ExecMerged, "down_head", "1.5", "ExecStart", MULTIPLEXED, RAW),
    Example(
        PortSpecColonMeansSame,
        "up_document",
        "1.5",
        "ContainerCreate",
        {"PortSpecs": [":80", ":53/udp", "22", "8080:80"]},
        {"PortSpecs": ["80:80", "53:53/udp", "22", "8080:80"]},
    ),
    Example(
        PortMappingFilled,
        "down_document",
        "1.5",
        "ContainerInspect",
        {"State": {"Running": True}, "NetworkSettings": {"PortMapping": None, "Ports": PORTS}},
        {
            "State": {"Running": True},
            "NetworkSettings": {
                "PortMapping": {"Tcp": {"80": "49153"}, "Udp": {"53": "53"}},
                "Ports": PORTS,
            },
        },
    ),
)
