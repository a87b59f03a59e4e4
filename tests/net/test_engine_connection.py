"""What a connection to the engine tells of an answer, to whoever made the request."""

from __future__ import annotations

from typing import Any

import pytest
from support.playbook import End, Playbook, answer

from gateway.http.answer import AnswerFields
from gateway.net.engine_connection import EngineConnection

ASK = b"GET /x HTTP/1.1\r\nHost: docker\r\n\r\n"


class Told:
    """A requester that writes down what it is told."""

    def __init__(
        self, is_head: bool = False, hijacks: bool = False, content: bool = False, sent: bool = True
    ) -> None:
        self.is_head, self.hijacks = is_head, hijacks
        self.wants_content, self.request_sent = content, sent
        self.story: list[Any] = []

    def interim(self, answer: AnswerFields) -> None:
        self.story.append(("interim", answer.status))

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        self.story.append(("whole", answer.status, data))

    def head(self, answer: AnswerFields) -> None:
        self.story.append(("head", answer.status))

    def received(self, data: bytes) -> None:
        if self.story[-1][0] == "body":
            data = self.story.pop()[1] + data
        self.story.append(("body", data))

    def finished(self) -> None:
        self.story.append("finished")

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        self.story.append(("upgraded", answer.status, early))

    def lost(self, reason: str, stale: bool) -> None:
        self.story.append(("lost", reason, stale))


class Scene:
    """A connection, the engine's end of it, and a request that is under way."""

    def __init__(self, told: Told, **book: Any) -> None:
        self.book = Playbook(**book)
        self.told = told
        connection = self.book.engine_side.take(surely_alive=True)
        assert connection is not None
        self.connection: EngineConnection = connection
        self.engine: End = self.book.engine()
        connection.request(told, ASK)
        assert self.engine.heard() == ASK

    @property
    def idle(self) -> bool:
        return self.connection in self.book.engine_side._idle


BODIES = [
    (answer("200 OK", "Content-Length: 5", body=b"hello"), b"hello", b"hello"),
    (answer("200 OK", "Content-Length: 0"), b"", b""),
    (
        answer("200 OK", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
        b"5\r\nhello\r\n0\r\n\r\n",
        b"hello",
    ),
    (
        answer(
            "200 OK",
            "Transfer-Encoding: chunked",
            body=b"1\r\nh\r\n4;a\r\nello\r\n0\r\nA: b\r\n\r\n",
        ),
        b"1\r\nh\r\n4;a\r\nello\r\n0\r\nA: b\r\n\r\n",
        b"hello",
    ),
]


@pytest.mark.parametrize(("said", "framed", "content"), BODIES)
def test_an_answer_in_one_piece(said: bytes, framed: bytes, content: bytes) -> None:
    scene = Scene(Told())
    scene.engine.says(said)
    if b"A: b" in said:
        assert scene.told.story == [("head", 200), ("body", framed), "finished"]
    else:
        assert scene.told.story == [("whole", 200, framed)]
    assert scene.idle and scene.connection.reused


@pytest.mark.parametrize("wants_content", [False, True])
@pytest.mark.parametrize(("said", "framed", "content"), BODIES)
def test_an_answer_byte_by_byte(
    said: bytes, framed: bytes, content: bytes, wants_content: bool
) -> None:
    scene = Scene(Told(content=wants_content))
    for byte in said:
        assert not scene.idle
        scene.engine.says(bytes([byte]))
    expected = content if wants_content else framed
    if expected:
        assert scene.told.story == [("head", 200), ("body", expected), "finished"]
    else:
        assert scene.told.story == [("whole", 200, b"")]
    assert scene.idle


def test_bodies_until_the_end_of_the_connection() -> None:
    scene = Scene(Told())
    scene.engine.says(answer("200 OK", body=b"hel"))
    scene.engine.says(b"lo")
    assert scene.told.story == [("head", 200), ("body", b"hello")]
    scene.engine.ends()
    assert scene.told.story[-1] == "finished"
    assert not scene.idle and not scene.connection.transport.connected


def test_a_reset_is_no_end_of_a_body() -> None:
    scene = Scene(Told())
    scene.engine.says(answer("200 OK", body=b"hello"))
    scene.connection.transport.write(b"never read")
    scene.engine.goes()  # with bytes unread: a reset
    assert scene.told.story[-1][0] == "lost"


def test_head_and_statuses_without_a_body() -> None:
    for told, said in (
        (Told(is_head=True), answer("200 OK", "Content-Length: 5")),
        (Told(is_head=True), answer("200 OK", "Transfer-Encoding: chunked")),
        (Told(), answer("204 No Content")),
        (Told(), answer("304 Not Modified", "Content-Length: 5")),
    ):
        scene = Scene(told)
        scene.engine.says(said)
        assert scene.told.story == [("whole", int(said[9:12]), b"")]
        assert scene.idle


def test_interim_answers_in_any_number() -> None:
    scene = Scene(Told())
    scene.engine.says(b"HTTP/1.1 100 Continue\r\n\r\n" * 2600 + BODIES[0][0])
    assert scene.told.story == [("interim", 100)] * 2600 + [("whole", 200, b"hello")]
    assert scene.idle


def test_switching_protocols() -> None:
    said = answer("101 UPGRADED", "Connection: Upgrade", "Upgrade: tcp", body=b"early")
    scene = Scene(Told(hijacks=True))
    scene.engine.says(said)
    assert scene.told.story == [("upgraded", 101, b"early")]
    # As engines before v1.17 do it.
    scene = Scene(Told(hijacks=True))
    scene.engine.says(answer("200 OK", "Content-Type: x", body=b"early"))
    assert scene.told.story == [("upgraded", 200, b"early")]
    # An ordinary answer to it.
    scene = Scene(Told(hijacks=True))
    scene.engine.says(BODIES[0][0])
    assert scene.told.story == [("whole", 200, b"hello")]
    # Not asked for.
    scene = Scene(Told())
    scene.engine.says(said)
    assert scene.told.story == [
        ("lost", "the engine switched protocols without being asked to", False)
    ]
    assert not scene.connection.transport.connected


@pytest.mark.parametrize(
    "said",
    [
        b"X",
        b"HTTP/2.0 200 OK",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nbad line\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 3000,
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 3000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    ],
)
def test_garbage(said: bytes) -> None:
    scene = Scene(Told(), limits={"head_bytes": 2048})
    scene.engine.says(said)
    ((kind, reason, stale),) = scene.told.story
    assert kind == "lost" and not stale and reason.startswith("the engine's answer ")
    assert not scene.connection.transport.connected
    assert scene.engine.hears_the_end()


@pytest.mark.parametrize("said", [b"zz\r\n", b"5\r\nhelloXX", b"0\r\nContent-Length: 1\r\n\r\n"])
def test_garbage_in_chunks(said: bytes) -> None:
    scene = Scene(Told())
    scene.engine.says(answer("200 OK", "Transfer-Encoding: chunked"))
    assert scene.told.story == [("head", 200)]
    scene.engine.says(said)
    assert scene.told.story[-1][0] == "lost"
    assert not scene.connection.transport.connected


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200", answer("200 OK", "Content-Length: 5", body=b"hel")]
)
def test_an_engine_that_closes_in_mid_answer(said: bytes) -> None:
    scene = Scene(Told())
    if said:
        scene.engine.says(said)
    scene.engine.ends()
    kind, reason, stale = scene.told.story[-1]
    assert stale is (not said)
    assert kind == "lost" and "before its answer was complete" in reason
    assert not scene.book.engine_side.current


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", "Connection: close", "Content-Length: 2", body=b"ok"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        answer("200 OK", "Content-Length: 2", body=b"ok and more"),
        answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\nHTTP/1.1 200"),
    ],
)
def test_connections_that_are_not_used_again(said: bytes) -> None:
    scene = Scene(Told())
    scene.engine.says(said)
    assert scene.told.story[-1] == "finished" or scene.told.story[-1][0] == "whole"
    assert not scene.idle
    assert not scene.connection.transport.connected
    assert scene.book.engine_side.current  # the engine has said so, or we have


