"""The cache of the builder that was part of the client is empty."""

from __future__ import annotations

import pytest

from gateway.api.message import Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.images_get_cache import ImagesGetCache
from gateway.emulate.vocabulary import Context
from gateway.versions.plan import Planner


def test_there_is_no_image_in_the_cache() -> None:
    found = match("POST", "/images/getCache")
    assert found is not None
    request = Request("POST", "/images/getCache")
    context = Context(ApiVersion(1, 0), ApiVersion(1, 41))
    with pytest.raises(StopIteration) as stopped:
        next(ImagesGetCache().run(found, request, b"{}", context))
    assert stopped.value.value.status == 404


@pytest.mark.parametrize(("client", "served"), [("1.0", True), ("1.4", True), ("1.5", False)])
def test_whom_it_serves(client: str, served: bool) -> None:
    version = ApiVersion.parse(client)
    plan = Planner(ApiVersion(1, 12), ApiVersion(1, 41)).plan(version, ROUTE["ImageGetCache"])
    assert isinstance(plan.emulation, ImagesGetCache) is served
