from __future__ import annotations

from support.examples import TEXT, Example, typed
from support.recordings import document

from gateway.api.message import AnswerHead, Headers, Request
from gateway.versions.engine_1_6_containers import (
    ChangesAreAList,
    ContainerOfEngine16,
    ListOfEngine16,
    LogsHaveAType,
    NothingToDoIsBare,
    NoWarningsAreNull,
    WaitTellsTheStatus,
)
from gateway.versions.v1_06 import CONTAINER_TTY

_RECORDED = document("1.18", "inspect web")
_LISTED = document("1.18", "ps")[1]
_PLAIN = Request("GET", "/containers/json")

EXAMPLES = (
    Example(
        ContainerOfEngine16,
        "down_document",
        "1.18",
        "ContainerInspect",
        _RECORDED | {"Image": f"sha256:{_RECORDED['Image']}", "Platform": "linux", "Mounts": []},
        _RECORDED,
    ),
    Example(ListOfEngine16, "up_request", "1.18", "ContainerList", _PLAIN, _PLAIN),
    Example(
        ListOfEngine16,
        "down_document",
        "1.18",
        "ContainerList",
        [_LISTED | {"State": "running", "ImageID": "sha256:1", "Mounts": []}],
        [_LISTED],
    ),
    Example(ChangesAreAList, "down_document", "1.18", "ContainerChanges", None, []),
    Example(
        NoWarningsAreNull,
        "down_document",
        "1.18",
        "ContainerCreate",
        {"Id": "1", "Warnings": []},
        {"Id": "1", "Warnings": None},
    ),
    Example(
        LogsHaveAType,
        "down_head",
        "1.18",
        "ContainerLogs",
        AnswerHead(200),
        AnswerHead(200, typed(TEXT)),
        {CONTAINER_TTY.name: True},
    ),
    Example(
        NothingToDoIsBare,
        "down_head",
        "1.18",
        "ContainerStart",
        AnswerHead(304, Headers((("X-Content-Type-Options", "nosniff"),))),
        AnswerHead(304),
    ),
    Example(
        WaitTellsTheStatus,
        "down_document",
        "1.18",
        "ContainerWait",
        {"StatusCode": 3, "Error": None},
        {"StatusCode": 3},
    ),
)
