"""`healthcheck`: what it takes by itself, and what it cannot use. Its answers: test_probe.py."""

import shutil

import pytest
from support.gateway import run_gateway


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nowhere",), "ADDRESS: not an engine's address: 'nowhere' (expected unix:///PATH, "
         "tcp://HOST:PORT or tls://HOST:PORT); correct the address"),
        (("tls://127.0.0.1", "--certs", "/nowhere"), "--certs: the folder /nowhere does not exist;"
         " correct it, or make one: docker-gateway certs init --certs /nowhere"),
        (("unix:///x", "--timeout", "soon"), "--timeout: expected a time in seconds from 0.1 to"
         " 600, found 'soon'; write for instance --timeout 10"),
        (("unix:///x", "--timeuot", "1"), "--timeuot: unknown option; did you mean --timeout?"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(command, arguments, problem):
    assert command("healthcheck", *arguments).problems == [problem]


def test_certificates_are_found_by_themselves(command, tmp_path, certificates, monkeypatch):
    usual = tmp_path / "data" / "docker-gateway" / "certs"
    assert command("healthcheck").problems[0].startswith(f"--certs: the folder {usual} does not")
    monkeypatch.setenv("DOCKER_CERT_PATH", "/elsewhere")
    assert command("healthcheck").problems[0].startswith("--certs: the folder /elsewhere does not")
    shutil.copytree(certificates, usual)
    (usual / "key.pem").unlink()
    monkeypatch.delenv("DOCKER_CERT_PATH")
    assert command("healthcheck").problems[0].startswith(f"--certs: {usual}/key.pem does not exist")


def test_an_engine_that_runs(practice):
    done = run_gateway("healthcheck", f"unix://{practice}")
    assert (done.returncode, done.stdout) == (0, f"unix://{practice} is well\n")


def test_a_gateway_whose_engine_is_down_is_not_well(start, certificates, tmp_path):
    path = tmp_path / "g.sock"
    program = start(
        *("-m", "gateway", "serve", "--engine", "unix:///nowhere", "--listen", f"unix://{path}")
    )
    program.says("listening on")
    done = run_gateway("healthcheck", f"unix://{path}")
    assert done.returncode == 1
    assert f"docker-gateway: unix://{path} answers GET /_ping with 503" in done.stderr
