"""The gateway's own calls to the engine: what they send, and the answer held whole."""

from __future__ import annotations

from typing import Any

import pytest
from support.playbook import Playbook, answer
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.api.message import Answer, EngineCall, Headers
from gateway.net.engine_call import Call, CallFailed, call_bytes


@pytest.mark.parametrize(
    ("call", "prefix", "expected"),
    [
        (
            EngineCall("GET", "/_ping"),
            "",
            b"GET /_ping HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            EngineCall("GET", "/containers/x/json?size=1"),
            "/v1.41",
            b"GET /v1.41/containers/x/json?size=1 HTTP/1.1\r\nHost: docker\r\n"
            b"Content-Length: 0\r\n\r\n",
        ),
        (
            EngineCall("POST", "/containers/create", {"Image": "x"}),
            "/v1.24",
            b"POST /v1.24/containers/create HTTP/1.1\r\nHost: docker\r\n"
            b"Content-Type: application/json\r\nContent-Length: 13\r\n\r\n" + b'{"Image":"x"}',
        ),
    ],
)
def test_what_is_sent(call: EngineCall, prefix: str, expected: bytes) -> None:
    assert call_bytes(call, prefix) == expected


def outcome_of(result: Deferred[Answer]) -> list[Any]:
    outcomes: list[Any] = []
    result.addBoth(outcomes.append)
    return outcomes


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    "said",
    [
        answer("404 Not Found", "X-A: b", "Content-Length: 5", body=b"hello"),
        answer(
            "404 Not Found", "X-A: b", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"
        ),
        b"HTTP/1.1 100 Continue\r\n\r\n"
        + answer("404 Not Found", "X-A: b", "Content-Length: 5", body=b"hello"),
    ],
)
def test_the_answer_is_given_whole(said: bytes, size: int) -> None:
    book = Playbook()
    outcomes = outcome_of(book.engine_side.call(EngineCall("GET", "/x"), "/v1.41"))
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.41/x HTTP/1.1\r\n")
    for at in range(0, len(said), size):
        engine.says(said[at : at + size])
    assert outcomes == [Answer(404, Headers((("X-A", "b"),)), b"hello")]


def test_an_answer_until_the_engines_close() -> None:
    book = Playbook()
    outcomes = outcome_of(book.engine_side.call(EngineCall("GET", "/x"), ""))
    book.engine().heard()
    book.engine().says(answer("200 OK", body=b"hello"))
    book.engine().ends()
    assert outcomes == [Answer(200, Headers(), b"hello")]


def test_head_calls_have_no_body() -> None:
    book = Playbook()
    outcomes = outcome_of(book.engine_side.call(EngineCall("HEAD", "/x"), ""))
    book.engine().says(answer("200 OK", "Content-Length: 5"))
    assert outcomes == [Answer(200, Headers(), b"")]


@pytest.mark.parametrize("framing", ["Content-Length: 3000", "Transfer-Encoding: chunked"])
def test_an_answer_over_the_limit(framing: str) -> None:
    book = Playbook(limits={"json_bytes": 1024})
    result = book.engine_side.call(EngineCall("GET", "/x"), "")
    outcomes = outcome_of(result)
    chunks = framing.startswith("T")
    engine = book.engine()
    engine.says(answer("200 OK", framing))
    for _ in range(3):
        engine.says(b"3e8\r\n" * chunks + b"x" * 1000 + b"\r\n" * chunks)
    engine.says(b"0\r\n\r\n" * chunks)
    (failure,) = outcomes
    assert isinstance(failure, Failure) and failure.check(CallFailed)
    assert "longer than 1024 bytes" in failure.getErrorMessage()
    # Read to its end, so that the connection can go on.
    assert book.engine_side.take(surely_alive=True) is not None


def test_a_whole_answer_over_the_limit() -> None:
    call = Call(EngineCall("GET", "/x"), 4)
    outcomes = outcome_of(call.result)
    book = Playbook()
    connection = book.engine_side.take(surely_alive=True)
    assert connection is not None
    connection.request(call, b"GET /x HTTP/1.1\r\n\r\n")
    book.engine().says(answer("200 OK", "Content-Length: 5", body=b"hello"))
    assert outcomes[0].check(CallFailed)


def test_an_engine_that_dies_in_mid_answer() -> None:
    book = Playbook()
    outcomes = outcome_of(book.engine_side.call(EngineCall("GET", "/x"), ""))
    book.engine().says(answer("200 OK", "Content-Length: 5", body=b"hel"))
    book.engine().ends()
    assert outcomes[0].check(CallFailed)
    assert "before its answer was complete" in outcomes[0].getErrorMessage()


def test_an_engine_that_switches_protocols() -> None:
    book = Playbook()
    outcomes = outcome_of(book.engine_side.call(EngineCall("GET", "/x"), ""))
    book.engine().says(answer("101 Switching Protocols", "Upgrade: tcp"))
    assert outcomes[0].check(CallFailed)
