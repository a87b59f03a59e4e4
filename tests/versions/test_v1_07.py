"""Clients before v1.7 get one entry per tag."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document
from support.speed import measure

from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_07 import (
    HistoryWithoutEmptyTags,
    ImagesPerTag,
    PrivilegedInConfig,
    SearchInCapitals,
)
from gateway.versions.vocabulary import Facts, Untranslatable

HEX = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)
WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=8)
REPOSITORY = st.builds(
    lambda host, words: host + "/".join(words),
    st.sampled_from(["", "localhost:5000/", "example.org/"]),
    st.lists(WORD, min_size=1, max_size=3),
)
TAGS = st.tuples(REPOSITORY, WORD)
IMAGES = st.lists(
    st.tuples(HEX, st.sampled_from(["", "sha256:"]), st.lists(TAGS, unique=True, max_size=4)),
    max_size=6,
)


def down(images: Any) -> Any:
    return ImagesPerTag().down_document(images, Facts())


@given(IMAGES)
def test_every_tag_is_there_exactly_once_and_nothing_is_lost(
    images: list[tuple[str, str, list[tuple[str, str]]]],
) -> None:
    given = [
        {
            "Id": prefix + identity,
            "RepoTags": [f"{repository}:{tag}" for repository, tag in tags],
            "Created": at,
            "Size": at * 10,
            "VirtualSize": at * 20,
        }
        for at, (identity, prefix, tags) in enumerate(images, 1)
    ]
    expected = [
        {
            "Id": identity,
            "Repository": repository,
            "Tag": tag,
            "Created": at,
            "Size": at * 10,
            "VirtualSize": at * 20,
        }
        for at, (identity, _, tags) in enumerate(images, 1)
        for repository, tag in (tags or [("<none>", "<none>")])
    ]
    assert down(given) == expected


@pytest.mark.parametrize("step", ["images", "images-all", "images-filter"])
def test_what_was_recorded_at_v1_7_becomes_what_was_recorded_at_v1_6(step: str) -> None:
    def in_order(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(entries, key=lambda entry: (entry["Repository"], entry["Tag"]))

    assert in_order(down(document("1.7", step))) == in_order(document("1.6", step))


@pytest.mark.parametrize(
    ("name", "repository", "tag"),
    [
        ("busybox:latest", "busybox", "latest"),
        ("localhost:5000/a/b:t", "localhost:5000/a/b", "t"),
        ("ubuntu:12.04", "ubuntu", "12.04"),
        ("<none>:<none>", "<none>", "<none>"),
        ("localhost:5000/a", "localhost:5000/a", "<none>"),
        ("busybox", "busybox", "<none>"),
    ],
)
def test_names(name: str, repository: str, tag: str) -> None:
    (entry,) = down([{"Id": "a" * 64, "RepoTags": [name], "Created": 1, "Size": 2}])
    assert (entry["Repository"], entry["Tag"]) == (repository, tag)


@pytest.mark.parametrize("tags", [None, [], ["<none>:<none>"]])
def test_an_image_without_a_tag_is_one_entry(tags: list[str] | None) -> None:
    image = {"Id": "sha256:" + "a" * 64, "RepoTags": tags, "Created": 1, "Size": 2}
    assert down([image]) == [
        {
            "Id": "a" * 64,
            "Repository": "<none>",
            "Tag": "<none>",
            "Created": 1,
            "Size": 2,
            "VirtualSize": 2,
        }
    ]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"Size": 5, "VirtualSize": 7}, (5, 7)),
        ({"Size": 5}, (5, 5)),
        ({"Size": 5, "VirtualSize": None}, (5, 5)),
        ({"Size": None, "VirtualSize": None}, (0, 0)),
        ({}, (0, 0)),
    ],
)
def test_sizes_are_numbers(sizes: dict[str, Any], expected: tuple[int, int]) -> None:
    (entry,) = down([{"Id": "a", "RepoTags": ["b:c"], "Created": 1, **sizes}])
    assert (entry["Size"], entry["VirtualSize"]) == expected


def test_what_is_no_list_passes() -> None:
    assert down({"message": "x"}) == {"message": "x"}
    assert down(None) is None


def test_entries_that_are_no_images_are_untranslatable() -> None:
    plan = Planner(ApiVersion(1, 24), ApiVersion(1, 41)).plan(ApiVersion(1, 6), ROUTE["ImageList"])
    wrongs: list[Any] = [[1], [{}], [{"Id": None}], [{"Id": "a", "RepoTags": [3]}]]
    for wrong in wrongs:
        with pytest.raises(
            Untranslatable, match=r"document of ImageList .* between 1\.6 and 1\.24"
        ):
            plan.document(copy.deepcopy(wrong), Facts())


@pytest.mark.parametrize("client", [ApiVersion(1, 7), ApiVersion(1, 23)])
def test_clients_of_v1_7_and_later_get_the_list_as_it_is(client: ApiVersion) -> None:
    planner = Planner(ApiVersion(1, 12), ApiVersion(1, 41))
    assert planner.plan(client, ROUTE["ImageList"]).untouched


def test_a_thousand_images_are_fast_enough() -> None:
    """Twice the aim (2.5 ms of CPU for parsing, rewriting and writing 570 KB)."""
    seconds = measure("""
