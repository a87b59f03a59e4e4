"""Clients before v1.4: processes as objects, layers in the text, registries apart from names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document

from gateway.api.message import Headers, Request
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_04 import (
    LayersInTheText,
    PortMappingOfRelease04,
    PullFromRegistry,
    TopIsAList,
)
from gateway.versions.vocabulary import Facts, Untranslatable


def test_what_was_recorded_becomes_a_list_of_the_same_processes() -> None:
    recorded = document("1.4", "top web")
    titles = recorded["Titles"]
    listed = TopIsAList().down_document(document("1.4", "top web"), Facts())
    assert len(listed) == len(recorded["Processes"]) > 0
    for process, row in zip(listed, recorded["Processes"], strict=True):
        assert list(process) == ["PID", "Tty", "Time", "Cmd"]
        assert process["PID"] == row[titles.index("PID")]
        assert process["Cmd"] == row[-1].split(" ")[0]
        assert all(isinstance(value, str) for value in process.values())


@given(st.permutations(["UID", "PID", "TT", "TIME", "COMMAND"]))
def test_columns_are_found_by_their_titles(titles: list[str]) -> None:
    row = [f"{title.lower()} x" for title in titles]
    (process,) = TopIsAList().down_document({"Titles": titles, "Processes": [row]}, Facts())
    assert process == {"PID": "pid x", "Tty": "tt x", "Time": "time x", "Cmd": "command"}


def test_a_column_that_is_not_there_is_empty_and_no_processes_are_an_empty_list() -> None:
    (process,) = TopIsAList().down_document({"Titles": ["PID"], "Processes": [["1"]]}, Facts())
    assert process == {"PID": "1", "Tty": "", "Time": "", "Cmd": ""}
    assert TopIsAList().down_document({"Titles": ["PID"], "Processes": None}, Facts()) == []


def test_what_is_no_table_is_untranslatable() -> None:
    plan = Planner(ApiVersion(1, 24), ApiVersion(1, 41)).plan(
        ApiVersion(1, 3), ROUTE["ContainerTop"]
    )
    wrongs: list[Any] = [[], {}, {"Titles": ["PID"], "Processes": [[]]}]
    for wrong in wrongs:
        with pytest.raises(Untranslatable, match="document of ContainerTop"):
            plan.document(wrong, Facts())


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"status": "a" * 64}, {"status": "a" * 64}),
        ({"id": "b", "status": "c"}, {"status": "b: c"}),
        ({"id": "b", "error": "c"}, {"error": "c"}),
    ],
)
def test_records_without_a_layer_stay(record: Any, expected: Any) -> None:
    assert LayersInTheText().down_record(record, Facts()) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fromImage=a", "fromImage=a"),
        ("fromImage=a&registry=", "fromImage=a"),
        ("registry=r:5000&fromImage=a&tag=t", "fromImage=r%3A5000%2Fa&tag=t"),
        ("fromSrc=-&repo=a&registry=r", "fromSrc=-&repo=a"),
        ("fromImage=&fromSrc=-&registry=r", "fromImage=&fromSrc=-"),
    ],
)
def test_a_registry_becomes_part_of_the_name(query: str, expected: str) -> None:
    request = Request("POST", "/images/create", query)
    assert PullFromRegistry().up_request(request, Facts()).query == expected


@pytest.mark.parametrize(
    ("agent", "flat"),
    [
        ("Docker-Client/0.4.8", True),
        ("Docker-Client/0.5.0", False),
        ("docker-py", False),
        ("", False),
    ],
)
def test_the_user_agent_tells_the_form_of_port_mapping(agent: str, flat: bool) -> None:
    change, facts = PortMappingOfRelease04(), Facts()
    request = Request("GET", "/containers/a/json", "", Headers((("User-Agent", agent),)))
    assert change.up_request(request, facts) == request
    given = change.down_document(
        {"NetworkSettings": {"PortMapping": {"Tcp": {"80": "1"}, "Udp": {}}}}, facts
    )
    expected = {"80": "1"} if flat else {"Tcp": {"80": "1"}, "Udp": {}}
    assert given["NetworkSettings"]["PortMapping"] == expected
