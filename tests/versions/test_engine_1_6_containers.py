"""Containers, as Engine 1.6.2 gave them, from the documents of newer engines."""

from __future__ import annotations

from copy import deepcopy
from ipaddress import IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document, headers

from gateway.api.message import AnswerHead, Headers, Json, Request
from gateway.versions.engine_1_6_containers import (
    ChangesAreAList,
    ContainerOfEngine16,
    ListOfEngine16,
    LogsHaveAType,
    NothingToDoIsBare,
    NoWarningsAreNull,
    WaitTellsTheStatus,
    container_of_engine_1_6,
    link_local,
)
from gateway.versions.v1_06 import CONTAINER_TTY
from gateway.versions.vocabulary import Facts

VERSIONS = ("1.12", "1.15", "1.18")
INSPECTED = (
    "inspect-created",
    "inspect-exited",
    "inspect web",
    "inspect link",
    "inspect-paused web",
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("step", INSPECTED)
def test_a_recorded_container_stays(version: str, step: str) -> None:
    recorded = document(version, step)
    assert ContainerOfEngine16().down_document(deepcopy(recorded), Facts()) == recorded


def of_newer_engine(recorded: dict[str, Any], ipc: str) -> dict[str, Any]:
    """What Engine 20.10 says where Engine 1.6.2 said `recorded`."""
    newer = deepcopy(recorded)
    newer |= {"Image": f"sha256:{recorded['Image']}", "Platform": "linux", "GraphDriver": {}}
    for gone in ("ExecDriver",):
        del newer[gone]
    config, host, settings = newer["Config"], newer["HostConfig"], newer["NetworkSettings"]
    config |= {"Labels": None, "StopSignal": "SIGTERM", "OnBuild": []}
    del config["PortSpecs"], config["MacAddress"]
    host |= {"NetworkMode": "default", "IpcMode": ipc, "ShmSize": 67108864}
    host |= {"MemorySwap": 2 * host["Memory"], "LogConfig": {"Config": {}, "Type": "local"}}
    del host["LxcConf"]
    settings |= {"SandboxID": "1", "Networks": {}, "Bridge": ""}
    settings |= {"LinkLocalIPv6Address": "", "LinkLocalIPv6PrefixLen": 0}
    del settings["PortMapping"]
    for bindings in (settings["Ports"] or {}).values():
        bindings += [{"HostIp": "::", "HostPort": one["HostPort"]} for one in bindings]
    newer["State"] |= {"Status": "running", "Health": None}
    return newer


@pytest.mark.parametrize("ipc", ["private", "shareable", ""])
@pytest.mark.parametrize("step", INSPECTED)
def test_a_newer_container_becomes_the_recorded_one(step: str, ipc: str) -> None:
    recorded = document("1.18", step)
    newer = of_newer_engine(recorded, ipc)
    assert ContainerOfEngine16().down_document(newer, Facts()) == recorded


def test_what_was_set_stays() -> None:
    container = deepcopy(document("1.18", "inspect web"))
    set_ = {"NetworkMode": "host", "IpcMode": "host", "Memory": 5, "MemorySwap": -1}
    container["HostConfig"] |= set_ | {"LogConfig": {"Type": "syslog", "Config": {"tag": "a"}}}
    container["Config"]["Labels"] = {"a": "b"}
    after = container_of_engine_1_6(deepcopy(container))
    assert after == container


@pytest.mark.parametrize("kind", ["local", "", None])
def test_logs_that_can_be_read_are_of_the_first_kind(kind: str | None) -> None:
    container = container_of_engine_1_6({"Config": {}, "HostConfig": {"LogConfig": {"Type": kind}}})
    assert container["HostConfig"]["LogConfig"] == {"Type": "json-file", "Config": None}


def test_a_container_with_little_in_it_has_all_keys() -> None:
    keys = document("1.18", "inspect-created")
    container = container_of_engine_1_6({"Config": {}})
    assert container.keys() == keys.keys()
    for name in ("Config", "HostConfig", "NetworkSettings", "State"):
        assert container[name].keys() == keys[name].keys()
    assert container["NetworkSettings"]["Ports"] is None
    assert container["Config"]["Labels"] == {}


def test_addresses_that_are_known_stay() -> None:
    settings = {
        "IPAddress": "10.0.0.2",
        "Bridge": "br0",
        "MacAddress": "02:42:ac:1e:00:83",
        "LinkLocalIPv6Address": "fe80::1",
        "LinkLocalIPv6PrefixLen": 10,
    }
    after = container_of_engine_1_6({"Config": {}, "NetworkSettings": dict(settings)})
    assert after["NetworkSettings"] | settings == after["NetworkSettings"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, None),
        ([], []),
        ([{"HostIp": "::"}], [{"HostIp": "::"}]),
        ([{"HostIp": "0.0.0.0"}, {"HostIp": "::"}], [{"HostIp": "0.0.0.0"}]),
    ],
)
def test_a_port_is_published_once(before: Json, after: Json) -> None:
    ports = {"80/tcp": before}
    container = container_of_engine_1_6({"Config": {}, "NetworkSettings": {"Ports": ports}})
    assert container["NetworkSettings"]["Ports"] == {"80/tcp": after}


