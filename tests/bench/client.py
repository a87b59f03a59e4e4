"""One TLS connection of the load generator, as near to OpenSSL as Python gets.

`SSL_read` and `SSL_write` of pyOpenSSL's own binding, into one buffer shared by all connections:
no allocation and no exception per call. TLS 1.3 only, with a client certificate, as the gateway
and its peers demand.
"""

import socket
import struct
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from OpenSSL._util import ffi, lib

BUFFER_BYTES = 256 * 1024
BUFFER = ffi.new("char[]", BUFFER_BYTES)
VIEW = memoryview(ffi.buffer(BUFFER))

WANT_READ: int = lib.SSL_ERROR_WANT_READ
WANT_WRITE: int = lib.SSL_ERROR_WANT_WRITE
_TIMEOUT_SECONDS = 30


class Broken(Exception):
    """The server closed, timed out or answered something it must not."""


def client_context(certs: Path, verify: bool = True) -> SSL.Context:
    """A TLS 1.3 client context of a directory in Docker's layout."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    # One key exchange for all: pyOpenSSL's OpenSSL would offer, and some servers would take, a
    # hybrid with ML-KEM that the system's OpenSSL 3.0 does not know.
    if lib.SSL_CTX_set1_curves_list(context._context, b"X25519") != 1:
        raise RuntimeError("this OpenSSL has no X25519")
    context.use_certificate_chain_file(str(certs / "cert.pem"))
    context.use_privatekey_file(str(certs / "key.pem"))
    if verify:
        context.load_verify_locations(str(certs / "ca.pem"))
        context.set_verify(SSL.VERIFY_PEER, lambda *arguments: bool(arguments[-1]))
    else:
        context.set_verify(SSL.VERIFY_NONE, lambda *arguments: True)
    return context


class Client:
    """A connected, blocking TLS client with a timeout; `nonblocking()` for event loops."""

    __slots__ = ("connection", "fd", "sock", "ssl")

    def __init__(
        self,
        port: int,
        context: SSL.Context,
        session: Any = None,
        handshake: bool = True,
    ) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # On a blocking socket these make SSL_read/SSL_write give up rather than hang for ever.
        limit = struct.pack("ll", _TIMEOUT_SECONDS, 0)
        self.sock.settimeout(None)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        self.fd = self.sock.fileno()
        self.connection = SSL.Connection(context, self.sock)
        self.connection.set_connect_state()
        self.connection.set_tlsext_host_name(b"localhost")
        if session is not None:
            self.connection.set_session(session)
        self.ssl = self.connection._ssl
        if handshake:
            self.connection.do_handshake()

    def nonblocking(self) -> None:
        self.sock.setblocking(False)

    def read(self) -> int:
        """Read into `BUFFER`; the number of bytes. Raises Broken at an end or a timeout."""
        count = int(lib.SSL_read(self.ssl, BUFFER, BUFFER_BYTES))
        if count <= 0:
            raise Broken(f"SSL_read: {self.error(count)}")
        return count

    def write(self, data: bytes) -> None:
        """Write all of `data` (blocking)."""
        sent = 0
        while sent < len(data):
            count = int(lib.SSL_write(self.ssl, data[sent:] if sent else data, len(data) - sent))
            if count <= 0:
                raise Broken(f"SSL_write: {self.error(count)}")
            sent += count

    def error(self, returned: int) -> int:
        """What `SSL_get_error` says; the error queue is left clean."""
        code = int(lib.SSL_get_error(self.ssl, returned))
        lib.ERR_clear_error()
        return code

    def ask(self, request: bytes) -> tuple[bytes, bytes, int]:
        """Send a request, read until its head and (by Content-Length) its body are there.

        Returns the head, the body, and how many bytes the two were on the wire.
        """
        self.write(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += bytes(VIEW[: self.read()])
        head, _, body = data.partition(b"\r\n\r\n")
        length = content_length(head)
        while len(body) < length:
            body += bytes(VIEW[: self.read()])
        return head, body, len(head) + 4 + len(body)

    def close(self) -> None:
        """Say close_notify, then close; errors do not matter any more."""
        lib.SSL_shutdown(self.ssl)
        lib.ERR_clear_error()
        self.sock.close()


def content_length(head: bytes) -> int:
    """The Content-Length of a well-formed head; 0 when there is none."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
