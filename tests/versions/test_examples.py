"""Each rewrite of each change, once through a whole plan; without an example a change fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.api.message import Answer, AnswerHead, Headers
from gateway.api.routes import ROUTE
from gateway.api.version import NEWEST, OLDEST, ApiVersion
from gateway.stream.frames import frame
from gateway.versions.every_version import PingTellsTheRange, VersionTellsTheRange, every_version
from gateway.versions.plan import Planner
from gateway.versions.registry import RUNGS
from gateway.versions.v1_06 import (
    CONTAINER_TTY,
    EXEC_TTY,
    MULTIPLEXED_STREAM,
    RAW_STREAM,
    AttachMerged,
    ExecMerged,
    LogsMerged,
)
from gateway.versions.v1_07 import ImagesPerTag
from gateway.versions.v1_24 import ErrorsAreText
from gateway.versions.vocabulary import STEPS, Change, Facts, StreamRewrite, overrides


def typed(content_type: str) -> Headers:
    return Headers((("Content-Type", content_type),))


FRAMED = frame(2, b"err\n") + frame(1, b"out\n")
MULTIPLEXED = AnswerHead(200, typed(MULTIPLEXED_STREAM))
RAW = AnswerHead(200, typed(RAW_STREAM))
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Example:
    """What `step` of a plan makes of `before`, for the client and the route given.

    For a byte stream, `before` and `after` are the bytes, behind a head of the raw type.
    """

    change: type[Change]
    step: str
    client: str
    route: str
    before: Any
    after: Any
    facts: dict[str, Any] = field(default_factory=dict)


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
        ImagesPerTag,
        "down_document",
        "1.6",
        "ImageList",
        [{"Id": "sha256:" + "a" * 64, "RepoTags": ["b:1", "b:2"], "Created": 3, "Size": 4}],
        [
            {
                "Id": "a" * 64,
                "Repository": "b",
                "Tag": tag,
                "Created": 3,
                "Size": 4,
                "VirtualSize": 4,
            }
            for tag in ("1", "2")
        ],
    ),
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
        PingTellsTheRange,
        "down_head",
        "1.41",
        "SystemPing",
        AnswerHead(200, Headers((("Api-Version", "1.99"),))),
        AnswerHead(200, Headers((("Api-Version", "1.41"),))),
    ),
    Example(
        VersionTellsTheRange,
        "down_document",
        "1.41",
        "SystemVersion",
        {"ApiVersion": "1.99", "MinAPIVersion": "1.24"},
        {"ApiVersion": "1.41", "MinAPIVersion": "1.0"},
    ),
)


def test_every_rewrite_of_every_change_has_an_example() -> None:
    known = [change for rung in RUNGS for change in rung.changes]
    known += every_version(OLDEST, NEWEST)
    wanted = {
        (type(change), step) for change in known for step in STEPS if overrides(type(change), step)
    }
    assert wanted == {(example.change, example.step) for example in EXAMPLES}


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: f"{example.change.__name__}.{example.step}"
)
def test_example(example: Example) -> None:
    planner = Planner(ApiVersion(1, 24), ApiVersion(1, 41))
    plan = planner.plan(ApiVersion.parse(example.client), ROUTE[example.route])
    assert example.change in map(type, plan.changes)
    facts = Facts(example.facts)
    if example.step == "down_stream":
        assert plan.rewrites_stream
        rewrite: StreamRewrite | None = plan.stream(RAW, facts)
        assert rewrite is not None
        assert rewrite.feed(example.before) + rewrite.finish() == example.after
        return
    methods: dict[str, tuple[bool, Callable[[Any, Facts], Any]]] = {
        "up_request": (plan.rewrites_request, plan.request),
        "up_document": (plan.rewrites_request_document, plan.request_document),
        "down_head": (plan.rewrites_head, plan.head),
        "down_document": (plan.rewrites_document, plan.document),
        "down_record": (plan.rewrites_records, plan.record),
        "down_error": (plan.rewrites_errors, plan.error),
    }
    flag, method = methods[example.step]
    assert flag
    assert method(example.before, facts) == example.after
