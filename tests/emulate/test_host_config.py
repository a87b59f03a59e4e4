"""The HostConfig of a start, read, merged and compared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.version import ApiVersion
from gateway.emulate.host_config import BadBody, asked, differences, merged, update

V112, V114, V116, V118, V123 = (ApiVersion(1, minor) for minor in (12, 14, 16, 18, 23))
TYPE = "application/json"

CREATED = {
    "Binds": None,
    "ContainerIDFile": "",
    "LogConfig": {"Type": "json-file", "Config": {}},
    "NetworkMode": "default",
    "PortBindings": {},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumesFrom": None,
    "CapAdd": None,
    "CgroupnsMode": "host",
    "IpcMode": "private",
    "Links": None,
    "OomKillDisable": None,
    "PidsLimit": None,
    "Privileged": False,
    "ShmSize": 67108864,
    "Runtime": "runc",
    "Memory": 0,
    "MemorySwap": 0,
    "MemorySwappiness": None,
    "BlkioDeviceReadBps": [],
    "MaskedPaths": ["/proc/asound"],
}
"""What Engine 20.10.24 has for a container that was created without any."""

DOCKER_PY = {
    "LxcConf": [],
    "PublishAllPorts": False,
    "Privileged": False,
    "Binds": None,
    "RestartPolicy": {"MaximumRetryCount": 0, "Name": ""},
}
CLI_1_2 = {
    "Binds": None,
    "ContainerIDFile": "",
    "LxcConf": [],
    "Privileged": False,
    "PortBindings": {},
    "Links": None,
    "PublishAllPorts": False,
    "Dns": None,
    "DnsSearch": None,
    "VolumesFrom": None,
    "Devices": [],
    "NetworkMode": "bridge",
    "CapAdd": None,
    "CapDrop": None,
    "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
}


def body(document: Any) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize("text", [b"", b"{}", b"null", b" null \n", b'{"a":1}', b"   {}     "])
def test_a_short_body_is_none(text: bytes) -> None:
    assert asked(text, TYPE, V112) is None


def test_unknown_keys_alone_are_none_and_lxc_conf_alone_is_an_empty_one() -> None:
    assert asked(body({"Nonsense": "value", "More": 1}), TYPE, V112) is None
    assert asked(body({"LxcConf": [{"Key": "a", "Value": "b"}]}), TYPE, V112) == {}


def test_known_keys_are_taken_whatever_their_case() -> None:
    given = {"binds": ["/a:/b"], "Dns": None, "AutoRemove": True, "Nonsense": 1}
    assert asked(body(given), TYPE, V112) == {"Binds": ["/a:/b"]}


def test_a_host_config_inside_is_unwrapped() -> None:
    given = {"Memory": 5, "HostConfig": {"Privileged": True}}
    assert asked(body(given), TYPE, V123) == {"Memory": 5, "Privileged": True}


@pytest.mark.parametrize(
    ("content_type", "client", "status"),
    [
        ("text/plain", V114, None),
        ("text/plain", V116, 500),
        ("text/plain", V123, 400),
    ],
)
def test_a_body_of_another_type(content_type: str, client: ApiVersion, status: int | None) -> None:
    if status is None:
        assert asked(body({"Privileged": True}), content_type, client) is None
        return
    with pytest.raises(BadBody, match="must be 'application/json'") as raised:
        asked(body({"Privileged": True}), content_type, client)
    assert raised.value.status == status


def test_a_body_without_a_type_or_with_a_charset_is_json() -> None:
    for content_type in (None, "application/json; charset=utf-8"):
        assert asked(body({"Privileged": True}), content_type, V123) == {"Privileged": True}


@pytest.mark.parametrize("text", [b'{"Privileged": tr', b'["Privileged"]', b'"Privileged"'])
def test_what_is_no_object_is_an_error(text: bytes) -> None:
    with pytest.raises(BadBody) as raised:
        asked(text, TYPE, V112)
    assert raised.value.status == 500


@pytest.mark.parametrize("given", [DOCKER_PY, CLI_1_2], ids=["docker-py", "docker 1.2"])
@pytest.mark.parametrize("client", [V112, V114, V118, V123])
@pytest.mark.parametrize("fresh", [True, False])
def test_defaults_change_nothing(given: dict[str, Any], client: ApiVersion, fresh: bool) -> None:
    host = asked(body(given), TYPE, client)
    assert host is not None
    assert differences(merged(host, CREATED, client, fresh), CREATED) == frozenset()


LINKED = CREATED | {"Links": ["/db:/web/one"], "Binds": ["/a:/b"], "CapAdd": ["X"]}


def test_what_is_not_said_is_not_kept_but_links_add_up() -> None:
    host = merged({"Links": ["db2:two"]}, LINKED, V123, False)
    assert host["Links"] == ["db:one", "db2:two"]
    assert "CapAdd" not in host and "Binds" not in host
    assert differences(host, LINKED) == {"Links", "Binds", "CapAdd"}


def test_links_and_ports_compare_as_sets() -> None:
    stored = CREATED | {
        "Links": ["/db:/web/a", "/x:/web/b"],
        "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "1"}], "81/tcp": None},
        "Binds": ["/a:/b", "/c:/d"],
    }
    host = {
        "Links": ["x:b", "db:a"],
        "PortBindings": {"81": [{}], "80/tcp": [{"HostPort": 1}]},
        "Binds": ["/c:/d", "/a:/b"],
    }
    assert differences(merged(host, stored, V123, False), stored) == frozenset()
    host["PortBindings"] = {"80/tcp": [{"HostPort": 2}]}
    assert differences(merged(host, stored, V123, False), stored) == {"PortBindings"}


def test_the_limits_of_create_are_kept_before_v1_18() -> None:
    stored = CREATED | {"Memory": 100, "MemorySwap": 200, "CpuShares": 7, "CpusetCpus": "0"}
    for fresh in (True, False):
        host = merged({"Privileged": True}, stored, V116, fresh)
        assert differences(host, stored) == {"Privileged"}
    gone = {"Memory", "CpuShares", "CpusetCpus"}
    assert differences(merged({}, stored, V118, True), stored) == gone
    assert merged({"Memory": 50}, stored, V116, True).get("MemorySwap") in (None, 0)


def test_what_could_be_said_at_create_only_is_kept() -> None:
    stored = CREATED | {"Dns": ["1.1.1.1"], "PortBindings": {"80/tcp": [{"HostPort": "1"}]}}
    assert differences(merged(dict(CLI_1_2), stored, V114, True), stored) == frozenset()
    assert differences(merged({"Dns": ["2.2.2.2"]}, stored, V114, True), stored) == {"Dns"}
    # Started before: then it is the HostConfig of that start, which this one replaces.
    assert "Dns" in differences(merged({}, stored, V114, False), stored)
    assert differences(merged({}, stored, ApiVersion(1, 9), False), stored) == frozenset()


def test_of_two_binds_for_one_place_the_last_counts() -> None:
    host = merged({"Binds": ["/a:/x", "/b:/y", "/c:/x:ro"]}, CREATED, V123, True)
    assert host["Binds"] == ["/c:/x:ro", "/b:/y"]


def test_modes_that_were_chosen_for_the_client_stay() -> None:
    host = merged({}, CREATED, V123, True)
    assert (host["IpcMode"], host["CgroupnsMode"]) == ("private", "host")
    stored = CREATED | {"IpcMode": "host"}
    assert differences(merged({}, stored, V123, False), stored) == {"IpcMode"}
    assert merged({"IpcMode": "host"}, CREATED, V123, True)["IpcMode"] == "host"


def test_the_engines_own_log_driver_is_no_difference() -> None:
    stored = CREATED | {"LogConfig": {"Type": "journald", "Config": {}}}
    assert differences(merged({}, stored, V123, False), stored) == frozenset()
    stored = CREATED | {"LogConfig": {"Type": "syslog", "Config": {"tag": "x"}}}
    assert differences(merged({}, stored, V123, False), stored) == {"LogConfig"}


def test_an_update_where_it_suffices() -> None:
    assert update(frozenset({"Memory"}), {"Memory": 5}) == {"Memory": 5, "MemorySwap": 10}
    policy = {"Name": "always"}
    assert update(frozenset({"RestartPolicy"}), {"RestartPolicy": policy}) == {
        "RestartPolicy": policy
    }
    assert update(frozenset({"Memory", "Dns"}), {"Memory": 5, "Dns": ["x"]}) is None
    assert update(frozenset({"CpuShares"}), {}) is None


names = st.sampled_from(["Binds", "Dns", "CapAdd", "VolumesFrom", "ExtraHosts"])
values = st.lists(st.sampled_from(["/a:/b", "/c:/d", "/e:/f"]), unique=True, max_size=3)


@given(st.dictionaries(names, values), st.sampled_from([V112, V118, V123]), st.booleans())
def test_a_second_start_with_the_same_changes_nothing(
    host: dict[str, Any], client: ApiVersion, fresh: bool
) -> None:
    first = merged(host, CREATED, client, fresh)
    stored = CREATED | first
    assert differences(merged(host, stored, client, False), stored) == frozenset()
