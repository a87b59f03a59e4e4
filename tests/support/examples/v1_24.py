from __future__ import annotations

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer, AnswerHead, Headers
from gateway.emulate.copy import AS_COPY
from gateway.versions.v1_24 import (
    CopyIsArchive,
    ErrorsAreText,
    HostConfigAtTopLevel,
    NothingToDoIsAnError,
)

_TAR = typed("application/x-tar")

EXAMPLES = (
    Example(
        ErrorsAreText,
        "down_error",
        "1.23",
        "ContainerInspect",
        Answer(404, typed("application/json"), b'{"message":"No such container: x"}\n'),
        Answer(
            404,
            typed(TEXT).having("X-Content-Type-Options", "nosniff"),
            b"No such container: x\n",
        ),
    ),
    Example(
        HostConfigAtTopLevel,
        "up_document",
        "1.23",
        "ContainerCreate",
        {"Image": "busybox", "Memory": 5, "Cpuset": "0", "HostConfig": {"Memory": 6}},
        {"Image": "busybox", "HostConfig": {"Memory": 6, "CpusetCpus": "0"}},
    ),
    Example(
        NothingToDoIsAnError,
        "down_head",
        "1.23",
        "ContainerStop",
        AnswerHead(304),
        AnswerHead(304, Headers((("X-Content-Type-Options", "nosniff"),))),
    ),
    Example(
        CopyIsArchive,
        "down_head",
        "1.23",
        "ContainerArchive",
        AnswerHead(200, _TAR.having("X-Docker-Container-Path-Stat", "e30=")),
        AnswerHead(200, _TAR),
        {AS_COPY: True},
    ),
    Example(
        HostConfigAtTopLevel,
        "up_document",
        "1.23",
        "ContainerCreate",
        {"Image": "a", "Privileged": True, "Memory": 9},
        {"Image": "a", "HostConfig": {"Privileged": True, "Memory": 9}},
    ),
    Example(
        NothingToDoIsAnError,
        "down_head",
        "1.23",
        "ContainerStop",
        AnswerHead(304),
        AnswerHead(304, Headers((("X-Content-Type-Options", "nosniff"),))),
    ),
    Example(
        CopyIsArchive,
        "down_head",
        "1.23",
        "ContainerArchive",
        AnswerHead(200, typed("application/x-tar").having("X-Docker-Container-Path-Stat", "e30=")),
        AnswerHead(200, typed("application/x-tar")),
        {AS_COPY: True},
    ),
)
