"""Clients before v1.3: sizes unasked, flat ports, and a login that ends its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Request
from gateway.versions.v1_02 import NO_SIZES
from gateway.versions.v1_03 import LoginEndsItsLine, SizesUnasked
from gateway.versions.vocabulary import Facts


@pytest.mark.parametrize("query", ["size=0", "size=1", "all=1&size=true"])
def test_who_says_it_is_taken_by_the_word(query: str) -> None:
    request = Request("GET", "/containers/json", query)
    assert SizesUnasked().up_request(request, Facts()) == request


def test_clients_that_know_no_sizes_get_none() -> None:
    facts = Facts({NO_SIZES: True})
    request = Request("GET", "/containers/json", "all=1")
    assert SizesUnasked().up_request(request, facts) == request
    assert SizesUnasked().down_document([{"Id": "a"}], facts) == [{"Id": "a"}]


SIZED = st.dictionaries(st.sampled_from(["SizeRw", "SizeRootFs"]), st.integers(1, 9))


@given(st.lists(SIZED))
def test_sizes_stay_and_are_numbers(containers: list[dict[str, int]]) -> None:
    made = SizesUnasked().down_document([dict(one) for one in containers], Facts())
    expected = [{"SizeRw": 0, "SizeRootFs": 0} | one for one in containers]
    assert made == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"Status": "a\n"}, {"Status": "a\n"}),
        ({"Status": "a"}, {"Status": "a\n"}),
        ({"Status": ""}, {"Status": ""}),
        ({}, {}),
    ],
)
def test_the_newline_is_there_once(document: dict[str, str], expected: dict[str, str]) -> None:
    assert LoginEndsItsLine().down_document(document, Facts()) == expected
