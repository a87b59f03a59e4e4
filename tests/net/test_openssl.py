"""Reading and writing TLS through pyOpenSSL's binding, and through its public methods."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from OpenSSL import SSL
from support.tls_files import make_files

from gateway.config.model import EngineConfig, TlsConfig
from gateway.net import openssl
from gateway.net.openssl import RECORD, BrokenEnd, CleanEnd, describe
from gateway.net.tls import engine_context, server_context


@dataclass
class Ways:
    """One of the two ways to do the same."""

    receive: Callable[[SSL.Connection], bytes]
    send: Callable[[SSL.Connection, Any], int]


@pytest.fixture(params=["direct", "public"])
def ways(request: pytest.FixtureRequest) -> Ways:
    if request.param == "direct":
        return Ways(openssl.receive_direct, openssl.send_direct)
    return Ways(openssl.receive_public, openssl.send_public)


@dataclass
class Pair:
    """Both ends of a TLS connection over a unix socket, neither of which waits."""

    server: SSL.Connection
    client: SSL.Connection
    sockets: tuple[socket.socket, socket.socket]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def contexts(files: Path) -> tuple[SSL.Context, SSL.Context]:
    ours = TlsConfig(files / "server-cert.pem", files / "server-key.pem", files / "ca.pem")
    theirs = EngineConfig("tls://x", files / "ca.pem", files / "cert.pem", files / "key.pem")
    return server_context(ours), engine_context(theirs)


@pytest.fixture(params=[SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION], ids=["TLS 1.2", "TLS 1.3"])
def pair(
    request: pytest.FixtureRequest, contexts: tuple[SSL.Context, SSL.Context]
) -> Iterator[Pair]:
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        right.setblocking(False)
        contexts[1].set_max_proto_version(request.param)
        server, client = (SSL.Connection(*one) for one in zip(contexts, (left, right), strict=True))
        server.set_accept_state()
        client.set_connect_state()
        for _ in range(4):
            for side in (client, server):
                try:
                    side.do_handshake()
                except SSL.WantReadError:
                    pass
        yield Pair(server, client, (left, right))


def test_the_short_way_is_there_and_taken() -> None:
    assert openssl.DIRECT
    assert (openssl.receive, openssl.send) == (openssl.receive_direct, openssl.send_direct)


def test_what_is_sent_is_received(pair: Pair, ways: Ways) -> None:
    assert ways.send(pair.client, b"hello") == 5
    assert ways.receive(pair.server) == b"hello"
    assert ways.send(pair.server, memoryview(b"..answer")[2:]) == 6
    assert ways.receive(pair.client) == b"answer"


def test_nothing_yet_is_empty(pair: Pair, ways: Ways) -> None:
    assert ways.receive(pair.server) == b""


def test_one_call_reads_one_record(pair: Pair, ways: Ways) -> None:
    for piece in (b"one", b"two"):
        ways.send(pair.client, piece)
    assert [ways.receive(pair.server) for _ in range(3)] == [b"one", b"two", b""]


def test_one_call_takes_one_record_at_the_most(pair: Pair, ways: Ways) -> None:
    data = bytes(range(256)) * 100
    sent = ways.send(pair.client, data)
    assert sent == RECORD
    assert ways.receive(pair.server) == data[:RECORD]


def test_a_full_socket_takes_nothing_and_goes_on_with_the_same_bytes(
    pair: Pair, ways: Ways
) -> None:
    sent, taken = b"", 1
    while taken:
        piece = bytes([len(sent) % 251]) * RECORD
        taken = ways.send(pair.client, piece)
        sent += piece[:taken]
    found = b""
    while data := ways.receive(pair.server):
        found += data
    # A copy, longer than what was refused; it begins with the same bytes.
    rest = bytes(bytearray(piece)) + b"more"
    taken = ways.send(pair.client, rest)
    assert taken >= RECORD
    while data := ways.receive(pair.server):
        found += data
    assert found == sent + rest[:taken]


def test_close_notify_is_a_clean_end_and_writing_goes_on(pair: Pair, ways: Ways) -> None:
    ways.send(pair.client, b"last")
    pair.client.shutdown()
    assert ways.receive(pair.server) == b"last"
    for _ in range(2):
        with pytest.raises(CleanEnd):
            ways.receive(pair.server)
    assert ways.send(pair.server, b"late") == 4
    assert ways.receive(pair.client) == b"late"


def test_an_end_without_close_notify_is_a_truncation(pair: Pair, ways: Ways) -> None:
    pair.sockets[1].shutdown(socket.SHUT_WR)
    with pytest.raises(BrokenEnd, match="without a close_notify") as caught:
        ways.receive(pair.server)
    assert caught.value.truncated


def test_an_end_without_close_notify_that_is_tolerated_is_clean(pair: Pair, ways: Ways) -> None:
    pair.server.set_options(SSL.OP_IGNORE_UNEXPECTED_EOF)
    pair.sockets[1].shutdown(socket.SHUT_WR)
    with pytest.raises(CleanEnd):
        ways.receive(pair.server)
    assert ways.send(pair.server, b"late") == 4


def test_bytes_that_are_no_tls_break_with_a_reason(pair: Pair, ways: Ways) -> None:
    pair.sockets[1].send(b"GET / HTTP/1.1\r\n\r\n")
    with pytest.raises(BrokenEnd) as caught:
        ways.receive(pair.server)
    assert not caught.value.truncated
    assert str(caught.value)


def test_a_write_to_a_peer_that_is_gone_breaks(pair: Pair, ways: Ways) -> None:
    pair.sockets[1].close()
    with pytest.raises(BrokenEnd) as caught:
        ways.send(pair.server, b"x")
    assert str(caught.value)


def test_one_connection_s_error_is_not_another_s(
    pair: Pair, ways: Ways, contexts: tuple[SSL.Context, SSL.Context]
) -> None:
    """OpenSSL's queue of errors belongs to the thread; whoever meets an error empties it."""
    pair.sockets[1].send(b"no TLS at all, that is")
    with pytest.raises(BrokenEnd):
        ways.receive(pair.server)
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        other = SSL.Connection(contexts[0], left)
        other.set_accept_state()
        with pytest.raises(SSL.WantReadError):
            other.do_handshake()


def test_an_error_is_described_by_its_reasons() -> None:
    assert describe(SSL.Error([("SSL routines", "", "one"), ("", "", "two")])) == "one; two"
    assert describe(SSL.Error([])) == "a TLS error"
    assert describe(SSL.SysCallError(104, "ECONNRESET")) == "104 ECONNRESET"
    assert describe(SSL.Error()) == "a TLS error"
