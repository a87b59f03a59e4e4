"""The fields of a create, against what Engine 1.6.2 gave, and what each kind takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document

from gateway.api.create_fields import CONFIG, FILLED_IN, HOST_CONFIG, Kind

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("step", ["inspect-created", "inspect web", "inspect link"])
def test_every_recorded_field_is_known_and_of_its_kind(step: str) -> None:
    container = document("1.18", step)
    host = container["HostConfig"]
    # LxcConf went with the driver of that name (Docker 1.10); the v1.18 rung deals with it.
    assert set(container["Config"]) <= set(CONFIG)
    assert set(host) - {"LxcConf"} <= set(HOST_CONFIG)
    for fields, values in ((CONFIG, container["Config"]), (HOST_CONFIG, host)):
        for name, value in values.items():
            if name != "LxcConf" and value is not None:
                assert fields[name].fits(value), name


@pytest.mark.parametrize(
    ("kind", "fitting", "others"),
    [
        (Kind.NUMBER, [0, -1], [True, 1.0, "1", [1]]),
        (Kind.TEXT, ["", "a"], [0, True, ["a"]]),
        (Kind.TRUTH, [True, False], [0, 1, "true"]),
        (Kind.TEXTS, [[], ["a", ""]], ["a", [1], ["a", 1], [{}], {}]),
        (Kind.ITEMS, [[], [{}]], [{}, ["a"], [{}, "a"], ""]),
        (Kind.MAP, [{}, {"a": 1}], [[], "", [{}]]),
    ],
)
def test_what_fits(kind: Kind, fitting: list[Any], others: list[Any]) -> None:
    assert all(kind.fits(value) for value in fitting)
    assert not any(kind.fits(value) for value in [*others, None])


@given(JSON)
def test_nothing_but_an_empty_list_is_of_two_kinds(value: Any) -> None:
    kinds = {kind for kind in Kind if kind.fits(value)}
    assert len(kinds) <= 1 or (value == [] and kinds == {Kind.TEXTS, Kind.ITEMS})


def test_what_is_filled_in_is_nothing_of_its_kind() -> None:
    for name, nothing in FILLED_IN.items():
        assert not nothing
        assert HOST_CONFIG[name].fits(nothing)
        assert CONFIG["Cpuset" if name == "CpusetCpus" else name] is HOST_CONFIG[name]
