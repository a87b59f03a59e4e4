"""The picture of all images."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body, document, headers

from gateway.api.message import Answer, EngineCall, Headers, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.images_viz import ImagesViz, draw
from gateway.emulate.vocabulary import Context
from gateway.versions.plan import Planner

A, B = "a" * 64, "b" * 64


def run(listed: Answer) -> Answer:
    found = match("GET", "/images/viz")
    assert found is not None
    flow = ImagesViz().run(
        found, Request("GET", "/images/viz"), b"false", Context(ApiVersion(1, 6), ApiVersion(1, 24))
    )
    assert next(flow) == EngineCall("GET", "/images/json?all=1")
    with pytest.raises(StopIteration) as stopped:
        flow.send(listed)
    answer: Answer = stopped.value.value
    return answer


def test_what_was_recorded_at_v1_6() -> None:
    answer = run(Answer(200, Headers(), body("1.7", "images-all")))
    recorded = body("1.6", "images-viz").decode()
    # Engine 1.6.2 drew its arrows to ids of 64 digits, which no box has: era engines wrote 12.
    assert answer.body.decode() == re.sub(r"([0-9a-f]{12})[0-9a-f]{52}", r"\1", recorded)
    assert answer.status == 200
    job = ("Job-Name", "viz")  # a leak of that engine's inside
    assert set(answer.headers) == set(headers("1.6", "images-viz")) - {job}


def test_shape() -> None:
    assert draw(
        [
            {"Id": "sha256:" + B, "ParentId": "sha256:" + A, "RepoTags": ["x:1", "h:5000/y:2"]},
            {"Id": A, "ParentId": "", "RepoTags": ["<none>:<none>"]},
            {"Id": "c" * 64, "RepoTags": None},
        ]
    ) == (
        "digraph docker {\n"
        f' "{A[:12]}" -> "{B[:12]}"\n'
        f' base -> "{A[:12]}" [style=invis]\n'
        f' base -> "{"c" * 12}" [style=invis]\n'
        f' "{B[:12]}" [label="{B[:12]}\\nx:1\\nh:5000/y:2",shape=box,'
        'fillcolor="paleturquoise",style="filled,rounded"];\n'
        " base [style=invisible]\n"
        "}\n"
    )


@given(
    st.lists(
        st.tuples(
            st.text("0123456789abcdef", min_size=64, max_size=64),
            st.lists(st.text("abc", min_size=1, max_size=3).map(lambda t: t + ":x"), max_size=3),
        ),
        max_size=8,
    )
)
def test_every_image_has_one_arrow_and_every_tag_is_in_a_label(
    images: list[tuple[str, list[str]]],
) -> None:
    graph = draw({"Id": identity, "RepoTags": tags} for identity, tags in images)
    lines = graph.splitlines()
    assert len([line for line in lines if "->" in line]) == len(images)
    labels = re.findall(r'label="([^"]*)"', graph)
    assert sorted(tag for label in labels for tag in label.split(r"\n")[1:]) == sorted(
        tag for _, tags in images for tag in tags
    )
    assert (lines[0], lines[-2:]) == ("digraph docker {", [" base [style=invisible]", "}"])


def test_an_error_of_the_engine_is_passed_on() -> None:
    failed = Answer(500, Headers((("Content-Type", "application/json"),)), b'{"message":"x"}')
    assert run(failed) == failed


@pytest.mark.parametrize("listed", [b"", b"{}x", b"[1]", b"[{}]", b'[{"Id":5}]', b"5"])
def test_a_list_that_cannot_be_read_is_a_bad_gateway(listed: bytes) -> None:
    answer = run(Answer(200, Headers(), listed))
    assert answer.status == 502
    assert json.loads(answer.body) == {"message": "the engine's list of images cannot be read"}


@pytest.mark.parametrize("client", [ApiVersion(1, 7), ApiVersion(1, 12), ApiVersion(1, 18)])
@pytest.mark.parametrize("engine", [ApiVersion(1, 18), ApiVersion(1, 41)])
def test_newer_clients_are_told_what_was_recorded(client: ApiVersion, engine: ApiVersion) -> None:
    plan = Planner(ApiVersion(1, 0), engine).plan(client, ROUTE["ImageViz"])
    assert plan.refusal is not None
    assert plan.refusal.status == 404
    assert plan.refusal.body == body(str(client), "images-viz")
    assert tuple(plan.refusal.headers) == headers(str(client), "images-viz")


@pytest.mark.parametrize("client", [ApiVersion(1, 19), ApiVersion(1, 23), ApiVersion(1, 41)])
def test_clients_that_were_never_recorded_get_the_engines_own_404(client: ApiVersion) -> None:
    plan = Planner(ApiVersion(1, 12), ApiVersion(1, 41)).plan(client, ROUTE["ImageViz"])
    assert (plan.refusal, plan.emulation) == (None, None)


@pytest.mark.parametrize("client", [ApiVersion(1, 0), ApiVersion(1, 6)])
def test_older_clients_get_it_from_an_engine_that_has_it_no_more(client: ApiVersion) -> None:
    viz = ROUTE["ImageViz"]
    plan = Planner(ApiVersion(1, 12), ApiVersion(1, 41)).plan(client, viz)
    assert isinstance(plan.emulation, ImagesViz)
    old_engine = Planner(ApiVersion(1, 0), ApiVersion(1, 18)).plan(client, viz)
    assert old_engine.untouched


def test_a_listed_document_has_what_is_drawn() -> None:
    images: list[dict[str, Any]] = document("1.7", "images-all")
    assert all({"Id", "ParentId", "RepoTags"} <= image.keys() for image in images)
