"""Containers that stand in for others, and what a client means by an id."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer
from gateway.emulate.stand_ins import (
    CREATED,
    ID,
    IMAGE,
    StandIn,
    doubtful,
    epoch,
    is_temporary,
    known_id,
    known_to_client,
    list_call,
    looks_like_id,
    read_list,
    refer_host_config,
    reference,
    resolve,
    temporary_name,
    without_labels,
    words_for_client,
)

IDS = st.text("0123456789abcdef", min_size=64, max_size=64)
OLD, NEW = "db" + "0" * 62, "c" * 64
ONE = (StandIn(NEW, OLD, ("web",)),)


def item(identity: str, known: str, **changed: Any) -> dict[str, Any]:
    labels = {ID: known, IMAGE: "sha256:i", CREATED: "x", "mine": "1"}
    return {
        "Id": identity,
        "ImageID": "sha256:i",
        "Labels": labels,
        "Names": ["/n"],
        "Created": 5,
    } | changed


def read(*items: dict[str, Any]) -> tuple[StandIn, ...]:
    return read_list(Answer(200, body=json.dumps(items).encode()))


def test_they_are_asked_for_by_the_label() -> None:
    call = list_call()
    assert (call.method, call.path) == (
        "GET",
        "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22io.docker-gateway.id%22%5D%7D",
    )


def test_a_stand_in_is_read_from_its_labels() -> None:
    assert read(item(NEW, OLD)) == (StandIn(NEW, OLD, ("n",)),)
    (pending,) = read(item(NEW, OLD, Names=["/" + temporary_name(OLD)]))
    assert pending.pending and is_temporary(pending.names[0])


def test_what_inherited_the_labels_from_an_image_is_none() -> None:
    assert read(item(NEW, OLD, ImageID="sha256:committed")) == ()
    assert known_id({ID: OLD, IMAGE: "sha256:i"}, "sha256:j") is None
    assert known_id({ID: OLD, IMAGE: "sha256:i"}, None) == OLD
    assert known_id(None, "sha256:i") is None and known_id({}, "sha256:i") is None


def test_of_two_for_one_id_the_oldest_counts() -> None:
    assert read(item("d" * 64, OLD, Created=9), item(NEW, OLD))[0].id == NEW


@given(IDS, IDS, st.integers(1, 64))
def test_every_beginning_of_an_id_is_resolved(old: str, new: str, length: int) -> None:
    assert resolve(old[:length], (StandIn(new, old),)) == new


@pytest.mark.parametrize("text", ["", "web", "DB", "a" * 65, "db:x", "dbx"])
def test_what_is_no_id_is_the_engines(text: str) -> None:
    assert not looks_like_id(text)
    assert resolve(text, (StandIn(NEW, OLD),)) is None


def test_names_go_before_beginnings_and_two_are_none() -> None:
    assert resolve("db", ONE) == NEW
    assert resolve("db", ONE, native=True) is None
    assert resolve("db", (StandIn(NEW, OLD, ("db",)),)) is None
    assert resolve("d", (*ONE, StandIn("e" * 64, "d" * 64))) is None


def test_only_short_ones_and_those_in_the_making_are_doubtful() -> None:
    assert doubtful("db", ONE)
    assert not doubtful(OLD[:12], ONE) and not doubtful("c", ONE)
    assert doubtful(OLD, (StandIn(NEW, OLD, (), True),))


def test_references_want_twelve_digits() -> None:
    assert reference(OLD[:12], ONE) == NEW
    assert reference("db", ONE) == "db"
    assert reference(None, ONE) is None


def test_a_host_config_names_the_stand_ins() -> None:
    host = {
        "VolumesFrom": [f"{OLD}:ro", "x", 5],
        "Links": [f"{OLD[:12]}:a", "y:b"],
        "NetworkMode": f"container:{OLD}",
        "PidMode": "host",
        "IpcMode": None,
    }
    refer_host_config(host, ONE)
    assert host == {
        "VolumesFrom": [f"{NEW}:ro", "x", 5],
        "Links": [f"{NEW}:a", "y:b"],
        "NetworkMode": f"container:{NEW}",
        "PidMode": "host",
        "IpcMode": None,
    }
    empty: dict[str, Any] = {"VolumesFrom": None, "Links": "wrong"}
    refer_host_config(empty, ONE)
    assert empty == {"VolumesFrom": None, "Links": "wrong"}


def test_clients_are_told_the_ids_that_they_know() -> None:
    assert known_to_client(NEW, ONE) == OLD
    assert known_to_client(OLD, ONE) == OLD
    assert words_for_client(f"container {NEW} is".encode(), ONE) == f"container {OLD} is".encode()
    assert without_labels({ID: OLD, "mine": "1"}) == {"mine": "1"}


def test_the_time_of_creation_in_seconds() -> None:
    assert epoch("2014-06-05T07:00:00.123456789Z") == 1401951600
    with pytest.raises(ValueError):
        epoch("yesterday")
