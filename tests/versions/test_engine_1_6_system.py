"""Info, version and events before v1.19, against what Engine 1.6.2 gave."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body, document

from gateway.versions.engine_1_6_system import (
    EventsOfEngine16,
    InfoOfEngine16,
    VersionOfEngine16,
    with_tag,
)
from gateway.versions.vocabulary import Facts

VERSIONS = [f"1.{minor}" for minor in range(12, 19)]
DIGITS = "921ad132ee1c7479df7a557726449fb2e49996dbe97818e85579bba57262fe63"


def _recorded_events(version: str) -> list[dict[str, Any]]:
    text, events, at = body(version, "events").decode(), [], 0
    while at < len(text):
        event, at = json.JSONDecoder().raw_decode(text, at)
        events.append(event)
    return events


def _of_today(event: dict[str, Any]) -> dict[str, Any]:
    """The same event as engines since Docker 1.10 tell it."""
    kind = "container" if "from" in event else "image"
    identity = event["id"] if kind == "container" else f"sha256:{event['id']}"
    attributes = {"image": event["from"]} if kind == "container" else {"name": identity}
    return {
        **event,
        "id": identity,
        "Type": kind,
        "Action": event["status"],
        "Actor": {"ID": identity, "Attributes": attributes},
        "scope": "local",
        "timeNano": event["time"] * 10**9,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_info_of_today_becomes_the_recorded_one(version: str) -> None:
    recorded = document(version, "info")
    today = {name: value for name, value in recorded.items() if name != "ExecutionDriver"}
    for name in ("Debug", "IPv4Forwarding", "MemoryLimit", "SwapLimit"):
        today[name] = bool(recorded[name])
    today |= {"Labels": [], "HttpProxy": "", "NoProxy": "", "Swarm": {}, "CgroupVersion": "1"}
    index = {**recorded["RegistryConfig"]["IndexConfigs"]["docker.io"], "Mirrors": []}
    cidrs = recorded["RegistryConfig"]["InsecureRegistryCIDRs"]
    today["RegistryConfig"] = {
        "AllowNondistributableArtifactsCIDRs": [],
        "IndexConfigs": {"docker.io": index},
        "InsecureRegistryCIDRs": cidrs,
        "Mirrors": [],
    }
    after = InfoOfEngine16().down_document(today, Facts())
    assert after == recorded
    # 1 == True for Python, but not for a client that reads a number.
    assert json.dumps(after, sort_keys=True) == json.dumps(recorded, sort_keys=True)


def test_proxies_and_mirrors_that_are_set_stay() -> None:
    today = {
        "HttpProxy": "http://a:1",
        "HttpsProxy": "",
        "NoProxy": "b",
        "RegistryConfig": {"IndexConfigs": {"c": {"Mirrors": ["d"]}}},
    }
    after = InfoOfEngine16().down_document(today, Facts())
    assert (after["HttpProxy"], after["NoProxy"]) == ("http://a:1", "b")
    assert "HttpsProxy" not in after
    assert after["RegistryConfig"]["IndexConfigs"] == {"c": {"Mirrors": ["d"]}}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_version_of_today_has_the_recorded_keys(version: str) -> None:
    recorded = document(version, "version")
    today = {"Platform": {"Name": ""}, "Components": [], **recorded, "Experimental": True}
    assert VersionOfEngine16().down_document(today, Facts()) == recorded


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_events_come_back_byte_for_byte(version: str) -> None:
    events = _recorded_events(version)
    assert events
    change = EventsOfEngine16()
    for event in events:
        after = change.down_record(_of_today(event), Facts())
        assert after == event
        assert list(after) == list(event)
        assert json.loads(change.write_record(after, Facts())) == event
        assert not change.write_record(after, Facts()).endswith(b"\n")


@pytest.mark.parametrize("kind", ["network", "volume", "daemon", "plugin", "service", "secret"])
def test_events_of_newer_kinds_are_left_out(kind: str) -> None:
    record = {"Type": kind, "Action": "create", "Actor": {"ID": "a"}, "time": 1}
    assert EventsOfEngine16().down_record(record, Facts()) is None


@pytest.mark.parametrize(
    "status", ["attach", "commit", "copy", "rename", "resize", "tag", "exec_die", "top", ""]
)
def test_what_was_not_reported_is_left_out(status: str) -> None:
    record = {"status": status, "id": "a", "from": "b", "Type": "container", "time": 1}
    assert EventsOfEngine16().down_record(record, Facts()) is None


@pytest.mark.parametrize(
    ("record", "after"),
    [
        (
            {
                "Type": "container",
                "Action": "die",
                "Actor": {"ID": "a", "Attributes": {"image": "b"}},
                "time": 1,
            },
            {"status": "die", "id": "a", "from": "b:latest", "time": 1},
        ),
        (
            {"Type": "container", "Action": "die", "Actor": {"ID": "a"}, "time": 1},
            {"status": "die", "id": "a", "time": 1},
        ),
        (
            {"Type": "image", "Action": "pull", "Actor": {"ID": "b:1"}, "time": 1},
            {"status": "pull", "id": "b:1", "time": 1},
        ),
        ({"status": "kill", "time": 1}, {"status": "kill", "id": "", "time": 1}),
        (
            {"status": "exec_start: ls", "id": "a", "from": f"sha256:{DIGITS}", "time": 1},
            {"status": "exec_start: ls", "id": "a", "from": f"{DIGITS}:latest", "time": 1},
        ),
    ],
)
def test_events_with_less(record: dict[str, Any], after: dict[str, Any]) -> None:
    assert EventsOfEngine16().down_record(record, Facts()) == after


@pytest.mark.parametrize(
    ("name", "tagged"),
    [
        ("busybox", "busybox:latest"),
        ("busybox:1", "busybox:1"),
        ("host:5000/a/b", "host:5000/a/b:latest"),
        ("host:5000/a/b:t", "host:5000/a/b:t"),
        (f"a@sha256:{DIGITS}", f"a@sha256:{DIGITS}"),
    ],
)
def test_names_with_a_tag(name: str, tagged: str) -> None:
    assert with_tag(name) == tagged


@given(st.text("ab:/@.", max_size=8))
def test_a_tag_is_added_once(name: str) -> None:
    assert with_tag(with_tag(name)) == with_tag(name)
