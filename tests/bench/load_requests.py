"""Load: keep-alive requests, each with a container id of its own."""

import itertools
import select
import time
from collections.abc import Iterator

from bench.client import BUFFER, BUFFER_BYTES, VIEW, WANT_READ, Broken, Client
from bench.probe import Outcome, Probe
from OpenSSL import SSL
from OpenSSL._util import lib

# As a Docker CLI of API v1.41 asks.
_FIRST = b"GET /v1.41/containers/"
_LAST = (
    b"/json HTTP/1.1\r\nHost: localhost:2376\r\nUser-Agent: Docker-Client/20.10.24 (linux)\r\n\r\n"
)
_numbers: Iterator[int] = itertools.count(1)


def request() -> bytes:
    """The next request; its id is 64 hexadecimal digits that never came before."""
    return b"%s%064x%s" % (_FIRST, next(_numbers), _LAST)


def check(client: Client) -> int:
    """Ask once, look at every byte of the answer, return its length on the wire."""
    asked = request()
    wanted = asked[len(_FIRST) : len(_FIRST) + 64]
    head, body, size = client.ask(asked)
    if not head.startswith(b"HTTP/1.1 200 ") or body[7:71] != wanted or len(body) != 2048:
        raise Broken(f"not the answer asked for: {head[:200]!r} {body[:100]!r}")
    return size


def run_requests(
    port: int, context: SSL.Context, probe: Probe, connections: int, seconds: float
) -> Outcome:
    """Keep `connections` connections busy for `seconds`, one request at a time on each.

    Every answer's length is compared with the checked first one of its connection, and every
    answer must hold its request's id; anything else raises Broken.
    """
    clients = [Client(port, context) for _ in range(connections)]
    try:
        return _drive(clients, probe, seconds)
    finally:
        for client in clients:
            client.close()


def _drive(clients: list[Client], probe: Probe, seconds: float) -> Outcome:
    expected = {client.fd: check(client) for client in clients}
    handles = {client.fd: client.ssl for client in clients}
    got = dict.fromkeys(handles, 0)
    started = dict.fromkeys(handles, 0)
    ids: dict[int, int] = dict.fromkeys(handles, 0)
    latencies: list[int] = []
    epoll = select.epoll()
    read, write, clock = lib.SSL_read, lib.SSL_write, time.perf_counter_ns
    poll, done, numbers = epoll.poll, latencies.append, _numbers
    length = len(request())
    for client in clients:
        client.nonblocking()
        epoll.register(client.fd, select.EPOLLIN)
    probe.start()
    begin = clock()
    end = begin + int(seconds * 1e9)
    for fd, ssl in handles.items():
        number = next(numbers)
        ids[fd] = number
        started[fd] = clock()
        write(ssl, b"%s%064x%s" % (_FIRST, number, _LAST), length)
    now = begin
    while now < end:
        events = poll(5.0)
        if not events:
            raise Broken("no answer within 5 s")
        for fd, _ in events:
            ssl = handles[fd]
            size = expected[fd]
            have = got[fd]
            while have < size:
                count = read(ssl, BUFFER, BUFFER_BYTES)
                if count <= 0:
                    if lib.SSL_get_error(ssl, count) != WANT_READ:
                        raise Broken("a connection ended in mid-load")
                    lib.ERR_clear_error()
                    break
                have += count
            else:
                if have > size or b'"%064x"' % ids[fd] not in VIEW[:count].tobytes():
                    raise Broken("an answer of another length or to another request")
                now = clock()
                done(now - started[fd])
                number = next(numbers)
                ids[fd] = number
                started[fd] = now
                got[fd] = 0
                if write(ssl, b"%s%064x%s" % (_FIRST, number, _LAST), length) != length:
                    raise Broken("a request did not fit into the socket")
                continue
            got[fd] = have
    probe.stop()
    epoll.close()
    return Outcome(len(latencies), latencies)
