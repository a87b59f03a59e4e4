"""An engine on a unix socket that writes down every byte it gets, and answers everything alike."""

import contextlib
import json
import socket
import threading
from pathlib import Path

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
PROBES = (b"GET /_ping HTTP/1.1\r\n", b"GET /version HTTP/1.1\r\n")


class RecordingEngine:
    """`requests` are the bytes of each request but the gateway's own probes, framing included.

    `strays` is what came on a connection and was no whole request, `received` counts all bytes.
    Every request gets `answer`.
    """

    def __init__(self, path: Path) -> None:
        self.address = f"unix://{path}"
        self.requests: list[bytes] = []
        self.strays: list[bytes] = []
        self.received = 0
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        self._open: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        held = b""
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                held += data
                self.received += len(data)
                while (end := _end_of_request(held)) is not None:
                    request, held = held[:end], held[end:]
                    connection.sendall(self._answer_to(request))
            if held:
                self.strays.append(held)
        self._open.discard(connection)

    def _answer_to(self, request: bytes) -> bytes:
        if request.startswith(PROBES):
            body = json.dumps(VERSION).encode()
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        self.requests.append(request)
        return self.answer

    def heard(self) -> list[bytes]:
        """The requests since the last time."""
        heard, self.requests = self.requests, []
        return heard

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _end_of_request(data: bytes) -> int | None:
    """Where the first request in `data` ends, read as simply as possible; None: not yet."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    lines = [line.lower() for line in head.split(b"\r\n")[1:]]
    if b"transfer-encoding: chunked" in lines:
        end = body.find(b"\r\n\r\n") if not body.startswith(b"0\r\n\r\n") else 1
        return None if end < 0 else len(head) + 4 + end + 4
    sizes = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
    end = len(head) + 4 + sum(sizes)
    return end if end <= len(data) else None
