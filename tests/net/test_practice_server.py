"""The practice engine on a real socket, in a process of its own, with the docker CLI as well."""

import http.client
import os
import socket
import subprocess
import warnings
from pathlib import Path

import pytest
from support.practice_process import (
    SECONDS,
    practice_process,
    read_all,
    read_until,
)
from twisted.internet.testing import MemoryReactor

from gateway.net.practice_server import start_practice_engine
from gateway.stream.frames import frame

NEW_CLI, DEBIAN_CLI = "/usr/local/bin/docker", "/usr/bin/docker"


@pytest.fixture(scope="module")
def practice():
    with practice_process("--faults") as running:
        yield running


@pytest.fixture(scope="module")
def older():
    with practice_process("--oldest", "1.24", "--newest", "1.41") as running:
        yield running


@pytest.fixture(autouse=True)
def no_faults(practice):
    yield
    practice.ask("DELETE", "/practice/faults")


def attach_request(id, upgrade=True):
    field = b"Connection: Upgrade\r\nUpgrade: tcp\r\n" if upgrade else b""
    target = f"/v1.44/containers/{id}/attach?stream=1&stdin=1&stdout=1&stderr=1".encode()
    return b"POST " + target + b" HTTP/1.1\r\nHost: d\r\n" + field + b"\r\n"


def test_one_connection_serves_many_requests(practice):
    client = practice.client()
    for _ in range(3):
        client.request("GET", "/v1.44/_ping")
        assert client.getresponse().read() == b"OK"
        made = client.sock
        client.request("HEAD", "/_ping")
        answer = client.getresponse()
        assert (answer.read(), answer.getheader("Api-Version")) == (b"", "1.56")
        assert client.sock is made
    client.close()


@pytest.mark.parametrize("upgrade", [True, False])
def test_an_attach_echoes_and_outlives_the_clients_half_close(practice, upgrade):
    id = practice.create(
        "sh", "-c", "cat; sleep 0.1; echo after >&2; exit 3", OpenStdin=True, StdinOnce=True
    )
    with practice.raw(attach_request(id, upgrade) + b"early") as made:
        head = read_until(made, b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 UPGRADED" if upgrade else b"HTTP/1.1 200 OK")
        assert read_until(made, b"early") == frame(1, b"early")
        made.sendall(b"late")
        made.shutdown(socket.SHUT_WR)
        assert read_all(made) == frame(1, b"late") + frame(2, b"after\n")
    status, answer = practice.ask("POST", f"/v1.44/containers/{id}/wait")
    assert (status, answer) == (200, {"StatusCode": 3})


def test_the_output_can_end_before_the_input(practice):
    id = practice.create("cat", OpenStdin=True, StdinOnce=True)
    practice.fault("half-close", path="attach")
    with practice.raw(attach_request(id)) as made:
        read_until(made, b"\r\n\r\n")
        practice.ask("POST", f"/v1.44/containers/{id}/kill")
        assert made.recv(1) == b""
        made.sendall(b"x" * 100_000)


def test_much_goes_through_an_attach(practice):
    id = practice.create("cat", OpenStdin=True, StdinOnce=True, Tty=False)
    sent = os.urandom(1 << 20)
    with practice.raw(attach_request(id)) as made:
        read_until(made, b"\r\n\r\n")
        got = bytearray()
        for at in range(0, len(sent), 1 << 14):
            made.sendall(sent[at : at + (1 << 14)])
            while len(got) < at:
                got += made.recv(1 << 16)
        made.shutdown(socket.SHUT_WR)
        got += read_all(made)
    payload, at = b"", 0
    while at < len(got):
        size = int.from_bytes(got[at + 4 : at + 8], "big")
        payload += got[at + 8 : at + 8 + size]
        at += 8 + size
    assert payload == sent


def test_events_come_as_they_happen(practice):
    with practice.raw(b"GET /v1.51/events HTTP/1.1\r\nHost: d\r\n\r\n") as made:
        assert b"Transfer-Encoding: chunked" in read_until(made, b"\r\n\r\n")
        practice.create("true", start=False)
        size = int(read_until(made, b"\r\n"), 16)
        record = b"".join(made.recv(1) for _ in range(size))
        assert record.startswith(b'{"status":"create"')
        assert record.endswith(b"}\n")


def test_faults_on_a_real_connection(practice):
    def ask():
        return practice.ask("GET", "/v1.44/images/json")

    for kind, fields, error in (
        ("cut", {"after": 10}, http.client.IncompleteRead),
        ("garbage", {}, http.client.BadStatusLine),
        ("close-on-request", {}, http.client.RemoteDisconnected),
        ("cut-head", {"after": 4}, http.client.BadStatusLine),
        ("huge-head", {"after": 70000}, http.client.LineTooLong),
        ("refuse", {}, OSError),
    ):
        practice.fault(kind, **fields)
        with pytest.raises(error):
            ask()
        assert ask()[0] == 200
    practice.fault("slow", seconds=0.05, path="images")
    assert ask()[0] == 200


def test_a_connection_that_is_closed_when_idle(practice):
    practice.fault("close-idle")
    with practice.raw(b"GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n") as made:
        data = read_all(made)
    assert data.endswith(b"OK")
    assert b"Connection: close" not in data


def test_a_stale_socket_is_replaced_and_a_live_one_is_not(practice, tmp_path):
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(stale))
    reactor = MemoryReactor()
    start_practice_engine(reactor, str(stale))
    assert not stale.exists()
    assert [server[0] for server in reactor.unixServers] == [str(stale)]
    assert practice.ask("GET", "/_ping")[0] == 200
    start_practice_engine(MemoryReactor(), practice.path)
    assert Path(practice.path).exists()
    assert practice.ask("GET", "/_ping")[0] == 200


