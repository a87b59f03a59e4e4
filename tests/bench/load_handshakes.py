"""Load: TLS handshakes, full or resumed, each with one `GET /_ping` behind it."""

import select
import time
from typing import Any

from bench.client import BUFFER, BUFFER_BYTES, WANT_READ, Broken, Client
from bench.probe import Outcome, Probe
from OpenSSL import SSL
from OpenSSL._util import lib

PING = b"GET /v1.41/_ping HTTP/1.1\r\nHost: localhost:2376\r\n\r\n"


def session_of(port: int, context: SSL.Context) -> Any:
    """A session to resume, taken after an answer: TLS 1.3 tickets follow the handshake."""
    client = Client(port, context)
    try:
        client.ask(PING)
        return client.connection.get_session()
    finally:
        client.close()


def run_handshakes(
    port: int,
    context: SSL.Context,
    probe: Probe,
    resume: bool,
    seconds: float,
    at_once: int = 8,
) -> Outcome:
    """Connect, shake hands, ping, close; `at_once` connections in flight, for `seconds`.

    Raises Broken when a connection that should have been resumed was not, or the other way.
    """
    session = session_of(port, context) if resume else None
    epoll = select.epoll()
    alive: dict[int, tuple[Client, int]] = {}
    shaking: set[int] = set()
    latencies: list[int] = []

    def begin() -> None:
        started = time.perf_counter_ns()
        client = Client(port, context, session, handshake=False)
        client.nonblocking()
        alive[client.fd] = (client, started)
        shaking.add(client.fd)
        epoll.register(client.fd, select.EPOLLIN)
        step(client)

    def step(client: Client) -> bool:
        """Go on with a connection; True when its ping has been answered."""
        ssl = client.ssl
        if client.fd in shaking:
            returned = lib.SSL_do_handshake(ssl)
            if returned <= 0:
                code = client.error(returned)
                if code != WANT_READ:
                    raise Broken(f"handshake: {code}")
                return False
            if bool(lib.SSL_session_reused(ssl)) is not resume:
                raise Broken("resumed" if not resume else "not resumed")
            shaking.discard(client.fd)
            lib.SSL_write(ssl, PING, len(PING))
            return False
        count = lib.SSL_read(ssl, BUFFER, BUFFER_BYTES)
        if count <= 0:
            code = client.error(count)
            if code != WANT_READ:
                raise Broken(f"ping: {code}")
            return False
        return True

    probe.start()
    start = time.perf_counter_ns()
    end = start + int(seconds * 1e9)
    try:
        for _ in range(at_once):
            begin()
        now = start
        while now < end:
            events = epoll.poll(5.0)
            if not events:
                raise Broken("no answer within 5 s")
            for fd, _ in events:
                client, began = alive[fd]
                if step(client):
                    now = time.perf_counter_ns()
                    latencies.append(now - began)
                    epoll.unregister(fd)
                    del alive[fd]
                    client.close()
                    begin()
        probe.stop()
        return Outcome(len(latencies), latencies)
    finally:
        epoll.close()
        for client, _ in alive.values():
            client.close()
