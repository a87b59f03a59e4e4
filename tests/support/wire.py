"""HTTP/1.1 by hand over TLS or a unix socket: every byte and every half-close is ours to choose.

Written for the tests alone and sharing nothing with the program, so that the two cannot be wrong
in the same way.
"""

import json
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Stream(Protocol):
    """Bytes both ways, with an end of each."""

    def send(self, data: bytes) -> None:
        """Send all of it."""

    def receive(self) -> bytes:
        """Some bytes, or none at the end; `Truncated` when TLS ended without saying so."""

    def end(self) -> None:
        """End our half; the other goes on."""

    def close(self) -> None:
        """Close it all."""


class Truncated(Exception):
    """The connection's end came without TLS's close_notify."""


class PlainStream:
    """A socket as it is."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def receive(self) -> bytes:
        return self.connection.recv(65536)

    def end(self) -> None:
        self.connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.connection.close()


class TlsStream:
    """TLS on memory buffers: the ssl module's sockets know no half-close."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, name: str) -> None:
        self.connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            else:
                self._flush()
                return

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            self.connection.sendall(data)

    def _fill(self) -> None:
        data = self.connection.recv(65536)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def send(self, data: bytes) -> None:
        self.tls.write(data)
        self._flush()

    def receive(self) -> bytes:
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError as error:
                raise Truncated from error

    def end(self) -> None:
        """close_notify alone; the TCP connection stays open both ways."""
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            # It wants the peer's close_notify, which has all the time in the world.
            pass
        self._flush()

    def end_rudely(self) -> None:
        """A bare FIN, no close_notify: what the docker CLI 1.4 and 1.6 do."""
        self.connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.connection.close()


def client_context(certificates: Path, authenticate: bool = True) -> ssl.SSLContext:
    """A client's context: verifies the server; shows a client certificate if `authenticate`."""
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    # Debian's Python takes a bare FIN for a close_notify unless told otherwise.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if authenticate:
        context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
    return context


def connect_tls(port: int, context: ssl.SSLContext, seconds: float = 20.0) -> TlsStream:
    """A TLS connection to a port of the loopback."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=seconds)
    return TlsStream(connection, context, "localhost")


def connect_unix(path: Path, seconds: float = 20.0) -> PlainStream:
    """A connection to a unix socket."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    connection.connect(str(path))
    return PlainStream(connection)


@dataclass
class Answer:
    """An answer with its body, or the head of a hijacked one (`framing` "hijacked")."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    framing: str = "none"
    body: bytes = b""
    chunks: list[bytes] = field(default_factory=list)

    def header(self, name: str) -> str | None:
        """The value of the only field of that name; None when there is none."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} more than once: {values}"
        return values[0] if values else None

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        return self.body.decode()


Body = bytes | dict[str, Any] | list[Any] | None


class Wire:
    """One connection, requests one after another."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.read = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stream.close()

    def send_request(
        self, method: str, path: str, body: Body = None, headers: dict[str, str] | None = None
    ) -> None:
        """Send one request; a document goes as JSON, bytes as they are."""
        fields = {"Host": "localhost"}
        data = b""
        if isinstance(body, bytes):
            data = body
        elif body is not None:
            data = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        if data or method in ("POST", "PUT"):
            fields["Content-Length"] = str(len(data))
        fields.update(headers or {})
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        self.stream.send(head.encode() + b"\r\n" + data)

    def request(
        self, method: str, path: str, body: Body = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request and read the whole answer."""
        self.send_request(method, path, body, headers)
        answer = self.read_head()
        self.read_body(answer, method)
        return answer

    def hijack(
        self, method: str, path: str, body: Body = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request and read the head of the answer; the rest is two raw streams."""
        self.send_request(method, path, body, headers)
        answer = self.read_head()
        if answer.status not in (101, 200):
            self.read_body(answer, method)
        else:
            answer.framing = "hijacked"
        return answer

    def read_head(self) -> Answer:
        """The head of an answer; those of status 100 are passed over."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        first, *rest = head.split("\r\n")
        version, status, *reason = first.split(" ", 2)
        assert version in ("HTTP/1.0", "HTTP/1.1"), first
        headers = []
        for line in rest:
            name, colon, value = line.partition(":")
            assert colon and name == name.strip() and name, f"bad header line {line!r}"
            headers.append((name, value.strip()))
        if status == "100":
            return self.read_head()
        return Answer(int(status), reason[0] if reason else "", headers)

    def read_body(self, answer: Answer, method: str) -> None:
        """The body, by whatever framing the head tells."""
        length = answer.header("Content-Length")
        coding = answer.header("Transfer-Encoding")
        if method == "HEAD" or answer.status in (204, 304):
            return
        if coding is not None:
            assert coding.lower() == "chunked" and length is None
            answer.framing = "chunked"
            while chunk := self.read_chunk():
                answer.chunks.append(chunk)
            answer.body = b"".join(answer.chunks)
        elif length is not None:
            answer.framing = "length"
            answer.body = self.exactly(int(length))
        else:
            answer.framing = "close"
            answer.body = self.rest()

    def read_chunk(self) -> bytes:
        """One chunk's data; none at the end of the body."""
        size = int(self._until(b"\r\n").split(b";")[0], 16)
        if size == 0:
            while self._until(b"\r\n"):
                pass
            return b""
        data = self.exactly(size + 2)
        assert data.endswith(b"\r\n"), f"a chunk without its end: {data[-20:]!r}"
        return data[:-2]

    def exactly(self, size: int) -> bytes:
        """So many bytes; AssertionError when the stream ends before."""
        while len(self.read) < size:
            data = self.stream.receive()
            assert data, f"the stream ended after {len(self.read)} of {size} bytes"
            self.read += data
        data, self.read = self.read[:size], self.read[size:]
        return data

    def rest(self) -> bytes:
        """All to the end of the stream."""
        parts = [self.read]
        self.read = b""
        while data := self.stream.receive():
            parts.append(data)
        return b"".join(parts)

    def _until(self, end: bytes) -> bytes:
        while end not in self.read:
            data = self.stream.receive()
            assert data, f"the stream ended before {end!r}: {self.read!r}"
            self.read += data
        line, _, self.read = self.read.partition(end)
        return line


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """The frames of a multiplexed stream: (1 for stdout or 2 for stderr, payload).

    AssertionError when the bytes are no whole frames.
    """
    found = []
    while data:
        assert len(data) >= 8, f"no frame's head: {data!r}"
        kind, zeros, size = data[0], data[1:4], int.from_bytes(data[4:8], "big")
        assert kind in (0, 1, 2) and zeros == b"\0\0\0", f"no frame's head: {data[:8]!r}"
        assert len(data) >= 8 + size, f"a frame cut short: {data!r}"
        found.append((kind, data[8 : 8 + size]))
        data = data[8 + size :]
    return found


def outputs(data: bytes) -> tuple[bytes, bytes]:
    """Standard output and standard error of a multiplexed stream."""
    found = frames(data)
    return (
        b"".join(payload for kind, payload in found if kind == 1),
        b"".join(payload for kind, payload in found if kind == 2),
    )
