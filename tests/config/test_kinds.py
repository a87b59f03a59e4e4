"""Values of each kind, right and wrong, from TOML and from options."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.version import ApiVersion
from gateway.config import kinds
from gateway.config.kinds import integer, seconds, type_name

COUNT = integer(2, 9, 5)
TIME = seconds(0.5, 60, 10)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (kinds.TEXT, "bob", "bob"),
        (kinds.VERSION, "1.41", ApiVersion(1, 41)),
        (kinds.VERSION, "v1.6", ApiVersion(1, 6)),
        (kinds.FORWARD, "nearest", "nearest"),
        (kinds.FORWARD, "v1.30", "1.30"),
        (kinds.LOG_LEVEL, "warn", "warn"),
        (kinds.MODE, "0660", 0o660),
        (kinds.MODE, "600", 0o600),
        (COUNT, "2", 2),
        (TIME, "0.5", 0.5),
        (TIME, "60", 60.0),
    ],
)
def test_right_texts(kind, text, value):
    assert kind.from_text(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (kinds.TEXT, ""),
        (kinds.TEXT, "a\nb"),
        (kinds.PATH, ""),
        (kinds.PATH, "a\0b"),
        (kinds.PATH, "~nobody-of-that-name/x"),
        (kinds.VERSION, "1.57"),
        (kinds.VERSION, "0.9"),
        (kinds.VERSION, "newest"),
        (kinds.FORWARD, "2.0"),
        (kinds.FORWARD, "Newest"),
        (kinds.LOG_LEVEL, "INFO"),
        (kinds.MODE, "rw"),
        (kinds.MODE, "0o660"),
        (kinds.MODE, "1777"),
        (kinds.MODE, "888"),
        (COUNT, "1"),
        (COUNT, "10"),
        (COUNT, "2.5"),
        (COUNT, ""),
        (TIME, "nan"),
        (TIME, "inf"),
        (TIME, "0.4"),
        (TIME, "ten"),
    ],
)
def test_wrong_texts(kind, text):
    with pytest.raises(ValueError, match="expected"):
        kind.from_text(text)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (kinds.TEXT, 1, "expected a string, found the number 1"),
        (kinds.SWITCH, "true", "expected true or false, found the string 'true'"),
        (kinds.SWITCH, 1, "expected true or false, found the number 1"),
        (COUNT, True, "expected a whole number from 2 to 9, found true"),
        (COUNT, 2.0, "expected a whole number from 2 to 9, found the number 2.0"),
        (TIME, False, "expected a time in seconds from 0.5 to 60, found false"),
        (kinds.VERSION, 1.41, 'expected a string such as "1.41", found the number 1.41'),
        (kinds.MODE, 0o660, 'expected a string such as "0660", found the number 432'),
        (kinds.PATH, [], "expected a string (a path), found an array"),
        (kinds.PATH, {}, "expected a string (a path), found a table"),
    ],
)
def test_wrong_toml_types(kind, value, words):
    with pytest.raises(ValueError) as caught:
        kind.from_toml(value)
    assert str(caught.value) == words


def test_a_path_begins_at_home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/bob")
    assert str(kinds.PATH.from_text("~/certs")) == "/home/bob/certs"


def test_a_date_has_a_name():
    import datetime

    assert type_name(datetime.date(2026, 1, 1)) == "a date or time"


@given(st.integers(-20, 20))
def test_bounds_are_the_same_from_both_sources(number: int):
    def outcome(read, value):
        try:
            return read(value)
        except ValueError as error:
            return str(error)

    assert outcome(COUNT.from_toml, number) == outcome(COUNT.from_text, str(number))
    assert (outcome(COUNT.from_toml, number) == number) == (2 <= number <= 9)
