"""`check`: what would work, without starting anything."""

import os
import socket
from pathlib import Path

import pytest
from support.gateway import run_gateway

from gateway.api.version import ApiVersion
from gateway.cli.check import certificates as in_use
from gateway.cli.check import listen_trouble, what_works
from gateway.config import Config, EngineConfig, ListenConfig, TlsConfig, VersionsConfig
from gateway.engine.engine_range import EngineRange


def test_all_is_well(practice, certificates):
    done = run_gateway(
        *("check", "--certs", str(certificates), "--engine", f"unix://{practice}"),
        *("--listen", "tls://127.0.0.1:0", "--default-version", "1.6"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    assert lines[0] == ["configuration", "valid"]
    assert lines[1][1].startswith("CN=localhost, ") and "days left" in lines[1][1]
    assert f"({certificates}/ca.pem)" in lines[2][2 - 1]
    assert lines[3] == ["listen", "tls://127.0.0.1:0: free"]
    assert lines[4][0] == "engine" and lines[4][1].startswith(f"unix://{practice}: practice-")
    assert lines[5] == ["clients", "API 1.0 to 1.56 are taken"]
    assert lines[7] == ["clients", "a path without a version means 1.6"]


def test_what_would_not_work_is_status_1(practice, certificates, taken, tmp_path):
    listen = f"tcp://127.0.0.1:{taken}"
    done = run_gateway("check", "--engine", f"unix://{practice}", "--listen", listen)
    assert done.returncode == 1
    assert f"{listen}: Address already in use; stop what listens there" in done.stdout
    done = run_gateway("check", "--engine", f"unix://{tmp_path}/x", "--listen", "tcp://127.0.0.1:0")
    assert done.returncode == 1
    assert done.stdout.endswith(f"unix://{tmp_path}/x does not answer: No such file or directory\n")


def test_what_cannot_be_used_is_status_2(command):
    assert command("check", "--forward", "x", "--listen", "tcp://127.0.0.1:0").problems == [
        '--forward: expected "nearest", "newest" or an API version from 1.0 to 1.56, found'
        " 'x'; write for instance --forward nearest"
    ]


def test_no_engine_at_all(start, tmp_path):
    """Somebody who answers /_ping but is no Docker engine."""
    script = tmp_path / "server.py"
    script.write_text("""
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
print("ready", flush=True)
answer = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\n[]"
while True:
    connection, _ = server.accept()
    connection.recv(65536)
    connection.sendall(answer)
    connection.close()
""")
    start(script, tmp_path / "x").says("ready")
    done = run_gateway("check", "--engine", f"unix://{tmp_path}/x", "--listen", "tcp://127.0.0.1:0")
    assert done.returncode == 1
    assert "is no Docker engine: the answer to /version names no ApiVersion" in done.stdout


def test_a_warning_is_shown(practice):
    done = run_gateway(
        *("check", "--engine", f"unix://{practice}"),
        *("--listen", "tcp://0.0.0.0:0", "--insecure"),
    )
    assert done.returncode == 0
    assert "warning        tcp://0.0.0.0:0 is plain TCP beyond this machine" in done.stdout


@pytest.mark.parametrize(
    ("forward", "line"),
    [
        ("nearest", "requests are forwarded at the client's version, from 1.24 on"),
        ("newest", "requests are forwarded at 1.41"),
        ("1.30", "requests are forwarded at 1.30"),
    ],
)
def test_which_clients_work(forward: str, line: str):
    engine = EngineRange(ApiVersion(1, 24), ApiVersion(1, 41), "20.10")
    assert what_works(engine, VersionsConfig(forward)) == [
        "API 1.0 to 1.41 are taken",
        line,
        "a path without a version means 1.41",
    ]


def test_an_engine_newer_than_we_know():
    engine = EngineRange(ApiVersion(1, 44), ApiVersion(1, 99), "40.0")
    assert what_works(engine, VersionsConfig("newest"))[1] == "requests are forwarded at 1.56"


def test_certificates_in_use(tmp_path: Path):
    tls = TlsConfig(tmp_path / "c", tmp_path / "k", None)
    engine = EngineConfig("tls://far:1", ca=tmp_path / "e")
    assert in_use(Config(tls=tls, engine=engine)) == [
        ("certificate", tmp_path / "c"),
        ("engine's CA", tmp_path / "e"),
    ]
    assert in_use(Config()) == []


def test_which_addresses_are_free(taken: int, closed: int, tmp_path: Path):
    path = tmp_path / "x.sock"
    unix = ListenConfig(f"unix://{path}")
    assert listen_trouble(ListenConfig(f"tcp://127.0.0.1:{closed}")) is None
    assert "in use" in str(listen_trouble(ListenConfig(f"tcp://127.0.0.1:{taken}")))
    assert "no such address" in str(listen_trouble(ListenConfig("tls://192.0.2.1:1")))
    assert listen_trouble(ListenConfig("tls://[::1]:0")) is None
    assert listen_trouble(unix) is None
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert "in use" in str(listen_trouble(unix))
    # What listened there is gone; its file is no obstacle.
    assert path.exists()
    assert listen_trouble(unix) is None


def test_a_folder_that_is_not_ours(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    trouble = listen_trouble(ListenConfig(f"unix://{tmp_path}/x"))
    assert trouble == f"no permission to create it in {tmp_path}"
