from __future__ import annotations

import pytest

from gateway.api.routes import ROUTE, ROUTES, AnswerKind, Hijack, RequestBody
from gateway.api.version import NEWEST, OLDEST, ApiVersion


def test_names_are_unique() -> None:
    assert len(ROUTE) == len(ROUTES)
    assert all(ROUTE[route.name] is route for route in ROUTES)


def test_no_two_routes_share_method_and_pattern() -> None:
    assert len({(route.method, route.pattern) for route in ROUTES}) == len(ROUTES)


def test_ranges_lie_within_the_api() -> None:
    for route in ROUTES:
        assert OLDEST <= route.since <= (route.until or NEWEST) <= NEWEST, route.name


@pytest.mark.parametrize(
    ("name", "version", "served"),
    [
        ("ContainerCopy", "1.3", False),
        ("ContainerCopy", "1.4", True),
        ("ContainerCopy", "1.23", True),
        ("ContainerCopy", "1.24", False),
        ("ImageViz", "1.0", True),
        ("ImageViz", "1.7", False),
        ("AuthGet", "1.1", True),
        ("AuthGet", "1.2", False),
        ("ContainerLogs", "1.10", False),
        ("ContainerLogs", "1.11", True),
        ("ImageAttestations", "1.54", False),
        ("ImageAttestations", "1.57", True),
    ],
)
def test_serves_from_since_to_until(name: str, version: str, served: bool) -> None:
    assert ROUTE[name].serves(ApiVersion.parse(version)) is served


def test_what_is_hijacked() -> None:
    hijacked = {route.name: route.hijack for route in ROUTES if route.hijack is not Hijack.NONE}
    assert hijacked == {
        "ContainerAttach": Hijack.TCP,
        "ExecStart": Hijack.TCP,
        "ContainerAttachWebsocket": Hijack.WEBSOCKET,
        "Session": Hijack.H2C,
        "Grpc": Hijack.H2C,
    }


def test_what_streams() -> None:
    def of(kind: AnswerKind) -> set[str]:
        return {route.name for route in ROUTES if route.answer is kind}

    assert of(AnswerKind.FRAMES) == {
        *("ContainerAttach", "ContainerLogs", "ExecStart", "ServiceLogs", "TaskLogs")
    }
    assert of(AnswerKind.RECORDS) == {
        *("ContainerStats", "ImageBuild", "ImageCreate", "ImageInsert", "ImageLoad", "ImagePush"),
        *("PluginPull", "PluginPush", "PluginUpgrade", "SystemEvents"),
    }
    assert {route.name for route in ROUTES if route.request is RequestBody.RAW} == {
        *("ImageBuild", "ImageCreate", "ImageLoad", "PluginCreate", "PutContainerArchive")
    }


def test_gets_and_heads_carry_no_body() -> None:
    assert not [
        route.name
        for route in ROUTES
        if route.method in ("GET", "HEAD", "DELETE") and route.request is not RequestBody.NONE
    ]
    assert all(route.answer is AnswerKind.EMPTY for route in ROUTES if route.method == "HEAD")
