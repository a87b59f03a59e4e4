"""Mounts as maps, limits in Config, and signals to what does not run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, Headers
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_20 import KillOfStopped, LimitsInConfig, MountsAreMaps
from gateway.versions.vocabulary import Facts

TEXT = Headers((("Content-Type", "text/plain; charset=utf-8"), ("Server", "x")))


@given(st.dictionaries(st.text(min_size=1), st.tuples(st.text(), st.booleans())))
def test_each_mount_is_in_both_maps(mounts: dict[str, tuple[str, bool]]) -> None:
    listed = [{"Destination": d, "Source": s, "RW": rw} for d, (s, rw) in mounts.items()]
    document = MountsAreMaps().down_document({"Mounts": listed}, Facts())
    assert document == {
        "Volumes": {d: s for d, (s, _) in mounts.items()},
        "VolumesRW": {d: rw for d, (_, rw) in mounts.items()},
    }


@pytest.mark.parametrize("document", [{}, {"Mounts": None}, {"Mounts": []}])
def test_no_mounts_are_two_empty_maps(document: dict[str, Any]) -> None:
    assert MountsAreMaps().down_document(document, Facts()) == {"Volumes": {}, "VolumesRW": {}}


def test_a_mount_without_a_source_has_an_empty_one() -> None:
    document = MountsAreMaps().down_document({"Mounts": [{"Destination": "/t"}]}, Facts())
    assert document == {"Volumes": {"/t": ""}, "VolumesRW": {"/t": False}}


@pytest.mark.parametrize("host", [None, {}])
def test_limits_that_are_not_told_are_none(host: Any) -> None:
    document = LimitsInConfig().down_document({"Config": {}, "HostConfig": host}, Facts())
    assert document["Config"] == {"Memory": 0, "MemorySwap": 0, "CpuShares": 0, "Cpuset": ""}


@pytest.mark.parametrize("status", [409, 500])
def test_a_signal_to_what_does_not_run_is_fine(status: int) -> None:
    answer = Answer(status, TEXT, b"Cannot kill container: x: Container 1 is not running\n")
    assert KillOfStopped().down_error(answer, Facts()) == Answer(204, Headers((("Server", "x"),)))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, b"Invalid signal: FOO\n"),
        (404, b"No such container: x\n"),
        (409, b"Cannot kill container: x: it is being removed\n"),
        (500, b"no such process\n"),
    ],
)
def test_other_complaints_stay(status: int, text: bytes) -> None:
    answer = Answer(status, TEXT, text)
    assert KillOfStopped().down_error(answer, Facts()) == answer


def test_it_applies_to_clients_before_v1_20() -> None:
    planner = Planner(ApiVersion(1, 12), ApiVersion(1, 41), ApiVersion(1, 24))
    for name in ("ContainerInspect", "ContainerKill"):
        old, new = (planner.plan(ApiVersion(1, minor), ROUTE[name]) for minor in (19, 20))
        assert {type(change) for change in old.changes} - {type(change) for change in new.changes}
