"""Examples for gateway/versions/engine_1_6_processes.py."""

from __future__ import annotations

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer, AnswerHead, Request
from gateway.versions.engine_1_6_processes import (
    ExecOfEngine16,
    ResizeOfEndedExec,
    StatisticsOfEngine16,
)
from gateway.versions.v1_21 import no_traffic

EXAMPLES = (
    Example(
        ExecOfEngine16,
        "down_document",
        "1.18",
        "ExecInspect",
        {
            "ID": "4a8b",
            "Running": True,
            "ExitCode": None,
            "ProcessConfig": {
                "tty": True,
                "entrypoint": "sh",
                "arguments": ["-c", "true"],
                "privileged": False,
            },
            "OpenStdin": True,
            "OpenStderr": True,
            "OpenStdout": True,
            "CanRemove": False,
            "ContainerID": "6418",
            "DetachKeys": "",
            "Pid": 7,
        },
        {
            "ID": "4a8b",
            "Running": True,
            "ExitCode": 0,
            "ProcessConfig": {
                "privileged": False,
                "user": "",
                "tty": True,
                "entrypoint": "sh",
                "arguments": ["-c", "true"],
            },
            "OpenStdin": True,
            "OpenStderr": True,
            "OpenStdout": True,
        },
    ),
    Example(
        StatisticsOfEngine16,
        "up_request",
        "1.18",
        "ContainerStats",
        Request("GET", "/containers/a/stats", "stream=0&one-shot=1&x=y"),
        Request("GET", "/containers/a/stats", "x=y"),
    ),
    Example(
        StatisticsOfEngine16,
        "down_record",
        "1.18",
        "ContainerStats",
        {
            "read": "2026-11-23T08:26:27Z",
            "preread": "0001-01-01T00:00:00Z",
            "pids_stats": {"current": 1},
            "num_procs": 0,
            "storage_stats": {},
            "cpu_stats": {"cpu_usage": {"total_usage": 5}, "online_cpus": 2},
            "precpu_stats": {},
            "memory_stats": {"usage": 4096},
            "blkio_stats": {"io_queue_recursive": None},
        },
        {
            "read": "2026-11-23T08:26:27Z",
            "network": no_traffic(),
            "cpu_stats": {
                "cpu_usage": {"total_usage": 5, "percpu_usage": None},
                "system_cpu_usage": 0,
            },
            "memory_stats": {"usage": 4096, "max_usage": 0, "failcnt": 0, "limit": 0, "stats": {}},
            "blkio_stats": {"io_queue_recursive": None},
        },
    ),
    Example(
        StatisticsOfEngine16,
        "down_head",
        "1.18",
        "ContainerStats",
        AnswerHead(200),
        AnswerHead(200, typed("application/json")),
    ),
    Example(
        StatisticsOfEngine16,
        "write_record",
        "1.18",
        "ContainerStats",
        {"read": "2026-11-23T08:26:27Z"},
        b'{"read":"2026-11-23T08:26:27Z"}',
    ),
    Example(
        ResizeOfEndedExec,
        "down_error",
        "1.18",
        "ExecResize",
        Answer(404, typed(TEXT), b"no such exec\n"),
        Answer(200),
    ),
)
