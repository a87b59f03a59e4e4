"""The route table against every published API document, in both directions.

The documents are not part of the project. Where they are absent these tests say so in the
summary of warnings and have nothing to compare.
"""

from __future__ import annotations

import warnings

import pytest
from support import api_documents
from support.api_documents import shape_of

from gateway.api.routes import ROUTE, ROUTES, AnswerKind, RequestBody
from gateway.api.version import NEWEST, OLDEST, ApiVersion

DOCUMENTS = api_documents.read_all()
if not DOCUMENTS:
    warnings.warn(
        f"NOT CHECKED: the route table against the API documents, for there are none in "
        f"{api_documents.folder()}; set DOCKER_API_DOCUMENTS to the folder that has them",
        stacklevel=1,
    )


def _span(first: str, last: str) -> set[ApiVersion]:
    return {
        ApiVersion(1, minor)
        for minor in range(ApiVersion.parse(first).minor, ApiVersion.parse(last).minor + 1)
    }


EVERY_VERSION = sorted(_span(str(OLDEST), str(NEWEST)))

NOT_IN_DOCUMENTS = {
    # Engines up to 0.7.6 serve it and docker-py up to 0.2.1 calls it.
    "ContainerListPs": _span("1.0", "1.8"),
    # The CLIs up to 0.6.1 ask it during a build; no document ever named it.
    "ImageGetCache": _span("1.0", "1.4"),
    # The CLI 0.3.4 calls it. The document v1.15 has it, with GET by a slip.
    "ContainerResize": _span("1.1", "1.15"),
    # Docker 0.11 (v1.11) still has it, though its document dropped it.
    "ImageInsert": _span("1.11", "1.11"),
    # BuildKit's control socket since Docker 19.03, never documented, unlike /session.
    "Grpc": _span("1.40", str(NEWEST)),
}

NOT_IN_THE_TABLE = {
    # The slip for POST just mentioned; engines of the time have POST only.
    ("GET", "/containers/{}/resize"): _span("1.15", "1.15"),
}

WRITTEN_OTHERWISE = {
    # One heading for the list and the picture; each has its own example below it.
    ("GET", "/images/{}"): {("GET", "/images/json"), ("GET", "/images/viz")},
    # The heading holds the version and the first half of an example's name.
    ("POST", "/v1.24/plugins/tiborvass/{}/push"): {("POST", "/plugins/{}/push")},
}


def _documented(version: ApiVersion) -> set[tuple[str, str]]:
    keys: set[tuple[str, str]] = set()
    for endpoint in DOCUMENTS[version]:
        # `DELETE /containers/(id*)` and the like differ in the parameter's name alone.
        keys |= WRITTEN_OTHERWISE.get(endpoint.key, {endpoint.key})
    return keys


def test_every_version_has_its_document() -> None:
    if DOCUMENTS:
        assert list(DOCUMENTS) == EVERY_VERSION
        assert min(len(endpoints) for endpoints in DOCUMENTS.values()) > 25


@pytest.mark.parametrize("version", EVERY_VERSION, ids=str)
def test_documented_endpoints_are_in_the_table(version: ApiVersion) -> None:
    if not DOCUMENTS:
        return
    table = {(r.method, shape_of(r.pattern)) for r in ROUTES if r.serves(version)}
    allowed = {key for key, versions in NOT_IN_THE_TABLE.items() if version in versions}
    assert _documented(version) - table == allowed


@pytest.mark.parametrize("version", EVERY_VERSION, ids=str)
def test_routes_of_the_table_are_documented(version: ApiVersion) -> None:
    if not DOCUMENTS:
        return
    documented = _documented(version)
    undocumented = {
        r.name
        for r in ROUTES
        if r.serves(version) and (r.method, shape_of(r.pattern)) not in documented
    }
    allowed = {name for name, versions in NOT_IN_DOCUMENTS.items() if version in versions}
    assert undocumented == allowed


def test_names_are_the_newest_operation_ids() -> None:
    newest = {
        endpoint.key: endpoint.operation
        for endpoints in DOCUMENTS.values()
        for endpoint in endpoints
        if endpoint.operation
    }
    named = {
        (r.method, shape_of(r.pattern)): r.name
        for r in ROUTES
        if (r.method, shape_of(r.pattern)) in newest
    }
    assert named == newest


def _newest() -> dict[str, api_documents.Endpoint]:
    return {endpoint.operation: endpoint for endpoint in DOCUMENTS.get(NEWEST, [])}


def test_request_bodies_are_the_documented_ones() -> None:
    wrong = {
        name: ROUTE[name].request
        for name, endpoint in _newest().items()
        if ROUTE[name].request is not _body_of(endpoint)
    }
    # What older clients send there: a HostConfig up to v1.23, credentials in the early versions.
    allowed = {"ContainerStart": RequestBody.JSON, "ImagePush": RequestBody.JSON}
    assert wrong == (allowed if DOCUMENTS else {})


def _body_of(endpoint: api_documents.Endpoint) -> RequestBody:
    if not endpoint.has_body:
        return RequestBody.NONE
    consumes = endpoint.media["consumes"]
    return RequestBody.RAW if consumes and "application/json" not in consumes else RequestBody.JSON


def test_answers_that_are_no_json_are_the_documented_ones() -> None:
    frames, archives = set(), set()
    for name, endpoint in _newest().items():
        produces = endpoint.media["produces"]
        if "application/vnd.docker.multiplexed-stream" in produces:
            frames.add(name)
        if produces & {"application/x-tar", "application/octet-stream"}:
            archives.add(name)
    of_today = {r for r in ROUTES if DOCUMENTS and r.until is None}
    assert frames == {r.name for r in of_today if r.answer is AnswerKind.FRAMES}
    # Raw too, but no archives: what follows a change of protocol.
    switched = {"ContainerAttachWebsocket", "Session", "Grpc"} if DOCUMENTS else set()
    assert archives | switched == {r.name for r in of_today if r.answer is AnswerKind.RAW}
