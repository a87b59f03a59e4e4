"""What the document of `/version` tells of an engine's range."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.version import ApiVersion
from gateway.engine.engine_range import EngineRange


def v(minor: int) -> ApiVersion:
    return ApiVersion(1, minor)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        # Engine 20.10.24, 1.12.6, 1.6.2 and 29.
        (
            {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"},
            EngineRange(v(12), v(41), "20.10.24"),
        ),
        ({"Version": "1.12.6", "ApiVersion": "1.24"}, EngineRange(v(12), v(24), "1.12.6")),
        ({"Version": "1.6.2", "ApiVersion": "1.18"}, EngineRange(v(12), v(18), "1.6.2")),
        (
            {"Version": "29.0.0", "ApiVersion": "1.52", "MinAPIVersion": "1.44"},
            EngineRange(v(44), v(52), "29.0.0"),
        ),
        ({"ApiVersion": "1.40", "MinAPIVersion": ""}, EngineRange(v(12), v(40), "unknown")),
        # A minimum above the newest is no range: the newest is all there is.
        ({"ApiVersion": "1.10"}, EngineRange(v(10), v(10), "unknown")),
        ({"ApiVersion": "1.40", "MinAPIVersion": "1.44"}, EngineRange(v(40), v(40), "unknown")),
    ],
)
def test_documents(document: Any, expected: EngineRange) -> None:
    assert EngineRange.of_version_document(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "1.41",
        41,
        {},
        {"ApiVersion": None},
        {"ApiVersion": 1.41},
        {"ApiVersion": "x"},
        {"ApiVersion": "1.41", "MinAPIVersion": "y"},
        {"ApiVersion": "1.41", "MinAPIVersion": 12},
        {"apiversion": "1.41"},
    ],
)
def test_what_is_no_such_document(document: Any) -> None:
    with pytest.raises(ValueError):
        EngineRange.of_version_document(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.one_of(JSON, st.dictionaries(st.sampled_from(["ApiVersion", "MinAPIVersion"]), JSON)))
def test_anything_else_is_a_value_error(document: Any) -> None:
    try:
        found = EngineRange.of_version_document(document)
    except ValueError:
        return
    assert found.oldest <= found.newest


def test_how_it_is_written() -> None:
    assert str(EngineRange(v(12), v(41), "20.10.24")) == "20.10.24, API 1.12 to 1.41"
