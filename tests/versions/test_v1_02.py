"""Clients before v1.2: credentials that are stored, and keys as they were spelt."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from support.recordings import document

from gateway.api.message import Answer, EngineCall, Headers, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.json import dumps
from gateway.versions.plan import Plan, Planner
from gateway.versions.v1_02 import (
    LIMITS,
    PROGRAM,
    InfoTellsTheProgram,
    InspectSpellings,
    PullWithStoredCredentials,
    VersionTellsLimits,
)
from gateway.versions.vocabulary import STORED_CREDENTIALS, Facts

V1_18 = ApiVersion(1, 18)
PULL = Request("POST", "/images/create", "fromImage=a")


def plan_for(client: str, route: str) -> Plan:
    return Planner(V1_18, V1_18).plan(ApiVersion.parse(client), ROUTE[route], emulated=False)


@pytest.mark.parametrize(
    ("route", "path", "asked"),
    [("SystemVersion", "/version", "/info"), ("SystemInfo", "/info", "/version")],
)
def test_each_asks_for_the_other(route: str, path: str, asked: str) -> None:
    found = match("GET", path)
    assert found is not None
    (lookup,) = plan_for("1.1", route).lookups
    assert lookup.call(found) == EngineCall("GET", asked)
    assert plan_for("1.2", route).lookups == ()


def test_what_is_read_of_the_other() -> None:
    info = document("1.9", "info")
    assert LIMITS.read(Answer(200, Headers(), dumps(info))) == {
        "MemoryLimit": bool(info["MemoryLimit"]),
        "SwapLimit": bool(info["SwapLimit"]),
    }
    version = document("1.9", "version")
    assert PROGRAM.read(Answer(200, Headers(), dumps(version))) == {
        "Version": version["Version"],
        "GoVersion": version["GoVersion"],
    }


def test_without_the_other_the_document_stays() -> None:
    assert VersionTellsLimits().down_document({"a": 1}, Facts()) == {"a": 1}
    assert InfoTellsTheProgram().down_document({"a": 1}, Facts({PROGRAM.name: None})) == {"a": 1}


@pytest.mark.parametrize("stored", [None, {}, {"registry.example": {"username": "u"}}])
def test_without_credentials_a_pull_is_anonymous(stored: Any) -> None:
    facts = Facts({STORED_CREDENTIALS: stored})
    assert PullWithStoredCredentials().up_request(PULL, facts) == PULL


def test_credentials_that_come_with_the_request_count() -> None:
    own = Request(PULL.method, PULL.path, PULL.query, Headers((("x-registry-auth", "e30="),)))
    facts = Facts({STORED_CREDENTIALS: {"https://index.docker.io/v1/": {"username": "u"}}})
    assert PullWithStoredCredentials().up_request(own, facts) == own


@pytest.mark.parametrize("query", ["fromImage=r.example%2Fa", "fromImage=a&registry=r"])
def test_stored_credentials_go_to_no_other_registry(query: str) -> None:
    facts = Facts({STORED_CREDENTIALS: {"https://index.docker.io/v1/": {"username": "u"}}})
    request = Request(PULL.method, PULL.path, query)
    assert PullWithStoredCredentials().up_request(request, facts) == request


@pytest.mark.parametrize("step", ["inspect web", "inspect-exited", "inspect link"])
def test_what_was_recorded_gets_the_old_spellings_beside_the_new(step: str) -> None:
    recorded = document("1.2", step)
    given = InspectSpellings().down_document(copy.deepcopy(recorded), Facts())
    assert given["Id"] == recorded["ID"]
    network = given["NetworkSettings"]
    assert network["IpAddress"] == recorded["NetworkSettings"]["IPAddress"]
    assert network["IpPrefixLen"] == recorded["NetworkSettings"]["IPPrefixLen"]
    for name in ("IpAddress", "IpPrefixLen"):
        del network[name]
    del given["Id"]
    assert given == recorded


def test_a_document_without_a_network_passes() -> None:
    assert InspectSpellings().down_document({"ID": "a"}, Facts()) == {"ID": "a", "Id": "a"}


@pytest.mark.parametrize(("client", "size"), [("1.1", ""), ("1.2", "size=1"), ("1.3", "")])
def test_sizes_are_asked_for_at_v1_2_alone(client: str, size: str) -> None:
    plan = plan_for(client, "ContainerList")
    request = Request("GET", "/containers/json")
    facts = Facts()
    assert plan.request(request, facts).query == size
    container = {
        "Command": "a",
        "Created": 1,
        "Id": "b",
        "Image": "c:d",
        "Labels": None,
        "Names": ["/e"],
        "Ports": [{"PrivatePort": 80, "Type": "tcp"}],
        "Status": "Up 2 seconds",
    }
    (given,) = plan.document([container], facts)
    assert ("SizeRw" in given) is bool(size)
    assert given["Ports"] == "80/tcp"
