"""The comparison itself: it must find whatever is changed, and nothing where nothing is."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.allowed import ALLOWED, SERVED, allowed, expected
from support.oracle import ABSENT, differences, judge
from support.oracle_replay import VERSIONS, Played, Seen, recorded
from support.oracle_view import view

DOCUMENTS = [
    (version, step)
    for version in ("1.0", "1.5", "1.11", "1.12", "1.18")
    for step, answer in recorded(version).answers.items()
    if (answer.header("Content-Type") or "") == "application/json"
    and answer.framing in ("length", "chunked")
    and step not in ("build", "build-quiet", "build-fails", "build-invalid", "events", "import")
    and not any(
        step in entry.steps and int(version.partition(".")[2]) < entry.before for entry in SERVED
    )
]


def changed(version: str, step: str, **fields: Any) -> Played:
    """The recording with one answer changed."""
    played = recorded(version)
    played.answers[step] = replace(played.answers[step], **fields)
    return played


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_agrees_with_itself_but_for_the_defects_of_its_engine(version: str) -> None:
    minor = int(version.partition(".")[2])
    defects = {step for entry in SERVED if minor < entry.before for step in entry.steps}
    assert set(judge(recorded(version)).differing) == defects


@pytest.mark.parametrize(
    "fields",
    [
        {"status": 418},
        {"reason": "Teapot"},
        {"hijacked": True},
        {"framing": "close"},
        {"headers": ()},
        {"headers": (("Content-Type", "application/json; charset=utf-8"),)},
        {"body": b""},
        {"body": b'{"message":"no such id"}\n'},
        {"error": "TimeoutError"},
    ],
    ids=str,
)
def test_what_stands_around_a_document_is_compared(fields: dict[str, Any]) -> None:
    assert "wait split" in judge(changed("1.18", "wait split", **fields)).differing


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and every item of a document, as the way to it."""
    inner: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(document, dict):
        inner = iter(document.items())
    elif isinstance(document, list):
        inner = iter(enumerate(document))
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def judged(version: str, step: str, document: Any) -> list[str]:
    body = json.dumps(document).encode()
    verdict = judge(changed(version, step, body=body))
    return [str(one) for one in verdict.differences[step]]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_key_that_is_missing_or_new_or_of_another_type_is_found(data: st.DataObject) -> None:
    version, step = data.draw(st.sampled_from(DOCUMENTS))
    document = json.loads(recorded(version).answers[step].body)
    ways = [way for way in places(document) if isinstance(way[-1], str)]
    if step.startswith("ps") and isinstance(document, list):
        # Containers that are not of the scenario are left out, and its own are known by their Id.
        ways = [way for way in ways if way[0] == 0 and way[1:] != ("Id",)]
    if step.startswith("top") or not ways:
        return
    *way, key = data.draw(st.sampled_from(ways))
    if "DriverStatus" in way or key == "DriverStatus":
        return
    what = data.draw(st.sampled_from(["missing", "new", "type"]))
    target = document
    for part in way:
        target = target[part]
    if what == "missing":
        del target[key]
    elif what == "new":
        target[f"{key}Too"] = target[key]
    else:
        target[key] = {"a": 1} if not isinstance(target[key], dict) else "text"
    assert judged(version, step, document), f"{version} {step}: {[*way, key]} {what}"


def seen(body: bytes, content_type: str = "application/vnd.docker.raw-stream") -> Seen:
    return Seen(200, "OK", (("Content-Type", content_type),), "close", True, body, len(body))


OUT, ERR = b"\1\0\0\0\0\0\0\4out\n", b"\2\0\0\0\0\0\0\4err\n"


