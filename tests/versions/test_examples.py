"""Each rewrite of each change, once alone; without an example a change fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.examples import RAW, Example, all_examples

from gateway.api.routes import ROUTE
from gateway.api.version import NEWEST, OLDEST, ApiVersion
from gateway.versions.every_version import every_version
from gateway.versions.plan import Plan, Planner
from gateway.versions.registry import RUNGS
from gateway.versions.vocabulary import STEPS, Change, Facts, StreamRewrite, overrides

EXAMPLES = all_examples()
ALWAYS = every_version(OLDEST, ApiVersion(1, 41))
OF_CHANGE: dict[type[Change], tuple[ApiVersion | None, Change]] = {
    type(change): (rung.version, change) for rung in RUNGS for change in rung.changes
} | {type(change): (None, change) for change in ALWAYS}


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
    version, change = OF_CHANGE[example.change]
    client, route = ApiVersion.parse(example.client), ROUTE[example.route]
    whole = Planner(OLDEST, NEWEST, "newest").plan(client, route, emulated=False)
    assert example.change in map(type, whole.changes), "the change applies to no such client"
    assert version is None or client < version
    plan = Plan(client, version or client, route, changes=(change,))
    facts = Facts(example.facts)
    if example.step == "down_stream":
        assert plan.rewrites_stream
        rewrite: StreamRewrite | None = plan.stream(RAW, facts)
        assert rewrite is not None
        assert rewrite.feed(example.before) + rewrite.finish() == example.after
        return
    if example.step == "write_record":
        assert plan.rewrites_records
        assert change.write_record(example.before, facts) == example.after
        return
    if example.step == "down_record":
        assert plan.rewrites_records
        assert change.down_record(example.before, facts) == example.after
        return
    methods: dict[str, tuple[bool, Callable[[Any, Facts], Any]]] = {
        "up_request": (plan.rewrites_request, plan.request),
        "up_document": (plan.rewrites_request_document, plan.request_document),
        "down_head": (plan.rewrites_head, plan.head),
        "down_document": (plan.rewrites_document, plan.document),
        "down_error": (plan.rewrites_errors, plan.error),
    }
    flag, method = methods[example.step]
    assert flag
    assert method(example.before, facts) == example.after
