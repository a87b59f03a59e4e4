"""Clients before v1.18: limits in the configuration, where nothing else of HostConfig counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.create_fields import CONFIG, HOST_CONFIG
from gateway.api.message import Answer, Headers, Json, Request
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_18 import (
    NO_LXC,
    CommitOfConfigAlone,
    LimitsInConfigAlone,
    NoChangesOfImages,
    RefusalsSayStatus401,
)
from gateway.versions.vocabulary import Facts

V1_18 = ApiVersion(1, 18)
CLIENT = ApiVersion(1, 17)
VALUES = st.none() | st.integers(-1, 9) | st.text(max_size=3) | st.lists(st.text(max_size=2))
LIMITS = {"Memory", "MemorySwap", "CpuShares", "Cpuset"}


@given(
    st.dictionaries(st.sampled_from(sorted(set(CONFIG) | set(HOST_CONFIG))), VALUES),
    st.dictionaries(st.sampled_from(sorted(HOST_CONFIG)), VALUES),
)
def test_the_configuration_stays_and_the_host_config_wins(
    config: dict[str, Any], host: dict[str, Any]
) -> None:
    document = {**config, "HostConfig": dict(host)}
    after = LimitsInConfigAlone().up_document(document, Facts())
    moved = after.pop("HostConfig")
    assert after == {
        name: value for name, value in config.items() if name in CONFIG and name not in LIMITS
    }
    for name, value in host.items():
        if value:
            assert moved[name] == value
    for old in LIMITS & set(config):
        new = "CpusetCpus" if old == "Cpuset" else old
        assert moved.get(new) == (host.get(new) or config[old] or host.get(new))


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"Image": "a"}, {"Image": "a"}),
        ({"Memory": 0, "Cpuset": "", "VolumesFrom": ""}, {}),
        ({"Privileged": True, "Binds": ["/:/host"]}, {}),
        ({"Memory": 1, "HostConfig": None}, {"HostConfig": {"Memory": 1}}),
        ({"SecurityOpt": ["label:disable"], "HostConfig": {}}, {"HostConfig": {}}),
        ({"Memory": 1, "HostConfig": "x"}, {"HostConfig": "x"}),
        ("x", "x"),
    ],
)
def test_creates(given: Json, after: Json) -> None:
    assert LimitsInConfigAlone().up_document(given, Facts()) == after


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"Cmd": ["a"], "Entrypoint": ""}, {"Cmd": ["a"]}),
        ({"Entrypoint": []}, {"Entrypoint": []}),
        ({"HostConfig": {"Privileged": True}, "Cpuset": "0"}, {}),
        (None, None),
    ],
)
def test_commits(given: Json, after: Json) -> None:
    assert CommitOfConfigAlone().up_document(given, Facts()) == after


@pytest.mark.parametrize(
    ("host", "warnings"),
    [
        ({"LxcConf": [{"Key": "lxc.utsname", "Value": "a"}]}, ["before", NO_LXC]),
        ({"LxcConf": {"lxc.utsname": "a"}}, ["before", NO_LXC]),
        ({"LxcConf": []}, ["before"]),
        ({"LxcConf": None}, ["before"]),
        ({}, ["before"]),
    ],
)
def test_who_asks_for_lxc_is_warned(host: Json, warnings: list[str]) -> None:
    plan = Planner(V1_18, V1_18).plan(CLIENT, ROUTE["ContainerCreate"])
    facts = Facts()
    assert plan.request_document({"HostConfig": host}, facts) == {"HostConfig": {}}
    answer = {"Id": "1", "Warnings": ["before"]}
    assert plan.document(answer, facts) == {"Id": "1", "Warnings": warnings}


@pytest.mark.parametrize("document", [[], None, {"HostConfig": []}, {}])
def test_a_create_that_is_none_asks_for_no_lxc(document: Json) -> None:
    plan = Planner(V1_18, V1_18).plan(CLIENT, ROUTE["ContainerCreate"])
    facts = Facts()
    assert plan.request_document(document, facts) == document
    assert not any(facts.values())


def test_a_commit_without_changes_passes() -> None:
    request = Request("POST", "/commit", "container=x")
    assert NoChangesOfImages().up_request(request, Facts()) is request


@pytest.mark.parametrize(
    "words", ["manifest for a:b not found", "Error: Status 401 trying to pull repository a"]
)
def test_errors_that_pass(words: str) -> None:
    change = RefusalsSayStatus401()
    answer = Answer(500, Headers(), words.encode() + b"\n")
    assert change.down_error(answer, Facts()) is answer
    record = {"error": words}
    assert change.down_record(record, Facts()) is record


def test_the_code_of_a_refusal_is_kept() -> None:
    record = {"errorDetail": {"code": 7, "message": "unauthorized"}, "error": "unauthorized"}
    got = RefusalsSayStatus401().down_record(record, Facts())
    assert got["errorDetail"] == {"code": 7, "message": "unauthorized (Status 401)"}
