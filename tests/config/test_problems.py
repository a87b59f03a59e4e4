"""What is said about what is wrong."""

import pytest

from gateway.config.problems import ConfigurationError, Problem, did_you_mean


def test_all_are_listed_on_lines_of_their_own():
    problems = [
        Problem("a.toml:3: tls.key", "does not exist", "make it"),
        Problem("--x", "no", "y"),
    ]
    assert str(ConfigurationError(problems)) == (
        "2 problems to correct first:\n  a.toml:3: tls.key: does not exist; make it\n  --x: no; y"
    )
    assert str(ConfigurationError(problems[:1])).startswith("1 problem to correct first:\n")


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("adress", "did you mean address?"),
        ("connect_timeout", "did you mean connect-timeout?"),
        ("zzz", "known are: address, connect-timeout"),
    ],
)
def test_did_you_mean(word: str, advice: str):
    assert did_you_mean(word, ["connect-timeout", "address"]) == advice


def test_did_you_mean_something_else():
    assert did_you_mean("zzz", ["address"], "see --help") == "see --help"
