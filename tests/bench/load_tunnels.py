"""Load: hijacked connections: echo throughput, round trips, and many idle ones."""

import select
import time

from bench.client import BUFFER, BUFFER_BYTES, VIEW, WANT_READ, WANT_WRITE, Broken, Client
from bench.probe import Outcome, Probe
from OpenSSL import SSL
from OpenSSL._util import lib

_ATTACH = (
    b"POST /v1.41/containers/x/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n"
    b"Host: localhost:2376\r\nUser-Agent: Docker-Client/20.10.24 (linux)\r\n"
    b"Content-Length: 0\r\nContent-Type: text/plain\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
)
_BLOCK = b"e" * 32768


def attach(port: int, context: SSL.Context) -> Client:
    """Open a tunnel; the 101 has been read, nothing of the stream."""
    client = Client(port, context)
    client.write(_ATTACH)
    data = b""
    while b"\r\n\r\n" not in data:
        data += bytes(VIEW[: client.read()])
    if not data.startswith(b"HTTP/1.1 101 ") or not data.endswith(b"\r\n\r\n"):
        client.close()
        raise Broken(f"no tunnel: {data[:200]!r}")
    return client


def run_echo(port: int, context: SSL.Context, probe: Probe, size: int) -> Outcome:
    """Send `size` bytes (a multiple of 32 KB) and read as many back, both at once."""
    client = attach(port, context)
    epoll = select.epoll()
    try:
        client.nonblocking()
        epoll.register(client.fd, select.EPOLLIN | select.EPOLLOUT)
        sending = True
        offset = sent = got = 0
        ssl, read, write = client.ssl, lib.SSL_read, lib.SSL_write
        probe.start()
        while got < size:
            if not epoll.poll(5.0):
                raise Broken("the tunnel stands still")
            # A few of each by turns, so that neither direction starves the other.
            for _ in range(8):
                if sent == size:
                    break
                piece = _BLOCK[offset:] if offset else _BLOCK
                count = write(ssl, piece, len(piece))
                if count <= 0:
                    code = client.error(count)
                    if code not in (WANT_WRITE, WANT_READ):
                        raise Broken(f"echo, writing: {code}")
                    break
                sent += count
                offset = (offset + count) % len(_BLOCK)
            for _ in range(16):
                count = read(ssl, BUFFER, BUFFER_BYTES)
                if count <= 0:
                    code = client.error(count)
                    if code != WANT_READ:
                        raise Broken(f"echo, reading after {got}: {code}")
                    break
                got += count
            if sending and sent == size:
                sending = False
                epoll.modify(client.fd, select.EPOLLIN)
        probe.stop()
        if got != size:
            raise Broken(f"{got} bytes came back of {size}")
        return Outcome(size)
    finally:
        epoll.close()
        client.close()


def run_round_trips(port: int, context: SSL.Context, probe: Probe, count: int) -> Outcome:
    """`count` times 32 bytes there and back, one after the other."""
    client = attach(port, context)
    try:
        word = b"p" * 32
        latencies = []
        probe.start()
        now = time.perf_counter_ns()
        for _ in range(count):
            client.write(word)
            got = 0
            while got < len(word):
                got += client.read()
            before, now = now, time.perf_counter_ns()
            latencies.append(now - before)
        probe.stop()
        return Outcome(count, latencies)
    finally:
        client.close()
