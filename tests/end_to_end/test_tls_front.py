"""TLS towards clients, through the real program, with raw sockets and `openssl s_client`."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fronts import Front, tcp
from support.stub_engine import StubEngine, Talk
from support.tls_files import make_files
from support.waiting import wait_until

V1_2_AND_1_3 = pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
PING = b"GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LONG = bytes(range(32, 127)) * 100


def long(talk: Talk) -> bool:
    """An answer of more than a small record, and less than a full one."""
    talk.answer(200, LONG, "text/plain")
    return True


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubEngine]:
    stub = StubEngine(tmp_path_factory.mktemp("stub") / "engine.sock", {"long": long})
    yield stub
    stub.stop()


@pytest.fixture(scope="module")
def front(
    files: Path, engine: StubEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    running = Front(files, engine.address, folder, "--limit-handshake-seconds", "0.5")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def legacy(
    files: Path, engine: StubEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    running = Front(files, engine.address, tmp_path_factory.mktemp("legacy"), "--tls-legacy")
    yield running
    running.stop()


def s_client(
    front: Front, *options: str, said: bytes = PING, name: str | None = ""
) -> subprocess.CompletedProcess[bytes]:
    """Say something with the certificate of `name` (None: without one) to the gateway's end."""
    files = front.certificates
    shown = ["-cert", f"{files}/{name}cert.pem", "-key", f"{files}/{name}key.pem"]
    command = [
        *("openssl", "s_client", "-connect", f"127.0.0.1:{front.gateway.port}"),
        *("-CAfile", f"{files}/ca.pem", "-servername", "localhost", "-ign_eof"),
        *([] if name is None else shown),
        *options,
    ]
    return subprocess.run(command, input=said, capture_output=True, timeout=30)


def holds(front: Front, client: socket.socket) -> bool:
    """Whether the gateway still has its end of a connection open: the kernel's table tells."""
    ends = [f":{front.gateway.port:04X}", f":{client.getsockname()[1]:04X}"]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if [words[1][-5:], words[2][-5:]] == ends:
            return words[9] != "0"  # no inode: no process has it
    return False


@V1_2_AND_1_3
def test_s_client_is_answered(front: Front, version: str) -> None:
    done = s_client(front, version)
    assert b"HTTP/1.1 200 " in done.stdout
    assert b"Verify return code: 0 (ok)" in done.stdout
    assert b"closed" in done.stdout.splitlines()[-1] or b"closed" in done.stderr


def test_plain_http_is_told_in_plain_text(front: Front) -> None:
    with tcp(front.gateway.port) as client:
        client.sendall(b"GET /v1.41/info HTTP/1.1\r\nHost: x\r\n\r\n")
        told = b""
        while data := client.recv(4096):
            told += data
    assert told == (
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    )


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\1\2", b"\x16\3\1\0\1\0"])
def test_a_handshake_that_comes_to_nothing_is_ended_in_time(front: Front, said: bytes) -> None:
    with tcp(front.gateway.port) as client:
        client.sendall(said)
        wait_until(lambda: holds(front, client), "the connection to be accepted")
        # The client stays; it is the gateway that has to go.
        wait_until(lambda: not holds(front, client), "the connection to be closed")


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_tls_of_before_2008_is_refused(front: Front, version: str) -> None:
    done = s_client(front, version, "-cipher", "DEFAULT@SECLEVEL=0")
    assert b"alert protocol version" in done.stderr
    assert b"HTTP/1.1 200 " not in done.stdout


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"])
def test_the_legacy_switch_lets_it_in(legacy: Front, version: str) -> None:
    done = s_client(legacy, version, "-cipher", "DEFAULT@SECLEVEL=0")
    assert b"HTTP/1.1 200 " in done.stdout, done.stderr


@V1_2_AND_1_3
@pytest.mark.parametrize(
    ("name", "alert"),
    [
        (None, b"certificate required"),
        ("expired-", b"certificate expired"),
        ("foreign-", b"unknown ca"),
        ("server-only-", b"unsupported certificate"),
    ],
)
def test_a_client_that_is_not_trusted_reads_why_and_reaches_nothing(
    front: Front, engine: StubEngine, version: str, name: str | None, alert: bytes
) -> None:
    if name is None and version == "-tls1_2":
        alert = b"handshake failure"
    said = b"GET /v1.41/containers/secret/json HTTP/1.1\r\nHost: x\r\n\r\n"
    done = s_client(front, version, name=name, said=said)
    assert b"alert " + alert in done.stderr
    assert b"HTTP/1.1" not in done.stdout
    assert not [head for head in engine.heads if "secret" in head]


@V1_2_AND_1_3
def test_sessions_are_resumed(front: Front, version: str, tmp_path: Path) -> None:
    session = str(tmp_path / "session")
    assert b"\nNew, " in s_client(front, version, "-sess_out", session).stdout
    again = s_client(front, version, "-sess_in", session).stdout
    assert b"\nReused, " in again
    assert b"HTTP/1.1 200 " in again


def test_no_application_protocol_is_agreed_on(front: Front) -> None:
    done = s_client(front, "-alpn", "h2,http/1.1")
    assert b"No ALPN negotiated" in done.stdout
    assert b"HTTP/1.1 200 " in done.stdout


@V1_2_AND_1_3
@pytest.mark.parametrize("size", ["512", "4096"])
def test_a_client_may_want_small_records(front: Front, version: str, size: str) -> None:
    said = b"GET /v1.41/containers/long/json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    done = s_client(front, version, "-maxfraglen", size, said=said)
    assert LONG in done.stdout


def test_a_look_in_without_a_word_harms_nobody(front: Front) -> None:
    for _ in range(3):
        tcp(front.gateway.port).close()
    with tcp(front.gateway.port) as client:
        client.shutdown(socket.SHUT_WR)
        while client.recv(10):
            pass  # an alert, perhaps
    assert b"HTTP/1.1 200 " in s_client(front).stdout
