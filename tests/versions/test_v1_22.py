"""The body of an exec start is JSON, whatever is said of it."""

from __future__ import annotations

import pytest

from gateway.api.message import Headers, Request
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.vocabulary import Facts


@pytest.mark.parametrize("said", [(), ("text/plain",), ("plain/text",), ("application/json",)])
def test_it_is_called_json(said: tuple[str, ...]) -> None:
    headers = Headers((*(("Content-Type", kind) for kind in said), ("User-Agent", "x")))
    planner = Planner(ApiVersion(1, 12), ApiVersion(1, 41), ApiVersion(1, 24))
    request = Request("POST", "/exec/x/start", headers=headers)
    old, new = (planner.plan(ApiVersion(1, minor), ROUTE["ExecStart"]) for minor in (21, 22))
    changed = old.request(request, Facts()).headers
    assert sorted(changed) == [("Content-Type", "application/json"), ("User-Agent", "x")]
    assert new.request(request, Facts()) == request
