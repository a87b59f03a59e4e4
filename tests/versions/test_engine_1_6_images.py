"""Images, as Engine 1.6.2 gave them, from the documents of newer engines."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document

from gateway.api.message import AnswerHead, Headers, Json
from gateway.versions.engine_1_6_images import (
    CommitOfEngine16,
    DeletionOfEngine16,
    HistoryOfEngine16,
    ImageListOfEngine16,
    ImageOfEngine16,
    ImportOfEngine16,
    LoadIsSilent,
    SearchNamesTrusted,
)
from gateway.versions.vocabulary import Change, Facts

IDS = st.text("0123456789abcdef", min_size=64, max_size=64)
LATER = {"Containers": -1, "SharedSize": -1, "Descriptor": {}, "Manifests": []}


def prefixed(identity: str) -> str:
    return f"sha256:{identity}" if identity else ""


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (ImageListOfEngine16, "images"),
        (ImageListOfEngine16, "images-all"),
        (ImageListOfEngine16, "images-filter"),
        (ImageOfEngine16, "image-inspect"),
        (ImageOfEngine16, "images-two"),
        (HistoryOfEngine16, "image-history"),
        (DeletionOfEngine16, "rmi built"),
        (DeletionOfEngine16, "rmi-untag"),
        (CommitOfEngine16, "commit split"),
        (ImportOfEngine16, "import"),
    ],
)
@pytest.mark.parametrize("version", ["1.12", "1.15", "1.18"])
def test_what_was_recorded_stays(change: type[Change], step: str, version: str) -> None:
    recorded = document(version, step)
    down = change().down_record if step == "import" else change().down_document
    assert down(deepcopy(recorded), Facts()) == recorded


@pytest.mark.parametrize("digests", [{}, {"RepoDigests": None}, {"RepoDigests": []}])
def test_a_newer_list_becomes_the_recorded_one(digests: dict[str, Any]) -> None:
    recorded = document("1.18", "images")
    newer = []
    for image in recorded:
        kept = {key: value for key, value in image.items() if key != "RepoDigests"}
        ids = {"Id": prefixed(image["Id"]), "ParentId": prefixed(image["ParentId"])}
        newer.append(kept | LATER | digests | ids)
    assert ImageListOfEngine16().down_document(newer, Facts()) == recorded


@given(IDS, IDS, st.booleans(), st.booleans())
def test_ids_in_a_list_are_64_digits(one: str, two: str, child: bool, digest: bool) -> None:
    digests = [f"a@sha256:{two}"] if digest else []
    image = {"Id": prefixed(one), "RepoDigests": digests}
    if child:
        image["ParentId"] = prefixed(two)
    parent = {"ParentId": two} if child else {}
    after = ImageListOfEngine16().down_document([image], Facts())
    assert after == [{"Id": one, "RepoDigests": digests, **parent}]


def test_a_newer_image_becomes_the_recorded_one() -> None:
    recorded = document("1.18", "images-two")
    newer = deepcopy(recorded)
    newer |= {key: prefixed(recorded[key]) for key in ("Id", "Parent")}
    newer |= {"RepoTags": ["a:b"], "RepoDigests": [], "RootFS": {}, "GraphDriver": {}}
    for name in ("Config", "ContainerConfig"):
        newer[name]["Image"] = prefixed(recorded[name]["Image"]) and recorded[name]["Image"]
        newer[name] |= {"Healthcheck": {}, "Env": [], "StopSignal": "SIGTERM"}
        del newer[name]["PortSpecs"], newer[name]["Memory"]
    assert ImageOfEngine16().down_document(newer, Facts()) == recorded


def test_an_image_with_little_in_it_has_all_keys() -> None:
    keys = document("1.18", "image-inspect")
    newer = {"Id": "sha256:1", "Size": 7, "Config": {"Image": "sha256:2"}}
    image = ImageOfEngine16().down_document(newer, Facts())
    assert image.keys() == keys.keys()
    assert image["Config"].keys() == image["ContainerConfig"].keys() == keys["Config"].keys()
    assert (image["Id"], image["Parent"], image["Config"]["Image"]) == ("1", "", "2")
    assert (image["Size"], image["VirtualSize"]) == (7, 7)


@pytest.mark.parametrize("labels", [{}, {"a": "b"}, None])
def test_labels_of_an_image_stay(labels: Json) -> None:
    image = ImageOfEngine16().down_document({"Id": "1", "Config": {"Labels": labels}}, Facts())
    assert image["Config"]["Labels"] == labels
    assert image["ContainerConfig"]["Labels"] is None


def test_a_newer_history_becomes_the_recorded_one() -> None:
    recorded = document("1.18", "image-history")
    newer = [layer | {"Id": prefixed(layer["Id"]), "Comment": "x"} for layer in recorded]
    assert HistoryOfEngine16().down_document(newer, Facts()) == recorded


def test_a_layer_without_an_image_stays() -> None:
    layers = [{"Id": "<missing>", "Size": 1}]
    assert HistoryOfEngine16().down_document(deepcopy(layers), Facts()) == layers


@pytest.mark.parametrize("step", ["rmi built", "rmi-untag", "rmi two", "rmi one:b"])
def test_a_newer_deletion_becomes_the_recorded_one(step: str) -> None:
    recorded = document("1.18", step)
    newer: list[Json] = [{"Untagged": f"a@sha256:{'1' * 64}"}]
    for item in recorded:
        deleted = item.get("Deleted")
        newer.append({"Deleted": prefixed(deleted)} if deleted else item)
    assert DeletionOfEngine16().down_document(newer, Facts()) == recorded


def test_a_newer_commit_and_import_become_the_recorded_ones() -> None:
    commit, imported = document("1.18", "commit split"), document("1.18", "import")
    newer = {"Id": prefixed(commit["Id"])}
    assert CommitOfEngine16().down_document(newer, Facts()) == commit
    record = {"status": prefixed(imported["status"])}
    assert ImportOfEngine16().down_record(record, Facts()) == imported


@pytest.mark.parametrize(
    "record", [{"status": "Digest: sha256:1"}, {"error": "sha256:1"}, {"id": "1", "status": ""}]
)
def test_records_of_a_pull_stay(record: dict[str, str]) -> None:
    assert ImportOfEngine16().down_record(dict(record), Facts()) == record


@pytest.mark.parametrize("record", [{"error": "no"}, {"errorDetail": {"message": "no"}}])
def test_a_load_tells_its_error(record: Json) -> None:
    assert LoadIsSilent().down_record(record, Facts()) is record


@pytest.mark.parametrize("record", [{"stream": "Loaded image: a\n"}, {"status": "x"}, {}])
def test_a_load_tells_nothing_else(record: Json) -> None:
    assert LoadIsSilent().down_record(record, Facts()) is None


def test_the_answer_to_a_load_keeps_its_other_fields() -> None:
    headers = Headers((("content-type", "application/json"), ("Server", "a")))
    after = LoadIsSilent().down_head(AnswerHead(200, headers, "OK"), Facts())
    assert after == AnswerHead(200, Headers((("Server", "a"),)), "OK")


@given(st.none() | st.lists(st.fixed_dictionaries({}, optional={"is_automated": st.booleans()})))
def test_what_is_automated_is_trusted(results: Json) -> None:
    after = SearchNamesTrusted().down_document(deepcopy(results), Facts())
    assert (after is None) == (results is None)
    for before, result in zip(results or (), after or (), strict=True):
        trusted = before.get("is_automated", False)
        assert result == before | {"is_trusted": trusted}
