"""What becomes of an attach that was opened before the start."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.api.message import Answer, Request
from gateway.emulate.stand_ins import ID, StandIn, temporary_name
from gateway.versions.following import (
    FOLLOWED,
    NEVER_RAN,
    AttachBeforeStart,
    Follower,
    Step,
    events_call,
)
from gateway.versions.vocabulary import Facts

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64


def event(action: str, identity: str, **attributes: str) -> dict[str, Any]:
    return {"Action": action, "Actor": {"ID": identity, "Attributes": attributes}}


MADE = event("create", NEW, name=temporary_name(OLD), **{ID: OLD})


def container(running: bool = False, started: str = "0001-01-01T00:00:00Z") -> dict[str, Any]:
    return {"Id": OLD, "State": {"Running": running, "StartedAt": started}}


@pytest.mark.parametrize(
    ("events", "step"),
    [
        ([event("start", OLD)], Step.RELEASE),
        ([event("destroy", OLD)], Step.END),
        ([MADE], None),
        ([MADE, event("destroy", OLD)], NEW),
        ([MADE, event("destroy", NEW)], None),
        ([MADE, event("destroy", NEW), event("start", OLD)], Step.RELEASE),
        ([MADE, event("destroy", NEW), event("destroy", OLD)], Step.END),
        ([event("create", OTHER, name="web"), event("destroy", OLD)], Step.END),
        ([event("create", OTHER, name=temporary_name(OLD)), event("destroy", OLD)], Step.END),
        ([event("start", OTHER)], None),
        ([{"status": "pull"}], None),
    ],
)
def test_events_decide(events: list[dict[str, Any]], step: Step | str | None) -> None:
    follower = Follower(OLD)
    assert [follower.told(one) for one in events][-1] == step


def test_a_look_decides_what_was_before_the_events() -> None:
    stand_ins = (StandIn(OTHER, "d" * 64), StandIn(NEW, OLD))
    assert Follower(OLD).looked(container(), ()) is None
    assert Follower(OLD).looked(container(True), ()) is Step.RELEASE
    assert Follower(OLD).looked(container(False, "2026-01-01T00:00:00Z"), ()) is Step.RELEASE
    assert Follower(OLD).looked(None, stand_ins) == NEW
    assert Follower(OLD).looked(None, ()) is Step.END


def test_a_stand_in_that_is_made_anew_is_followed_too() -> None:
    follower = Follower(NEW)
    assert follower.looked(container(), (StandIn(NEW, OLD),)) is None
    assert follower.looked(None, (StandIn(OTHER, OLD),)) == OTHER


def test_only_these_events_are_asked_for() -> None:
    path = events_call(OLD).path
    assert path.startswith("/events?filters=") and temporary_name(OLD) in path and OLD in path


@pytest.mark.parametrize(
    ("query", "followed"),
    [("stream=1&stdin=1", OLD), ("stream=true", OLD), ("logs=1", None), ("stream=0", None)],
)
def test_only_streams_are_followed(query: str, followed: str | None) -> None:
    facts = Facts({NEVER_RAN.name: OLD})
    request = Request("POST", "/containers/x/attach", query)
    assert AttachBeforeStart().up_request(request, facts) is request
    assert facts[FOLLOWED] == followed


def test_whether_it_ever_ran_is_read_from_inspect() -> None:
    for document, fact in ((container(), OLD), (container(True), None)):
        assert NEVER_RAN.read(Answer(200, body=json.dumps(document).encode())) == fact
