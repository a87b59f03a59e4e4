"""The running program: who is let in, what it says without an engine, how it ends."""

import io
import os
import socket
import ssl
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.clients import clean_environment
from support.docker_cli import DockerCli
from support.engine import DOCKER, IMAGE, Engine
from support.gateway import Gateway, free_port, make_certificates, run_gateway, start_gateway
from support.waiting import wait_until
from support.wire import (
    Answer,
    Truncated,
    Wire,
    client_context,
    connect_tls,
    connect_unix,
    outputs,
)

pytestmark = pytest.mark.engine

Serve = Callable[..., Gateway]


def ask(gateway: Gateway, path: str) -> Answer:
    with Wire(connect_tls(gateway.port, client_context(gateway.certificates))) as wire:
        return wire.request("GET", path)


def test_no_client_certificate_no_answer(gateway: Gateway) -> None:
    context = client_context(gateway.certificates, authenticate=False)
    with pytest.raises((ssl.SSLError, Truncated, ConnectionError, AssertionError)) as refused:
        wire = Wire(connect_tls(gateway.port, context))
        wire.request("GET", "/_ping")
    assert "HTTP" not in str(refused.value)


def test_a_client_certificate_of_another_authority_is_refused(
    gateway: Gateway, tmp_path: Path
) -> None:
    stranger = client_context(gateway.certificates, authenticate=False)
    others = make_certificates(tmp_path / "others")
    stranger.load_cert_chain(others / "cert.pem", others / "key.pem")
    with pytest.raises((ssl.SSLError, Truncated, ConnectionError, AssertionError)):
        Wire(connect_tls(gateway.port, stranger)).request("GET", "/_ping")


def test_a_servers_certificate_is_no_clients(gateway: Gateway) -> None:
    context = client_context(gateway.certificates, authenticate=False)
    folder = gateway.certificates
    context.load_cert_chain(folder / "server-cert.pem", folder / "server-key.pem")
    with pytest.raises((ssl.SSLError, Truncated, ConnectionError, AssertionError)):
        Wire(connect_tls(gateway.port, context)).request("GET", "/_ping")


