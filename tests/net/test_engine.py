"""The engine as a whole: its pool, what it says of itself, its absence and its return."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from support.playbook import Playbook, answer
from support.turning import failure_of, reactor
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

from gateway.api.message import EngineCall
from gateway.api.version import ApiVersion
from gateway.config.model import Config, EngineConfig
from gateway.net.engine import Engine, EngineUnavailable
from gateway.net.engine_connection import EngineConnection


@pytest.fixture
def log() -> Iterator[list[str]]:
    """The lines that are logged, formatted."""
    lines: list[str] = []

    def observe(event: Any) -> None:
        lines.append(event["log_format"].format(**event))

    globalLogPublisher.addObserver(observe)
    yield lines
    globalLogPublisher.removeObserver(observe)


def outcomes_of(result: Deferred[Any]) -> list[Any]:
    outcomes: list[Any] = []
    result.addBoth(outcomes.append)
    return outcomes


def take(book: Playbook) -> EngineConnection:
    connection = book.engine_side.take(surely_alive=True)
    assert connection is not None
    return connection


# What it speaks


def test_it_is_asked_what_it_speaks(log: list[str]) -> None:
    book = Playbook(oldest="1.12", newest="1.41", known=False)
    engine = book.engine_side
    assert not engine.current and engine.range is None
    asked = outcomes_of(engine.refresh())
    book.answer_probe()
    assert asked == [None]
    assert engine.current and engine.generation == 1
    assert engine.range == (ApiVersion(1, 12), ApiVersion(1, 41), "20.10")
    assert engine.planner is not None and engine.planner.ceiling == ApiVersion(1, 41)
    assert engine.advertised == b"1.41"
    assert log == ["the engine at unix:///practice.sock is 20.10, API 1.12 to 1.41"]
    assert len(book.opened) == 1


def test_however_many_ask_it_is_asked_once() -> None:
    book = Playbook(known=False)
    asked = [outcomes_of(book.engine_side.refresh()) for _ in range(5)]
    book.answer_probe()
    assert asked == [[None]] * 5
    assert book.dialled == 1


def test_another_range_is_another_generation(log: list[str]) -> None:
    book = Playbook(oldest="1.12", newest="1.41")
    engine, planner = book.engine_side, book.engine_side.planner
    book.restart_engine("1.12", "1.41")
    assert not engine.current
    engine.refresh()
    book.answer_probe()
    assert engine.current and engine.generation == 1 and engine.planner is planner
    log.clear()
    book.restart_engine("1.44", "1.52")
    engine.refresh()
    book.answer_probe()
    assert engine.current and engine.generation == 2 and engine.planner is not planner
    assert log == [
        "the engine at unix:///practice.sock is now 20.10, API 1.44 to 1.52,"
        " it was 20.10, API 1.12 to 1.41"
    ]


def test_connections_of_before_are_not_used_after_it_was_asked_anew() -> None:
    book = Playbook()
    before = book.engine()
    book.engine_side.refresh()
    assert book.answer_probe() is not before
    assert before.hears_the_end()


@pytest.mark.parametrize(
    ("ping", "version", "reason"),
    [
        (answer("500 Oh Dear", "Content-Length: 0"), b"", "it answers 500 to /_ping"),
        (answer("200 OK", "Content-Length: 0"), answer("200 OK", "Content-Length: 0"), ""),
        (
            answer("200 OK", "Content-Length: 0"),
            answer("200 OK", "Content-Length: 2", body=b"{}"),
            "names no ApiVersion",
        ),
        (
            answer("200 OK", "Content-Length: 0"),
            answer("200 OK", "Content-Length: 2", body=b"[]"),
            "names no ApiVersion",
        ),
        (
            answer("200 OK", "Content-Length: 0"),
            answer("200 OK", "Content-Length: 18", body=b'{"ApiVersion":"x"}'),
            "not an API version",
        ),
        (b"garbage\r\n\r\n", b"", "is no HTTP"),
    ],
)
def test_what_is_no_engine(ping: bytes, version: bytes, reason: str, log: list[str]) -> None:
    book = Playbook(known=False)
    asked = outcomes_of(book.engine_side.refresh())
    engine = book.engine()
    engine.heard()
    engine.says(ping)
    if version:
        engine.heard()
        engine.says(version)
    (failure,) = asked
    assert failure.check(EngineUnavailable) and reason in failure.getErrorMessage()
    assert not book.engine_side.current
    assert len(log) == 1 and "does not answer" in log[0]


def test_an_engine_that_is_down_and_comes_back(log: list[str]) -> None:
    book = Playbook()
    log.clear()
    book.down = "Connection refused"
    book.restart_engine("1.24", "1.41")
    for _ in range(3):
        asked = outcomes_of(book.engine_side.refresh())
        assert asked[0].check(EngineUnavailable)
        assert asked[0].getErrorMessage() == "Connection refused"
    # Said once, not with each request.
    assert log == ["the engine at unix:///practice.sock does not answer: Connection refused"]
    book.down = None
    asked = outcomes_of(book.engine_side.refresh())
    book.answer_probe()
    assert asked == [None]
    assert log[1:] == ["the engine at unix:///practice.sock answers again"]


@pytest.mark.parametrize("silent_at", ["/_ping", "/version"])
def test_a_probe_has_a_time_limit(silent_at: str) -> None:
    book = Playbook(known=False, engine={"connect_timeout": 10.0})
    asked = outcomes_of(book.engine_side.refresh())
    engine = book.engine()
    if silent_at == "/version":
        engine.says(answer("200 OK", "Content-Length: 2", body=b"OK"))
    book.pass_seconds(9)
    assert asked == []
    book.pass_seconds(2)
    assert asked[0].check(EngineUnavailable) and "within 10 seconds" in str(asked[0].value)
    engine.heard()
    assert engine.ended
    # And leaves no timer behind, whatever came of it.
    book.engine_side.refresh()
    book.answer_probe()
    assert book.reactor.getDelayedCalls() == []


def test_it_dies_while_it_is_asked() -> None:
    book = Playbook(known=False)
    asked = outcomes_of(book.engine_side.refresh())
    engine = book.engine()
    engine.heard()
    engine.says(answer("200 OK", "Content-Length: 2", body=b"OK"))
    engine.heard()
    engine.goes()
    assert asked[0].check(EngineUnavailable)


# The pool


def test_the_connection_used_last_is_taken_first() -> None:
    book = Playbook()
    engine = book.engine_side
    first = take(book)
    result = outcomes_of(engine.connect())
    book.reactor.settle()
    (second,) = result
    engine.put_back(first)
    engine.put_back(second)
    assert take(book) is second
    assert take(book) is first
    assert engine.take(surely_alive=True) is None


def test_only_so_many_are_kept() -> None:
    book = Playbook()
    engine = book.engine_side
    connections = []
    for _ in range(260):
        connections += outcomes_of(engine.connect())
    for connection in connections:
        engine.put_back(connection)
    book.reactor.settle()
    assert len(engine._idle) == 256
    assert sum(end.hears_the_end() for end in book.opened) == 260 + 1 - 256


def test_one_that_is_gone_is_not_given_to_who_asks_for_a_sure_one() -> None:
    book = Playbook()
    book.engine().sock.close()
    assert book.engine_side.take(surely_alive=True) is None
    assert not book.engine_side.current


def test_an_idle_one_that_is_closed_puts_all_in_doubt() -> None:
    book = Playbook()
    assert book.engine_side.current
    book.engine().goes()
    assert not book.engine_side.current
    assert book.engine_side.take(surely_alive=False) is None


def test_connecting_fails() -> None:
    book = Playbook()
    book.down = "No such file or directory"
    outcomes = outcomes_of(book.engine_side.connect())
    assert outcomes[0].check(EngineUnavailable)
    assert not book.engine_side.current
    outcomes = outcomes_of(book.engine_side.call(EngineCall("GET", "/x"), ""))
    # The idle one carries it.
    assert outcomes == []
    take_none = book.engine_side.take(surely_alive=True)
    assert take_none is None
    outcomes = outcomes_of(book.engine_side.call(EngineCall("GET", "/x"), ""))
    assert outcomes[0].check(EngineUnavailable)


def test_closing() -> None:
    book = Playbook()
    outcomes_of(book.engine_side.connect())
    book.engine_side.close()
    book.reactor.settle()
    assert all(end.hears_the_end() for end in book.opened)
    assert not book.engine_side._all


def test_a_version_document_of_an_old_engine() -> None:
    book = Playbook(known=False)
    asked = outcomes_of(book.engine_side.refresh())
    engine = book.engine()
    engine.says(answer("200 OK", "Content-Length: 2", body=b"OK"))
    engine.says(answer("200 OK", "Content-Length: 21", body=b'{"ApiVersion":"1.18"}'))
    assert asked == [None]
    assert book.engine_side.range == (ApiVersion(1, 12), ApiVersion(1, 18), "unknown")


def test_a_tls_engine_that_says_nothing_is_not_waited_for_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"tls://127.0.0.1:{listener.getsockname()[1]}"
        settings = EngineConfig(address, verify=False, connect_timeout=0.2)
        engine = Engine(reactor, Config(engine=settings))
        failure = failure_of(engine.connect(), EngineUnavailable)
        assert str(failure) == "no TLS handshake within 0.2 seconds"
        assert not engine._waiting
