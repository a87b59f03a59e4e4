"""Clients before v1.13 commit containers that go on running."""

from __future__ import annotations

import pytest

from gateway.api.message import Request
from gateway.versions.v1_13 import CommitDoesNotPause
from gateway.versions.vocabulary import Facts


@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("", "pause=0"),
        ("repo=a%2Fb", "repo=a%2Fb&pause=0"),
        ("pause=1", "pause=1"),
        ("pause=", "pause="),
    ],
)
def test_only_who_asks_for_it_pauses(query: str, after: str) -> None:
    request = CommitDoesNotPause().up_request(Request("POST", "/commit", query), Facts())
    assert request.query == after
