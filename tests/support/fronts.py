"""One gateway, and every way in: TLS 1.2, TLS 1.3, plain TCP, unix."""

import socket
import ssl
from pathlib import Path

from support.gateway import Gateway, free_port
from support.waiting import wait_until
from support.wire import (
    PlainStream,
    TlsStream,
    Wire,
    client_context,
    connect_unix,
)

TLS = ("TLS 1.2", "TLS 1.3")
KINDS = (*TLS, "tcp", "unix")
_VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
SECONDS = 20.0


class CarefulTlsStream(TlsStream):
    """A TLS client that can end its half whatever has already come.

    OpenSSL's second SSL_shutdown, which `unwrap` makes, breaks the connection over data that it
    finds; so that is read before.
    """

    _ahead = b""

    def end(self) -> None:
        try:
            while data := self.tls.read(65536):
                self._ahead += data
        except ssl.SSLError:
            pass  # nothing more for now, or the end, which is met again
        super().end()

    def receive(self) -> bytes:
        if self._ahead:
            data, self._ahead = self._ahead, b""
            return data
        return super().receive()


def tcp(port: int) -> socket.socket:
    """A connection to a port of the loopback, without Nagle's pauses."""
    connection = socket.create_connection(("127.0.0.1", port), SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Front:
    """A running gateway that listens on `tls`, `tcp` and `unix` at once."""

    def __init__(self, certificates: Path, engine: str, folder: Path, *options: str) -> None:
        self.certificates = certificates
        self.tcp_port = free_port()
        self.path = folder / "gateway.sock"
        listen = [f"tcp://127.0.0.1:{self.tcp_port}", f"unix://{self.path}"]
        more = [word for address in listen for word in ("--listen", address)]
        self.gateway = Gateway(certificates, engine, folder, *more, *options)
        # The listeners are opened one after the other, TLS first.
        wait_until(self._all_listen, "all listeners")

    def _all_listen(self) -> bool:
        try:
            for kind in ("tcp", "unix"):
                self.connect(kind).stream.close()
        except OSError:
            return False
        return True

    def connect(self, kind: str) -> Wire:
        """A connection of one of `KINDS`."""
        if kind == "unix":
            return Wire(connect_unix(self.path, SECONDS))
        if kind == "tcp":
            return Wire(PlainStream(tcp(self.tcp_port)))
        return Wire(self.connect_tls(kind))

    def connect_tls(self, kind: str) -> TlsStream:
        """A TLS connection of exactly that version."""
        context = client_context(self.certificates)
        context.minimum_version = context.maximum_version = _VERSIONS[kind]
        return CarefulTlsStream(tcp(self.gateway.port), context, "localhost")

    def stop(self) -> None:
        self.gateway.stop()


UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}


def attach(wire: Wire, name: str, early: bytes = b"", upgrade: bool = True) -> None:
    """Attach to `name`, with the first bytes of input in one write with the request.

    The answer's head is read and judged: 101 for who asked for the upgrade, else 200 and raw.
    """
    head = f"POST /v1.41/containers/{name}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\n"
    if upgrade:
        head += "".join(f"{key}: {value}\r\n" for key, value in UPGRADE.items())
    wire.stream.send(head.encode() + b"Content-Length: 0\r\n\r\n" + early)
    answer = wire.read_head()
    assert answer.status == (101 if upgrade else 200)
    assert answer.reason == ("UPGRADED" if upgrade else "OK")
    assert answer.header("Content-Type") == "application/vnd.docker.raw-stream"
    assert answer.header("Upgrade") == ("tcp" if upgrade else None)
    assert answer.header("Connection") == ("Upgrade" if upgrade else None)
    assert answer.header("Content-Length") is None
    assert answer.header("Transfer-Encoding") is None
