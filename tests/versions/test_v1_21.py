"""One network, its sums, and where a volume's driver stood."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Request
from gateway.versions.v1_21 import (
    EmptyKeysInConfig,
    NoSizesInInspect,
    OneNetwork,
    OneNetworkInStats,
    VolumeDriverInConfig,
    no_traffic,
)
from gateway.versions.vocabulary import Facts

FLAT = {
    "EndpointID": "e",
    "Gateway": "172.17.0.1",
    "GlobalIPv6Address": "2001:db8::2",
    "GlobalIPv6PrefixLen": 64,
    "IPAddress": "172.17.0.2",
    "IPPrefixLen": 16,
    "IPv6Gateway": "2001:db8::1",
    "MacAddress": "02:42:ac:11:00:02",
}
NOTHING = {key: 0 if key.endswith("Len") else "" for key in FLAT}
PORTS = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "32768"}]}


def flat(running: bool, **settings: Any) -> Any:
    document = {"State": {"Running": running}, "NetworkSettings": settings}
    return OneNetwork().down_document(document, Facts())["NetworkSettings"]


def test_the_bridge_gives_the_address() -> None:
    networks = {"other": {**FLAT, "IPAddress": "10.0.0.9"}, "bridge": {**FLAT, "Links": None}}
    assert flat(True, Ports=PORTS, Networks=networks) == {"Ports": PORTS, **FLAT}


@pytest.mark.parametrize("networks", [{"other": FLAT}, {}, None])
def test_a_container_elsewhere_has_none(networks: Any) -> None:
    """As Engine 20.10.24 gives it at v1.20."""
    assert flat(True, Ports=PORTS, Networks=networks) == {"Ports": PORTS, **NOTHING}


@pytest.mark.parametrize(
    ("running", "key", "ports"),
    [
        (True, "/netns/1", {}),
        (True, "", None),
        (False, "/netns/1", None),
        (False, "", None),
    ],
)
def test_no_ports_are_null_where_there_is_no_sandbox(running: bool, key: str, ports: Any) -> None:
    assert flat(running, SandboxKey=key, Ports={})["Ports"] == ports


def test_what_engines_below_v1_21_had_already_stays() -> None:
    assert flat(True, Ports=PORTS, **FLAT) == {"Ports": PORTS, **FLAT}


def test_keys_that_are_set_stay() -> None:
    config = {"ExposedPorts": {"80/tcp": {}}, "MacAddress": "m", "NetworkDisabled": True}
    document = EmptyKeysInConfig().down_document({"Config": dict(config)}, Facts())
    assert document["Config"] == {**config, "VolumeDriver": ""}


@given(
    st.dictionaries(
        st.text(max_size=5), st.dictionaries(st.sampled_from(sorted(no_traffic())), st.integers())
    )
)
def test_traffic_is_summed(networks: dict[str, dict[str, int]]) -> None:
    record = {"read": "2026-11-24T04:27:41Z", "networks": networks, "id": "1", "name": "/x"}
    changed = OneNetworkInStats().down_record(record, Facts())
    assert set(changed) == {"read", "network"}
    for counter, total in changed["network"].items():
        assert total == sum(one.get(counter, 0) for one in networks.values())


def test_a_container_in_no_network_has_zeros() -> None:
    record = OneNetworkInStats().down_record({"read": "2026-11-24T04:27:41Z"}, Facts())
    assert record["network"] == no_traffic()
    assert set(no_traffic().values()) == {0}


def test_what_was_never_read_stays() -> None:
    record = {"read": "0001-01-01T00:00:00Z", "id": "1", "name": "/x"}
    assert OneNetworkInStats().down_record(dict(record), Facts()) == record


@pytest.mark.parametrize(
    ("query", "left"), [("", ""), ("size=1", ""), ("size=true&x=1", "x=1"), ("x=size", "x=size")]
)
def test_sizes_are_not_asked_for(query: str, left: str) -> None:
    request = Request("GET", "/containers/x/json", query)
    assert NoSizesInInspect().up_request(request, Facts()).query == left


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        ({"VolumeDriver": "a"}, {"HostConfig": {"VolumeDriver": "a"}}),
        ({"VolumeDriver": "a", "HostConfig": None}, {"HostConfig": {"VolumeDriver": "a"}}),
        (
            {"VolumeDriver": "a", "HostConfig": {"Dns": []}},
            {"HostConfig": {"Dns": [], "VolumeDriver": "a"}},
        ),
        (
            {"VolumeDriver": "a", "HostConfig": {"VolumeDriver": "b"}},
            {"HostConfig": {"VolumeDriver": "b"}},
        ),
        ({"VolumeDriver": ""}, {}),
        ({"VolumeDriver": 5}, {"VolumeDriver": 5}),
        ({"VolumeDriver": "a", "HostConfig": 5}, {"HostConfig": 5}),
        ({}, {}),
    ],
)
def test_a_driver_goes_where_it_belongs(given_: dict[str, Any], made: dict[str, Any]) -> None:
    assert VolumeDriverInConfig().up_document(given_, Facts()) == made
