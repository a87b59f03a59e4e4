"""Credentials of a push, before they were in its header."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, EngineCall, Forward, Headers, Request
from gateway.api.router import match
from gateway.api.version import ApiVersion
from gateway.emulate.auth import PUBLIC_INDEX
from gateway.emulate.push_credentials import PushCredentials, registry_host
from gateway.emulate.vocabulary import Context
from gateway.stream.json import dumps, loads

PLAIN = Headers((("Content-Type", "plain/text"), ("X-Meta-A", "b")))


def run(
    client: str,
    body: bytes = b"",
    query: str = "",
    headers: Headers = PLAIN,
    stored: Any = None,
    tagged: int = 201,
    images: bytes = b'[{"RepoTags":["a/b:1"]}]',
) -> tuple[list[EngineCall], Forward | Answer]:
    found = match("POST", "/images/a/b/push")
    assert found is not None
    credentials = {PUBLIC_INDEX: stored} if stored else {}
    context = Context(ApiVersion.parse(client), ApiVersion(1, 41), credentials)
    request = Request("POST", "/images/a/b/push", query, headers)
    flow = PushCredentials().run(found, request, body, context)
    calls: list[EngineCall] = []
    try:
        assert next(flow) == EngineCall("GET", "/images/json")
        calls.append(flow.send(Answer(200, Headers(), images)))
        while True:
            calls.append(flow.send(Answer(tagged)))
    except StopIteration as end:
        return calls, end.value


def header(result: Forward | Answer) -> Any:
    assert isinstance(result, Forward)
    assert result.body == b""
    assert result.request.headers.get("Content-Type") is None
    assert result.request.headers.get("X-Meta-A") in ("b", None)
    return loads(urlsafe_b64decode(result.request.headers.get("X-Registry-Auth") or ""))


@given(st.dictionaries(st.sampled_from(["username", "password", "email"]), st.text()))
def test_the_body_becomes_the_header(credentials: dict[str, str]) -> None:
    for client in ("1.2", "1.4"):
        calls, result = run(client, dumps(credentials))
        assert calls == []
        assert header(result) == credentials


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"{"])
def test_what_cannot_be_read_is_none(body: bytes) -> None:
    assert header(run("1.3", body)[1]) == {}


def test_a_header_that_is_there_counts() -> None:
    own = Headers((("X-Registry-Auth", "e30="),))
    assert header(run("1.4", b'{"username":"u"}', headers=own)[1]) == {}


def test_before_v1_2_the_stored_ones_are_used() -> None:
    assert header(run("1.1", b'{"username":"x"}', stored={"username": "u"})[1]) == {"username": "u"}
    assert header(run("1.1")[1]) == {}
    assert header(run("1.2", stored={"username": "u"})[1]) == {}


def test_stored_ones_go_to_no_other_registry() -> None:
    stored = {"username": "u"}
    assert header(run("1.1", query="registry=r", stored=stored)[1]) == {}
    assert header(run("1.3", dumps(stored), query="registry=r")[1]) == stored


def test_what_there_is_not_is_not_pushed() -> None:
    calls, result = run("1.4", images=b"[]")
    assert calls == []
    assert isinstance(result, Answer)
    assert result.status == 500


def test_an_empty_registry_says_nothing() -> None:
    calls, result = run("1.1", query="registry=&x=y")
    assert isinstance(result, Forward)
    assert (calls, result.request.path) == ([], "/images/a/b/push")
    assert result.request.query == "x=y"


def test_a_registry_is_put_into_the_name() -> None:
    calls, result = run("1.3", query="registry=http%3A%2F%2Fr%3A5000%2Fv1%2F")
    assert calls == [EngineCall("POST", "/images/a/b/tag?repo=r%3A5000%2Fa%2Fb")]
    assert isinstance(result, Forward)
    assert result.request.path == "/images/r:5000/a/b/push"
    found = match("POST", result.request.path)
    assert found is not None
    assert found.parameters["name"] == "r:5000/a/b"


def test_a_name_that_begins_with_the_registry_stays() -> None:
    calls, result = run("1.3", query="registry=a")
    assert calls == []
    assert isinstance(result, Forward)
    assert result.request.path == "/images/a/b/push"


def test_what_cannot_be_tagged_is_not_pushed() -> None:
    assert run("1.3", query="registry=r", tagged=404)[1] == Answer(404)


@pytest.mark.parametrize(
    ("registry", "host"),
    [("", ""), ("r:5000", "r:5000"), ("https://r/v1/", "r"), (" r/v1 ", "r"), ("http://", "")],
)
def test_hosts(registry: str, host: str) -> None:
    assert registry_host(registry) == host
