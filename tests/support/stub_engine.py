"""An engine that does to a connection what a test tells it, byte by byte.

Just enough HTTP for what the gateway sends. Each connection has a thread; blocking is fine there.
"""

import contextlib
import json
import queue
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from support.wire import PlainStream, TlsStream, Truncated

SECONDS = 20.0
"""How long a handler waits for the other side before it fails."""

VERSION = {
    "Version": "20.10.24",
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.12",
    "Os": "linux",
    "Arch": "amd64",
    "Components": [],
}


class ServerTlsStream(TlsStream):
    """The server's side of TLS on memory buffers."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self.connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._flush()
                raise
            else:
                self._flush()
                return


class Talk:
    """A request, and the connection on which it came, to be answered in any way.

    `name` is the container, exec or image of the path, or the path's last word.
    """

    def __init__(self, stream: PlainStream | TlsStream) -> None:
        self.stream = stream
        self.method = self.target = self.name = ""
        self.headers: dict[str, str] = {}
        self.body = b""
        self._read = b""

    def next_request(self) -> bool:
        """Read a head, and a body whose length is told; False at the connection's end."""
        while b"\r\n\r\n" not in self._read:
            data = self.stream.receive()
            if not data:
                return False
            self._read += data
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ")
        words = self.target.split("?")[0].strip("/").split("/")
        named = [b for a, b in pairwise(words) if a in ("containers", "exec")]
        self.name = named[0] if named and len(words) > 2 else words[-1]
        self.headers = {}
        for line in lines:
            key, _, value = line.partition(":")
            self.headers[key.lower()] = value.strip()
        return True

    def read_body(self) -> bytes:
        """The whole body, by its length."""
        size = int(self.headers.get("content-length", "0"))
        self.body = self.exactly(size)
        return self.body

    def receive(self) -> bytes:
        """Some bytes, none at the end."""
        if self._read:
            data, self._read = self._read, b""
            return data
        return self.stream.receive()

    def exactly(self, size: int) -> bytes:
        """So many bytes; AssertionError when there are fewer."""
        data = b""
        while len(data) < size:
            more = self.receive()
            assert more, f"the gateway ended after {data!r}, {size} bytes were due"
            data += more
        data, self._read = data[:size], data[size:] + self._read
        return data

    def rest(self) -> bytes:
        """All to the end of the gateway's direction."""
        parts = []
        while data := self.receive():
            parts.append(data)
        return b"".join(parts)

    def send(self, data: bytes) -> None:
        self.stream.send(data)

    def answer(self, status: int, body: Any = b"", kind: str = "application/json") -> None:
        """A whole answer; a document goes as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        self.send(head.encode() + (b"" if self.method == "HEAD" else data))

    def switch(self, early: bytes = b"", status: int = 101, kind: str = "tcp") -> None:
        """Agree to the hijack as engines do, or with a 200 as those before v1.17 do."""
        if status == 101:
            head = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: " + kind.encode()
        else:
            head = b"HTTP/1.1 200 OK"
        kind_of = b"Content-Type: application/vnd.docker.raw-stream"
        self.send(head + b"\r\n" + kind_of + b"\r\n\r\n" + early)

    def end(self) -> None:
        """End our direction alone."""
        self.stream.end()

    def die(self) -> None:
        """End as a process that is killed does: over TCP with a reset, over TLS without a word."""
        connection = self.stream.connection
        if isinstance(self.stream, PlainStream) and connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # A close alone would wait for whoever is in a call on the socket.
        if not isinstance(self.stream, PlainStream):
            connection.shutdown(socket.SHUT_WR)
        connection.close()


Handler = Callable[[Talk], object]


class StubEngine:
    """Listens on `unix:///PATH`, `tcp://` or, with a `context`, `tls://`; see `address`.

    A request whose name (see Talk) is in `handlers` is given to that; what the handler returns is
    put into `seen`, unless it is None. The connection is closed behind it, unless it answered and
    returned True. /_ping and /version are answered as an engine of v1.41 does.
    """

    def __init__(
        self,
        where: Path | str,
        handlers: Mapping[str, Handler],
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.handlers = dict(handlers)
        self.seen: queue.Queue[Any] = queue.Queue()
        self.problems: list[BaseException] = []
        self.heads: list[str] = []
        self._context = context
        if isinstance(where, Path):
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(where))
            self.address = f"unix://{where}"
        else:
            self._listener = socket.create_server((where, 0))
            self.port = self._listener.getsockname()[1]
            self.address = f"{'tls' if context else 'tcp'}://{where}:{self.port}"
        self._listener.listen(1024)
        self._connections: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(SECONDS)
            self._connections.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            stream: PlainStream | TlsStream = PlainStream(connection)
            if self._context is not None:
                stream = ServerTlsStream(connection, self._context)
            talk = Talk(stream)
            while talk.next_request():
                self.heads.append(f"{talk.method} {talk.target}")
                if not self._answer(talk):
                    if isinstance(stream, TlsStream):
                        stream.end()
                    return
        except (OSError, ssl.SSLError, Truncated) as error:
            self.seen.put(error)
        except BaseException as error:
            self.problems.append(error)
        finally:
            self._connections.discard(connection)
            connection.close()

    def _answer(self, talk: Talk) -> bool:
        handler = self.handlers.get(talk.name)
        if handler is not None:
            result = handler(talk)
            if result is True:
                return True
            if result is not None:
                self.seen.put(result)
            return False
        talk.read_body()
        if talk.name == "_ping":
            talk.answer(200, b"OK", "text/plain")
        elif talk.name == "version":
            talk.answer(200, VERSION)
        else:
            talk.answer(404, {"message": f"nothing here: {talk.target}"})
        return True

    def next_seen(self, seconds: float = SECONDS) -> Any:
        """What a handler returned next, or how it was cut short (an OSError)."""
        return self.seen.get(timeout=seconds)

    def stop(self) -> None:
        """Close everything; raises what went wrong in a handler."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(SECONDS)
        if self.problems:
            raise self.problems[0]


def server_tls(
    certificates: Path, cert: str = "server-cert.pem", key: str = "server-key.pem"
) -> Any:
    """The context of a TLS engine that wants a client's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / cert, certificates / key)
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context
