"""Bodies that Engine 1.6 read loosely, and the limits that it mended."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document

from gateway.api.create_fields import CONFIG, HOST_CONFIG, Kind
from gateway.stream.json import dumps
from gateway.versions.engine_1_6_requests import (
    ConfigReadLoosely,
    ExecReadLoosely,
    HostConfigReadLoosely,
    LimitsAreMended,
    read_config,
    read_host_config,
)
from gateway.versions.vocabulary import Change, Facts

CHANGES = (ConfigReadLoosely, ExecReadLoosely, HostConfigReadLoosely, LimitsAreMended)
SIMPLE = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("0123456789-+. _ae", max_size=30)
)
VALUES = SIMPLE | st.lists(SIMPLE, max_size=3) | st.dictionaries(st.text(max_size=3), SIMPLE)
BINDINGS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.text(max_size=3), VALUES | st.lists(st.fixed_dictionaries({}))
)
HOSTS = st.dictionaries(st.sampled_from(sorted(HOST_CONFIG)), VALUES)


@pytest.mark.parametrize("step", ["inspect-created", "inspect web", "inspect link"])
def test_a_recorded_configuration_is_read_as_it_is(step: str) -> None:
    recorded = document("1.18", step)
    config = {**recorded["Config"], "HostConfig": recorded["HostConfig"]}
    before = deepcopy(config)
    read_config(config)
    assert config == before


@pytest.mark.parametrize(
    ("name", "value", "after"),
    [
        ("Memory", True, 1),
        ("Memory", 5.0, 5),
        ("Memory", 5.5, 5.5),
        ("Memory", " -1 ", -1),
        ("Memory", "--1", "--1"),
        ("Memory", "-", "-"),
        ("Memory", "9" * 5000, "9" * 5000),
        ("Memory", "9223372036854775807", 2**63 - 1),
        ("Memory", "9223372036854775808", "9223372036854775808"),
        ("Memory", 1e300, 1e300),
        ("Memory", "12m", "12m"),
        ("Memory", [1], [1]),
        ("Hostname", 7, "7"),
        ("Hostname", 7.5, "7.5"),
        ("Hostname", True, True),
        ("Tty", 0, False),
        ("Tty", 2, True),
        ("Tty", "", False),
        ("Tty", "No", False),
        ("Tty", "NONE", False),
        ("Tty", "False", False),
        ("Tty", "yes", True),
        ("Tty", [1], [1]),
        ("Cmd", "ls", ["ls"]),
        ("Cmd", ["sleep", 5, 0.5], ["sleep", "5", "0.5"]),
        ("Cmd", ["a", None], ["a", None]),
        ("Cmd", [], []),
        ("Cmd", {"a": 1}, {"a": 1}),
        ("Labels", ["a"], ["a"]),
        ("Volumes", {"/a": None, "/b": {}}, {"/a": {}, "/b": {}}),
    ],
)
def test_values_of_other_kinds(name: str, value: Any, after: Any) -> None:
    config = {name: value}
    read_config(config)
    assert config == {name: after}
    assert type(config[name]) is type(after)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Memory", ""), ("Hostname", None), ("Entrypoint", ""), ("Volumes", ""), ("Labels", [])],
)
def test_what_is_empty_is_not_given(name: str, value: Any) -> None:
    config = {name: value, "Image": "a"}
    read_config(config)
    assert config.get(name) is None


@pytest.mark.parametrize(
    "bindings",
    [
        {"80/tcp": [{"HostIp": "", "HostPort": "80"}, {}, "x", None]},
        {"80/tcp": None},
        {"80/tcp": "80"},
        {},
    ],
)
def test_bindings_that_stay(bindings: Any) -> None:
    host = {"PortBindings": deepcopy(bindings)}
    read_host_config(host)
    assert host == {"PortBindings": bindings}


def test_a_port_may_be_a_number() -> None:
    host = {"PortBindings": {"80/tcp": [{"HostIp": "::", "HostPort": 8080}]}}
    read_host_config(host)
    assert host == {"PortBindings": {"80/tcp": [{"HostIp": "::", "HostPort": "8080"}]}}


@pytest.mark.parametrize(
    ("memory", "mended"),
    [
        ((4 << 20) - 1, (4 << 20) - 1),
        (4 << 20, 6 << 20),
        ((6 << 20) - 1, 6 << 20),
        (6 << 20, 6 << 20),
    ],
)
def test_the_least_memory(memory: int, mended: int) -> None:
    after = LimitsAreMended().up_document({"Memory": memory}, Facts())
    assert after == {"Memory": mended}


def test_bindings_that_are_no_map_stay() -> None:
    host = {"PortBindings": "x", "Devices": "", "RestartPolicy": []}
    read_host_config(host)
    assert host == {"PortBindings": "x"}


@given(
    st.dictionaries(st.sampled_from(sorted(CONFIG)), VALUES),
    HOSTS | VALUES,
    st.none() | BINDINGS,
)
def test_reading_never_fails_is_done_once_and_can_be_written(
    config: dict[str, Any], host: Any, bindings: Any
) -> None:
    if isinstance(host, dict) and bindings is not None:
        host = {**host, "PortBindings": bindings}
    before = {**config, "HostConfig": host}
    after = ConfigReadLoosely().up_document(deepcopy(before), Facts())
    assert ConfigReadLoosely().up_document(deepcopy(after), Facts()) == after
    dumps(LimitsAreMended().up_document(after, Facts()))
    for name, kind in CONFIG.items():
        value = config.get(name)
        if kind.fits(value) and name not in ("ExposedPorts", "Volumes", *LIMITED):
            assert after[name] == value


LIMITED = ("CpuShares", "Memory")


@given(st.sampled_from(sorted(HOST_CONFIG)), VALUES)
def test_a_host_config_at_start_is_read_as_in_a_create(name: str, value: Any) -> None:
    at_create = {"HostConfig": {name: deepcopy(value)}}
    read_config(at_create)
    after = HostConfigReadLoosely().up_document({name: value}, Facts())
    assert after == at_create["HostConfig"]
    if HOST_CONFIG[name] is Kind.TRUTH and isinstance(value, int | str):
        assert isinstance(after[name], bool)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Cmd": "date", "User": "root"}, {"Cmd": ["date"]}),
        ({"Privileged": "1", "Container": "a"}, {"Privileged": True, "Container": "a"}),
        ({"Cmd": ["a"], "Tty": False}, {"Cmd": ["a"], "Tty": False}),
    ],
)
def test_execs(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert ExecReadLoosely().up_document(before, Facts()) == after


@given(st.integers(-5, 2**20), st.integers(-1, 2**24))
def test_limits_are_within_what_engines_take(shares: int, memory: int) -> None:
    limits = {"CpuShares": shares, "Memory": memory}
    after = LimitsAreMended().up_document({**limits, "HostConfig": dict(limits)}, Facts())
    assert after["HostConfig"] == {name: after[name] for name in limits}
    assert after["CpuShares"] == (shares if shares <= 0 else sorted((2, shares, 262144))[1])
    enough = 4 << 20 <= memory < 6 << 20
    assert after["Memory"] == (6 << 20 if enough else memory)


@pytest.mark.parametrize("host", [None, "x", {}, {"Memory": "5000000", "CpuShares": None}])
def test_limits_that_are_none_stay(host: Any) -> None:
    before = {"HostConfig": host}
    assert LimitsAreMended().up_document(deepcopy(before), Facts()) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("other", [None, [], "x", 5])
def test_what_is_no_object_passes(change: type[Change], other: Any) -> None:
    assert change().up_document(other, Facts()) == other
