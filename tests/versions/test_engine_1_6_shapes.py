"""The shapes of Engine 1.6, against every recorded document that has one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import document

from gateway.versions.engine_1_6_shapes import (
    CONFIG,
    CONTAINER,
    HOST_CONFIG,
    IMAGE,
    INFO,
    NETWORK_SETTINGS,
    STATE,
    VERSION_KEYS,
    Shape,
    bare,
)

VERSIONS = [f"1.{minor}" for minor in range(12, 19)]
INSPECTS = ["inspect-created", "inspect-exited", "inspect web", "inspect link"]
SHAPES = (CONFIG, CONTAINER, HOST_CONFIG, IMAGE, INFO, NETWORK_SETTINGS, STATE)
DIGITS = st.text("0123456789abcdef", min_size=1, max_size=64)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("step", INSPECTS)
def test_a_recorded_container_is_in_its_shapes(version: str, step: str) -> None:
    recorded = document(version, step)
    own = {name: recorded.pop(name) for name in ("Config", "HostConfig", "State")}
    settings = recorded.pop("NetworkSettings")
    recorded.pop("Image")
    assert CONTAINER.of(recorded) == recorded
    # Labels are {} in a container; in the shape, which images have too, they are null then.
    assert CONFIG.of(own["Config"]) == {**own["Config"], "Labels": own["Config"]["Labels"] or None}
    assert HOST_CONFIG.of(own["HostConfig"]) == own["HostConfig"]
    assert STATE.of(own["State"]) == own["State"]
    settings.pop("Ports")
    assert NETWORK_SETTINGS.of(settings) == settings


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recorded_image_is_in_its_shapes(version: str) -> None:
    recorded = document(version, "image-inspect")
    for name in ("Config", "ContainerConfig"):
        config = recorded.pop(name)
        assert CONFIG.of(config) == config
    for name in ("Id", "Parent"):
        recorded.pop(name)
    assert IMAGE.of(recorded) == recorded


@pytest.mark.parametrize("version", VERSIONS)
def test_recorded_info_and_version_have_their_keys(version: str) -> None:
    info = document(version, "info")
    assert set(INFO.of(info)) == set(info) - {"ExecutionDriver", "RegistryConfig"}
    assert tuple(document(version, "version")) == VERSION_KEYS


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_has_every_key(shape: Shape) -> None:
    nothing = shape.of(None)
    assert nothing
    assert shape.of({}) == nothing
    assert shape.of(dict.fromkeys(nothing)) == nothing
    assert shape.of({**nothing, "Newer": 1}) == nothing


@given(st.data())
def test_a_shape_keeps_what_is_set_and_is_done_once(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES))
    names = sorted(shape.of(None))
    values: st.SearchStrategy[Any] = (
        st.none() | st.integers() | st.text(max_size=2) | st.lists(st.text(max_size=2))
    )
    given_ = data.draw(st.dictionaries(st.sampled_from([*names, "Newer"]), values))
    shaped = shape.of(given_)
    assert list(shaped) == list(shape.of(None))
    assert shape.of(shaped) == shaped
    for name in names:
        if given_.get(name):
            assert shaped[name] == given_[name]


def test_an_empty_list_is_null_only_where_nothing_is_null() -> None:
    shape = Shape(Binds=None, Args=[], Count=0)
    assert shape.of({"Binds": [], "Args": [], "Count": 0}) == {
        "Binds": None,
        "Args": [],
        "Count": 0,
    }
    assert shape.of({"Binds": ["a"], "Args": None, "Count": None})["Binds"] == ["a"]


@given(DIGITS)
def test_an_id_is_bared_once(digits: str) -> None:
    assert bare(f"sha256:{digits}") == digits
    assert bare(digits) == digits


@pytest.mark.parametrize("other", [None, "", "busybox", 5, "sha512:a"])
def test_all_else_is_bare(other: Any) -> None:
    assert bare(other) == other
