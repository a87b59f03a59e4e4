"""Listening sockets: their addresses, their files, and that nothing ends them but a close."""

import errno
import grp
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.turning import reactor, turn, turn_until
from twisted.internet.task import Clock

from gateway.config.model import ListenConfig
from gateway.net.listener import Accept, Listener, ListenFailed, listening_socket


class Accepted:
    """Keeps what is accepted."""

    def __init__(self) -> None:
        self.got: list[tuple[socket.socket, str]] = []

    def __call__(self, sock: socket.socket, peer: str) -> None:
        self.got.append((sock, peer))


Open = Callable[..., Listener]


@pytest.fixture
def accepted() -> Iterator[Accepted]:
    found = Accepted()
    yield found
    for sock, _ in found.got:
        sock.close()


@pytest.fixture
def listen(accepted: Accepted) -> Iterator[Open]:
    listeners: list[Listener] = []

    def open_one(config: ListenConfig, accept: Accept = accepted) -> Listener:
        listeners.append(Listener(reactor, listening_socket(config), accept))
        listeners[-1].startReading()
        return listeners[-1]

    yield open_one
    for one in listeners:
        one.close()


def connect(listener: Listener) -> socket.socket:
    """A connection to it, made by the kernel alone."""
    address = listener.socket.getsockname()
    client = socket.socket(listener.socket.family)
    client.connect(address)
    return client


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_tcp_connections_are_accepted_prepared(
    listen: Open, accepted: Accepted, scheme: str, host: str
) -> None:
    listener = listen(ListenConfig(f"{scheme}://{host}:0"))
    port = listener.socket.getsockname()[1]
    assert listener.address == f"{host}:{port}"
    with connect(listener) as client:
        turn_until(lambda: accepted.got, "the connection")
        sock, peer = accepted.got[0]
        assert peer == f"{host}:{client.getsockname()[1]}"
        assert not sock.getblocking()
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_many_that_wait_are_all_accepted(listen: Open, accepted: Accepted) -> None:
    listener = listen(ListenConfig("tcp://127.0.0.1:0"))
    clients = [connect(listener) for _ in range(150)]
    turn_until(lambda: len(accepted.got) == 150, "all connections")
    for client in clients:
        client.close()


def test_unix_connections_are_accepted(listen: Open, accepted: Accepted, tmp_path: Path) -> None:
    listener = listen(ListenConfig(f"unix://{tmp_path}/s"))
    assert listener.address == f"{tmp_path}/s"
    with connect(listener):
        turn_until(lambda: accepted.got, "the connection")
    assert accepted.got[0][1] == "unix"


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_a_unix_socket_has_the_mode_that_was_asked_for(
    listen: Open, tmp_path: Path, mode: int
) -> None:
    before = os.umask(0o022)
    try:
        listen(ListenConfig(f"unix://{tmp_path}/s", mode))
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == mode


def test_nobody_may_connect_before_the_mode_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    real = Path.chmod

    def chmod(path: Path, mode: int) -> None:
        modes.append(stat.S_IMODE(path.stat().st_mode))
        real(path, mode)

    monkeypatch.setattr(Path, "chmod", chmod)
    listening_socket(ListenConfig(f"unix://{tmp_path}/s", 0o666)).close()
    assert modes == [0o600]


def test_a_unix_socket_has_the_group_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = grp.getgrgid(os.getgid())
    owners: list[tuple[Any, ...]] = []
    monkeypatch.setattr(os, "chown", lambda *arguments: owners.append(arguments))
    listening_socket(ListenConfig(f"unix://{tmp_path}/s", group=group.gr_name)).close()
    assert owners == [(tmp_path / "s", -1, group.gr_gid)]


def test_a_group_that_is_not_there_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ListenFailed, match="no group 'no-such-group'"):
        listening_socket(ListenConfig(f"unix://{tmp_path}/s", group="no-such-group"))
    assert not (tmp_path / "s").exists()


