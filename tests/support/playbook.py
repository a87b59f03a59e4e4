"""Clients and engines played by hand, byte by byte, around the gateway's own connections.

    book = Playbook()                       # a gateway; the engine has told its range
    client = book.client()
    client.says(b"GET /v1.41/info HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    engine = book.engine()                  # the connection that the gateway has opened
    assert engine.heard() == b"GET /v1.41/info HTTP/1.1\\r\\nHost: docker\\r\\n\\r\\n"
    engine.says(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
    assert client.heard() == b"HTTP/1.1 204 No Content\\r\\n\\r\\n"

Everything is real but the reactor and the dialling: the gateway's transports run on socket pairs,
which the kernel serves at once, and a clock that only the test moves. After each step the reactor
turns until nothing more happens, so a test has neither threads nor anything to wait for.
"""

import json
import select
import socket
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.main import CONNECTION_LOST
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from gateway.config.model import Config, EngineConfig, LimitsConfig, VersionsConfig
from gateway.emulate.images_viz import ImagesViz
from gateway.emulate.ping_head import PingHead
from gateway.emulate.vocabulary import Emulation
from gateway.engine.engine_range import EngineRange
from gateway.net.client_connection import ClientConnection
from gateway.net.dial import DialFailed
from gateway.net.engine import Engine
from gateway.net.frontend import Frontend
from gateway.net.transport import SocketTransport, prepare
from gateway.versions import v1_06, v1_07, v1_24
from gateway.versions.plan import Planner
from gateway.versions.registry import Rung

_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class HandReactor(Clock):
    """Readers and writers served one after the other, by hand; its time stands still."""

    def __init__(self) -> None:
        super().__init__()
        self._readers: dict[int, Any] = {}
        self._writers: dict[int, Any] = {}
        self.errors: list[BaseException] = []

    def addReader(self, one: Any) -> None:
        self._readers[id(one)] = one

    def addWriter(self, one: Any) -> None:
        self._writers[id(one)] = one

    def removeReader(self, one: Any) -> None:
        self._readers.pop(id(one), None)

    def removeWriter(self, one: Any) -> None:
        self._writers.pop(id(one), None)

    def settle(self) -> None:
        """Turn until nothing is ready and no call is due."""
        for _ in range(100_000):
            self.advance(0)
            if not self._turn():
                due = [call for call in self.getDelayedCalls() if call.getTime() <= self.seconds()]
                if not due:
                    return
        raise AssertionError("the reactor does not come to rest")

    def _turn(self) -> bool:
        for one in list({**self._readers, **self._writers}.values()):
            wanted = (select.POLLIN if id(one) in self._readers else 0) | (
                select.POLLOUT if id(one) in self._writers else 0
            )
            poll = select.poll()
            poll.register(one.fileno(), wanted)
            ready = poll.poll(0)
            if ready:
                self._serve(one, ready[0][1])
                return True
        return False

    def _serve(self, one: Any, event: int) -> None:
        """What Twisted's poll reactors do with an event."""
        reading, why = False, None
        try:
            if event & _GONE and not event & select.POLLIN:
                why = CONNECTION_LOST
            else:
                if event & select.POLLIN:
                    reading, why = True, one.doRead()
                if why is None and event & select.POLLOUT:
                    reading, why = False, one.doWrite()
        except Exception as error:
            self.errors.append(error)
            reading, why = False, error
        if not why:
            return
        self.removeReader(one)
        if reading and isinstance(why, ConnectionDone):
            one.readConnectionLost(Failure(why))
            return
        self.removeWriter(one)
        one.connectionLost(Failure(why))


class End:
    """The test's end of a connection; everything it does settles the reactor."""

    def __init__(self, reactor: HandReactor, sock: socket.socket) -> None:
        self._reactor = reactor
        self.sock = sock
        sock.setblocking(False)
        self.ended = False
        """The other side has ended its direction, as far as `heard` has read."""

    def says(self, data: bytes) -> None:
        """Send."""
        while data:
            try:
                data = data[self.sock.send(data) :]
            except BlockingIOError:
                self._reactor.settle()
                raise AssertionError("the gateway takes no more") from None
            self._reactor.settle()

    def pours(self, data: bytes) -> int:
        """Send as much of `data` as is taken; how much that was."""
        done = 0
        view = memoryview(data)
        while done < len(data):
            try:
                done += self.sock.send(view[done : done + 65536])
            except BlockingIOError:
                break
            self._reactor.settle()
        return done

    def heard(self) -> bytes:
        """What has come since the last time."""
        self._reactor.settle()
        pieces = []
        while True:
            try:
                data = self.sock.recv(65536)
            except BlockingIOError:
                return b"".join(pieces)
            except ConnectionResetError:
                data = b""
            if not data:
                self.ended = True
                return b"".join(pieces)
            pieces.append(data)
            self._reactor.settle()

    def hears_the_end(self) -> bool:
        """Whether nothing more comes than the end of the other side's direction."""
        return self.heard() == b"" and self.ended

    def ends(self) -> None:
        """End this direction; the other goes on."""
        self.sock.shutdown(socket.SHUT_WR)
        self._reactor.settle()

    def goes(self) -> None:
        """Close it all."""
        self.sock.close()
        self._reactor.settle()


