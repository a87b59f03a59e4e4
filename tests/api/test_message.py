from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, AnswerHead, EngineCall, Headers, Request

NAMES = st.sampled_from(["A", "a", "B", "Content-Type", "content-type"])
FIELDS = st.lists(st.tuples(NAMES, st.text(max_size=5)), max_size=8).map(tuple)


def test_names_compare_without_regard_to_case() -> None:
    headers = Headers((("Content-Type", "a/b"), ("X", "1"), ("content-type", "c/d")))
    assert headers.get("CONTENT-TYPE") == "a/b"
    assert headers.get("Y") is None
    assert headers.get("Y", "none") == "none"
    assert list(headers.without("CONTENT-type")) == [("X", "1")]


@given(FIELDS, NAMES, st.text(max_size=5))
def test_having_leaves_one_field_of_the_name_and_the_others_in_order(
    fields: tuple[tuple[str, str], ...], name: str, value: str
) -> None:
    changed = Headers(fields).having(name, value)
    assert [v for k, v in changed if k.lower() == name.lower()] == [value]
    assert changed.without(name) == Headers(fields).without(name)
    assert Headers(fields).fields == fields


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("application/json", "application/json"),
        ("Text/Plain; charset=utf-8", "text/plain"),
        (" a/b ;x", "a/b"),
        ("", ""),
    ],
)
def test_content_type_is_the_bare_media_type(value: str, media_type: str) -> None:
    assert Headers((("content-type", value),)).content_type == media_type


def test_no_content_type_is_an_empty_one() -> None:
    assert Headers().content_type == ""


def test_parameters_are_decoded_in_order_with_blank_values() -> None:
    request = Request("GET", "/containers/json", "all=1&filters=%7B%7D&all=&x+y=%2B")
    assert request.parameters() == [("all", "1"), ("filters", "{}"), ("all", ""), ("x y", "+")]
    assert request.parameter("all") == "1"
    assert request.parameter("size") is None


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=5))
def test_parameters_read_back(parameters: list[tuple[str, str]]) -> None:
    request = Request("GET", "/x", "gone=1").with_parameters(parameters)
    assert request.parameters() == parameters
    assert (request.method, request.path) == ("GET", "/x")


def test_an_answer_has_a_head() -> None:
    headers = Headers((("X", "1"),))
    assert Answer(404, headers, b"no").head == AnswerHead(404, headers)


def test_values_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Request("GET", "/x").path = "/y"  # type: ignore[misc]  # that it is refused is the test
    assert EngineCall("GET", "/x").body is None
