"""Clients before v1.24: errors as plain text, `HostConfig` anywhere, an archive as copy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body, headers, steps

from gateway.api.create_fields import FILLED_IN, HOST_CONFIG
from gateway.api.message import Answer, AnswerHead, Headers, Json
from gateway.api.routes import ROUTES, Route
from gateway.api.version import ApiVersion
from gateway.emulate.copy import AS_COPY
from gateway.versions.plan import Planner
from gateway.versions.v1_24 import (
    CopyIsArchive,
    ErrorsAreText,
    HostConfigAtTopLevel,
    NothingToDoIsAnError,
)
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


def test_a_failed_attach_stays_a_raw_stream() -> None:
    raw = Headers((("Content-Type", "application/vnd.docker.raw-stream"),))
    answer = Answer(404, raw, b"No such container: x\r\n")
    assert down(answer) is answer


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Image": "a"}, {"Image": "a"}),
        ({"Memory": 1}, {"HostConfig": {"Memory": 1}}),
        ({"Binds": ["/:/x"], "HostConfig": None}, {"HostConfig": {"Binds": ["/:/x"]}}),
        ({"Memory": "1"}, {"Memory": "1"}),
        ({"Cpuset": "0"}, {}),
        ({"Cpuset": 5}, {"Cpuset": 5}),
        ({"Cpuset": "", "Memory": 1}, {"HostConfig": {"Memory": 1}}),
        ({"Cpuset": "0", "Memory": 1}, {"HostConfig": {"Memory": 1, "CpusetCpus": "0"}}),
        ({"Cpuset": "0", "CpusetCpus": "1"}, {"HostConfig": {"CpusetCpus": "1"}}),
        ({"Cpuset": "0", "HostConfig": {}}, {"HostConfig": {"CpusetCpus": "0"}}),
        (
            {"Cpuset": "0", "HostConfig": {"CpusetCpus": "1"}},
            {"HostConfig": {"CpusetCpus": "1"}},
        ),
        ({"Memory": 1, "HostConfig": {"Memory": 0}}, {"HostConfig": {"Memory": 1}}),
        ({"Memory": 1, "HostConfig": {"Memory": 2}}, {"HostConfig": {"Memory": 2}}),
        (
            {"Privileged": True, "HostConfig": {}},
            {"Privileged": True, "HostConfig": {}},
        ),
        ({"Memory": 1, "HostConfig": []}, {"Memory": 1, "HostConfig": []}),
        ({"Memory": 1, "HostConfig": "x"}, {"Memory": 1, "HostConfig": "x"}),
        ([], []),
        ("x", "x"),
        (None, None),
    ],
)
def test_what_stands_at_the_top_goes_into_the_host_config(before: Json, after: Json) -> None:
    assert HostConfigAtTopLevel().up_document(before, Facts()) == after


VALUES = st.none() | st.booleans() | st.integers(-1, 9) | st.text(max_size=2)
FIELDS = st.dictionaries(st.sampled_from([*HOST_CONFIG, "Image", "Cmd"]), VALUES)


@given(FIELDS, st.none() | st.dictionaries(st.sampled_from(sorted(HOST_CONFIG)), VALUES))
def test_nothing_is_lost_and_the_host_config_wins(
    config: dict[str, Any], host: dict[str, Any] | None
) -> None:
    after = HostConfigAtTopLevel().up_document(
        {**config, **({} if host is None else {"HostConfig": dict(host)})}, Facts()
    )
    moved = after.pop("HostConfig", {})
    taken = HOST_CONFIG if host is None else FILLED_IN
    for name, value in config.items():
        if name in taken and HOST_CONFIG[name].fits(value):
            assert name not in after
            assert moved[name] == ((host or {}).get(name) or value)
        else:
            assert after.pop(name) == value
    assert after == {}
    assert {name: moved[name] for name, value in (host or {}).items() if value} == {
        name: value for name, value in (host or {}).items() if value
    }


@pytest.mark.parametrize("status", [200, 204, 304])
def test_nothing_to_do_has_the_field_of_errors(status: int) -> None:
    head = NothingToDoIsAnError().down_head(AnswerHead(status), Facts())
    assert head.status == status
    assert head.headers.get("X-Content-Type-Options") == ("nosniff" if status == 304 else None)


@pytest.mark.parametrize("known", [{}, {AS_COPY: None}, {AS_COPY: True}])
def test_the_field_about_the_path_is_left_out_of_a_copy_alone(known: dict[str, Any]) -> None:
    tar = Headers((("Content-Type", "application/x-tar"),))
    before = AnswerHead(200, tar.having("X-Docker-Container-Path-Stat", "e30="))
    after = CopyIsArchive().down_head(before, Facts(known))
    assert after == (AnswerHead(200, tar) if known.get(AS_COPY) else before)
