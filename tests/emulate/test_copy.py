"""Copy by archive: paths, links, and what is wrong."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, EngineCall, Forward, Headers, Request
from gateway.api.router import Match, match
from gateway.api.version import ApiVersion
from gateway.emulate.copy import AS_COPY, ContainerCopy
from gateway.emulate.stand_ins import ID, IMAGE
from gateway.emulate.vocabulary import Context
from gateway.stream.json import dumps

JSON = Headers((("Content-Type", "application/json"),))
CONTEXT = Context(ApiVersion(1, 23), ApiVersion(1, 41))
LINK = 1 << 27 | 0o777
OLD, NEW = "a" * 64, "b" * 64


def engine(call: EngineCall, files: dict[str, str | None], container: str) -> Answer:
    """An engine with one container; `files` are paths, and where they lead if they are links."""
    parts = urlsplit(call.path)
    if parts.path == "/containers/json":
        image = "sha256:" + "c" * 64
        item = {"Id": NEW, "ImageID": image, "Names": ["/x"], "Created": 1}
        return Answer(200, JSON, dumps([item | {"Labels": {ID: OLD, IMAGE: image}}]))
    path = parse_qs(parts.query)["path"][0]
    if unquote(parts.path) != f"/containers/{container}/archive":
        return Answer(
            404, JSON, b"" if call.method == "HEAD" else b'{"message":"No such container"}'
        )
    if path not in files:
        words = {"message": f"Could not find the file {path} in container {container}"}
        return Answer(404, JSON, b"" if call.method == "HEAD" else dumps(words))
    assert call.method == "HEAD"
    stat: dict[str, Any] = {"name": path, "mode": 0o644, "linkTarget": files[path] or ""}
    if files[path] is not None:
        stat["mode"] = LINK
    header = b64encode(json.dumps(stat).encode()).decode()
    return Answer(200, Headers((("X-Docker-Container-Path-Stat", header),)))


def copy(
    body: bytes,
    files: dict[str, str | None],
    *,
    headers: Headers = JSON,
    given_id: str = "x",
    container: str = "x",
) -> tuple[Answer | Forward, int]:
    """Run the flow; its result, and how many calls it made."""
    path = f"/containers/{given_id}/copy"
    found = match("POST", path)
    assert isinstance(found, Match)
    flow = ContainerCopy().run(found, Request("POST", path, headers=headers), body, CONTEXT)
    calls = 0
    try:
        step = next(flow)
        while True:
            assert isinstance(step, EngineCall)
            calls += 1
            step = flow.send(engine(step, files, container))
    except StopIteration as end:
        result: Answer | Forward = end.value
        return result, calls


def resource(path: str) -> bytes:
    return dumps({"Resource": path, "HostPath": "x"})


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("/etc", "/etc"),
        ("etc", "/etc"),
        ("/etc/", "/etc"),
        ("/etc/.", "/etc"),
        ("../../etc", "/etc"),
        ("//etc//", "/etc"),
        ("/a b/ü&c", "/a b/ü&c"),
    ],
)
def test_a_path_is_cleaned_and_forwarded(asked: str, got: str) -> None:
    result, calls = copy(resource(asked), {got: None})
    assert isinstance(result, Forward)
    assert (result.request.method, result.request.path) == ("GET", "/containers/x/archive")
    assert result.request.parameters() == [("path", got)]
    assert (result.body, dict(result.known), calls) == (b"", {AS_COPY: True}, 1)


@pytest.mark.parametrize(
    ("files", "end"),
    [
        ({"/a": "/b", "/b": None}, "/b"),
        ({"/d/a": "b", "/d/b": None}, "/d/b"),
        ({"/d/a": "../b", "/b": None}, "/b"),
        ({"/d/a": "/c", "/c": "/e", "/e": None}, "/e"),
    ],
)
def test_links_are_followed(files: dict[str, str | None], end: str) -> None:
    result, _ = copy(resource(next(iter(files))), files)
    assert isinstance(result, Forward)
    assert result.request.parameter("path") == end


def test_a_ring_of_links_ends() -> None:
    result, calls = copy(resource("/a"), {"/a": "/b", "/b": "/a"})
    assert isinstance(result, Forward)
    assert calls == 40


def test_a_missing_path_is_told_in_the_words_of_the_engine() -> None:
    result, _ = copy(resource("/nope"), {})
    assert isinstance(result, Answer)
    assert result.status == 404
    assert json.loads(result.body)["message"] == "Could not find the file /nope in container x"


def test_a_container_that_was_made_anew_is_found_by_its_old_id() -> None:
    result, _ = copy(resource("/etc"), {"/etc": None}, given_id=OLD, container=NEW)
    assert isinstance(result, Forward)
    assert result.request.path == f"/containers/{NEW}/archive"
    missing, _ = copy(resource("/no"), {"/etc": None}, given_id=OLD, container=NEW)
    assert isinstance(missing, Answer)
    assert json.loads(missing.body)["message"] == f"Could not find the file /no in container {OLD}"


def test_a_container_that_there_is_not() -> None:
    result, _ = copy(resource("/etc"), {}, given_id="nope")
    assert isinstance(result, Answer)
    assert result.status == 404


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"),
    [
        (b"", Headers(), 400, "got EOF while reading request body"),
        (b"", JSON, 400, "got EOF while reading request body"),
        (resource("/a"), Headers(), 400, "Content-Type specified () must be 'application/json'"),
        (
            resource("/a"),
            Headers((("Content-Type", "text/plain"),)),
            400,
            "Content-Type specified (text/plain) must be 'application/json'",
        ),
        (resource(""), JSON, 400, "Path cannot be empty"),
        (b"{}", JSON, 400, "Path cannot be empty"),
        (b"[]", JSON, 400, "Path cannot be empty"),
        (b'{"Resource":5}', JSON, 400, "Path cannot be empty"),
    ],
)
def test_what_is_wrong_calls_nothing(
    body: bytes, headers: Headers, status: int, words: str
) -> None:
    result, calls = copy(body, {}, headers=headers)
    assert isinstance(result, Answer)
    assert (result.status, json.loads(result.body), calls) == (status, {"message": words}, 0)


def test_broken_json_is_500() -> None:
    result, calls = copy(b"{", {})
    assert isinstance(result, Answer)
    assert (result.status, calls) == (500, 0)


@given(st.text(min_size=1, max_size=30))
def test_no_path_leads_out_of_the_container(asked: str) -> None:
    class Everything(dict[str, None]):
        def __contains__(self, key: object) -> bool:
            return True

        def __missing__(self, key: str) -> None:
            return None

    try:
        body = dumps({"Resource": asked})
    except ValueError:
        return
    result, _ = copy(body, Everything())  # type: ignore[arg-type]  # a dict that holds every key
    assert isinstance(result, Forward)
    path = result.request.parameter("path") or ""
    assert path.startswith("/")
    assert ".." not in path.split("/")


@pytest.mark.parametrize(
    ("client", "forward", "serves"), [(23, 24, True), (23, 23, False), (24, 41, False)]
)
def test_who_is_served(client: int, forward: int, serves: bool) -> None:
    assert ContainerCopy().serves(ApiVersion(1, client), ApiVersion(1, forward)) is serves
