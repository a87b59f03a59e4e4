"""What engines say of their range becomes the gateway's."""

from __future__ import annotations

from gateway.api.message import AnswerHead, Headers
from gateway.api.version import ApiVersion
from gateway.versions.every_version import PingTellsTheRange, VersionTellsTheRange, every_version
from gateway.versions.vocabulary import Facts

OLDEST, NEWEST = ApiVersion(1, 0), ApiVersion(1, 41)


def test_ping_keeps_its_other_fields() -> None:
    engine = Headers((("Api-Version", "1.60"), ("Builder-Version", "2"), ("Swarm", "inactive")))
    head = PingTellsTheRange(NEWEST).down_head(AnswerHead(200, engine, "OK"), Facts())
    assert dict(head.headers) == {
        "Api-Version": "1.41",
        "Builder-Version": "2",
        "Swarm": "inactive",
    }
    assert (head.status, head.reason) == (200, "OK")


def test_version_document() -> None:
    engine = {
        "Version": "20.10.24",
        "ApiVersion": "1.41",
        "MinAPIVersion": "1.12",
        "Components": [
            {"Name": "Engine", "Details": {"ApiVersion": "1.41", "MinAPIVersion": "1.12"}},
            {"Name": "containerd", "Details": {"GitCommit": "x"}},
        ],
    }
    assert VersionTellsTheRange(OLDEST, NEWEST).down_document(engine, Facts()) == {
        "Version": "20.10.24",
        "ApiVersion": "1.41",
        "MinAPIVersion": "1.0",
        "Components": [
            {"Name": "Engine", "Details": {"ApiVersion": "1.41", "MinAPIVersion": "1.0"}},
            {"Name": "containerd", "Details": {"GitCommit": "x"}},
        ],
    }


def test_ordinary_routes_have_none_of_it() -> None:
    bound = {route for change in every_version(OLDEST, NEWEST) for route in change.routes}
    assert bound == {"SystemPing", "SystemPingHead", "SystemVersion"}
