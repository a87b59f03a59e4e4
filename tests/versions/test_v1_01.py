"""Clients of v1.0 get progress as text."""

from __future__ import annotations

import pytest
from support.recordings import body, headers

from gateway.api.message import AnswerHead, Headers
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.json import loads
from gateway.stream.records import RecordSplitter
from gateway.versions.plan import Plan, Planner
from gateway.versions.vocabulary import Facts

V1_18 = ApiVersion(1, 18)


def plan_for(client: str, route: str) -> Plan:
    return Planner(V1_18, V1_18).plan(ApiVersion.parse(client), ROUTE[route], emulated=False)


def through(plan: Plan, data: bytes) -> bytes:
    splitter, facts = RecordSplitter(), Facts()
    texts = [*splitter.feed(data), *splitter.finish()]
    return b"".join(plan.record(loads(text), facts) for text in texts)


def test_what_was_recorded_at_v1_1_becomes_what_was_recorded_at_v1_0() -> None:
    plan = plan_for("1.0", "ImageCreate")
    made = through(plan, body("1.1", "import"))
    assert len(made) == len(body("1.0", "import")) == 66
    assert made.endswith(b"\r\n")
    head = plan.head(AnswerHead(200, Headers(headers("1.1", "import"))), Facts())
    assert dict(head.headers) == dict(headers("1.0", "import"))


@pytest.mark.parametrize("route", ["ImageCreate", "ImagePush", "ImageInsert"])
def test_progress_and_errors_are_text(route: str) -> None:
    plan = plan_for("1.0", route)
    records = (
        b'{"status":"Pulling","progressDetail":{"current":5,"total":10}}{"aux":{}}{"error":"x"}'
    )
    bar = "[" + "=" * 25 + ">" + " " * 25 + "]"
    assert through(plan, records) == f"Pulling {bar}      5 B/10 B\rError: x\r\n".encode()


def test_layers_are_named_in_the_text() -> None:
    plan = plan_for("1.0", "ImageCreate")
    assert through(plan, b'{"status":"Pulling","id":"a"}') == b"a: Pulling\r\n"


def test_clients_of_v1_1_get_records() -> None:
    plan = plan_for("1.1", "ImagePush")
    assert not plan.rewrites_head
    assert through(plan, b'{"status":"a"}\r\n') == b'{"status":"a"}'
