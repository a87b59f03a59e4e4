"""A change must say what it is, bind to routes that exist, and rewrite something."""

from __future__ import annotations

import pytest

from gateway.api.message import Answer, AnswerHead, Json, Request
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import (
    EVERY_ROUTE,
    STEPS,
    Change,
    Facts,
    applies_to,
    overrides,
)


def document_step(self: Change, document: Json, facts: Facts) -> Json:
    return document


def test_a_change_that_binds_to_no_route_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="Nowhere binds to no route"):

        class Nowhere(Change):
            """Has no routes."""

            down_document = document_step


def test_a_change_that_binds_to_an_unknown_route_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="'ImageLost': no such route"):

        class Lost(Change):
            """Has a route that does not exist."""

            routes = ("ImageList", "ImageLost")
            down_document = document_step


def test_a_change_without_a_docstring_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="no docstring"):

        class Silent(Change):
            routes = ("ImageList",)
            down_document = document_step


def test_a_change_that_rewrites_nothing_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="rewrites nothing"):

        class Idle(Change):
            """Does nothing."""

            routes = ("ImageList",)


class Example(Change):
    """The first line.

    The second,
    and its source.
    """

    routes = ("ImageList",)
    down_document = document_step


def test_title_and_source_are_the_docstring() -> None:
    assert Example.title() == "The first line."
    assert Example.source() == "The second, and its source."


def test_what_is_not_overridden_rewrites_nothing() -> None:
    assert [step for step in STEPS if overrides(Example, step)] == ["down_document"]
    base, facts = Change(), Facts()
    request, head, answer = Request("GET", "/info"), AnswerHead(200), Answer(404)
    assert base.up_request(request, facts) is request
    assert base.up_document(facts, facts) is facts
    assert base.down_head(head, facts) is head
    assert base.down_document(facts, facts) is facts
    assert base.down_record(facts, facts) is facts
    assert base.down_error(answer, facts) is answer
    assert base.down_stream(head, facts) is None
    assert base.needs(ApiVersion(1, 41)) == ()


def test_every_route_covers_unknown_paths_too() -> None:
    assert applies_to(EVERY_ROUTE, None)
    assert applies_to(EVERY_ROUTE, "ImageList")
    assert applies_to(("ImageList",), "ImageList")
    assert not applies_to(("ImageList",), "ImageViz")
    assert not applies_to(("ImageList",), None)