class HandDialer:
    """Stands in for `Dialer`: connections come about when the test lets them, or not at all."""

    def __init__(self, book: "Playbook") -> None:
        self._book = book

    def dial(self, protocol: Any) -> "Deferred[None]":
        book = self._book
        book.dialled += 1
        result: Deferred[None] = Deferred()

        def connect() -> None:
            if book.down is not None:
                result.errback(DialFailed(book.down))
                return
            ours, theirs = socket.socketpair()
            prepare(ours)
            transport = SocketTransport(book.reactor, ours, protocol)
            book.opened.append(End(book.reactor, theirs))
            protocol.makeConnection(transport)
            transport.startReading()
            result.callback(None)

        if book.slow:
            book.slow_dials.append(connect)
        else:
            connect()
        return result


RUNGS = (
    Rung(v1_06.VERSION, (v1_06.AttachMerged(), v1_06.LogsMerged(), v1_06.ExecMerged())),
    Rung(v1_07.VERSION, (v1_07.ImagesPerTag(),)),
    Rung(v1_24.VERSION, (v1_24.ErrorsAreText(),)),
)
"""The differences between versions that these tests play with, however many there are by now."""

EMULATED = (ImagesViz(), PingHead())


class HandEngine(Engine):
    """The engine's side, planning with `RUNGS` and `emulated`."""

    emulated: tuple[Emulation, ...] = EMULATED

    def _learn(self, found: EngineRange) -> None:
        before = self.planner
        super()._learn(found)
        if self.planner is not before:
            self.planner = Planner(
                found.oldest, found.newest, self._forward, rungs=RUNGS, emulated=self.emulated
            )


class Playbook:
    """One gateway between clients and an engine that the test plays.

    `oldest` and `newest` is what the engine says of itself; with `known` false it has not been
    asked yet. `limits`, `engine` and `versions` change the configuration. `down` is why the
    engine can't be reached (None: it can); with `slow` connections wait in `slow_dials`.
    """

    def __init__(
        self,
        oldest: str = "1.24",
        newest: str = "1.41",
        known: bool = True,
        limits: dict[str, Any] | None = None,
        engine: dict[str, Any] | None = None,
        versions: dict[str, Any] | None = None,
        emulated: tuple[Emulation, ...] = EMULATED,
    ) -> None:
        self.reactor = HandReactor()
        self.down: str | None = None
        self.slow = False
        self.slow_dials: list[Any] = []
        self.dialled = 0
        self.opened: list[End] = []
        self._ours: list[socket.socket] = []
        config = Config(
            engine=replace(EngineConfig("unix:///practice.sock"), **(engine or {})),
            limits=replace(LimitsConfig(), **(limits or {})),
            versions=replace(VersionsConfig(), **(versions or {})),
        )
        self.engine_side = HandEngine(self.reactor, config)
        self.engine_side.emulated = emulated
        self.engine_side._dialer = HandDialer(self)  # type: ignore[assignment] # plays its part
        self.frontend = Frontend(self.reactor, config, self.engine_side)
        self.oldest, self.newest = oldest, newest
        if known:
            self.engine_side.refresh()
            self.answer_probe()

    def client(self, default: Any = None) -> End:
        """A new connection of a client."""
        return self.client_and_connection(default)[0]

    def client_and_connection(self, default: Any = None) -> tuple[End, ClientConnection]:
        """A new connection of a client, and the gateway's object for it."""
        ours, theirs = socket.socketpair()
        prepare(ours)
        connection = ClientConnection(self.frontend, "unix://test", default)
        transport = SocketTransport(self.reactor, ours, connection)
        self.frontend._open.add(connection)
        connection.makeConnection(transport)
        transport.startReading()
        return End(self.reactor, theirs), connection

    def engine(self) -> End:
        """The newest connection to the engine."""
        self.reactor.settle()
        return self.opened[-1]

    def answer_probe(self) -> End:
        """Answer `/_ping` and `/version` on the newest connection, which it gives."""
        engine = self.engine()
        assert engine.heard().startswith(b"GET /_ping HTTP/1.1\r\n")
        engine.says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        assert engine.heard().startswith(b"GET /version HTTP/1.1\r\n")
        engine.says(version_answer(self.oldest, self.newest))
        return engine

    def restart_engine(self, oldest: str, newest: str) -> None:
        """Break the connections to the engine; it comes back with another range."""
        self.oldest, self.newest = oldest, newest
        for end in list(self.opened):
            if end.sock.fileno() >= 0:
                end.goes()

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass, and the frontend look at its deadlines."""
        self.reactor.advance(seconds)
        self.frontend._sweep()
        self.reactor.settle()


def version_answer(oldest: str, newest: str) -> bytes:
    """An engine's answer to `GET /version`."""
    body = json.dumps({"Version": "20.10", "ApiVersion": newest, "MinAPIVersion": oldest}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(body),
        body,
    )


def get(path: str, *lines: str) -> bytes:
    """A GET request with these header lines besides Host."""
    return request("GET", path, *lines)


def request(method: str, path: str, *lines: str, body: bytes = b"") -> bytes:
    """A request with these header lines besides Host; its body as it is."""
    fields = "".join(f"{line}\r\n" for line in ("Host: x", *lines))
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode() + body


def answer(status: str, *lines: str, body: bytes = b"") -> bytes:
    """An answer: `200 OK`, header lines, and the body as it is."""
    fields = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 {status}\r\n{fields}\r\n".encode() + body
