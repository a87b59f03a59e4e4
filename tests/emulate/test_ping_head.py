"""HEAD /_ping in front of engines without it."""

from __future__ import annotations

import pytest

from gateway.api.message import Answer, EngineCall, Headers, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.ping_head import PingHead
from gateway.emulate.vocabulary import Context
from gateway.versions.plan import Planner

HEAD_PING = ROUTE["SystemPingHead"]


def test_the_head_of_a_get_is_given_with_the_gateways_range() -> None:
    plan = Planner(ApiVersion(1, 12), ApiVersion(1, 39)).plan(ApiVersion(1, 39), HEAD_PING)
    assert isinstance(plan.emulation, PingHead)
    found = match("HEAD", "/_ping")
    assert found is not None
    flow = plan.emulation.run(
        found, Request("HEAD", "/_ping"), b"", Context(ApiVersion(1, 24), ApiVersion(1, 24))
    )
    assert next(flow) == EngineCall("GET", "/_ping")
    engine = Headers(
        (("Api-Version", "1.39"), ("Ostype", "linux"), ("Docker-Experimental", "false"))
    )
    with pytest.raises(StopIteration) as stopped:
        flow.send(Answer(200, engine, b"OK"))
    answer = plan.emulated(stopped.value.value)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers.get("Ostype") == "linux"
    assert answer.headers.get("Api-Version") == "1.39"


@pytest.mark.parametrize("client", [ApiVersion(1, 5), ApiVersion(1, 40), ApiVersion(1, 41)])
def test_engines_that_have_it_answer_themselves(client: ApiVersion) -> None:
    planner = Planner(ApiVersion(1, 40), ApiVersion(1, 41))
    assert planner.plan(client, HEAD_PING).emulation is None
