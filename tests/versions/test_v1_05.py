"""Clients before v1.5 get the ports of a list as text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document
from support.speed import measure

from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.plan import Planner
from gateway.versions.v1_05 import PortsAreText, ports_text
from gateway.versions.vocabulary import Facts, Untranslatable

KEYS = ["Id", "Image", "Command", "Created", "Status", "Ports"]
NUMBER = st.integers(1, 65535)
TYPE = st.sampled_from(["tcp", "udp"])
PUBLISHED = st.fixed_dictionaries(
    {
        "IP": st.sampled_from(["0.0.0.0", "127.0.0.1"]),
        "PrivatePort": NUMBER,
        "PublicPort": NUMBER,
        "Type": TYPE,
    }
)
EXPOSED = st.fixed_dictionaries({"PrivatePort": NUMBER, "Type": TYPE})
TEXT = re.compile(r"(?:([0-9.]+):([0-9]+)->)?([0-9]+)/(tcp|udp)")


def key(port: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(port.items()))


@given(st.lists(PUBLISHED | EXPOSED, max_size=5))
def test_every_port_can_be_read_out_of_the_text(ports: list[dict[str, Any]]) -> None:
    read = []
    texts = ports_text(ports).split(", ") if ports else []
    assert texts == sorted(texts)
    for text in texts:
        found = TEXT.fullmatch(text)
        assert found is not None
        port: dict[str, Any] = {"PrivatePort": int(found[3]), "Type": found[4]}
        if found[1]:
            port |= {"IP": found[1], "PublicPort": int(found[2])}
        read.append(port)
    assert sorted(map(key, read)) == sorted(map(key, ports))


@pytest.mark.parametrize("step", ["ps", "ps-all-size", "ps-limit"])
def test_what_was_recorded_keeps_the_keys_of_the_time(step: str) -> None:
    recorded = document("1.5", step)
    listed = PortsAreText().down_document(document("1.5", step), Facts())
    assert len(listed) == len(recorded) > 0
    for given_, container in zip(listed, recorded, strict=True):
        sizes = [name for name in ("SizeRw", "SizeRootFs") if name in container]
        assert list(given_) == KEYS + sizes
        assert isinstance(given_["Ports"], str)
        assert all(given_[name] == container[name] for name in given_ if name != "Ports")


@pytest.mark.parametrize("ports", [None, []])
def test_no_ports_are_no_text(ports: Any) -> None:
    container = dict.fromkeys(KEYS, "a") | {"Ports": ports}
    assert PortsAreText().down_document([container], Facts())[0]["Ports"] == ""


def test_an_address_that_is_not_told_is_any() -> None:
    port = {"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}
    assert ports_text([port]) == "0.0.0.0:8080->80/tcp"


def test_entries_that_are_no_containers_are_untranslatable() -> None:
    plan = Planner(ApiVersion(1, 24), ApiVersion(1, 41)).plan(
        ApiVersion(1, 4), ROUTE["ContainerList"]
    )
    wrongs: list[Any] = [[1], [{}], {"a": 1}, [dict.fromkeys(KEYS, "a") | {"Ports": [3]}]]
    for wrong in wrongs:
        with pytest.raises(Untranslatable, match="document of ContainerList"):
            plan.document(wrong, Facts())


def test_a_thousand_containers_are_fast_enough_through_the_longest_chain() -> None:
    """Twice the aim (9 ms of CPU for parsing, rewriting and writing)."""
    seconds = measure("""
import random
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.json import dumps, loads
from gateway.versions.plan import Planner
from gateway.versions.vocabulary import Facts
random.seed(5)
ids = ["%064x" % random.getrandbits(256) for _ in range(1000)]
data = dumps([
    {"Id": ids[at], "Names": [f"/container{at}"], "Image": f"example.org/team/app{at}:latest",
     "ImageID": "sha256:" + ids[at], "Command": "sleep 1000", "Created": 1795422030 + at,
     "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 30000 + at, "Type": "tcp"},
               {"IP": "::", "PrivatePort": 80, "PublicPort": 30000 + at, "Type": "tcp"}],
     "Labels": {"maintainer": "somebody"}, "State": "running", "Status": "Up 2 hours",
     "HostConfig": {"NetworkMode": "default"},
     "NetworkSettings": {"Networks": {"bridge": {
         "IPAMConfig": None, "Links": None, "Aliases": None, "NetworkID": ids[at],
         "EndpointID": ids[at], "Gateway": "172.17.0.1", "IPAddress": "172.17.0.2",
         "IPPrefixLen": 16, "IPv6Gateway": "", "GlobalIPv6Address": "",
         "GlobalIPv6PrefixLen": 0, "MacAddress": "02:42:ac:11:00:02", "DriverOpts": None}}},
     "Mounts": []}
    for at in range(1000)
])
plan = Planner(ApiVersion(1, 41), ApiVersion(1, 41)).plan(ApiVersion(1, 4), ROUTE["ContainerList"])
print(best(lambda: dumps(plan.document(loads(data), Facts())), 20))
""")
    assert seconds <= 0.018
