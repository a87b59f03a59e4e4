"""What the parsers share, and the command line as a whole."""

import argparse
import subprocess
import sys

import pytest
from support.gateway import run_gateway

from gateway import __version__
from gateway.cli.parsers import unknown_options, whole_number

COMMANDS = (
    ("serve",),
    ("connect",),
    ("demo",),
    ("certs",),
    ("certs", "init"),
    ("certs", "issue"),
    ("certs", "show"),
    ("check",),
    ("versions",),
    ("explain",),
    ("healthcheck",),
)


def test_help_of_the_program_itself():
    done = run_gateway("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for words in COMMANDS:
        assert words[0] in done.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_of_each_command(command, words):
    done = command(*words, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"usage: docker-gateway {' '.join(words)} [-h]")
    assert max(map(len, done.out.splitlines())) <= 100


def test_version(command):
    assert command("--version").out == f"docker-gateway {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("sreve",), ("certs",), ("certs", "mak"), ("explain",)])
def test_wrong_commands(command, arguments):
    done = command(*arguments)
    assert done.status == 2
    assert done.err.startswith("usage: docker-gateway")
    assert "error: " in done.err


def test_a_reader_that_goes_away_brings_no_traceback():
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m gateway versions | true; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout in ("0\n", "1\n")


def test_nothing_but_running_imports_a_reactor():
    script = (
        "import sys; from gateway.cli import build_parser; build_parser().format_help();"
        "print([name for name in sys.modules if name.startswith('twisted')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_unknown_options():
    parser = argparse.ArgumentParser(prog="x")
    parser.add_argument("--listen")
    problems = unknown_options(parser, ["--lissen=a", "more", "--zzz", "value", "-q", "end"])
    assert [str(problem) for problem in problems] == [
        "--lissen: unknown option; did you mean --listen?",
        "--zzz: unknown option; see x --help",
        "-q: unknown option; see x --help",
        "end: unexpected argument; see x --help",
    ]


def test_whole_numbers():
    read = whole_number(1, 5)
    assert read("5") == 5
    for text in ("0", "6", "x", ""):
        with pytest.raises(argparse.ArgumentTypeError, match="from 1 to 5"):
            read(text)


def test_control_c_is_no_traceback(command, monkeypatch, tmp_path):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.certs.folder.create", interrupted)
    done = command("certs", "init", "--certs", tmp_path)
    assert (done.status, done.err) == (130, "")
