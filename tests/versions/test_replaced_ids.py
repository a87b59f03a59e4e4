"""Requests that name a container by its id of old, and when that is looked up at all."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.api.message import Request
from gateway.api.router import match
from gateway.api.version import ApiVersion
from gateway.emulate.stand_ins import CREATED, ID, IMAGE, IMAGE_NAME, NAME, StandIn, temporary_name
from gateway.versions.plan import Plan, Planner
from gateway.versions.replaced_ids import (
    NATIVE,
    STAND_INS,
    InspectOfReplaced,
    ListOfReplaced,
    PathOfReplaced,
)
from gateway.versions.vocabulary import Facts

OLD, NEW = "db" + "0" * 62, "c" * 64
PLANNER = Planner(ApiVersion(1, 24), ApiVersion(1, 41), "newest")


def asked(method: str, target: str, client: str = "1.23", facts: Facts | None = None) -> list[str]:
    """The paths that the look-ups of old ids ask for."""
    path, _, query = target.partition("?")
    found = match(method, path)
    assert found is not None
    plan = PLANNER.plan(ApiVersion.parse(client), found.route, emulated=False)
    request = Request(method, path, query)
    calls = [
        look.ask(found, request, facts or Facts()) for look in plan.lookups if look.ask is not None
    ]
    return [call.path.partition("?")[0] for call in calls if call is not None]


@pytest.mark.parametrize(
    ("method", "target", "calls"),
    [
        ("GET", "/containers/db/json", 1),
        ("GET", "/containers/web/json", 0),
        ("POST", "/containers/0123456789ab/wait", 1),
        ("POST", "/containers/create?name=x", 1),
        ("GET", "/containers/json?all=1", 0),
        ("GET", "/containers/json?before=0123", 1),
        ("GET", "/containers/json?filters=%7B%22id%22%3A%5B%22a%22%5D%7D", 1),
        ("GET", "/containers/json?filters=%7B%22status%22%3A%5B%22a%22%5D%7D", 0),
        ("GET", "/containers/json?filters=nonsense", 0),
        ("POST", "/commit?container=web", 0),
        ("POST", "/commit?container=abc", 1),
        ("GET", "/exec/abc/json", 1),
        ("GET", "/images/json", 0),
        ("GET", "/images/abc/json", 0),
        ("GET", "/events", 1),
    ],
)
def test_nothing_is_looked_up_that_cannot_matter(method: str, target: str, calls: int) -> None:
    assert asked(method, target) == ["/containers/json"] * calls
    assert asked(method, target, "1.24") == []


def test_the_engine_is_asked_where_the_beginning_may_be_a_name() -> None:
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD),)})
    assert asked("GET", "/containers/db/top", facts=facts)[1:] == ["/containers/db/json"]
    assert asked("GET", f"/containers/{OLD}/top", facts=facts)[1:] == []
    assert asked("POST", "/commit?container=db", facts=facts)[1:] == ["/containers/db/json"]


def plan(method: str, path: str, client: str = "1.5") -> tuple[Plan, Any]:
    found = match(method, path)
    assert found is not None
    return PLANNER.plan(ApiVersion.parse(client), found.route), found


def test_other_look_ups_ask_for_the_stand_in() -> None:
    of_attach, found = plan("POST", f"/containers/{OLD}/attach")
    first, second, *others = of_attach.lookups
    assert (first, second) == (STAND_INS, NATIVE)
    assert others
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD),)})
    assert first.leads is not None and second.leads is not None
    led = second.leads(first.leads(found, facts), facts)
    for look in others:
        call = look.call(led)
        assert call is not None and call.path == f"/containers/{NEW}/json"
    facts[NATIVE.name] = 200
    assert second.leads(found, facts) is found


def test_a_path_that_means_no_stand_in_stays() -> None:
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD),)})
    for path in ("/containers/web/top", f"/containers/{NEW}/top", "/containers/ee/top"):
        request = Request("GET", path)
        assert PathOfReplaced().up_request(request, facts) is request
        assert PathOfReplaced().up_request(request, Facts()) is request


def test_filters_name_the_stand_ins() -> None:
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD),)})
    filters = '{"id":["%s"],"since":{"web":true},"status":["up"]}'
    before = Request("GET", "/containers/json", "").with_parameters(
        [("filters", filters % OLD), ("id", OLD)]
    )
    after = dict(ListOfReplaced().up_request(before, facts).parameters())
    assert after["filters"] == filters.replace('{"web":true}', '["web"]') % NEW
    assert after["id"] == OLD


def test_an_heir_of_the_labels_keeps_its_own_id() -> None:
    document = {"Id": NEW, "Image": "j", "Config": {"Labels": {ID: OLD, IMAGE: "i"}}}
    assert InspectOfReplaced().down_document(document, Facts()) == {
        "Id": NEW,
        "Image": "j",
        "Config": {"Labels": {}},
    }
    listed = [{"Id": NEW, "ImageID": "j", "Image": "x", "Labels": {ID: OLD, IMAGE: "i"}}]
    assert ListOfReplaced().down_document(listed, Facts())[0]["Id"] == NEW


def test_a_committed_image_is_called_as_the_client_called_it() -> None:
    labels = {ID: OLD, IMAGE: "i", IMAGE_NAME: "busybox"}
    document = {"Id": NEW, "Image": "i", "Config": {"Image": "i", "Labels": labels}}
    assert InspectOfReplaced().down_document(document, Facts())["Config"]["Image"] == "busybox"


def test_a_stand_in_in_the_making_is_shown_once_and_by_its_name() -> None:
    def making() -> dict[str, Any]:
        return {
            "Id": NEW,
            "ImageID": "i",
            "Image": "x",
            "Created": 9,
            "Names": ["/" + temporary_name(OLD)],
            "Labels": {ID: OLD, IMAGE: "i", NAME: "/web", CREATED: "1970-01-01T00:00:05Z"},
        }

    before = {"Id": OLD, "ImageID": "i", "Image": "x", "Created": 5, "Names": ["/web"]}
    assert ListOfReplaced().down_document([making(), dict(before)], Facts()) == [before]
    (shown,) = ListOfReplaced().down_document([making()], Facts())
    assert shown == before | {"Labels": {}}
