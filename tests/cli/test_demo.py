"""`demo`: which engine is taken, and that the lines to paste work as they are printed."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.cli import build_parser
from gateway.cli.demo import (
    certificates,
    configuration,
    engine_of_environment,
    is_ours,
    lines_to_paste,
)
from gateway.config import Config, ConfigurationError


def configured(folder: Path, environment: dict[str, str], *arguments: str) -> tuple[Config, str]:
    options = build_parser().parse_args(["demo", "--certs", str(folder), *arguments])
    options.problems = []
    return configuration(options, environment)


def test_certificates_are_made_once(tmp_path: Path):
    assert certificates(tmp_path / "certs")
    before = (tmp_path / "certs" / "ca.pem").read_bytes()
    assert not certificates(tmp_path / "certs")
    assert (tmp_path / "certs" / "ca.pem").read_bytes() == before


def test_without_anything_the_usual_socket_is_tried(tmp_path, request):
    folder = request.getfixturevalue("certificates")
    config, why = configured(folder, {})
    assert (config.engine.address, why) == ("unix:///var/run/docker.sock", "")
    assert [listen.address for listen in config.listen] == ["tls://127.0.0.1:2376"]


@pytest.mark.parametrize(
    ("environment", "arguments", "address", "why"),
    [
        ({"DOCKER_HOST": "unix:///x"}, (), "unix:///x", "$DOCKER_HOST"),
        ({"DOCKER_HOST": "unix:///x"}, ("--engine", "tcp://y:1"), "tcp://y:1", "--engine"),
        ({"DOCKER_HOST": "unix:///x"}, ("--practice",), "unix:///var/run/docker.sock", "practice"),
        ({"DOCKER_HOST": "tcp://localhost:2376"}, (), "unix:///var/run/docker.sock", ""),
        ({"DOCKER_HOST": "tcp://far:2375"}, (), "tcp://far:2375", "$DOCKER_HOST"),
    ],
)
def test_which_engine(request, environment, arguments, address, why):
    folder = request.getfixturevalue("certificates")
    config, said = configured(folder, environment, *arguments)
    assert (config.engine.address, said) == (address, why)


def test_docker_s_own_settings_for_tls(request):
    folder = request.getfixturevalue("certificates")
    environment = {
        "DOCKER_HOST": "tcp://far:2376",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(folder),
    }
    config, _ = configured(folder, environment)
    assert config.engine.address == "tls://far:2376"
    assert config.engine.cert == folder / "cert.pem"


def test_tls_with_docker_s_usual_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/bob")
    assert engine_of_environment({"DOCKER_HOST": "tcp://far:1", "DOCKER_TLS_VERIFY": "1"}) == {
        "engine": "tls://far:1",
        "engine_certs": "/home/bob/.docker",
    }


def test_a_docker_host_that_cannot_be_used(request):
    folder = request.getfixturevalue("certificates")
    with pytest.raises(ConfigurationError) as caught:
        configured(folder, {"DOCKER_HOST": "ssh://far"})
    assert [problem.where for problem in caught.value.problems] == ["$DOCKER_HOST"]


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("tcp://localhost:2376", True),
        ("tcp://127.0.0.1:2376/", True),
        ("tcp://localhost:2375", False),
        ("unix:///var/run/docker.sock", False),
        ("", False),
    ],
)
def test_our_own_address_is_no_engine(host: str, ours: bool):
    assert is_ours(host, "tls://127.0.0.1:2376") is ours


def test_paths_with_blanks_are_quoted():
    text = lines_to_paste("an engine", "tls://127.0.0.1:7", Path("/a b"))
    assert "export DOCKER_CERT_PATH='/a b'" in text
    curl = next(line for line in text.splitlines() if "curl" in line)
    assert shlex.split(curl)[1:3] == ["--cacert", "/a b/ca.pem"]


def test_the_printed_lines_work(start, tmp_path: Path):
    folder = tmp_path / "certs"
    program = start(
        *("-m", "gateway", "demo", "--certs", folder, "--practice"),
        *("--listen", "tls://127.0.0.1:0"),
    )
    program.says("images/json\n")
    assert f"Made certificates in {folder}." in program.log
    assert "In front of the practice engine" in program.log
    curl = next(line for line in program.log.splitlines() if "curl" in line)
    done = subprocess.run(
        [*shlex.split(curl), "--silent", "--fail", "--max-time", "20"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert '"Repository"' in done.stdout and '"RepoTags"' not in done.stdout
    assert program.stop() == 0
    assert "Traceback" not in program.log


def test_an_engine_that_is_there_is_said(start, practice, tmp_path, certificates_copy):
    program = start(
        *("-m", "gateway", "demo", "--certs", certificates_copy, "--listen", "tls://127.0.0.1:0"),
        DOCKER_HOST=f"unix://{practice}",
    )
    program.says(rf"In front of the Docker Engine at unix://{practice}, from \$DOCKER_HOST \(pract")
    assert "Made certificates" not in program.log
    assert program.stop() == 0


@pytest.fixture
def certificates_copy(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(request.getfixturevalue("certificates"), folder)
    return folder


def test_an_engine_that_was_named_but_is_not_there(start, tmp_path, certificates_copy):
    program = start(
        *("-m", "gateway", "demo", "--certs", certificates_copy, "--listen", "tls://127.0.0.1:0"),
        DOCKER_HOST=f"unix://{tmp_path}/x",
    )
    assert program.ends() == 1
    assert "does not answer: No such file or directory ($DOCKER_HOST names it)" in program.log
    assert "Traceback" not in program.log


def test_a_folder_with_something_else_in_it(start, tmp_path: Path):
    (tmp_path / "key.pem").write_text("mine")
    program = start("-m", "gateway", "demo", "--certs", tmp_path)
    assert program.ends() == 1
    assert "has key.pem already and nothing was written" in program.log
