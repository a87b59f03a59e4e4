"""Clients before v1.15 write ports as texts and see limits in the configuration alone."""

from __future__ import annotations

import pytest
from support.recordings import document

from gateway.api.message import Json
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_15 import LimitsNotInHostConfig, PortSpecsPublish
from gateway.versions.vocabulary import Facts, Untranslatable

V1_15 = ApiVersion(1, 15)


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"PortSpecs": None}, {}),
        ({"PortSpecs": []}, {}),
        (
            {"PortSpecs": "80"},
            {
                "ExposedPorts": {"80/tcp": {}},
                "HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": ""}]}},
            },
        ),
        (
            {
                "PortSpecs": ["1:80"],
                "ExposedPorts": {"22/tcp": {}},
                "HostConfig": {"Binds": ["/a:/b"], "PortBindings": None},
            },
            {
                "ExposedPorts": {"22/tcp": {}, "80/tcp": {}},
                "HostConfig": {
                    "Binds": ["/a:/b"],
                    "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "1"}]},
                },
            },
        ),
        ([], []),
    ],
)
def test_ports_as_texts(given: Json, after: Json) -> None:
    assert PortSpecsPublish().up_document(given, Facts()) == after


@pytest.mark.parametrize("specs", [["nonsense"], [None], {"80": 1}, 1.5])
def test_what_is_no_port_is_refused_before_anything_is_created(specs: Json) -> None:
    plan = Planner(V1_15, V1_15).plan(ApiVersion(1, 14), ROUTE["ContainerCreate"])
    with pytest.raises(Untranslatable, match="ContainerCreate"):
        plan.request_document({"PortSpecs": specs}, Facts())


def test_the_limits_recorded_at_v1_15_become_those_recorded_at_v1_14() -> None:
    newer = document("1.15", "inspect web")
    assert newer["HostConfig"]["Memory"] == newer["Config"]["Memory"] == 67108864
    got = LimitsNotInHostConfig().down_document(newer, Facts())
    assert got["HostConfig"] == document("1.14", "inspect web")["HostConfig"]
    assert got["Config"] == document("1.14", "inspect web")["Config"]


def test_a_container_without_host_config_passes() -> None:
    assert LimitsNotInHostConfig().down_document({"Id": "1"}, Facts()) == {"Id": "1"}
