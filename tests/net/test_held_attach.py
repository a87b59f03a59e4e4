"""Attaches before the start, played by hand: what moves, what is held back, what ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.playbook import End, Playbook, answer, request
from twisted.internet.defer import Deferred

from gateway.api.version import ApiVersion
from gateway.emulate.stand_ins import ID, IMAGE, temporary_name
from gateway.stream.frames import frame
from gateway.versions.plan import Planner

OLD, NEW = "a" * 64, "b" * 64
NEVER, ONCE = "0001-01-01T00:00:00Z", "2026-01-02T03:04:05Z"
SWITCHED = answer("101 UPGRADED", "Connection: Upgrade", "Upgrade: tcp")
RAW_HEAD = answer("200 OK", "Content-Type: application/vnd.docker.raw-stream")


def document(value: Any, status: str = "200 OK") -> bytes:
    body = json.dumps(value).encode()
    return answer(
        status, "Content-Type: application/json", f"Content-Length: {len(body)}", body=body
    )


def container(identity: str, started: str = NEVER) -> dict[str, Any]:
    return {"Id": identity, "State": {"StartedAt": started}, "Config": {"Tty": False}}


GONE = document({"message": "no such container"}, "404 Not Found")
ITS_LABELS = {ID: OLD, IMAGE: "i"}


class Table:
    """The engine: answers what it is asked from a table, and keeps attaches and events open."""

    def __init__(self, book: Playbook) -> None:
        self.book = book
        self.containers = {OLD: document(container(OLD))}
        self.listed: list[Any] = []
        self.attached: list[tuple[str, End]] = []
        self.events: list[End] = []
        self.refuses = b""
        self.silent = False

    def serve(self) -> None:
        """Answer everything that has come."""
        busy = True
        while busy:
            busy = False
            taken = [end for _, end in self.attached] + self.events
            for end in list(self.book.opened):
                if end in taken or end.sock.fileno() < 0:
                    continue
                asked = end.heard()
                if asked:
                    busy = True
                    self._answer(end, asked.split(b" ")[1].decode().removeprefix("/v1.41"))

    def _answer(self, end: End, target: str) -> None:
        path, _, _query = target.partition("?")
        if "/attach" in path:
            if self.refuses and NEW in path:
                end.says(self.refuses)
                return
            self.attached.append((target, end))
            if not self.silent or OLD in path:
                end.says(SWITCHED)
        elif path == "/events":
            self.events.append(end)
            end.says(answer("200 OK", "Transfer-Encoding: chunked"))
        elif path == "/containers/json":
            end.says(document(self.listed))
        else:
            end.says(self.containers.get(path.split("/")[2], GONE))

    def tells(self, action: str, identity: str, **attributes: str) -> None:
        """Send an event."""
        record = {"Action": action, "Actor": {"ID": identity, "Attributes": attributes}}
        data = json.dumps(record).encode()
        self.events[-1].says(b"%x\r\n%b\r\n" % (len(data), data))
        self.serve()

    def makes_anew(self) -> None:
        """Have another container in the place of the first, as another gateway does it."""
        self.containers = {NEW: document(container(NEW))}
        self.listed = [{"Id": NEW, "ImageID": "i", "Names": ["/web"], "Labels": ITS_LABELS}]

    @property
    def waiting(self) -> int:
        """How many attaches wait in the gateway."""
        return len(self.book.engine_side.held)


@pytest.fixture
def book() -> Iterator[Playbook]:
    """A gateway with every change there is."""
    played = Playbook()
    played.engine_side.planner = Planner(ApiVersion(1, 24), ApiVersion(1, 41), "newest")
    yield played
    assert played.reactor.errors == []


@pytest.fixture
def engine(book: Playbook) -> Table:
    return Table(book)


def attach(book: Playbook, engine: Table, version: str = "1.12", query: str = "&stdin=1") -> End:
    client = book.client()
    path = f"/v{version}/containers/{OLD}/attach?stream=1&stdout=1{query}"
    client.says(request("POST", path, "Content-Length: 0"))
    engine.serve()
    assert client.heard() == RAW_HEAD
    engine.serve()
    return client


def test_input_waits_for_the_start(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    (_, first) = engine.attached[0]
    assert first.heard() == b"" and engine.waiting == 1
    engine.tells("start", OLD)
    assert first.heard() == b"input" and engine.waiting == 0
    client.says(b" and more")
    assert first.heard() == b" and more"
    first.says(frame(1, b"output"))
    assert client.heard() == frame(1, b"output")
    client.ends()
    assert first.hears_the_end()
    first.goes()
    assert client.hears_the_end()
    assert engine.events[-1].hears_the_end()


def test_output_is_a_start_too(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    client.ends()
    first = engine.attached[0][1]
    assert first.heard() == b""
    first.says(frame(1, b"output"))
    assert client.heard() == frame(1, b"output")
    assert first.heard() == b"input" and first.ended


def test_an_end_of_input_is_held_with_it(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    client.ends()
    first = engine.attached[0][1]
    assert first.heard() == b"" and not first.ended
    engine.tells("start", OLD)
    assert first.heard() == b"input" and first.ended


def test_much_input_pauses_the_client(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    poured = client.pours(b"x" * 8_000_000)
    assert 65536 < poured < 8_000_000
    engine.tells("start", OLD)
    first = engine.attached[0][1]
    heard = 0
    while piece := first.heard():
        heard += len(piece)
    assert heard == poured


def moved(engine: Table, client: End, logs: bool = False) -> End:
    """The attach to the new container; it carries what the client has said."""
    target, second = engine.attached[-1]
    assert target.startswith(f"/containers/{NEW}/attach?")
    assert ("logs=1" in target) is logs
    assert second.heard() == b"input"
    second.says(frame(1, b"output"))
    assert client.heard() == frame(1, b"output")
    assert engine.waiting == 0
    first = engine.attached[0][1]
    first.heard()
    assert first.ended
    return second


def test_a_start_through_this_gateway_waits_for_it(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    engine.makes_anew()
    waited: list[Any] = []
    moving = Deferred.fromCoroutine(book.engine_side.held.move(OLD, NEW))
    moving.addCallback(waited.append)
    assert not waited
    engine.serve()
    assert waited == [None]
    second = moved(engine, client)
    second.goes()
    assert client.hears_the_end()


def test_a_start_by_somebody_else_is_seen(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    engine.makes_anew()
    engine.tells("create", NEW, name=temporary_name(OLD), **{ID: OLD})
    assert len(engine.attached) == 1
    engine.tells("destroy", OLD)
    moved(engine, client)


def test_what_has_begun_by_then_is_read_from_its_logs(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    engine.makes_anew()
    engine.containers[NEW] = document(container(NEW, ONCE))
    engine.tells("create", NEW, name=temporary_name(OLD), **{ID: OLD})
    engine.tells("destroy", OLD)
    assert len(engine.attached) == 3
    moved(engine, client, logs=True)


def test_merged_for_a_client_before_frames(book: Playbook, engine: Table) -> None:
    client = attach(book, engine, "1.5")
    engine.makes_anew()
    Deferred.fromCoroutine(book.engine_side.held.move(OLD, NEW))
    engine.serve()
    engine.attached[-1][1].says(frame(1, b"out") + frame(2, b"err"))
    assert client.heard() == b"outerr"


def test_what_happened_before_the_events_is_looked_at(book: Playbook, engine: Table) -> None:
    client = book.client()
    path = f"/v1.12/containers/{OLD}/attach?stream=1&stdin=1"
    client.says(request("POST", path, "Content-Length: 0"))
    serve_events = engine._answer

    def late(end: End, target: str) -> None:
        if target.startswith("/events"):
            engine.makes_anew()
        serve_events(end, target)

    engine._answer = late  # type: ignore[method-assign] # between the attach and the events
    engine.serve()
    assert client.heard() == RAW_HEAD
    engine.serve()
    client.says(b"input")
    moved(engine, client)


def test_it_ends_with_its_container(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    engine.containers = {}
    engine.tells("destroy", OLD)
    assert client.hears_the_end()
    assert engine.waiting == 0
    assert engine.events[-1].hears_the_end()


@pytest.mark.parametrize("swapped", [True, False])
def test_an_engine_may_end_the_attach_of_a_container_that_goes(
    book: Playbook, engine: Table, swapped: bool
) -> None:
    client = attach(book, engine)
    client.says(b"input")
    if swapped:
        engine.makes_anew()
    else:
        engine.containers = {}
    engine.attached[0][1].goes()
    engine.serve()
    if swapped:
        assert engine.attached[-1][1].heard() == b"input"
        engine.attached[-1][1].says(frame(1, b"output"))
        assert client.heard() == frame(1, b"output")
    else:
        assert client.hears_the_end()
    assert engine.waiting == 0


def test_a_client_that_leaves(book: Playbook, engine: Table) -> None:
    attach(book, engine)
    (connection,) = book.frontend._open
    connection.transport.abortConnection()
    assert engine.attached[0][1].hears_the_end()
    assert engine.events[0].hears_the_end()
    assert engine.waiting == 0


def test_an_attach_that_cannot_follow_is_cut(book: Playbook, engine: Table) -> None:
    for refusal in (
        GONE,
        answer("500 No", "Transfer-Encoding: chunked", body=b"1\r\nx\r\n"),
    ):
        client = attach(book, engine)
        engine.makes_anew()
        engine.refuses = refusal
        waited: list[Any] = []
        moving = Deferred.fromCoroutine(book.engine_side.held.move(OLD, NEW))
        moving.addCallback(waited.append)
        engine.serve()
        assert waited == [None]
        assert client.hears_the_end() and engine.waiting == 0
        engine.containers, engine.listed = {OLD: document(container(OLD))}, []


def test_a_start_does_not_wait_for_ever(book: Playbook, engine: Table) -> None:
    attach(book, engine)
    engine.makes_anew()
    engine.silent = True
    waited: list[Any] = []
    moving = Deferred.fromCoroutine(book.engine_side.held.move(OLD, NEW))
    moving.addCallback(waited.append)
    engine.serve()
    assert waited == []
    book.pass_seconds(11)
    assert waited == [None]


def test_events_that_break_off_are_asked_for_again(book: Playbook, engine: Table) -> None:
    client = attach(book, engine)
    client.says(b"input")
    engine.events[0].goes()
    assert len(engine.events) == 1
    book.pass_seconds(1.5)
    engine.serve()
    assert len(engine.events) == 2
    engine.tells("start", OLD)
    assert engine.attached[0][1].heard() == b"input"


def test_an_attach_to_what_has_begun_is_an_ordinary_one(book: Playbook, engine: Table) -> None:
    engine.containers = {OLD: document(container(OLD, ONCE))}
    client = attach(book, engine)
    client.says(b"input")
    assert engine.attached[0][1].heard() == b"input"
    assert engine.events == [] and engine.waiting == 0


def test_clients_of_today_are_not_held(book: Playbook, engine: Table) -> None:
    client = attach(book, engine, "1.24")
    client.says(b"input")
    assert engine.attached[0][1].heard() == b"input"
    assert engine.events == []


def test_moving_what_does_not_wait_is_nothing(book: Playbook) -> None:
    moved: list[Any] = []
    Deferred.fromCoroutine(book.engine_side.held.move(OLD, NEW)).addCallback(moved.append)
    assert moved == [None]
