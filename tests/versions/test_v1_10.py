"""Clients before v1.10 get records of progress with nothing between them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, Headers
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.records import RecordSplitter
from gateway.versions.plan import Plan, Planner
from gateway.versions.v1_10 import RecordsWithoutEnd
from gateway.versions.vocabulary import Facts

V1_18 = ApiVersion(1, 18)


def plan_for(client: str, route: str) -> Plan:
    return Planner(V1_18, V1_18).plan(ApiVersion.parse(client), ROUTE[route], emulated=False)


@given(st.lists(st.dictionaries(st.text(), st.text()), max_size=5))
def test_they_can_be_told_apart(records: list[Any]) -> None:
    written = b"".join(RecordsWithoutEnd().write_record(record, Facts()) for record in records)
    splitter = RecordSplitter()
    got = splitter.feed(written) + splitter.finish()
    assert [json.loads(text) for text in got] == records


@pytest.mark.parametrize("route", ["ImageCreate", "ImagePush", "ImageBuild"])
def test_from_v1_10_on_cr_lf_follows(route: str) -> None:
    assert plan_for("1.9", route).record({"status": "x"}, Facts()) == b'{"status":"x"}'
    assert plan_for("1.10", route).record({"status": "x"}, Facts()) == b'{"status":"x"}\r\n'


def test_errors_that_stay_errors_pass() -> None:
    answer = Answer(500, Headers((("Content-Type", "text/plain; charset=utf-8"),)), b"no\n")
    assert plan_for("1.9", "ImageBuild").error(answer, Facts()) == answer
