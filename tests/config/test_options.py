"""The options: one for each key, none guessed, none judged by argparse."""

import argparse
from pathlib import Path

import pytest

from gateway.config.keys import KEYS
from gateway.config.options import add_options, add_some


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(allow_abbrev=False)
    add_options(made)
    return made


def test_nothing_given_is_nothing(parser):
    assert set(vars(parser.parse_args([])).values()) == {None}


def test_every_key_has_its_option(parser):
    for key in KEYS:
        if key.metavar:
            options = parser.parse_args([key.option, "x"])
            assert getattr(options, key.destination) == "x"
        else:
            assert getattr(parser.parse_args([key.option]), key.destination) is True
            opposite = f"--no-{key.option.removeprefix('--')}"
            assert getattr(parser.parse_args([opposite]), key.destination) is False


def test_listen_may_be_repeated(parser):
    options = parser.parse_args(["--listen", "a", "--config", "f.toml", "--listen", "b"])
    assert options.listen == ["a", "b"]
    assert options.config == Path("f.toml")


def test_options_are_not_abbreviated(parser):
    _, unknown = parser.parse_known_args(["--insec"])
    assert unknown == ["--insec"]


def test_a_few_options():
    made = argparse.ArgumentParser()
    add_some(made, ("versions.forward", "log-level"))
    assert vars(made.parse_args(["--forward", "newest"])) == {
        "forward": "newest",
        "log_level": None,
    }


def test_help_can_be_formatted(parser):
    text = parser.format_help()
    for key in KEYS:
        assert key.option in text
