"""Asking engines: over unix, TCP and TLS, good ones and bad ones. By way of `healthcheck`."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.gateway import run_gateway

from gateway.certs import folder

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[bytes], str]]:
    """A unix socket that answers every request with the given bytes, then closes."""
    sockets: list[socket.socket] = []

    def serve(listening: socket.socket, answer: bytes) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(20)
                head = b""
                while b"\r\n\r\n" not in head:
                    data = connection.recv(65536)
                    if not data:
                        break
                    head += data
                # Who asked may have had enough before the end.
                with contextlib.suppress(OSError):
                    connection.sendall(answer)

    def make(answer: bytes) -> str:
        path = tmp_path / "engine.sock"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        listening.listen()
        sockets.append(listening)
        threading.Thread(target=serve, args=(listening, answer), daemon=True).start()
        return f"unix://{path}"

    yield make
    for each in sockets:
        each.shutdown(socket.SHUT_RDWR)
        each.close()


def answer(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, len(body)) + body


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (answer(b"503 No", b'{"message": "engine\\n gone"}'),
         "answers GET /_ping with 503: engine gone"),
        (answer(b"500 No", b"a\x00b\n"), "answers GET /_ping with 500: a\x00b"),
        (answer(b"302 Moved", b""), "answers GET /_ping with 302"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "does not answer: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nO", "does not answer: "),
        (b"", "does not answer: "),
        (answer(b"200 OK", b"x" * (1 << 21)), "does not answer: "),
    ],
)  # fmt: skip
def test_bad_answers(server, sent: bytes, words: str):
    address = server(sent)
    done = run_gateway("healthcheck", address)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"docker-gateway: {address} {words}")
    assert "Traceback" not in done.stderr


def test_a_good_answer(server):
    assert run_gateway("healthcheck", server(OK)).returncode == 0


def test_nobody_there(tmp_path: Path, closed: int):
    done = run_gateway("healthcheck", f"unix://{tmp_path}/x")
    assert (
        done.stderr
        == f"docker-gateway: unix://{tmp_path}/x does not answer: No such file or directory\n"
    )
    done = run_gateway("healthcheck", f"tcp://127.0.0.1:{closed}")
    assert (
        done.stderr
        == f"docker-gateway: tcp://127.0.0.1:{closed} does not answer: Connection refused\n"
    )
    done = run_gateway("healthcheck", f"tcp://[::1]:{closed}")
    assert done.stderr.startswith(f"docker-gateway: tcp://[::1]:{closed} does not answer: ")


def test_somebody_who_is_silent(tmp_path: Path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "x"))
        listening.listen()
        done = run_gateway("healthcheck", f"unix://{tmp_path}/x", "--timeout", "0.3")
    assert done.returncode == 1
    assert (
        done.stderr
        == f"docker-gateway: unix://{tmp_path}/x does not answer: nothing came in time\n"
    )


@pytest.fixture
def far(start, practice, certificates) -> str:
    """The port of a gateway with mutual TLS on IPv4."""
    program = start(
        *("-m", "gateway", "serve", "--certs", certificates, "--engine", f"unix://{practice}"),
        *("--listen", "tls://127.0.0.1:0"),
    )
    return str(program.says(r"listening on tls://127\.0\.0\.1:(\d+)")[1])


def test_tls(far: str, certificates: Path, tmp_path: Path):
    for host in ("127.0.0.1", "localhost"):
        address = f"tls://{host}:{far}"
        done = run_gateway("healthcheck", address, "--certs", str(certificates))
        assert (done.returncode, done.stdout) == (0, f"{address} is well\n"), done.stderr


def test_tls_with_certificates_of_another_authority(far: str, tmp_path: Path):
    folder.create(tmp_path / "others")
    done = run_gateway("healthcheck", f"tls://127.0.0.1:{far}", "--certs", str(tmp_path / "others"))
    assert done.returncode == 1
    assert "certificate verify failed" in done.stderr


def test_tls_under_a_name_that_the_certificate_lacks(start, practice, certificates: Path):
    program = start(
        *("-m", "gateway", "serve", "--certs", certificates, "--engine", f"unix://{practice}"),
        *("--listen", "tls://127.0.0.2:0"),
    )
    port = program.says(r"listening on tls://127\.0\.0\.2:(\d+)")[1]
    address = f"tls://127.0.0.2:{port}"
    done = run_gateway("healthcheck", address, "--certs", str(certificates))
    assert done.returncode == 1
    assert done.stderr == (
        f"docker-gateway: {address} does not answer:"
        " the engine's certificate is not for 127.0.0.2\n"
    )
