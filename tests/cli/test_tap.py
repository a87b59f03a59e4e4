"""`twistd -n docker-gateway` and `twist docker-gateway`: the options of serve."""

import sys
from pathlib import Path

import pytest

from gateway.cli.tap import Options

TWISTD = str(Path(sys.executable).with_name("twistd"))


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "twisted", "--reactor", "docker-gateway", "docker-gateway"),
        ("-m", "twisted", "docker-gateway"),
        (TWISTD, "-n", "--pidfile=", "docker-gateway"),
        (TWISTD, "-n", "--pidfile=", "--reactor", "docker-gateway", "docker-gateway"),
    ],
    ids=["twist with our reactor", "twist", "twistd", "twistd with our reactor"],
)
def test_it_serves(start, practice, tmp_path: Path, words):
    path = tmp_path / "g.sock"
    program = start(*words, "--engine", f"unix://{practice}", "--listen", f"unix://{path}")
    # twistd starts services before its reactor runs, and catches signals only then: that the
    # engine has answered shows that it does.
    program.says(r"practice-\d")
    assert "listening on" in program.log
    assert path.is_socket()
    program.process.terminate()
    program.ends()
    assert "Traceback" not in program.log
    assert not path.exists()


def test_wrong_options_are_status_2_without_a_traceback(start):
    program = start("-m", "twisted", "docker-gateway", "--lisen", "x", "--forward", "y")
    assert program.ends() == 2
    assert program.log.startswith("docker-gateway: 3 problems to correct first:\n")
    assert "Traceback" not in program.log


def test_help(start):
    program = start("-m", "twisted", "docker-gateway", "--help")
    assert program.ends() == 0
    assert "--listen ADDRESS" in program.log and "--default-version" in program.log


def test_an_address_that_is_taken_ends_it(start, taken):
    program = start("-m", "twisted", "docker-gateway", "--listen", f"tcp://127.0.0.1:{taken}")
    program.ends()
    assert f"cannot listen on tcp://127.0.0.1:{taken}" in program.log
    assert "Traceback" not in program.log


def test_options_are_a_configuration(certificates):
    options = Options()
    options.parseOptions(["--certs", str(certificates), "--default-version", "1.6"])
    assert str(options.config.versions.default) == "1.6"