def test_plain_http_to_the_tls_port_is_told_so(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        said = b"".join(iter(lambda: connection.recv(4096), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    # As dockerd does: Go's server answers so, without any header field.
    assert head.startswith(b"HTTP/1.0 400 Bad Request")
    assert body == b"Client sent an HTTP request to an HTTPS server.\n"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_and_resumption(gateway: Gateway, version: ssl.TLSVersion) -> None:
    context = client_context(gateway.certificates)
    context.minimum_version = context.maximum_version = version
    first = connect_tls(gateway.port, context)
    wire = Wire(first)
    assert wire.request("GET", "/_ping").body == b"OK"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        again = context.wrap_socket(
            connection, server_hostname="localhost", session=first.tls.session
        )
        again.sendall(b"GET /_ping HTTP/1.0\r\nHost: x\r\n\r\n")
        assert again.recv(4096).startswith(b"HTTP/1.")
        assert again.session_reused
        again.close()
    first.close()


def test_an_engine_that_is_not_there_and_then_is(
    serve: Serve, engine: Engine, tmp_path: Path
) -> None:
    """503 in the shape of the client's version; recovery without a restart."""
    link = engine.folder / f"link-{os.getpid()}"
    gateway = serve(f"unix://{link}")
    old = ask(gateway, "/v1.23/containers/json")
    assert old.status == 503
    assert old.header("Content-Type") == "text/plain; charset=utf-8"
    assert old.body.endswith(b"\n") and not old.body.startswith(b"{")
    new = ask(gateway, "/v1.41/containers/json")
    assert new.status == 503
    assert new.header("Content-Type") == "application/json"
    assert list(new.json()) == ["message"]
    link.symlink_to(engine.socket)
    try:
        wait_until(
            lambda: ask(gateway, "/v1.41/containers/json").status == 200,
            "the gateway to find the engine",
            seconds=30,
        )
        docker = DockerCli(gateway, tmp_path)
        assert docker.run("run", "-i", "--rm", IMAGE, "cat", input=b"hi\n") == b"hi\n"
    finally:
        link.unlink()


@pytest.fixture
def mortal() -> Iterator[Engine]:
    """An engine that a test may stop."""
    real = Engine()
    try:
        real.start()
        yield real
    finally:
        real.stop()


def test_an_engine_that_dies_ends_streams_visibly_and_comes_back(
    serve: Serve, mortal: Engine
) -> None:
    gateway = serve(mortal.address)
    context = client_context(gateway.certificates)
    name = mortal.docker("run", "-d", IMAGE, "sh", "-c", "echo out; sleep 3600").strip()
    with Wire(connect_tls(gateway.port, context)) as wire:
        path = f"/v1.41/containers/{name}/logs?stdout=1&follow=1"
        wire.send_request("GET", path)
        answer = wire.read_head()
        assert answer.header("Transfer-Encoding") == "chunked"
        assert outputs(wire.read_chunk()) == (b"out\n", b"")
        mortal.kill()
        # No last chunk: nothing may look like the end of the logs.
        with pytest.raises((AssertionError, Truncated, ConnectionError, ValueError)):
            wire.read_chunk()
        assert b"0\r\n" not in wire.read
    assert ask(gateway, "/v1.41/containers/json").status == 503
    mortal.start()
    wait_until(
        lambda: ask(gateway, "/v1.41/containers/json").status == 200,
        "the gateway to find the engine again",
        seconds=30,
    )


def test_other_listeners_beside_tls(serve: Serve, engine: Engine, tmp_path: Path) -> None:
    path, port = engine.folder / f"own-{os.getpid()}.sock", free_port()
    gateway = serve(
        engine.address, "--listen", f"unix://{path}", "--listen", f"tcp://127.0.0.1:{port}"
    )
    wait_until(path.exists, "the socket of the unix listener")
    assert path.stat().st_mode & 0o777 == 0o660
    with Wire(connect_unix(path)) as wire:
        assert wire.request("GET", "/v1.6/images/json").json()[0]["Repository"] == "busybox"
    for host in (f"unix://{path}", f"tcp://127.0.0.1:{port}"):
        done = subprocess.run(
            [DOCKER, "--host", host, "run", "-i", "--rm", IMAGE, "cat"],
            env=clean_environment(HOME=str(tmp_path)),
            input=b"hi\n",
            capture_output=True,
            timeout=60,
        )
        assert (done.stdout, done.returncode) == (b"hi\n", 0), done.stderr
    assert gateway.process.poll() is None


def test_connect_carries_a_local_socket_to_the_gateway(
    gateway: Gateway, engine: Engine, tmp_path: Path
) -> None:
    """`connect`: programs that speak no TLS reach a far gateway through a socket at home."""
    path = engine.folder / f"near-{os.getpid()}.sock"
    far = f"tcp://localhost:{gateway.port}"
    arguments = ["connect", "--certs", str(gateway.certificates), "--listen", f"unix://{path}"]
    with start_gateway(tmp_path / "connect.log", *arguments, far) as near:
        wait_until(path.exists, "the near socket")
        done = subprocess.run(
            [DOCKER, "--host", f"unix://{path}", "run", "-i", "--rm", IMAGE, "cat"],
            env=clean_environment(HOME=str(tmp_path)),
            input=b"hi\n",
            capture_output=True,
            timeout=60,
        )
        assert (done.stdout, done.returncode) == (b"hi\n", 0), done.stderr
        assert near.poll() is None


def test_check_and_healthcheck_of_what_runs(gateway: Gateway, engine: Engine) -> None:
    folder = str(gateway.certificates)
    checked = run_gateway("check", "--certs", folder, "--engine", engine.address)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "1.41" in checked.stdout
    healthy = run_gateway("healthcheck", "--certs", folder, f"tls://localhost:{gateway.port}")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr


def test_megabytes_pass_both_ways_in_bounded_memory(
    serve: Serve, engine: Engine, tmp_path: Path
) -> None:
    gateway = serve(engine.address)
    docker = DockerCli(gateway, tmp_path)
    docker.run("run", "--rm", IMAGE, "true")
    before = gateway.resident_bytes()
    size = 150_000_000
    name = docker.run("create", IMAGE, "true").decode().strip()
    with (tmp_path / "big.tar").open("wb") as target, tarfile.open(fileobj=target, mode="w") as tar:
        member = tarfile.TarInfo("big")
        member.size = size
        tar.addfile(member, io.BytesIO(bytes(size)))
    docker.run("cp", "-", f"{name}:/", input=(tmp_path / "big.tar").read_bytes())
    path = f"/v1.41/containers/{name}/archive?path=/big"
    with Wire(connect_tls(gateway.port, client_context(gateway.certificates))) as wire:
        wire.send_request("GET", path)
        answer = wire.read_head()
        assert answer.status == 200
        got = 0
        while chunk := wire.read_chunk():
            got += len(chunk)
    assert got > size
    docker.run("rm", name)
    assert gateway.resident_bytes() - before < 30_000_000


def test_sigterm_ends_it_with_open_connections(serve: Serve, engine: Engine) -> None:
    """The fixture asserts status 0 and a log without tracebacks; here with a hijack under way."""
    gateway = serve(engine.address)
    name = engine.docker("run", "-d", "-i", IMAGE, "cat").strip()
    try:
        wire = Wire(connect_tls(gateway.port, client_context(gateway.certificates)))
        path = f"/v1.41/containers/{name}/attach?stream=1&stdin=1&stdout=1"
        assert wire.hijack("POST", path).status == 200
        wire.stream.send(b"there\n")
        head = wire.exactly(8)
        assert wire.exactly(head[7]) == b"there\n"
        gateway.stop()
        with pytest.raises((Truncated, ConnectionError, AssertionError)):
            wire.exactly(1)
    finally:
        engine.docker("rm", "--force", name)
