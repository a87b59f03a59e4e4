"""`serve` as a process: ready, ended by signals, and every way in which it does not start."""

import os
import signal
import socket
import ssl
from pathlib import Path

import pytest
from support.gateway import run_gateway

from gateway.cli.serve import configuration_of
from gateway.config import ConfigurationError


def ping(address: tuple[str, int], certificates: Path) -> bytes:
    """What GET /_ping answers over mutual TLS."""
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    with (
        socket.create_connection(address, timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=address[0]) as tls,
    ):
        tls.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: tls.recv(65536), b""))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_and_ends_with_status_0(
    start, practice, certificates, tmp_path, number
):
    path = tmp_path / "g.sock"
    program = start(
        *("-m", "gateway", "serve", "--certs", certificates, "--engine", f"unix://{practice}"),
        *("--listen", "tls://127.0.0.1:0", "--listen", f"unix://{path},mode=0600"),
    )
    port = int(program.says(r"listening on tls://127\.0\.0\.1:(\d+)")[1])
    program.says(f"listening on unix://{path}")
    answer = ping(("127.0.0.1", port), certificates)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(b"OK")
    assert path.stat().st_mode & 0o777 == 0o600
    assert program.stop(number) == 0
    assert not path.exists()
    assert "Traceback" not in program.log


def test_warnings_are_logged(start, certificates):
    program = start(
        *("-m", "gateway", "serve", "--certs", certificates, "--engine", "unix:///nowhere"),
        *("--listen", "tls://127.0.0.1:0", "--no-verify-clients"),
    )
    program.says("listening on")
    assert program.log.count("clients are not verified") == 1
    assert program.stop() == 0


def test_an_address_that_is_taken_is_one_line_and_status_1(certificates, taken):
    listen = f"tls://127.0.0.1:{taken}"
    done = run_gateway("serve", "--certs", str(certificates), "--listen", listen)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"cannot listen on {listen}" in line


def test_all_that_is_wrong_is_said_at_once_and_status_2(tmp_path: Path):
    path = tmp_path / "gateway.toml"
    path.write_text("""
[tls]
certs = "certs"
[engine]
adress = "unix:///x"
[limits]
fields = "many"
""")
    done = run_gateway("serve", "--config", str(path), "--forward", "2", "--lisen", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "docker-gateway: 5 problems to correct first:",
        "  --lisen: unknown option; did you mean --listen?",
        f"  {path}:5: engine.adress: unknown key; did you mean address?",
        f"  {path}:7: limits.fields: expected a whole number from 8 to 10000, found the string"
        " 'many'; write for instance fields = 200",
        '  --forward: expected "nearest", "newest" or an API version from 1.0 to 1.56, found'
        " '2'; write for instance --forward nearest",
        f"  {path}:3: tls.certs: the folder {tmp_path}/certs does not exist; correct it, or make"
        f" one: docker-gateway certs init --certs {tmp_path}/certs",
    ]


def test_a_file_makes_the_same_program(start, practice, certificates, tmp_path):
    path = tmp_path / "gateway.toml"
    path.write_text(f"""
[tls]
certs = "{os.path.relpath(certificates, tmp_path)}"
[engine]
address = "unix://{practice}"
[[listen]]
address = "tls://127.0.0.1:0"
""")
    program = start("-m", "gateway", "serve", "--config", path)
    port = int(program.says(r"listening on tls://127\.0\.0\.1:(\d+)")[1])
    assert ping(("127.0.0.1", port), certificates).endswith(b"OK")
    assert program.stop() == 0


def test_the_configuration_for_twistd(certificates):
    config = configuration_of(["--certs", str(certificates), "--forward", "newest"], "x")
    assert config.versions.forward == "newest"
    with pytest.raises(ConfigurationError) as caught:
        configuration_of(["--certs", str(certificates), "--frward", "newest"], "x")
    assert [problem.where for problem in caught.value.problems] == ["--frward"]
    with pytest.raises(SystemExit) as left:
        configuration_of(["--help"], "x")
    assert left.value.code == 0
