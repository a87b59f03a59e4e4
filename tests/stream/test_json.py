"""JSON without silent loss."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.stream.json import JsonError, dumps, loads

NUMBERS = st.one_of(
    st.integers(-(2**66), 2**66),
    st.sampled_from([2**64, 2**64 - 1, -(2**63), -(2**63) - 1, 10**19, 10**18, 10**25]),
)
DOCUMENTS = st.recursive(
    st.one_of(NUMBERS, st.booleans(), st.none(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


def fits(document: Any) -> bool:
    if isinstance(document, dict):
        return all(map(fits, document.values()))
    if isinstance(document, list):
        return all(map(fits, document))
    return not isinstance(document, int) or -(2**63) <= document < 2**64


@given(DOCUMENTS, st.sampled_from([None, 1]), st.sampled_from([(",", ":"), (" , ", " : ")]))
@example([2**64], None, (",", ":"))
@example(-(2**63) - 1, None, (",", ":"))
def test_a_document_comes_out_as_it_went_in_or_raises(
    document: Any, indent: int | None, separators: tuple[str, str]
) -> None:
    data = json.dumps(document, indent=indent, separators=separators).encode()
    if fits(document):
        assert json.loads(dumps(loads(data))) == document
    else:
        with pytest.raises(JsonError, match="integer outside of 64 bits"):
            loads(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"NaN", b"[1e400]", b'"\\ud800"', b'{"a":1}{"b":2}', b'"\xff"', b"[" * 100_000],
)
def test_what_is_no_json_is_one_kind_of_error(data: bytes) -> None:
    with pytest.raises(JsonError, match="not JSON"):
        loads(data)


@pytest.mark.parametrize("document", [{1: 2}, object(), [2**64], "\ud800"])
def test_what_cannot_be_written_is_the_same_kind_of_error(document: Any) -> None:
    with pytest.raises(JsonError, match="cannot be written"):
        dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "sha256:" + "12345678901234567890" * 3 + "abcd",
        "a number, 99999999999999999999999, in words",
        "at: 18446744073709551616",
    ],
)
def test_digits_in_strings_are_no_numbers(text: str) -> None:
    assert loads(json.dumps({"Id": text}).encode()) == {"Id": text}


def test_of_a_key_that_comes_twice_the_last_is_kept() -> None:
    assert loads(b'{"a":1,"a":2}') == {"a": 2}


def test_floats_stay() -> None:
    assert dumps(loads(b"[0.1,1e22,-2.5e-3]")) == b"[0.1,1e+22,-0.0025]"
