"""`connect`: plain on the near side, mutual TLS to the far one."""

import socket
from pathlib import Path

import pytest

from gateway.cli import build_parser
from gateway.cli.connect import configuration, default_listen, far_address
from gateway.config import Config, ListenConfig, Problem


def configured(*arguments: object) -> Config:
    options = build_parser().parse_args(["connect", *map(str, arguments)])
    options.problems = []
    return configuration(options)


@pytest.mark.parametrize("scheme", ["tls", "tcp"])
def test_tcp_means_tls_with_certificates(certificates: Path, tmp_path: Path, scheme: str):
    config = configured(
        f"{scheme}://far", "--certs", certificates, "--listen", f"unix://{tmp_path}/x.sock"
    )
    assert config.engine.address.startswith("tls://far:")
    assert config.engine.cert == certificates / "cert.pem"
    assert config.engine.ca == certificates / "ca.pem"
    assert config.listen == (ListenConfig(f"unix://{tmp_path}/x.sock"),)
    assert config.tls is None


def test_docker_s_port_is_kept(certificates: Path):
    problems: list[Problem] = []
    assert far_address("tcp://far:2376", "x", problems) == "tls://far:2376"
    assert far_address("tcp://far", None, problems) == "tcp://far:2375"
    assert problems == []


def test_certificates_of_the_environment(certificates: Path, monkeypatch):
    monkeypatch.setenv("DOCKER_CERT_PATH", str(certificates))
    config = configured("tcp://far:2376", "--listen", "tcp://127.0.0.1:0")
    assert config.engine.address == "tls://far:2376"
    assert config.engine.key == certificates / "key.pem"


def test_versions_can_be_chosen(certificates: Path):
    config = configured(
        *("tls://far", "--certs", certificates, "--listen", "tcp://127.0.0.1:0"),
        *("--forward", "newest", "--default-version", "1.6"),
    )
    assert config.versions.forward == "newest"
    assert str(config.versions.default) == "1.6"


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ("/run/user/7", "unix:///run/user/7/docker-gateway.sock,mode=0600"),
        ("", "unix:///run/docker-gateway.sock,mode=0600"),
        ("relative", "unix:///run/docker-gateway.sock,mode=0600"),
    ],
)
def test_where_it_listens_by_itself(monkeypatch, runtime: str, expected: str):
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    assert default_listen() == expected


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("far",), "ADDRESS: not an engine's address: 'far' (expected unix:///PATH, "
         "tcp://HOST:PORT or tls://HOST:PORT); write for instance tls://far:2376"),
        (("tls://far",), "ADDRESS: mutual TLS needs certificates; say --certs DIR, where ca.pem,"
         " cert.pem and key.pem are"),
        (("tcp://127.0.0.1:1", "--listen", "tls://127.0.0.1:1"), "--listen tls://127.0.0.1:1: the"
         " near side of connect is plain; listen on unix:// or tcp://127.0.0.1, or use"
         " docker-gateway serve"),
        (("tcp://127.0.0.1:1", "--listen", "tcp://0.0.0.0:1"), "--listen tcp://0.0.0.0:1:"
         " tcp://0.0.0.0:1 is plain TCP beyond this machine; listen on tls:// or on 127.0.0.1, or"
         " say --insecure if that is meant"),
        (("tls://far", "--certs", "/nowhere"), "--certs: the folder /nowhere does not exist;"
         " correct it, or make one: docker-gateway certs init --certs /nowhere"),
        (("tcp://127.0.0.1:1", "--foward", "x"), "--foward: unknown option; did you mean"
         " --forward?"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(command, tmp_path, monkeypatch, arguments, problem):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert problem in command("connect", *arguments).problems


def test_a_plain_client_reaches_a_far_gateway(start, practice, certificates, tmp_path):
    far = start(
        *("-m", "gateway", "serve", "--certs", certificates, "--engine", f"unix://{practice}"),
        *("--listen", "tls://127.0.0.1:0"),
    )
    port = far.says(r"listening on tls://127\.0\.0\.1:(\d+)")[1]
    path = tmp_path / "near.sock"
    near = start(
        *("-m", "gateway", "connect", "--certs", certificates, f"tcp://localhost:{port}"),
        *("--listen", f"unix://{path}"),
    )
    near.says("listening on unix://")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(path))
        client.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(b"OK")
    assert near.stop() == 0
    assert far.stop() == 0