import random
from gateway.stream.json import dumps, loads
from gateway.versions.v1_07 import (
    HistoryWithoutEmptyTags,
    ImagesPerTag,
    PrivilegedInConfig,
    SearchInCapitals,
)
from gateway.versions.vocabulary import Facts
random.seed(7)
ids = ["sha256:%064x" % random.getrandbits(256) for _ in range(1000)]
data = dumps([
    {"Containers": -1, "Created": 1795422030 + at, "Id": ids[at], "ParentId": ids[at - 1],
     "Labels": {"maintainer": "somebody", "description": "x" * 80},
     "RepoDigests": [f"example.org/team/app{at}@{ids[at]}"], "SharedSize": -1, "Size": 1982256,
     "RepoTags": [f"example.org/team/app{at}:{tag}" for tag in ("1.0", "latest")],
     "VirtualSize": 1982256}
    for at in range(1000)
])
change, facts = ImagesPerTag(), Facts()
print(best(lambda: dumps(change.down_document(loads(data), facts)), 30))
""")
    assert seconds <= 0.005


@pytest.mark.parametrize("found", [None, []])
def test_nothing_found_is_an_empty_list(found: Any) -> None:
    assert SearchInCapitals().down_document(found, Facts()) == []


def test_a_history_has_null_in_the_place_of_no_tags() -> None:
    change = HistoryWithoutEmptyTags()
    assert change.down_document(None, Facts()) is None
    recorded = document("1.6", "image-history")
    emptied = [layer | {"Tags": layer["Tags"] or []} for layer in recorded]
    assert change.down_document(emptied, Facts()) == recorded


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Privileged": False}, {}),
        (
            {"Privileged": True, "HostConfig": {"Binds": []}},
            {"HostConfig": {"Binds": [], "Privileged": True}},
        ),
        (
            {"Privileged": True, "HostConfig": {"Privileged": False}},
            {"HostConfig": {"Privileged": False}},
        ),
        ({"Privileged": True, "HostConfig": 3}, {"HostConfig": 3}),
        ({}, {}),
        (None, None),
    ],
)
def test_privileged(before: Any, after: Any) -> None:
    assert PrivilegedInConfig().up_document(before, Facts()) == after


def test_privileged_in_the_configuration_reaches_the_engine() -> None:
    plan = Planner(ApiVersion(1, 24), ApiVersion(1, 41)).plan(
        ApiVersion(1, 6), ROUTE["ContainerCreate"]
    )
    made = plan.request_document({"Image": "a", "Privileged": True}, Facts())
    assert made["HostConfig"]["Privileged"] is True