@pytest.mark.parametrize(
    ("body", "agrees"),
    [
        (OUT + ERR, True),
        (ERR + OUT, True),
        (OUT, False),
        (OUT + ERR + ERR, False),
        (b"out\nerr\n", False),
        (b"\1\0\0\0\0\0\0\2ou\1\0\0\0\0\0\0\2t\n" + ERR, False),
        (b"\2" + OUT[1:] + b"\1" + ERR[1:], False),
    ],
    ids=["same", "other order", "less", "more", "plain", "cut otherwise", "swapped"],
)
def test_frames_are_compared_in_any_order_of_the_two_outputs(body: bytes, agrees: bool) -> None:
    played = recorded("1.18")
    played.answers["attach-logs split"] = seen(body)
    assert ("attach-logs split" not in judge(played).differing) is agrees


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ('"<time>"', "0001-01-01T00:00:00Z"),
        ("<id>", "sha256:" + "ab" * 32),
        ("<address>", ""),
        ("<number>", 0),
    ],
)
def test_a_mark_stands_only_for_a_value_of_its_kind(theirs: str, ours: Any) -> None:
    place = {
        '"<time>"': ("State", "StartedAt"),
        "<id>": ("Image",),
        "<address>": ("NetworkSettings", "IPAddress"),
        "<number>": ("State", "Pid"),
    }[theirs]
    document = json.loads(recorded("1.18").answers["inspect web"].body)
    target = document
    for part in place[:-1]:
        target = target[part]
    target[place[-1]] = ours
    assert judged("1.18", "inspect web", document)


def test_ids_times_and_addresses_are_no_differences() -> None:
    body = recorded("1.18").answers["inspect web"].body
    for old, new in (
        (b"2026-11-23T08:26:27.633299705Z", b"2031-01-02T03:04:05.6Z"),
        (b"172.30.0.131", b"172.17.0.2"),
        (b"02:42:ac:1e:00:83", b"02:42:ac:11:00:02"),
        (b"32806", b"49153"),
        (b"/vfs/dir/262866e7", b"/volumes/362866e7"),
    ):
        assert old in body
        body = body.replace(old, new)
    assert not judge(changed("1.18", "inspect web", body=body)).differences["inspect web"]


def test_events_are_compared_by_container() -> None:
    played = recorded("1.18")
    answer = played.answers["events"]
    lacking = answer.body.replace(b'{"status":"unpause"', b'{"status":"resume"')
    played.answers["events"] = replace(answer, body=lacking)
    assert "events" in judge(played).differing


def test_every_entry_of_the_lists_says_why() -> None:
    names = set(recorded("1.18").answers)
    for served in SERVED:
        assert set(served.steps) <= names and len(served.reason) > 40
    for entry in ALLOWED:
        assert len(entry.reason) > 40 and entry.place
        assert any(fnmatchcase(name, step) for name in names for step in entry.steps)


def test_what_may_differ_may_only_so() -> None:
    events = "body.events.<web>"
    live = '["create", "start", "exec_create: x", "exec_start: x", "pause", "unpause",%s]'
    whole = ' "kill", "die", "stop", "start", "restart", "kill", "die", "stop"'
    assert allowed("1.18", "events", events, "[]", live % whole)
    assert not allowed("1.18", "events", events, "[]", live % whole.replace('"stop",', ""))
    assert not allowed("1.18", "events", "body.events.<split>", "[]", live % whole)
    assert not allowed("1.18", "inspect web", "body.json.ExecIDs", '["<exec-create>"]', "null")


def test_differences_of_documents() -> None:
    found = list(differences({"a": [1, {"b": 2}], "c": 1}, {"a": [1, {"b": True}], "d": 1}))
    assert found == [("a[1].b", "2", "true"), ("c", "1", ABSENT), ("d", ABSENT, "1")]


def test_the_defects_are_replaced_by_what_the_documents_have() -> None:
    wanted = expected("1.0")
    containers = wanted["ps"]["body"]["json"]
    assert [one["Ports"] for one in containers] == ["", "127.0.0.1:<port>->80/tcp"]
    assert wanted["build"]["status"] == 200
    assert wanted["top web"]["body"]["json"][0]["Cmd"] == "httpd"
    assert wanted["info"]["body"]["json"]["Debug"] == "<bool>"
    assert expected("1.18")["info"]["body"]["json"]["Debug"] == "<int>"
    played = copy.deepcopy(recorded("1.18"))
    assert view("ping", played.answers["ping"], played) == wanted["ping"]
