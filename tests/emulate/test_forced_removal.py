"""A forced removal before v1.14 stops the container first."""

from __future__ import annotations

import pytest

from gateway.api.message import Answer, EngineCall, Forward, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.forced_removal import ForcedRemoval
from gateway.emulate.vocabulary import Context
from gateway.versions.plan import Planner

V1_41 = ApiVersion(1, 41)


def run(query: str, stopped: int = 204, name: str = "web") -> tuple[list[EngineCall], Forward]:
    """The calls, each answered with the status, and what is forwarded."""
    request = Request("DELETE", f"/containers/{name}", query)
    found = match("DELETE", request.path)
    assert found is not None
    flow = ForcedRemoval().run(found, request, b"", Context(ApiVersion(1, 13), V1_41))
    calls: list[EngineCall] = []
    answer: Answer | None = None
    while True:
        try:
            calls.append(next(flow) if answer is None else flow.send(answer))
        except StopIteration as end:
            assert isinstance(end.value, Forward)
            assert end.value.request == request
            return calls, end.value
        answer = Answer(stopped)


@pytest.mark.parametrize("query", ["force=1", "v=1&force=True"])
@pytest.mark.parametrize("stopped", [204, 304, 404, 500])
def test_it_is_stopped_and_removed_whatever_the_stop_says(query: str, stopped: int) -> None:
    calls, forward = run(query, stopped)
    assert calls == [EngineCall("POST", "/containers/web/stop?t=5")]
    assert forward.body == b""


@pytest.mark.parametrize("query", ["", "v=1", "force=0", "force=", "force=False"])
def test_without_force_it_is_only_removed(query: str) -> None:
    assert run(query)[0] == []


def test_names_are_quoted() -> None:
    assert run("force=1", name="a%3Fb")[0] == [EngineCall("POST", "/containers/a%3Fb/stop?t=5")]


def test_from_v1_14_on_the_engine_kills() -> None:
    planner = Planner(V1_41, V1_41)
    route = ROUTE["ContainerDelete"]
    assert isinstance(planner.plan(ApiVersion(1, 13), route).emulation, ForcedRemoval)
    assert not isinstance(planner.plan(ApiVersion(1, 14), route).emulation, ForcedRemoval)
