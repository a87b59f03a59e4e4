"""A practice engine in a process of its own, and clients of its socket."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

REPOSITORY = Path(__file__).parent.parent.parent
SECONDS = 20.0


class UnixConnection(http.client.HTTPConnection):
    """An HTTP client on a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = connect(self._path)


def connect(path: str) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(SECONDS)
    made.connect(path)
    return made


class PracticeProcess:
    """A running practice engine."""

    def __init__(self, path: str, process: subprocess.Popen[str]) -> None:
        self.path = path
        self._process = process

    def end(self) -> None:
        """End it with SIGTERM, and wait until it is gone."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait(SECONDS)

    def client(self) -> UnixConnection:
        return UnixConnection(self.path)

    def ask(self, method: str, target: str, document: Any = None) -> tuple[int, Any]:
        """Make one call: its status, and the body, as JSON where it is."""
        client = self.client()
        try:
            body = None if document is None else orjson.dumps(document)
            client.request(method, target, body, {"Content-Type": "application/json"})
            answer = client.getresponse()
            data = answer.read()
            kind = answer.getheader("Content-Type")
            return answer.status, orjson.loads(data) if kind == "application/json" else data
        finally:
            client.close()

    def fault(self, kind: str, **fields: Any) -> None:
        status, answer = self.ask("POST", "/practice/faults", {"kind": kind, **fields})
        assert status == 204, answer

    def raw(self, data: bytes) -> socket.socket:
        """Send bytes on a new connection, which is given."""
        made = connect(self.path)
        made.sendall(data)
        return made

    def create(self, *command: str, start: bool = True, **config: Any) -> str:
        document = {"Image": "busybox", "Cmd": list(command), **config}
        status, answer = self.ask("POST", "/v1.44/containers/create", document)
        assert status == 201, answer
        if start:
            assert self.ask("POST", f"/v1.44/containers/{answer['Id']}/start")[0] == 204
        return str(answer["Id"])


def read_all(made: socket.socket) -> bytes:
    """What comes until the other side's end."""
    pieces = []
    while piece := made.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def read_until(made: socket.socket, end: bytes) -> bytes:
    """What comes until the bytes end so."""
    data = b""
    while not data.endswith(end):
        piece = made.recv(1)
        assert piece, f"the end came after {data!r}"
        data += piece
    return data


@contextmanager
def practice_process(*options: str) -> Iterator[PracticeProcess]:
    """Run one, and end it with SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="practice-") as folder:
        path = str(Path(folder, "engine.sock"))
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway.net.practice_server", path, *options],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"listening on {path}\n"
            yield PracticeProcess(path, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)
            process.stdout.close()
        assert process.returncode in (0, -signal.SIGTERM)
