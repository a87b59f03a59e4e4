"""Listeners and limits of the side that clients see, on real sockets."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.gateways import Running, ask, beside, running
from support.playbook import Playbook, answer, get
from support.tls_files import make_files
from support.turning import turn, turn_until

from gateway.api.version import ApiVersion
from gateway.config.model import Config, ListenConfig, TlsConfig
from gateway.net.engine import Engine
from gateway.net.frontend import Frontend
from gateway.net.listener import ListenFailed

PING = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


def tls_config(files: Path, verify: bool = True) -> TlsConfig:
    return TlsConfig(
        files / "server-cert.pem", files / "server-key.pem", files / "ca.pem", verify_clients=verify
    )


def client_context(files: Path, authenticate: bool = True) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(files / "ca.pem"))
    if authenticate:
        context.load_cert_chain(files / "cert.pem", files / "key.pem")
    # As Python itself has it; Debian's takes a bare end for a close_notify.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def open_tls(running: Running, context: ssl.SSLContext, stack: ExitStack) -> ssl.SSLSocket:
    raw = running.connect("tls")
    stack.callback(raw.close)
    secured = beside(lambda: context.wrap_socket(raw, server_hostname="localhost"))
    return stack.enter_context(secured)


def open_plain(running: Running, scheme: str, stack: ExitStack) -> socket.socket:
    return stack.enter_context(running.connect(scheme))


def test_every_kind_of_listener(files: Path, tmp_path: Path, stack: ExitStack) -> None:
    listen = ("tls://127.0.0.1:0", "tcp://127.0.0.1:0", f"unix://{tmp_path}/front.sock")
    front = stack.enter_context(running(tmp_path, *listen, tls=tls_config(files)))
    assert [one.partition("://")[0] for one in front.addresses] == ["tls", "tcp", "unix"]
    assert not any(one.endswith(":0") for one in front.addresses)
    for connection in (
        open_tls(front, client_context(files), stack),
        open_plain(front, "tcp", stack),
        open_plain(front, "unix", stack),
    ):
        assert beside(lambda one=connection: ask(one, PING)).startswith(b"HTTP/1.1 200 OK\r\n")
    assert front.service.frontend is not None
    counters = front.service.frontend.counters
    assert (counters.connections, counters.handshakes, counters.requests) == (3, 1, 3)


def test_connections_over_the_limit_are_closed(tmp_path: Path, stack: ExitStack) -> None:
    front = stack.enter_context(running(tmp_path, "tcp://127.0.0.1:0", limits={"connections": 3}))
    held = [open_plain(front, "tcp", stack) for _ in range(3)]
    assert all(beside(lambda one=one: ask(one, PING)).startswith(b"HTTP/1.1 200") for one in held)
    over = open_plain(front, "tcp", stack)
    assert beside(lambda: over.recv(10)) == b""
    # One that goes makes room.
    held[0].close()
    frontend = front.service.frontend
    assert frontend is not None
    turn_until(lambda: len(frontend._open) == 2, "the connection's end")
    again = open_plain(front, "tcp", stack)
    assert beside(lambda: ask(again, PING)).startswith(b"HTTP/1.1 200 ")


def test_connections_of_one_identity(files: Path, tmp_path: Path, stack: ExitStack) -> None:
    front = stack.enter_context(
        running(
            tmp_path,
            "tls://127.0.0.1:0",
            "tcp://127.0.0.1:0",
            tls=tls_config(files),
            limits={"connections_per_identity": 2},
        )
    )
    frontend = front.service.frontend
    assert frontend is not None
    context = client_context(files)
    for _ in range(3):  # what is refused is not counted for ever
        held = [open_tls(front, context, stack) for _ in range(2)]
        for one in held:
            assert beside(lambda one=one: ask(one, PING)).startswith(b"HTTP/1.1 200 ")
        over = open_tls(front, context, stack)
        told = beside(lambda one=over: one.recv(65536))
        assert told.startswith(b"HTTP/1.1 429 ") and b"this client certificate" in told
        for one in (*held, over):
            one.close()
        turn_until(lambda: not frontend._open, "the connections' end")
        assert not frontend._by_identity and not frontend._counted
    # Who shows no certificate has no identity to count.
    plain = [open_plain(front, "tcp", stack) for _ in range(5)]
    for one in plain:
        assert beside(lambda one=one: ask(one, PING)).startswith(b"HTTP/1.1 200 ")


def test_clients_without_a_certificate_are_not_one_identity(
    files: Path, tmp_path: Path, stack: ExitStack
) -> None:
    front = stack.enter_context(
        running(
            tmp_path,
            "tls://127.0.0.1:0",
            tls=tls_config(files, verify=False),
            limits={"connections_per_identity": 2},
        )
    )
    context = client_context(files, authenticate=False)
    for _ in range(5):
        one = open_tls(front, context, stack)
        assert beside(lambda one=one: ask(one, PING)).startswith(b"HTTP/1.1 200 ")


def test_a_handshake_that_does_not_come(files: Path, tmp_path: Path, stack: ExitStack) -> None:
    front = stack.enter_context(
        running(
            tmp_path, "tls://127.0.0.1:0", tls=tls_config(files), limits={"handshake_seconds": 0.2}
        )
    )
    silent = open_plain(front, "tls", stack)
    assert beside(lambda: silent.recv(10)) == b""
    assert front.service.frontend is not None
    assert front.service.frontend.counters.failed_handshakes == 1


def test_a_listener_that_fails_takes_the_others_with_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        path = tmp_path / "front.sock"
        listen = (f"unix://{path}", f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        book = Playbook()
        config = Config(listen=tuple(ListenConfig(one) for one in listen))
        frontend = Frontend(book.reactor, config, Engine(book.reactor, config))
        with pytest.raises(ListenFailed):
            frontend.listen()
        assert not path.exists()


def test_resolvers_are_made_anew_for_another_range() -> None:
    book = Playbook()
    frontend = book.frontend
    first = frontend.resolver(None)
    assert frontend.resolver(None) is first
    old = frontend.resolver(ApiVersion(1, 10))
    assert old is not first
    book.restart_engine("1.24", "1.30")
    book.engine_side.refresh()
    book.answer_probe()
    assert frontend.resolver(None) is not first
    assert frontend.resolver(ApiVersion(1, 10)) is not old


def test_blocks_with_secrets_are_not_remembered() -> None:
    book = Playbook()
    client = book.client()
    for lines in (("X-Registry-Auth: secret",), ("Cookie: secret",), ("X-My-Token: secret",)):
        client.says(get("/v1.41/info", *lines))
        book.engine().heard()
        book.engine().says(answer("204 No Content"))
    assert len(book.frontend.blocks) == 0
    client.says(get("/v1.41/info", "User-Agent: x"))
    assert len(book.frontend.blocks) == 1


def test_draining_lets_requests_finish_and_closes_the_rest() -> None:
    book = Playbook()
    idle, busy = book.client(), book.client()
    busy.says(get("/v1.41/info"))
    assert book.frontend.busy
    book.frontend.drain()
    assert idle.hears_the_end()
    assert not busy.hears_the_end()
    book.engine().says(answer("200 OK", "Content-Length: 2", body=b"ok"))
    assert busy.heard().endswith(b"ok")
    assert busy.ended
    assert not book.frontend.busy


def test_an_answer_that_is_on_its_way_counts_as_busy() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    client.says(get("/v1.41/info") * 5)
    for _ in range(5):
        book.engine().heard()
        book.engine().says(answer("200 OK", "Content-Length: 60000", body=b"x" * 60000))
    assert connection.exchange is None and connection.transport.queued
    assert book.frontend.busy
    client.heard()
    assert not book.frontend.busy


def test_closing_leaves_nothing() -> None:
    book = Playbook()
    clients = [book.client() for _ in range(3)]
    clients[0].says(get("/v1.41/events"))
    book.frontend.close()
    book.reactor.settle()
    assert all(client.hears_the_end() for client in clients)
    assert not book.frontend._open
    turn()