@given(st.binary(min_size=6, max_size=6))
def test_the_address_of_the_link_is_that_of_the_mac_address(octets: bytes) -> None:
    first = bytes((octets[0] ^ 2,))
    expected = b"\xfe\x80" + bytes(6) + first + octets[1:3] + b"\xff\xfe" + octets[3:]
    assert IPv6Address(link_local(octets.hex(":"))) == IPv6Address(expected)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_address_of_the_link_is_the_recorded_one(version: str) -> None:
    settings = document(version, "inspect web")["NetworkSettings"]
    assert link_local(settings["MacAddress"]) == settings["LinkLocalIPv6Address"] != ""


@pytest.mark.parametrize("words", ["", "02:42", "zz:42:ac:1e:00:83", "02:42:ac:1e:00:83:00"])
def test_what_is_no_mac_address_has_no_link(words: str) -> None:
    assert link_local(words) == ""


def asked(query: str) -> Facts:
    facts, request = Facts(), Request("GET", "/containers/json", query)
    assert ListOfEngine16().up_request(request, facts) is request
    return facts


def listed(container: dict[str, Any], query: str = "") -> dict[str, Any]:
    whole = {"Id": "1", "Command": "a", "Created": 1, "Names": ["/a"], "Image": "a:b", "Status": ""}
    (after,) = ListOfEngine16().down_document([whole | container], asked(query))
    entry: dict[str, Any] = after
    return entry


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("step", "query"), [("ps", ""), ("ps-all-size", "all=1&size=1"), ("ps-limit", "limit=1")]
)
def test_a_recorded_list_stays(version: str, step: str, query: str) -> None:
    recorded = document(version, step)
    assert ListOfEngine16().down_document(deepcopy(recorded), asked(query)) == recorded


def test_a_newer_list_becomes_the_recorded_one() -> None:
    recorded = document("1.18", "ps-all-size")
    newer = deepcopy(recorded)
    for container in newer:
        if container["Image"].endswith(":latest"):
            container["Image"] = "sha256:" + container["Image"].removesuffix(":latest")
        container |= {"State": "running", "ImageID": "sha256:1", "Mounts": [], "HostConfig": {}}
        del container["SizeRootFs"], container["SizeRw"]
        if container["Status"].startswith("Up"):
            container["Status"] += " (healthy)"
        container["Ports"] += [port | {"IP": "::"} for port in container["Ports"]]
    assert ListOfEngine16().down_document(newer, asked("all=1&size=1")) == recorded


@pytest.mark.parametrize(
    ("image", "after"),
    [
        ("busybox", "busybox:latest"),
        ("busybox:1", "busybox:1"),
        ("host:5000/a/b", "host:5000/a/b:latest"),
        ("host:5000/a:1", "host:5000/a:1"),
        ("a@sha256:11", "a@sha256:11"),
        ("sha256:11", "11:latest"),
    ],
)
def test_an_image_without_a_tag_has_the_latest(image: str, after: str) -> None:
    assert listed({"Image": image})["Image"] == after


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("Up 2 minutes (healthy)", "Up 2 minutes"),
        ("Up 2 minutes (unhealthy)", "Up 2 minutes"),
        ("Up 2 minutes (health: starting)", "Up 2 minutes"),
        ("Up 2 minutes (Paused)", "Up 2 minutes (Paused)"),
        ("Created", ""),
        ("Exited (0) 2 days ago", "Exited (0) 2 days ago"),
    ],
)
def test_a_status_says_nothing_of_health(status: str, after: str) -> None:
    assert listed({"Status": status})["Status"] == after


