"""Clients before v1.24 get errors as plain text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body, headers, steps

from gateway.api.message import Answer, Headers
from gateway.api.routes import ROUTES, Route
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_24 import ErrorsAreText
from gateway.versions.vocabulary import Facts

JSON = Headers((("Content-Type", "application/json"),))
TEXT = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}


def down(answer: Answer) -> Answer:
    return ErrorsAreText().down_error(answer, Facts())


@given(st.text(max_size=60), st.sampled_from([400, 404, 409, 500]))
def test_the_message_becomes_the_body(message: str, status: int) -> None:
    answer = down(Answer(status, JSON, json.dumps({"message": message}).encode() + b"\n"))
    assert answer.status == status
    assert dict(answer.headers) == TEXT
    assert answer.body == message.encode() + b"\n"


# images/viz is no engine's error here: the gateway gives it itself (tests/emulate).
RECORDED = [
    name
    for name, step in steps("1.18").items()
    if step.get("status", 0) >= 400 and name != "images-viz"
]


@pytest.mark.parametrize("name", RECORDED)
def test_an_error_of_today_becomes_what_was_recorded(name: str) -> None:
    recorded = body("1.18", name)
    modern = json.dumps({"message": recorded.decode().removesuffix("\n")}).encode()
    answer = down(Answer(steps("1.18")[name]["status"], JSON, modern))
    assert answer.body == recorded
    assert {key.lower(): value for key, value in answer.headers} == {
        key.lower(): value for key, value in headers("1.18", name) if key != "Job-Name"
    }


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("application/vnd.docker.raw-stream", b"No such container: x\r\n"),
        ("text/plain", b"404 page not found\n"),
        ("application/json", b'{"error":"no message"}'),
        ("application/json", b'{"message":5}'),
        ("application/json", b'{"message":"cut off'),
        ("application/json", b'["x"]'),
    ],
)
def test_what_has_no_message_keeps_its_body(content_type: str, text: bytes) -> None:
    answer = down(Answer(404, Headers((("Content-Type", content_type),)), text))
    assert answer.body == text
    assert dict(answer.headers) == TEXT


def test_an_empty_answer_stays_empty() -> None:
    assert down(Answer(404)) == Answer(404)


def test_other_fields_stay() -> None:
    answer = down(Answer(401, JSON.having("WWW-Authenticate", "x"), b'{"message":"no"}'))
    assert answer.headers.get("WWW-Authenticate") == "x"


@pytest.mark.parametrize("route", [*ROUTES, None], ids=lambda route: str(route and route.name))
def test_every_route_and_every_unknown_path_has_it(route: Route | None) -> None:
    planner = Planner(ApiVersion(1, 24), ApiVersion(1, 41))
    old = planner.plan(ApiVersion(1, 23), route)
    assert old.rewrites_errors or old.refusal is not None
    assert not planner.plan(ApiVersion(1, 24), route).rewrites_errors
