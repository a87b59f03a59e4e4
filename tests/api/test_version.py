from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.version import JSON_ERRORS, NEWEST, OLDEST, ApiVersion

MINORS = st.integers(0, 999)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.0", (1, 0)),
        ("v1.41", (1, 41)),
        ("1", (1, 0)),
        ("v1", (1, 0)),
        ("1.000000", (1, 0)),
        ("1.1", (1, 1)),
        ("1.10", (1, 10)),
        ("0.9", (0, 9)),
        ("2.3", (2, 3)),
    ],
)
def test_written_forms(text: str, version: tuple[int, int]) -> None:
    assert ApiVersion.parse(text) == ApiVersion(*version)


@pytest.mark.parametrize(
    "text",
    [
        *("", "v", ".", "1.", ".1", "1.2.3", "V1.2", "1.100000", "1.0000000", "-1.2"),
        *(" 1.2", "1.2\n", "\u0661.\u0662", "1000.1", "1,2", "latest"),
    ],
)
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="not an API version"):
        ApiVersion.parse(text)


@given(MINORS, MINORS)
def test_order_is_by_number_and_writing_reads_back(one: int, other: int) -> None:
    first, second = ApiVersion(1, one), ApiVersion(1, other)
    assert (first < second) == (one < other)
    assert ApiVersion.parse(str(first)) == first
    assert ApiVersion.parse(f"v{first}") == first


def test_ten_comes_after_nine() -> None:
    assert ApiVersion.parse("1.9") < ApiVersion.parse("1.10") < ApiVersion.parse("1.11")


def test_the_bounds() -> None:
    assert (str(OLDEST), str(JSON_ERRORS), str(NEWEST)) == ("1.0", "1.24", "1.56")
