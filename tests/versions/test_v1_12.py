"""Clients before v1.12: documents as engines stored them, and the queries of the time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document

from gateway.api.message import Json, Request
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Plan, Planner
from gateway.versions.v1_12 import (
    BuildKeepsContainers,
    CommitComment,
    NamesInConfig,
    TrustedIsAutomated,
)
from gateway.versions.vocabulary import Facts

V1_12 = ApiVersion(1, 12)
BY_NATURE = {
    "Args": None,  # none of these differ in kind, all of them in value
    "Created": "",
    "HostnamePath": "",
    "HostsPath": "",
    "ID": "",
    "Id": "",
    "LogPath": "",
    "NetworkSettings": "",
    "ResolvConfPath": "",
    "State": "",
    "Volumes": "",
    "container": "",
    "created": "",
    "id": "",
}


def plan_for(client: str, route: str) -> Plan:
    return Planner(V1_12, V1_12).plan(ApiVersion.parse(client), ROUTE[route], emulated=False)


def alike(found: Any) -> Any:
    """Without what differs from one run of the scenario to the next."""
    shown = {key: BY_NATURE.get(key, value) for key, value in found.items()}
    for name in ("Config", "container_config"):
        if name in shown:
            shown[name] = {**shown[name], "Hostname": ""}
    return shown


@pytest.mark.parametrize(
    "step",
    ["inspect-created", "inspect-exited", "inspect web", "inspect link", "inspect-paused web"],
)
def test_the_container_recorded_at_v1_12_becomes_that_recorded_at_v1_11(step: str) -> None:
    got = plan_for("1.11", "ContainerInspect").document(document("1.12", step), Facts())
    assert alike(got) == alike(document("1.11", step))


@pytest.mark.parametrize("step", ["image-inspect", "images-two"])
def test_the_image_recorded_at_v1_12_becomes_that_recorded_at_v1_11(step: str) -> None:
    got = plan_for("1.11", "ImageInspect").document(document("1.12", step), Facts())
    assert alike(got) == alike(document("1.11", step))
    assert list(got) == list(document("1.11", step)), "the order of a Go struct"


@pytest.mark.parametrize("route", ["ContainerInspect", "ImageInspect", "ImageSearch"])
def test_clients_of_v1_12_get_them_as_they_are(route: str) -> None:
    assert plan_for("1.12", route).untouched


@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("", "rm=0"),
        ("rm=1", "rm=1"),
        ("rm=0&forcerm=0", "rm=0"),
        ("t=a%2Fb", "t=a%2Fb&rm=0"),
        ("rm=", "rm="),
    ],
)
def test_a_build_keeps_its_containers_unless_told(query: str, after: str) -> None:
    request = BuildKeepsContainers().up_request(Request("POST", "/build", query), Facts())
    assert request.query == after


@pytest.mark.parametrize(
    ("query", "after"),
    [
        ("container=x", "container=x"),
        ("m=a&container=x", "comment=a&container=x"),
        ("m=a&comment=b", "comment=b"),
    ],
)
def test_the_comment_of_a_commit(query: str, after: str) -> None:
    request = CommitComment().up_request(Request("POST", "/commit", query), Facts())
    assert request.query == after


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"VolumesFrom": "", "Dns": None}, {}),
        ({"VolumesFrom": "a"}, {"HostConfig": {"VolumesFrom": ["a"]}}),
        ({"VolumesFrom": ["a", "b"]}, {"HostConfig": {"VolumesFrom": ["a", "b"]}}),
        ({"Dns": "8.8.8.8"}, {"HostConfig": {"Dns": ["8.8.8.8"]}}),
        (
            {"VolumesFrom": "a", "HostConfig": {"VolumesFrom": ["b"], "Dns": None}},
            {"HostConfig": {"VolumesFrom": ["b"], "Dns": None}},
        ),
        ({"VolumesFrom": "a", "HostConfig": "x"}, {"HostConfig": "x"}),
        (None, None),
    ],
)
def test_names_in_the_configuration(given: Json, after: Json) -> None:
    assert NamesInConfig().up_document(given, Facts()) == after


@given(st.lists(st.text(alphabet="abc:/-", min_size=1), min_size=1))
def test_no_source_of_volumes_is_lost(names: list[str]) -> None:
    after = NamesInConfig().up_document({"VolumesFrom": ",".join(names)}, Facts())
    assert after["HostConfig"]["VolumesFrom"] == names


def test_what_is_trusted_already_stays() -> None:
    found = [{"is_trusted": True, "is_automated": False}, {}]
    got = TrustedIsAutomated().down_document(found, Facts())
    assert [one["is_trusted"] for one in got] == [True, False]
    assert TrustedIsAutomated().down_document(None, Facts()) is None
