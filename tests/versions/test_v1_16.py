"""Clients before v1.16 build from the images that are there."""

from __future__ import annotations

import pytest

from gateway.api.message import Request
from gateway.versions.v1_16 import BuildDoesNotPull
from gateway.versions.vocabulary import Facts


@pytest.mark.parametrize(("query", "after"), [("pull=1&t=a", "t=a"), ("pull=0", ""), ("", "")])
def test_pull_is_left_out(query: str, after: str) -> None:
    request = BuildDoesNotPull().up_request(Request("POST", "/build", query), Facts())
    assert request.query == after


def test_other_builds_pass() -> None:
    request = Request("POST", "/build", "t=a%2fb")
    assert BuildDoesNotPull().up_request(request, Facts()) is request
