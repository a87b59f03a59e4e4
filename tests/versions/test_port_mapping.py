"""`PortMapping`, nested and flat."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.versions.port_mapping import flat, nested

PORTS = st.dictionaries(
    st.tuples(st.integers(1, 65535), st.sampled_from(["tcp", "udp"])),
    st.none() | st.integers(1, 65535),
    max_size=5,
)


def container(ports: Any, running: bool = True) -> dict[str, Any]:
    network = {"PortMapping": None, "Ports": ports}
    return {"State": {"Running": running}, "NetworkSettings": network}


@given(PORTS)
def test_every_published_port_is_there(ports: dict[tuple[int, str], int | None]) -> None:
    document = container(
        {
            f"{private}/{protocol}": public and [{"HostIp": "0.0.0.0", "HostPort": str(public)}]
            for (private, protocol), public in ports.items()
        }
    )
    mapping = nested(document)["NetworkSettings"]["PortMapping"]
    expected: dict[str, dict[str, str]] = {"Tcp": {}, "Udp": {}}
    for (private, protocol), public in ports.items():
        if public:
            expected[protocol.title()][str(private)] = str(public)
    assert mapping == expected
    assert flat(document)["NetworkSettings"]["PortMapping"] == expected["Tcp"]


def test_an_ipv4_address_counts_before_ipv6_and_ipv6_before_none() -> None:
    six, four = {"HostIp": "::", "HostPort": "1"}, {"HostIp": "0.0.0.0", "HostPort": "2"}
    mapping = nested(container({"80": [six, four], "81/tcp": [six]}))["NetworkSettings"]
    assert mapping["PortMapping"] == {"Tcp": {"80": "2", "81": "1"}, "Udp": {}}


@pytest.mark.parametrize(("ports", "running"), [(None, True), ({}, False), (None, False)])
def test_a_container_that_does_not_run_has_none(ports: Any, running: bool) -> None:
    assert nested(container(ports, running))["NetworkSettings"]["PortMapping"] is None
    assert flat(container(ports, running))["NetworkSettings"]["PortMapping"] is None


def test_protocols_that_clients_do_not_know_are_left_out() -> None:
    mapping = nested(container({"80/sctp": [{"HostIp": "", "HostPort": "1"}]}))
    assert mapping["NetworkSettings"]["PortMapping"] == {"Tcp": {}, "Udp": {}}


@pytest.mark.parametrize("document", [{}, {"NetworkSettings": None}])
def test_a_document_without_a_network_stays(document: dict[str, Any]) -> None:
    assert nested(dict(document)) == document
    assert flat(dict(document)) == document


def test_what_is_flat_already_stays() -> None:
    document = {"NetworkSettings": {"PortMapping": {"80": "49153"}}}
    assert flat(document)["NetworkSettings"]["PortMapping"] == {"80": "49153"}
