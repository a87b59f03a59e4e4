"""A push of what there is not fails with a status."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import pytest

from gateway.api.message import Answer, EngineCall, Forward, Headers, Request
from gateway.api.router import match
from gateway.api.version import ApiVersion
from gateway.emulate.push_of_nothing import PushOfNothing, refusal
from gateway.emulate.vocabulary import Context
from gateway.stream.json import dumps, loads

T = TypeVar("T")
NAMES = dumps([{"RepoTags": ["a:1", "r:5000/b/c:latest"]}, {"RepoTags": None}, {}])


def ended(flow: Generator[EngineCall, Answer, T], listed: Answer) -> T:
    assert next(flow) == EngineCall("GET", "/images/json")
    with pytest.raises(StopIteration) as stopped:
        flow.send(listed)
    result: T = stopped.value.value
    return result


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("a", True),
        ("a:1", True),
        ("a:other", True),
        ("docker.io/library/a", True),
        ("library/a", True),
        ("r:5000/b/c", True),
        ("r:5000/b/c:latest", True),
        ("b/c", False),
        ("r", False),
        ("<none>", False),
    ],
)
def test_names(name: str, there: bool) -> None:
    refused = ended(refusal(name), Answer(200, Headers(), NAMES))
    assert (refused is None) is there
    if refused is not None:
        assert refused.status == 500
        assert loads(refused.body) == {"message": f"Repository does not exist: {name}"}


@pytest.mark.parametrize("listed", [b"", b'{"message":"no"}', b"[3]", b"null"])
def test_without_a_list_nothing_is_refused(listed: bytes) -> None:
    assert ended(refusal("x"), Answer(500, Headers(), listed)) is None


@pytest.mark.parametrize(("name", "there"), [("a", True), ("x", False)])
def test_what_there_is_goes_on(name: str, there: bool) -> None:
    request = Request("POST", f"/images/{name}/push", "tag=1")
    found = match("POST", request.path)
    assert found is not None
    flow = PushOfNothing().run(found, request, b"{}", Context(ApiVersion(1, 5), ApiVersion(1, 41)))
    result = ended(flow, Answer(200, Headers(), NAMES))
    assert (result == Forward(request, b"{}")) is there
    assert isinstance(result, Answer) is not there


@pytest.mark.parametrize(
    ("client", "served"), [("1.4", False), ("1.5", True), ("1.18", True), ("1.19", False)]
)
def test_whom_it_serves(client: str, served: bool) -> None:
    version = ApiVersion.parse(client)
    assert PushOfNothing().serves(version, ApiVersion(1, 41)) is served
    assert not PushOfNothing().serves(version, version)
