from __future__ import annotations

from support.examples import FRAMED, MULTIPLEXED, RAW, TEXT, Example, typed

from gateway.api.message import AnswerHead
from gateway.versions.v1_06 import CONTAINER_TTY, EXEC_TTY, AttachMerged, ExecMerged, LogsMerged

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
)