@pytest.mark.parametrize(
    ("ports", "after"),
    [
        (None, []),
        ([{"PrivatePort": 1}], [{"PrivatePort": 1}]),
        ([{"IP": "::", "PrivatePort": 1}], [{"IP": "::", "PrivatePort": 1}]),
        (
            [{"IP": "0.0.0.0"}, {"IP": "::"}, {"PrivatePort": 2}],
            [{"IP": "0.0.0.0"}, {"PrivatePort": 2}],
        ),
    ],
)
def test_a_list_has_a_port_once(ports: Json, after: Json) -> None:
    assert listed({"Ports": ports})["Ports"] == after


@pytest.mark.parametrize("size", ["1", "true", "True"])
def test_sizes_that_were_asked_for_are_there(size: str) -> None:
    container = listed({"SizeRw": 3, "Labels": {"a": "b"}}, f"size={size}")
    assert (container["SizeRw"], container["SizeRootFs"], container["Labels"]) == (3, 0, {"a": "b"})


@pytest.mark.parametrize("query", ["", "size=0", "size=false", "all=1"])
def test_sizes_that_were_not_asked_for_are_not(query: str) -> None:
    assert not {"SizeRw", "SizeRootFs"} & listed({"SizeRw": 3, "SizeRootFs": 4}, query).keys()


@given(st.none() | st.lists(st.fixed_dictionaries({"Path": st.text(), "Kind": st.integers(0, 2)})))
def test_changes_are_a_list(changes: Json) -> None:
    assert ChangesAreAList().down_document(changes, Facts()) == (changes or [])


def test_no_changes_are_as_recorded() -> None:
    assert ChangesAreAList().down_document(None, Facts()) == document("1.18", "changes split")


@pytest.mark.parametrize("warnings", [{}, {"Warnings": None}, {"Warnings": []}])
def test_a_create_without_warnings_is_as_recorded(warnings: dict[str, Any]) -> None:
    recorded = document("1.18", "create split")
    newer = {"Id": recorded["Id"], **warnings}
    assert NoWarningsAreNull().down_document(newer, Facts()) == recorded


def test_warnings_stay() -> None:
    created = {"Id": "1", "Warnings": ["a"]}
    assert NoWarningsAreNull().down_document(dict(created), Facts()) == created


@pytest.mark.parametrize("facts", [{}, {CONTAINER_TTY.name: None}, {CONTAINER_TTY.name: False}])
def test_logs_in_frames_have_the_recorded_type(facts: dict[str, Json]) -> None:
    head = AnswerHead(200, Headers((("Content-Type", "x/y"),)), "OK")
    after = LogsHaveAType().down_head(head, Facts(facts))
    assert after == AnswerHead(200, Headers(headers("1.18", "logs split")), "OK")


def test_logs_of_a_terminal_are_text() -> None:
    after = LogsHaveAType().down_head(AnswerHead(200), Facts({CONTAINER_TTY.name: True}))
    assert after.headers.get("Content-Type") == "text/plain; charset=utf-8"


def test_a_start_of_what_runs_has_the_recorded_fields() -> None:
    newer = AnswerHead(304, Headers((("X-Content-Type-Options", "nosniff"),)), "Not Modified")
    after = NothingToDoIsBare().down_head(newer, Facts())
    recorded = Headers(headers("1.18", "start-again web"))
    assert after == AnswerHead(304, recorded, "Not Modified")


def test_a_start_that_does_something_keeps_its_fields() -> None:
    head = AnswerHead(204, Headers((("X-Content-Type-Options", "nosniff"),)))
    assert NothingToDoIsBare().down_head(head, Facts()) is head


@pytest.mark.parametrize("step", ["wait split", "wait tty"])
def test_a_newer_wait_becomes_the_recorded_one(step: str) -> None:
    recorded = document("1.18", step)
    newer = recorded | {"Error": None}
    assert WaitTellsTheStatus().down_document(newer, Facts()) == recorded


@pytest.mark.parametrize(("swap", "after"), [(10, 0), (7, 7), (0, 0)])
def test_swap_of_twice_the_memory_is_none_in_both_places(swap: int, after: int) -> None:
    limits = {"Memory": 5, "MemorySwap": swap}
    container = container_of_engine_1_6({"Config": dict(limits), "HostConfig": dict(limits)})
    assert container["Config"]["MemorySwap"] == container["HostConfig"]["MemorySwap"] == after
