"""What clients are told when a container is made anew at start."""

from __future__ import annotations

import json
from typing import Any

from gateway.api.message import Request
from gateway.emulate.stand_ins import COMMENT, ID, IMAGE_NAME, StandIn, temporary_name
from gateway.versions.replaced_events import EventsOfReplaced
from gateway.versions.replaced_ids import STAND_INS
from gateway.versions.vocabulary import Facts

OLD, NEW, NEXT = "a" * 64, "b" * 64, "c" * 64
TEMPORARY = temporary_name(OLD)


def event(action: str, identity: str, **attributes: str) -> dict[str, Any]:
    return {
        "status": action,
        "id": identity,
        "from": "x",
        "Type": "container",
        "Action": action,
        "Actor": {"ID": identity, "Attributes": {"image": "x", "name": "web", **attributes}},
    }


def told(events: list[dict[str, Any]], facts: Facts | None = None) -> list[Any]:
    change, known = EventsOfReplaced(), Facts() if facts is None else facts
    given = [change.down_record(json.loads(json.dumps(one)), known) for one in events]
    return [(one["Action"], one["id"]) for one in given if one is not None]


SWAP = [
    event("create", OLD),
    event("commit", OLD, comment=COMMENT),
    event("create", NEW, name=TEMPORARY, **{ID: OLD}),
    event("attach", NEW, name=TEMPORARY, **{ID: OLD}),
    event("destroy", OLD),
    event("rename", NEW, oldName="/" + TEMPORARY, **{ID: OLD}),
    event("start", NEW, **{ID: OLD}),
    event("die", NEW, **{ID: OLD}),
    event("destroy", NEW, **{ID: OLD}),
]


def test_a_swap_is_a_start() -> None:
    assert told(SWAP) == [("create", OLD), ("start", OLD), ("die", OLD), ("destroy", OLD)]


def test_who_listens_later_is_told_the_same() -> None:
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD, ("web",)),)})
    assert told(SWAP[4:], facts) == [("start", OLD), ("die", OLD), ("destroy", OLD)]


def test_it_may_be_made_anew_again() -> None:
    second = [
        event("create", NEXT, name=temporary_name(NEW), **{ID: OLD}),
        event("destroy", NEW, **{ID: OLD}),
        event("rename", NEXT, oldName="/" + temporary_name(NEW), **{ID: OLD}),
        event("start", NEXT, **{ID: OLD}),
    ]
    assert told(SWAP[:-1] + second)[-2:] == [("die", OLD), ("start", OLD)]


def test_a_swap_that_was_given_up_tells_nothing() -> None:
    given_up = [SWAP[2], event("destroy", NEW, name=TEMPORARY, **{ID: OLD})]
    assert told([*given_up, event("destroy", OLD)]) == [("destroy", OLD)]


def test_an_heir_of_the_labels_is_itself() -> None:
    heir = event("create", NEXT, **{ID: OLD, "mine": "1"})
    given = EventsOfReplaced().down_record(heir, Facts())
    assert given is not None and given["id"] == NEXT
    assert given["Actor"]["Attributes"] == {"image": "x", "name": "web", "mine": "1"}


def test_other_kinds_name_the_container_too() -> None:
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD),)})
    record = {"Type": "network", "Actor": {"ID": "n", "Attributes": {"container": NEW}}}
    assert EventsOfReplaced().down_record(record, facts)["Actor"]["Attributes"] == {
        "container": OLD
    }
    without = {"status": "pull", "id": "busybox"}
    assert EventsOfReplaced().down_record(without, facts) is without


def test_a_committed_image_is_called_as_the_client_called_it() -> None:
    facts = Facts({STAND_INS.name: (StandIn(NEW, OLD),)})
    record = event("start", NEW, **{ID: OLD, IMAGE_NAME: "busybox"})
    given = EventsOfReplaced().down_record(record, facts)
    assert given["from"] == given["Actor"]["Attributes"]["image"] == "busybox"


def test_events_that_are_asked_for_by_an_id_are_chosen_here() -> None:
    facts = Facts()
    filters = json.dumps({"container": [OLD[:12], "other"], "event": ["start"]})
    request = Request("GET", "/events").with_parameters([("filters", filters), ("since", "1")])
    asked = EventsOfReplaced().up_request(request, facts)
    assert asked.parameters() == [("filters", '{"event":["start"]}'), ("since", "1")]
    others = [event("die", NEXT, name="other1"), event("die", NEXT)]
    network = {"Type": "network", "Action": "x", "id": "", "Actor": {"ID": "n", "Attributes": {}}}
    assert told([*SWAP, *others, network], facts) == [
        ("create", OLD),
        ("start", OLD),
        ("die", OLD),
        ("destroy", OLD),
        ("die", NEXT),
    ]


def test_filters_by_name_are_the_engines() -> None:
    for filters in ('{"container":["web"]}', "{}", "[]", "nonsense"):
        request = Request("GET", "/events").with_parameters([("filters", filters)])
        assert EventsOfReplaced().up_request(request, Facts()) is request