def test_the_file_of_a_listener_that_died_is_replaced(listen: Open, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    listener = listen(ListenConfig(f"unix://{tmp_path}/s"))
    connect(listener).close()


def test_the_file_of_a_living_listener_is_not_replaced(listen: Open, tmp_path: Path) -> None:
    listen(ListenConfig(f"unix://{tmp_path}/s"))
    with pytest.raises(ListenFailed, match="another program listens there"):
        listening_socket(ListenConfig(f"unix://{tmp_path}/s"))
    assert (tmp_path / "s").is_socket()


def test_a_living_listener_that_is_busy_is_not_replaced_either(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as waiting:
        busy.bind(str(path))
        busy.listen(0)
        waiting.connect(str(path))
        with pytest.raises(ListenFailed, match="another program listens there"):
            listening_socket(ListenConfig(f"unix://{path}"))


def test_another_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("precious")
    with pytest.raises(ListenFailed, match="a file that is no socket"):
        listening_socket(ListenConfig(f"unix://{tmp_path}/s"))
    assert (tmp_path / "s").read_text() == "precious"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ListenFailed, match="the folder does not exist"):
        listening_socket(ListenConfig(f"unix://{tmp_path}/none/s"))


def test_a_port_that_is_taken_is_said(listen: Open) -> None:
    taken = listen(ListenConfig("tcp://127.0.0.1:0")).address
    with pytest.raises(ListenFailed) as caught:
        listening_socket(ListenConfig(f"tls://{taken}"))
    assert str(caught.value) == (
        f"cannot listen on tls://{taken}: another program listens there;"
        " stop it or choose another address"
    )


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(ListenFailed, match="no such address"):
        listening_socket(ListenConfig("tcp://192.0.2.1:0"))


def test_a_port_can_be_listened_on_again_at_once(listen: Open, accepted: Accepted) -> None:
    first = listen(ListenConfig("tcp://127.0.0.1:0"))
    address = first.address
    client = connect(first)
    turn_until(lambda: accepted.got, "the connection")
    # Ours closes first: its end stays in TIME_WAIT.
    accepted.got[0][0].close()
    first.close()
    client.close()
    connect(listen(ListenConfig(f"tcp://{address}"))).close()


def test_closing_removes_the_file_and_leaves_connections(
    listen: Open, accepted: Accepted, tmp_path: Path
) -> None:
    listener = listen(ListenConfig(f"unix://{tmp_path}/s"))
    with connect(listener) as client:
        turn_until(lambda: accepted.got, "the connection")
        listener.close()
        listener.close()
        assert listener.fileno() == -1
        assert not (tmp_path / "s").exists()
        accepted.got[0][0].send(b"still here")
        assert client.recv(20) == b"still here"


class Refusing:
    """A listening socket on which accept(2) fails."""

    family = socket.AF_INET

    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0
        self.reader, self.writer = socket.socketpair()

    def accept(self) -> Any:
        self.calls += 1
        raise OSError(self.number, os.strerror(self.number))

    def fileno(self) -> int:
        return self.reader.fileno()

    def close(self) -> None:
        self.reader.close()
        self.writer.close()


class PollingClock(Clock):
    """A clock that knows who wants to read."""

    def __init__(self) -> None:
        super().__init__()
        self.readers: set[Any] = set()

    def addReader(self, one: Any) -> None:
        self.readers.add(one)

    def removeReader(self, one: Any) -> None:
        self.readers.discard(one)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_out_of_descriptors_it_pauses_and_goes_on(number: int) -> None:
    clock, refusing = PollingClock(), Refusing(number)
    listener = Listener(clock, refusing, lambda *_: None)  # type: ignore[arg-type] # plays one
    listener.startReading()
    assert listener.doRead() is None
    assert clock.readers == set()
    clock.advance(10)
    assert clock.readers == {listener}
    assert refusing.calls == 1
    assert listener.doRead() is None
    listener.close()
    clock.advance(10)
    assert clock.readers == set()


# Those that accept(2) tells to treat like EAGAIN, what a firewall says, what it says of a client
# that is gone.
@pytest.mark.parametrize(
    "number", [errno.EPROTO, errno.ENETDOWN, errno.EPERM, errno.ECONNABORTED, errno.EAGAIN]
)
def test_the_error_of_one_connection_ends_nothing(number: int) -> None:
    clock, refusing = PollingClock(), Refusing(number)
    listener = Listener(clock, refusing, lambda *_: None)  # type: ignore[arg-type] # plays one
    listener.startReading()
    assert listener.doRead() is None
    assert clock.readers == {listener}
    listener.close()


def test_a_mistake_over_one_connection_leaves_the_others(listen: Open, accepted: Accepted) -> None:
    def accept(sock: socket.socket, peer: str) -> None:
        accepted(sock, peer)
        if len(accepted.got) == 1:
            raise ValueError("a mistake")

    listener = listen(ListenConfig("tcp://127.0.0.1:0"), accept)
    with connect(listener) as first, connect(listener):
        turn_until(lambda: len(accepted.got) == 2, "the second connection")
        assert first.recv(1) == b""
        assert accepted.got[1][0].fileno() >= 0
    turn()
