"""The list of containers by its first name."""

from __future__ import annotations

import pytest

from gateway.api.message import Forward, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.containers_ps import ContainersPs
from gateway.emulate.vocabulary import Context
from gateway.versions.plan import Planner


def test_it_is_asked_for_by_the_other_name() -> None:
    found = match("GET", "/containers/ps")
    assert found is not None
    assert found.route.name == "ContainerListPs"
    request = Request("GET", "/containers/ps", "all=1")
    context = Context(ApiVersion(1, 0), ApiVersion(1, 41))
    with pytest.raises(StopIteration) as stopped:
        next(ContainersPs().run(found, request, b"", context))
    assert stopped.value.value == Forward(Request("GET", "/containers/json", "all=1"))


@pytest.mark.parametrize(("client", "served"), [("1.0", True), ("1.20", True), ("1.21", False)])
def test_whom_it_serves(client: str, served: bool) -> None:
    version = ApiVersion.parse(client)
    planner = Planner(ApiVersion(1, 12), ApiVersion(1, 41), "newest")
    plan = planner.plan(version, ROUTE["ContainerListPs"])
    assert isinstance(plan.emulation, ContainersPs) is served


def test_a_client_of_the_forwarded_version_gets_what_the_engine_says() -> None:
    assert not ContainersPs().serves(ApiVersion(1, 12), ApiVersion(1, 12))
    assert ContainersPs().serves(ApiVersion(1, 11), ApiVersion(1, 12))
