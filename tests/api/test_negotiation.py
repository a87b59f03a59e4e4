from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, Headers
from gateway.api.negotiation import advertise, answer_head_ping, rewrite_version_document
from gateway.api.version import ApiVersion

OLDEST, NEWEST = ApiVersion(1, 0), ApiVersion(1, 41)

ENGINE_26: dict[str, Any] = {
    "Platform": {"Name": ""},
    "Components": [
        {
            "Name": "Engine",
            "Version": "26.1.5",
            "Details": {"ApiVersion": "1.45", "Arch": "amd64", "MinAPIVersion": "1.24"},
        },
        {"Name": "containerd", "Version": "1.7", "Details": {"ApiVersion": "v1"}},
        {"Name": "runc"},
    ],
    "Version": "26.1.5",
    "ApiVersion": "1.45",
    "MinAPIVersion": "1.24",
    "Os": "linux",
}


def test_the_range_is_told_in_all_four_places_and_nothing_else_changes() -> None:
    before = copy.deepcopy(ENGINE_26)
    told = rewrite_version_document(ENGINE_26, OLDEST, NEWEST)
    assert before == ENGINE_26
    expected = copy.deepcopy(ENGINE_26)
    expected |= {"ApiVersion": "1.41", "MinAPIVersion": "1.0"}
    expected["Components"][0]["Details"] |= {"ApiVersion": "1.41", "MinAPIVersion": "1.0"}
    assert told == expected
    assert list(told) == list(ENGINE_26)


def test_an_engine_without_a_minimum_gets_one() -> None:
    told = rewrite_version_document({"Version": "1.12.6", "ApiVersion": "1.24"}, OLDEST, NEWEST)
    assert told == {"Version": "1.12.6", "ApiVersion": "1.41", "MinAPIVersion": "1.0"}


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Components", "Name", "Details", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_odd_documents_break_nothing_and_twice_is_once(document: Any) -> None:
    before = copy.deepcopy(document)
    once = rewrite_version_document(document, OLDEST, NEWEST)
    assert document == before
    assert rewrite_version_document(once, OLDEST, NEWEST) == once
    if not isinstance(document, dict):
        assert once == document


@pytest.mark.parametrize("name", ["Api-Version", "API-VERSION"])
def test_the_header_is_replaced(name: str) -> None:
    headers = Headers((("Ostype", "linux"), (name, "1.51"), ("Builder-Version", "2")))
    told = advertise(headers, NEWEST)
    assert told.get("api-version") == "1.41"
    assert sorted(told) == [("Api-Version", "1.41"), ("Builder-Version", "2"), ("Ostype", "linux")]


def test_the_header_is_added_for_engines_that_lack_it() -> None:
    assert advertise(Headers(), NEWEST).fields == (("Api-Version", "1.41"),)


def test_a_head_ping_has_the_headers_of_the_get_and_no_body() -> None:
    headers = Headers(
        (
            ("Ostype", "linux"),
            ("Content-Type", "text/plain"),
            ("Content-Length", "2"),
            ("Api-Version", "1.24"),
        )
    )
    answer = answer_head_ping(Answer(200, headers, b"OK"))
    assert (answer.status, answer.body) == (200, b"")
    assert sorted(answer.headers) == [
        ("Api-Version", "1.24"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Ostype", "linux"),
    ]


def test_a_failed_ping_stays_failed() -> None:
    answer = answer_head_ping(Answer(500, Headers(), b"broken\n"))
    assert (answer.status, answer.body) == (500, b"")
