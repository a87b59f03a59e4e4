"""The configuration of a commit in its query."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from gateway.api.message import Forward, Headers, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.commit_run import CommitRun
from gateway.emulate.vocabulary import Context
from gateway.versions.plan import Planner

V1_41 = ApiVersion(1, 41)


def run(body: bytes, content_type: str | None = None, **parameters: str) -> Forward:
    headers = Headers(()) if content_type is None else Headers((("Content-Type", content_type),))
    query = urlencode({"container": "x", **parameters})
    found = match("POST", "/commit")
    assert found is not None
    request = Request("POST", "/commit", query, headers)
    flow = CommitRun().run(found, request, body, Context(ApiVersion(1, 9), V1_41))
    with pytest.raises(StopIteration) as stopped:
        next(flow)
    forward = stopped.value.value
    assert isinstance(forward, Forward)
    assert forward.request.headers.content_type == "application/json"
    assert forward.request.parameter("run") is None
    assert forward.request.parameter("container") == "x"
    return forward


@pytest.mark.parametrize("body", [b"", b"null", b" {}\n"])
@pytest.mark.parametrize("content_type", [None, "plain/text"])
def test_it_becomes_the_body(body: bytes, content_type: str | None) -> None:
    assert run(body, content_type, run='{"Cmd": ["true"]}').body == b'{"Cmd": ["true"]}'


def test_a_body_has_the_first_word() -> None:
    assert run(b'{"Cmd":["a"]}', run='{"Cmd":["b"]}').body == b'{"Cmd":["a"]}'


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "\udc80"])
def test_what_is_no_configuration_is_none(text: str) -> None:
    found = match("POST", "/commit")
    assert found is not None
    query = urlencode({"run": text}, errors="surrogateescape")
    flow = CommitRun().run(
        found, Request("POST", "/commit", query), b"", Context(ApiVersion(1, 9), V1_41)
    )
    with pytest.raises(StopIteration) as stopped:
        next(flow)
    assert stopped.value.value.body == b""


def test_without_it_the_query_stays_as_it_was() -> None:
    assert run(b"null").request.query == "container=x"


def test_from_v1_10_on_only_the_body_counts() -> None:
    planner = Planner(V1_41, V1_41)
    assert isinstance(planner.plan(ApiVersion(1, 9), ROUTE["ImageCommit"]).emulation, CommitRun)
    assert planner.plan(ApiVersion(1, 10), ROUTE["ImageCommit"]).emulation is None
