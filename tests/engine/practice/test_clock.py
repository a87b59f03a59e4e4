import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.engine.practice.clock import NEVER, SECOND, ago, read, written

NOW = 1_700_000_000 * SECOND


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, NEVER),
        (NOW, "2023-11-14T22:13:20Z"),
        (NOW + 120, "2023-11-14T22:13:20.00000012Z"),
        (NOW + 500_000_000, "2023-11-14T22:13:20.5Z"),
    ],
)
def test_moments_are_written_as_engines_do(moment, text):
    assert written(moment) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1700000000", NOW),
        ("1700000000.000000001", NOW + 1),
        ("1700000000.5", NOW + SECOND // 2),
        ("2023-11-14T22:13:20Z", NOW),
        ("2023-11-14T22:13:20", NOW),
        ("2023-11-14T23:13:20.25+01:00", NOW + SECOND // 4),
        ("10m", NOW - 600 * SECOND),
        ("90s", NOW - 90 * SECOND),
    ],
)
def test_moments_of_parameters_are_read(text, moment):
    assert read(text, NOW) == moment


@pytest.mark.parametrize("text", ["soon", "1.x", "-5", "", "m"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        read(text, NOW)


@given(st.integers(0, 4_000_000_000), st.integers(0, SECOND - 1))
def test_seconds_with_nine_decimals_come_back(seconds, nanoseconds):
    assert read(f"{seconds}.{nanoseconds:09d}", NOW) == seconds * SECOND + nanoseconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (120, "2 minutes"),
        (3600, "About an hour"),
        (7200, "2 hours"),
        (86400 * 3, "3 days"),
    ],
)
def test_ages_have_the_words_of_engines(seconds, words):
    assert ago(NOW - seconds * SECOND, NOW) == words