def cli(program, running, *words, given=b""):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    return subprocess.run(
        [program, "--host", f"unix://{running.path}", *words],
        env=environment,
        input=given,
        capture_output=True,
        timeout=SECONDS,
    )


CLIS = [program for program in (NEW_CLI, DEBIAN_CLI) if Path(program).exists()]
if not CLIS:
    warnings.warn("no docker CLI: the practice engine is not tried with one", stacklevel=1)


@pytest.mark.parametrize("program", CLIS)
def test_the_docker_cli(program, older, practice):
    for running in (older, practice) if program == NEW_CLI else (older,):
        ran = cli(program, running, "run", "-i", "--rm", "busybox", "cat", given=b"hi\n")
        assert (ran.stdout, ran.returncode) == (b"hi\n", 0), ran.stderr
        ran = cli(program, running, "run", "--rm", "team/app", "sh", "-c", "echo o; exit 3")
        assert (ran.stdout, ran.returncode) == (b"o\n", 3), ran.stderr
        ran = cli(program, running, "run", "--rm", "busybox", "nosuch")
        assert ran.returncode == 127, ran.stderr
        name = "box"
        assert cli(program, running, "run", "-d", "--name", name, "nginx").returncode == 0
        assert b"Up " in cli(program, running, "ps").stdout
        assert b"busybox" in cli(program, running, "images").stdout
        assert cli(program, running, "exec", name, "echo", "a").stdout == b"a\n"
        assert cli(program, running, "exec", "-i", name, "cat", given=b"b").stdout == b"b"
        assert cli(program, running, "exec", name, "false").returncode == 1
        assert cli(program, running, "rm", "-f", name).returncode == 0
        assert cli(program, running, "run", "--name", name, "busybox", "seq", "2").returncode == 0
        assert cli(program, running, "logs", name).stdout == b"1\n2\n"
        assert cli(program, running, "rm", name).returncode == 0
        assert b"practice engine (in memory)" in cli(program, running, "info").stdout
