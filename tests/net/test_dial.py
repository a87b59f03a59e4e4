"""Connecting to an engine: unix, TCP, TLS, and everything that can go wrong on the way."""

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from OpenSSL import SSL
from support.sides import Recorder, TlsPeer
from support.tls_files import CLIENT_NAME, make_files
from support.turning import failure_of, reactor, result_of, turn, turn_until

from gateway.config.model import EngineConfig
from gateway.net.dial import Dialer, DialFailed
from gateway.net.tls_transport import HandshakeFailed


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    """A listening socket on 127.0.0.1 alone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def unix(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen(0)
        yield listener


Dial = Callable[..., Any]


@pytest.fixture
def dial() -> Iterator[Dial]:
    """Dial an address; the protocol and the Deferred. What was connected is closed in the end."""
    protocols: list[Recorder] = []

    def start(address: str, **settings: Any) -> tuple[Recorder, Any]:
        settings.setdefault("connect_timeout", 5.0)
        protocol = Recorder()
        protocols.append(protocol)
        return protocol, Dialer(reactor, EngineConfig(address, **settings)).dial(protocol)

    yield start
    for protocol in protocols:
        if protocol.transport is not None and protocol.transport.connected:
            protocol.transport.abortConnection()
    turn(2)


def talk(protocol: Recorder, listener: socket.socket) -> None:
    """Say something both ways over what was dialled."""
    peer, _ = listener.accept()
    with peer:
        protocol.transport.write(b"ping")
        assert peer.recv(10) == b"ping"
        peer.send(b"pong")
        turn_until(lambda: protocol.received == b"pong", "the answer")
    assert protocol.transport.reads_to_the_end


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def test_a_unix_socket(dial: Dial, unix: socket.socket) -> None:
    protocol, result = dial(f"unix://{unix.getsockname()}")
    result_of(result)
    talk(protocol, unix)


def test_an_address(dial: Dial, tcp: socket.socket) -> None:
    protocol, result = dial(f"tcp://127.0.0.1:{port_of(tcp)}")
    result_of(result)
    talk(protocol, tcp)
    assert protocol.transport.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_of_ip_6(dial: Dial) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        protocol, result = dial(f"tcp://[::1]:{port_of(listener)}")
        result_of(result)
        talk(protocol, listener)


def test_a_name_is_looked_up_beside_the_reactor(dial: Dial, tcp: socket.socket) -> None:
    protocol, result = dial(f"tcp://localhost:{port_of(tcp)}")
    assert not result.called
    result_of(result)
    talk(protocol, tcp)


def resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    def getaddrinfo(host: str, port: int, type: int) -> list[Any]:
        return [(socket.AF_INET, type, 6, "", address) for address in addresses]

    monkeypatch.setattr("gateway.net.dial.socket.getaddrinfo", getaddrinfo)


def test_the_next_address_is_tried_when_one_refuses(
    dial: Dial, tcp: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves_to(monkeypatch, ("127.0.0.1", refusing_port()), ("127.0.0.1", port_of(tcp)))
    protocol, result = dial("tcp://engine.test:1")
    result_of(result)
    talk(protocol, tcp)


def refusing_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return port_of(gone)


def test_the_last_refusal_is_the_reason(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, ("127.0.0.1", refusing_port()), ("127.0.0.1", refusing_port()))
    _, result = dial("tcp://engine.test:1")
    assert str(failure_of(result, DialFailed)) == "Connection refused"


def test_a_name_that_is_none_is_a_reason(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, port: int, type: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("gateway.net.dial.socket.getaddrinfo", getaddrinfo)
    _, result = dial("tcp://nowhere.test:1")
    assert "nowhere.test: " in str(failure_of(result, DialFailed))


def test_a_file_that_is_not_there_is_a_reason(dial: Dial, tmp_path: Path) -> None:
    _, result = dial(f"unix://{tmp_path}/none")
    assert str(failure_of(result, DialFailed)) == "No such file or directory"


def test_a_path_that_is_too_long_is_a_reason(dial: Dial) -> None:
    _, result = dial("unix:///" + "long/" * 40)
    assert "too long" in str(failure_of(result, DialFailed))


def test_a_full_backlog_is_waited_for(dial: Dial, unix: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX) as first:
        first.connect(unix.getsockname())
        protocol, result = dial(f"unix://{unix.getsockname()}")
        turn(3, 0.01)
        assert not result.called
        unix.accept()[0].close()
        result_of(result)
        talk(protocol, unix)


def test_a_backlog_that_stays_full_is_given_up(dial: Dial, unix: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX) as first:
        first.connect(unix.getsockname())
        _, result = dial(f"unix://{unix.getsockname()}", connect_timeout=0.05)
        reason = str(failure_of(result, DialFailed))
    assert reason == "no connection within 0.05 seconds"


def test_an_address_that_does_not_answer_is_given_up(
    dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as full, socket.socket() as first:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        first.connect(full.getsockname())
        # Linux drops what a full queue cannot take.
        _, result = dial(f"tcp://127.0.0.1:{port_of(full)}", connect_timeout=0.05)
        assert "no connection within" in str(failure_of(result, DialFailed))


def test_a_dial_can_be_called_off(dial: Dial, unix: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX) as first:
        first.connect(unix.getsockname())
        protocol, result = dial(f"unix://{unix.getsockname()}")
        result.cancel()
        assert str(failure_of(result, DialFailed)) == "given up"
        unix.accept()[0].close()
        turn(3, 0.02)
        assert protocol.transport is None


# TLS


def server_context(files: Path, name: str = "server-") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / f"{name}cert.pem", files / f"{name}key.pem")
    context.load_verify_locations(files / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def certificates(files: Path) -> dict[str, Path]:
    return {"ca": files / "ca.pem", "cert": files / "cert.pem", "key": files / "key.pem"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_with_our_certificate(dial: Dial, tcp: socket.socket, files: Path, host: str) -> None:
    names: list[str | None] = []
    context = server_context(files)
    context.sni_callback = lambda tls, name, _: names.append(name)
    protocol, result = dial(f"tls://{host}:{port_of(tcp)}", **certificates(files))
    result_of(result)
    peer = TlsPeer(tcp.accept()[0], context, server=True)
    turn_until(lambda: peer.pump() or (peer.shaken and protocol.handshakes), "the handshake")
    subject = peer.tls.getpeercert()["subject"]  # type: ignore[index] # it must show one
    assert subject == ((("commonName", CLIENT_NAME),),)
    # RFC 6066: an address is no server name.
    assert names == ["localhost" if host == "localhost" else None]
    assert protocol.transport.reads_to_the_end
    peer.close()


def test_a_tls_engine_that_says_nothing_is_given_up(
    dial: Dial, tcp: socket.socket, files: Path
) -> None:
    protocol, result = dial(
        f"tls://127.0.0.1:{port_of(tcp)}", connect_timeout=0.1, **certificates(files)
    )
    result_of(result)
    turn_until(lambda: protocol.lost, "the end of the handshake")
    assert protocol.lost is not None
    assert isinstance(protocol.lost.value, HandshakeFailed)
    assert "within 0.1 seconds" in str(protocol.lost.value)


def test_a_tls_engine_that_ends_the_handshake_is_a_loss(
    dial: Dial, tcp: socket.socket, files: Path
) -> None:
    protocol, result = dial(f"tls://127.0.0.1:{port_of(tcp)}", **certificates(files))
    result_of(result)
    tcp.accept()[0].close()
    turn_until(lambda: protocol.lost, "the end of the handshake")
    assert protocol.lost is not None
    assert isinstance(protocol.lost.value, HandshakeFailed)


def test_files_that_are_not_there_are_said_at_once(files: Path) -> None:
    with pytest.raises(SSL.Error):
        Dialer(reactor, EngineConfig("tls://x:1", ca=files / "none.pem"))
