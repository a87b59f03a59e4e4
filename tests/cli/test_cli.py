"""The command line as a whole: its commands, its exit statuses, and no traceback ever."""

import subprocess
import sys

import pytest

from gateway.cli import build_parser, main

COMMANDS = (
    "serve",
    "connect",
    "demo",
    "certs",
    "check",
    "versions",
    "explain",
    "healthcheck",
)


def test_help_names_every_command() -> None:
    said = build_parser().format_help()
    for command in COMMANDS:
        assert f"\n    {command}" in said, command


def test_without_a_command_the_status_is_2(command) -> None:
    outcome = command()
    assert outcome.status == 2
    assert "COMMAND" in outcome.err


def test_the_version(command) -> None:
    outcome = command("--version")
    assert outcome.status == 0
    assert outcome.out.startswith("docker-gateway ")


def test_unknown_options_are_status_2_and_all_are_named(command) -> None:
    outcome = command("versions", "--bogus", "--worse=1")
    assert outcome.status == 2
    assert "--bogus" in outcome.err and "--worse" in outcome.err


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "x.pem"), 1, "x.pem: No such file"),
        (OSError("odd"), 1, "odd"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_a_command_raises_becomes_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys, raised: BaseException, status: int, said: str
) -> None:
    def fail(*_: object) -> int:
        raise raised

    parser = build_parser()
    options = parser.parse_args(["certs", "show"])
    options.run = fail
    monkeypatch.setattr("gateway.cli.build_parser", lambda: _Fixed(options))
    assert main([]) == status
    assert said in capsys.readouterr().err


class _Fixed:
    """A parser that has parsed already."""

    def __init__(self, options: object) -> None:
        self._options = options

    def parse_known_args(self, _: object) -> tuple[object, list[str]]:
        return self._options, []


def test_a_reader_that_has_gone_is_no_traceback() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "gateway", "versions"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None and program.stderr is not None
    program.stdout.close()
    assert b"Traceback" not in program.stderr.read()
    program.stderr.close()
    assert program.wait(30) in (0, 1)
