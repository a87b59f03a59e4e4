"""Clients before v1.6 get stdout and stderr merged, exactly where they were framed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.recordings import body, document, headers

from gateway.api.message import Answer, AnswerHead, EngineCall, Headers, Json
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.frames import Merge, MergeIfFramed, frame
from gateway.versions.plan import Plan, Planner
from gateway.versions.v1_06 import (
    CONTAINER_TTY,
    EXEC_TTY,
    MULTIPLEXED_STREAM,
    RAW_STREAM,
    AttachMerged,
    ExecMerged,
    LogsMerged,
    PortSpecColonMeansSame,
    same_port,
)
from gateway.versions.vocabulary import Facts

CLIENT = ApiVersion(1, 5)


def plan_for(method: str, path: str, forward: ApiVersion, client: ApiVersion = CLIENT) -> Plan:
    found = match(method, path)
    assert found is not None
    return Planner(forward, forward).plan(client, found.route)


def head(content_type: str | None) -> AnswerHead:
    return AnswerHead(200, Headers((("Content-Type", content_type),) if content_type else ()))


@pytest.mark.parametrize(
    ("step", "method", "path", "note"),
    [
        ("attach-logs split", "POST", "/containers/x/attach", False),
        ("attach-logs-stderr split", "POST", "/containers/x/attach", False),
        ("attach-logs tty", "POST", "/containers/x/attach", True),
        ("attach-upgrade split", "POST", "/containers/x/attach", False),
        ("attach stdin link", "POST", "/containers/x/attach", False),
        ("logs split", "GET", "/containers/x/logs", False),
        ("exec-start", "POST", "/exec/x/start", False),
    ],
)
def test_what_was_recorded_at_v1_6_becomes_what_was_recorded_at_v1_5(
    step: str, method: str, path: str, note: bool
) -> None:
    plan = plan_for(method, path, ApiVersion(1, 18))
    facts = Facts({CONTAINER_TTY.name: note, EXEC_TTY.name: note})
    recorded = AnswerHead(200, Headers(headers("1.6", step)))
    rewrite = plan.stream(recorded, facts)
    data = body("1.6", step)
    got = data if rewrite is None else rewrite.feed(data) + rewrite.finish()
    # The order of stdout and stderr is free.
    assert sorted(got.splitlines()) == sorted(body("1.5", step).splitlines())
    assert tuple(plan.head(recorded, facts).headers) == headers("1.5", step)


@pytest.mark.parametrize("path", ["/containers/web/attach", "/containers/web/logs"])
def test_the_container_is_asked_for_its_tty_below_v1_42_only(path: str) -> None:
    method = "POST" if path.endswith("attach") else "GET"
    found = match(method, path)
    assert found is not None
    plan = plan_for(method, path, ApiVersion(1, 41))
    assert CONTAINER_TTY in plan.lookups
    assert CONTAINER_TTY.call(found) == EngineCall("GET", "/containers/web/json")
    merged = AttachMerged if method == "POST" else LogsMerged
    assert merged.needs(ApiVersion(1, 41)) == (CONTAINER_TTY,)
    assert merged.needs(ApiVersion(1, 42)) == ()


def test_the_name_in_the_look_up_is_quoted() -> None:
    found = match("POST", "/containers/a%3Fb/attach")
    assert found is not None
    assert CONTAINER_TTY.call(found).path == "/containers/a%3Fb/json"


@pytest.mark.parametrize("tty", [True, False])
def test_the_tty_is_read_from_the_container(tty: bool) -> None:
    inspected = document("1.18", "inspect web")
    inspected["Config"]["Tty"] = tty
    answer = Answer(200, Headers(), json.dumps(inspected).encode())
    facts = Facts()
    plan_for("POST", "/containers/x/attach", ApiVersion(1, 41)).learn(CONTAINER_TTY, answer, facts)
    assert facts == {CONTAINER_TTY.name: tty}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ({"Detach": False, "Tty": True}, True),
        ({"Detach": False, "Tty": False}, False),
        ({}, False),
        (None, False),
        ({"Tty": "yes"}, False),
    ],
)
def test_exec_start_says_itself_whether_it_has_a_tty(start: Json, expected: bool) -> None:
    plan = plan_for("POST", "/exec/x/start", ApiVersion(1, 41))
    assert plan.rewrites_request_document
    assert plan.lookups == ()
    facts = Facts()
    assert plan.request_document(start, facts) == start
    assert facts == {EXEC_TTY.name: expected}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (AttachMerged(), CONTAINER_TTY.name),
        (LogsMerged(), CONTAINER_TTY.name),
        (ExecMerged(), EXEC_TTY.name),
    ],
)
@pytest.mark.parametrize(
    ("content_type", "known", "expected"),
    [
        # from v1.42 on the type tells, whatever is known
        (MULTIPLEXED_STREAM, {}, Merge),
        (MULTIPLEXED_STREAM, {"tty": True}, Merge),
        (RAW_STREAM, {}, None),
        # before, it does not
        (RAW_STREAM, {"tty": False}, Merge),
        (RAW_STREAM, {"tty": True}, None),
        (None, {"tty": False}, Merge),
        (None, {"tty": True}, None),
        # the look-up failed, or the engine gives no type at all
        (RAW_STREAM, {"tty": None}, MergeIfFramed),
        (None, {}, MergeIfFramed),
    ],
)
def test_what_decides(
    change: AttachMerged | LogsMerged | ExecMerged,
    name: str,
    content_type: str | None,
    known: dict[str, bool | None],
    expected: type | None,
) -> None:
    facts = Facts({name: known["tty"]} if known else {})
    rewrite = change.down_stream(head(content_type), facts)
    assert (None if rewrite is None else type(rewrite)) is expected


def test_types_that_old_clients_do_not_know_are_not_given_to_them() -> None:
    facts = Facts()
    for change in (AttachMerged(), ExecMerged()):
        assert change.down_head(head(MULTIPLEXED_STREAM), facts) == head(RAW_STREAM)
    assert LogsMerged().down_head(head(None), facts) == head("text/plain; charset=utf-8")
    assert ExecMerged().down_head(head(None), facts) == head(None)  # a detached start


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/containers/x/attach"), ("GET", "/containers/x/logs"), ("POST", "/exec/x/start")],
)
def test_clients_of_v1_6_get_the_frames(method: str, path: str) -> None:
    plan = plan_for(method, path, ApiVersion(1, 18), client=ApiVersion(1, 6))
    assert plan.untouched
    assert plan.stream(head(RAW_STREAM), Facts()) is None


def test_the_websocket_attach_is_never_framed() -> None:
    assert plan_for("GET", "/containers/x/attach/ws", ApiVersion(1, 18)).untouched


def test_merging_in_pieces() -> None:
    plan = plan_for("POST", "/containers/x/attach", ApiVersion(1, 42))
    rewrite = plan.stream(head(MULTIPLEXED_STREAM), Facts())
    assert rewrite is not None
    data = frame(1, b"out\n") + frame(2, b"err\n")
    got = b"".join(rewrite.feed(data[at : at + 1]) for at in range(len(data))) + rewrite.finish()
    assert got == b"out\nerr\n"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (":80", "80:80"),
        (":53/udp", "53:53/udp"),
        ("80", "80"),
        ("8080:80", "8080:80"),
        (80, 80),
    ],
)
def test_a_port_spec_that_begins_with_a_colon(spec: Any, expected: Any) -> None:
    assert same_port(spec) == expected
    change = PortSpecColonMeansSame()
    assert change.up_document({"PortSpecs": [spec]}, Facts()) == {"PortSpecs": [expected]}


def test_port_specs_are_published_as_they_were_meant() -> None:
    plan = Planner(ApiVersion(1, 24), ApiVersion(1, 41)).plan(
        ApiVersion(1, 5), ROUTE["ContainerCreate"]
    )
    made = plan.request_document({"Image": "a", "PortSpecs": ":80"}, Facts())
    assert made["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "", "HostPort": "80"}]}
    change = PortSpecColonMeansSame()
    for other in (None, [], {"PortSpecs": None}, {}):
        assert change.up_document(other, Facts()) == other
