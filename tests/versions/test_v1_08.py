"""Clients before v1.8 get a build as text, and progress in words alone."""

from __future__ import annotations

from typing import Any

import pytest
from support.recordings import body, headers

from gateway.api.message import Answer, AnswerHead, Headers
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.json import loads
from gateway.stream.records import RecordSplitter
from gateway.versions.plan import Plan, Planner
from gateway.versions.v1_08 import ProgressIsText
from gateway.versions.vocabulary import Facts

V1_18 = ApiVersion(1, 18)


def plan_for(client: str, route: str) -> Plan:
    return Planner(V1_18, V1_18).plan(ApiVersion.parse(client), ROUTE[route], emulated=False)


def through(plan: Plan, data: bytes) -> bytes:
    splitter, facts = RecordSplitter(), Facts()
    texts = [*splitter.feed(data), *splitter.finish()]
    return b"".join(plan.record(loads(text), facts) for text in texts)


def alike(text: bytes) -> list[bytes]:
    """Lines without ids, and without the containers that only an uncached step has."""
    lines = [line.partition(b"---> ")[0] for line in text.split(b"\r")]
    return [line.partition(b"Successfully built ")[0] for line in lines]


@pytest.mark.parametrize("step", ["build-quiet", "build-fails", "build-invalid"])
def test_what_was_recorded_at_v1_8_becomes_what_was_recorded_at_v1_7(step: str) -> None:
    plan = plan_for("1.7", "ImageBuild")
    assert alike(through(plan, body("1.8", step))) == alike(body("1.7", step))
    head = plan.head(AnswerHead(200, Headers(headers("1.8", step))), Facts())
    assert dict(head.headers) == dict(headers("1.7", step))


def test_clients_of_v1_8_get_records() -> None:
    plan = plan_for("1.8", "ImageBuild")
    assert not plan.rewrites_head
    assert through(plan, b'{"stream":"a\\n"}\r\n') == b'{"stream":"a\\n"}'


@pytest.mark.parametrize(
    ("record", "after"),
    [
        ({"status": "x"}, {"status": "x"}),
        ({"status": "x", "progressDetail": {}, "id": "1"}, {"status": "x", "id": "1"}),
        (
            {"status": "x", "progress": "[> ]", "progressDetail": {"current": 1}},
            {"status": "x", "progress": "[> ]"},
        ),
        ({"aux": {"Tag": "x"}}, None),
        ({"progressDetail": {}, "aux": {"Tag": "x"}}, None),
    ],
)
def test_progress(record: Any, after: Any) -> None:
    assert ProgressIsText().down_record(record, Facts()) == after


def test_errors_that_stay_errors_pass() -> None:
    answer = Answer(500, Headers((("Content-Type", "text/plain; charset=utf-8"),)), b"no\n")
    assert plan_for("1.7", "ImageBuild").error(answer, Facts()) == answer
