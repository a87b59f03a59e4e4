from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.answer import (
    UNTIL_CLOSE,
    advertise,
    answer_framing,
    parse_answer_head,
)
from gateway.http.fields import MalformedMessage, end_to_end
from gateway.http.limits import DEFAULT, Limits
from gateway.http.request import CHUNKED


def test_an_answer_of_an_engine() -> None:
    answer = parse_answer_head(
        b"HTTP/1.1 200 OK\r\n"
        b"Api-Version: 1.41\r\n"
        b"Content-Type: application/json\r\n"
        b"Server: Docker/20.10.24 (linux)\r\n"
        b"Content-Length: 002\r\n"
        b"\r\n",
        DEFAULT,
    )
    assert answer.status == 200
    assert answer.reason == b"OK"
    assert answer.fields == (
        (b"Api-Version", b"1.41"),
        (b"Content-Type", b"application/json"),
        (b"Server", b"Docker/20.10.24 (linux)"),
    )
    assert answer.length == 2
    assert answer.keep_alive
    assert answer.upgrade == b""
    assert answer.content_type == b"application/json"
    assert answer.head == (
        b"HTTP/1.1 200 OK\r\n"
        b"Api-Version: 1.41\r\n"
        b"Content-Type: application/json\r\n"
        b"Server: Docker/20.10.24 (linux)\r\n"
        b"Content-Length: 2\r\n"
        b"\r\n"
    )


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (b"HTTP/1.1 200 OK", 200, b"OK"),
        (b"HTTP/1.0 200 OK", 200, b"OK"),
        (b"HTTP/1.1 204 ", 204, b""),
        (b"HTTP/1.1 204", 204, b""),
        (b"HTTP/1.1 404 page not found", 404, b"page not found"),
        (b"HTTP/1.1 500  x\t ", 500, b"x"),
        (b"HTTP/1.1 599 \xc3\xa4", 599, b"\xc3\xa4"),
        (b"HTTP/1.1 101 UPGRADED", 101, b"UPGRADED"),
    ],
)
def test_status_lines(line: bytes, status: int, reason: bytes) -> None:
    answer = parse_answer_head(line + b"\r\n\r\n", DEFAULT)
    assert (answer.status, answer.reason) == (status, reason)
    assert answer.head.startswith(b"HTTP/1.1 %d %b\r\n" % (status, reason))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"HTTP/1.1",
        b"HTTP/1.1 ",
        b"HTTP/1.1 20",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 099 OK",
        b"HTTP/1.1 600 OK",
        b"HTTP/1.1 -20 OK",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1\t200 OK",
        b"HTTP/1.1 200OK",
        b"HTTP/1.1 200 O\rK",
        b"HTTP/1.1 200 O\nK",
        b"HTTP/1.1 200 O\0K",
        b"HTTP/1.1 200 OK\x7f",
        b"HTTP/1.2 200 OK",
        b"HTTP/2.0 200 OK",
        b"HTTP/0.9 200 OK",
        b"HTTP/11 200 OK",
        b"HTTP/1.10 200 OK",
        b"http/1.1 200 OK",
        b"ICY 200 OK",
        b" HTTP/1.1 200 OK",
        b"\r\nHTTP/1.1 200 OK",
        b"hello stream bytes",
    ],
)
def test_bad_status_lines(line: bytes) -> None:
    with pytest.raises(MalformedMessage, match="status line"):
        parse_answer_head(line + b"\r\n\r\n", DEFAULT)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nA: b",
        b"HTTP/1.1 200 OK\r\nA: b\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n\n",
        b"HTTP/1.1 200 OK\r\nA: b\n\r\n",
        b"HTTP/1.1 200 OK\n\n",
        b"HTTP/1.1 200 OK\r\n\r\nbody",
        b"HTTP/1.1 200 OK\r\n\r\nbody\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_bad_heads(head: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_answer_head(head, DEFAULT)


def test_too_many_fields() -> None:
    with pytest.raises(MalformedMessage, match="more than 2"):
        parse_answer_head(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 3 + b"\r\n", Limits(fields=2))


@pytest.mark.parametrize(
    ("status", "field", "length", "framing"),
    [
        (200, b"Content-Length: 7\r\n", 7, b"Content-Length: 7\r\n"),
        (200, b"Content-Length: 0\r\n", 0, b"Content-Length: 0\r\n"),
        (200, b"transfer-encoding: CHUNKED\r\n", CHUNKED, b"Transfer-Encoding: chunked\r\n"),
        (200, b"", UNTIL_CLOSE, b""),
        (500, b"", UNTIL_CLOSE, b""),
        (100, b"Content-Length: 7\r\n", 0, b""),
        (101, b"Transfer-Encoding: chunked\r\n", 0, b""),
        (204, b"Content-Length: 7\r\n", 0, b""),
        (204, b"Transfer-Encoding: chunked\r\n", 0, b""),
        (304, b"", 0, b""),
        (304, b"Content-Length: 7\r\n", 0, b"Content-Length: 7\r\n"),
        (304, b"Transfer-Encoding: chunked\r\n", 0, b""),
        (205, b"Content-Length: 7\r\n", 7, b"Content-Length: 7\r\n"),
    ],
)
def test_framing(status: int, field: bytes, length: int, framing: bytes) -> None:
    answer = parse_answer_head(b"HTTP/1.1 %d x\r\n%b\r\n" % (status, field), DEFAULT)
    assert answer.length == length
    assert answer.head == b"HTTP/1.1 %d x\r\n%b\r\n" % (status, framing)