def test_one_of_http_1_0_that_says_keep_alive_is_kept() -> None:
    scene = Scene(Told())
    scene.engine.says(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")
    assert scene.idle


def test_an_answer_before_the_request_was_complete() -> None:
    scene = Scene(Told(sent=False))
    scene.engine.says(BODIES[0][0])
    assert scene.told.story == [("whole", 200, b"hello")]
    assert not scene.idle and not scene.connection.transport.connected


def test_an_answer_without_a_request() -> None:
    scene = Scene(Told())
    scene.engine.says(BODIES[0][0])
    assert scene.idle
    scene.engine.sock.send(BODIES[0][0])
    scene.connection.transport.doRead()
    # At once, not only when the reactor comes round to closing it.
    assert not scene.idle
    scene.book.reactor.settle()
    assert not scene.connection.transport.connected
    assert len(scene.told.story) == 1


def test_an_idle_connection_that_is_closed_leaves_the_pool_at_once() -> None:
    scene = Scene(Told())
    scene.engine.says(BODIES[0][0])
    scene.engine.sock.close()
    scene.connection.readConnectionLost()
    assert not scene.idle
    assert not scene.book.engine_side.current
    scene.book.reactor.settle()
    assert not scene.connection.transport.connected


def test_giving_up() -> None:
    scene = Scene(Told())
    scene.connection.give_up()
    scene.book.reactor.settle()
    assert scene.told.story == []
    assert scene.engine.hears_the_end()
    assert scene.book.engine_side.current


def test_ending_the_request() -> None:
    scene = Scene(Told())
    scene.connection.end_request()
    assert scene.engine.hears_the_end()
    scene.engine.says(BODIES[0][0])
    assert scene.told.story == [("whole", 200, b"hello")]
    assert not scene.idle


def test_heads_are_read_anew_when_the_range_changes() -> None:
    scene = Scene(Told())
    said = answer("200 OK", "Api-Version: 1.41", "Content-Length: 0")
    heads: list[bytes] = []
    scene.told.whole = lambda found, data: heads.append(found.head)  # type: ignore[method-assign]
    scene.engine.says(said)
    scene.book.oldest, scene.book.newest = "1.24", "1.30"
    scene.book.engine_side.refresh()
    engine = scene.book.answer_probe()
    connection = scene.book.engine_side.take(surely_alive=True)
    assert connection is not None
    connection.request(scene.told, ASK)
    engine.heard()
    engine.says(said)
    assert b"Api-Version: 1.41" in heads[0] and b"Api-Version: 1.30" in heads[1]