def test_answer_framing_keeps_the_length_of_an_answer_to_head() -> None:
    assert answer_framing(200, 7, 0) == b"Content-Length: 7\r\n"
    assert answer_framing(200, None, UNTIL_CLOSE) == b""


@pytest.mark.parametrize(
    ("line", "connection", "goes_on"),
    [
        (b"HTTP/1.1", b"", True),
        (b"HTTP/1.1", b"Connection: close\r\n", False),
        (b"HTTP/1.0", b"", False),
        (b"HTTP/1.0", b"Connection: keep-alive\r\n", True),
        (b"HTTP/1.0", b"Connection: keep-alive\r\nConnection: close\r\n", False),
    ],
)
def test_keep_alive(line: bytes, connection: bytes, goes_on: bool) -> None:
    head = line + b" 200 OK\r\n" + connection + b"Content-Length: 0\r\n\r\n"
    answer = parse_answer_head(head, DEFAULT)
    assert answer.keep_alive is goes_on
    # The connection to the client is another one: nothing of this reaches it.
    assert answer.head == b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def test_an_upgrade_is_told_and_left_to_the_gateway_to_write() -> None:
    answer = parse_answer_head(
        b"HTTP/1.1 101 UPGRADED\r\n"
        b"Content-Type: application/vnd.docker.raw-stream\r\n"
        b"Connection: Upgrade\r\nUpgrade: TCP\r\n\r\n",
        DEFAULT,
    )
    assert answer.upgrade == b"tcp"
    assert answer.fields == ((b"Content-Type", b"application/vnd.docker.raw-stream"),)


def test_an_upgrade_offered_beside_another_status_is_none() -> None:
    answer = parse_answer_head(b"HTTP/1.1 426 x\r\nUpgrade: h2c\r\n\r\n", DEFAULT)
    assert answer.upgrade == b""
    assert answer.fields == ()


def test_connection_cannot_take_away_the_framing_but_what_it_names_is_not_read() -> None:
    answer = parse_answer_head(
        b"HTTP/1.1 200 OK\r\nConnection: content-length, content-type, x-a\r\n"
        b"Content-Type: a/b\r\nX-A: b\r\nContent-Length: 3\r\n\r\n",
        DEFAULT,
    )
    assert answer.length == 3
    assert answer.content_type == b""
    assert answer.head == b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"


def test_advertise_replaces_what_is_there_and_adds_nothing() -> None:
    fields = ((b"api-VERSION", b"1.55"), (b"A", b"b"))
    assert advertise(fields, b"1.41") == ((b"api-VERSION", b"1.41"), (b"A", b"b"))
    assert advertise(((b"A", b"b"),), b"1.41") == ((b"A", b"b"),)


def test_an_answer_that_names_the_version_names_ours() -> None:
    head = b"HTTP/1.1 200 OK\r\nApi-Version: 1.55\r\nContent-Length: 0\r\n\r\n"
    answer = parse_answer_head(head, DEFAULT, b"1.41")
    assert answer.fields == ((b"Api-Version", b"1.41"),)
    assert answer.head == head.replace(b"1.55", b"1.41")


HEADS = st.builds(
    lambda minor, status, reason, lines: (
        b"HTTP/1.%d %d %b\r\n%b\r\n" % (minor, status, reason, b"".join(lines))
    ),
    st.integers(0, 1),
    st.sampled_from([100, 101, 200, 204, 304, 400, 500]),
    st.sampled_from([b"", b"OK", b"a b", b"\xff"]),
    st.lists(
        st.sampled_from(
            [
                b"Content-Length: 3\r\n",
                b"Content-Length: 0\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"Connection: close\r\n",
                b"Connection: keep-alive, X-A, Upgrade\r\n",
                b"Upgrade: tcp\r\n",
                b"X-A: b\r\n",
                b"Content-Type: a/b\r\n",
                b"Trailer: X-A\r\n",
            ]
        ),
        max_size=5,
    ),
)


@given(HEADS)
def test_the_head_written_anew_reads_the_same(head: bytes) -> None:
    try:
        answer = parse_answer_head(head, DEFAULT)
    except MalformedMessage:
        return
    again = parse_answer_head(answer.head, DEFAULT)
    assert (again.status, again.reason, again.fields) == (
        answer.status,
        answer.reason,
        answer.fields,
    )
    assert again.length == answer.length
    assert again.content_type == answer.content_type
    assert again.head == answer.head
    assert end_to_end(answer.fields) == answer.fields


@given(st.one_of(st.binary(max_size=100), st.binary(max_size=60).map(b"HTTP/1.1 200 ".__add__)))
def test_garbage_raises_nothing_but_malformed_message(head: bytes) -> None:
    for whole in (head, head + b"\r\n\r\n"):
        try:
            answer = parse_answer_head(whole, DEFAULT)
        except MalformedMessage:
            continue
        assert parse_answer_head(answer.head, DEFAULT).head == answer.head
