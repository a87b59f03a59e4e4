from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.answer import parse_answer_head
from gateway.http.body import Body, ChunkedBody
from gateway.http.fields import MalformedMessage
from gateway.http.limits import DEFAULT
from gateway.http.request import CHUNKED
from gateway.http.writer import (
    CHUNKED_FRAMING,
    CLOSE,
    LAST_CHUNK,
    answer_head,
    chunk,
    length_framing,
    reason_of,
)


def test_an_answer_is_written_with_its_framing_last() -> None:
    assert answer_head(200, ((b"A", b"b"),), length_framing(3)) == (
        b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\n"
    )


def test_a_reason_of_ones_own_takes_the_place_of_the_usual_one() -> None:
    assert answer_head(101, (), b"", b"UPGRADED") == b"HTTP/1.1 101 UPGRADED\r\n\r\n"


def test_framing_and_close_can_stand_together() -> None:
    head = answer_head(400, (), length_framing(0) + CLOSE)
    assert head == b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert not parse_answer_head(head, DEFAULT).keep_alive


@pytest.mark.parametrize(
    ("status", "words"),
    [(200, b"OK"), (404, b"Not Found"), (503, b"Service Unavailable"), (299, b"")],
)
def test_reasons(status: int, words: bytes) -> None:
    assert reason_of(status) == words


def test_a_status_without_words_is_still_an_answer() -> None:
    head = answer_head(299, (), b"")
    assert head == b"HTTP/1.1 299 \r\n\r\n"
    assert parse_answer_head(head, DEFAULT).status == 299


def test_an_empty_chunk_is_nothing_since_it_would_end_the_body() -> None:
    assert chunk(b"") == b""


def test_a_chunk() -> None:
    assert chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"


@pytest.mark.parametrize("value", [b"a\r\nB: c", b"a\nB: c", b"a\rB: c", b"a\0b"])
@pytest.mark.parametrize("where", ["name", "value"])
def test_nothing_that_ends_a_line_early_is_ever_written(value: bytes, where: str) -> None:
    pair = (value, b"x") if where == "name" else (b"X", value)
    with pytest.raises(MalformedMessage, match="a line's end or NUL"):
        answer_head(200, (pair,), b"")


@given(st.lists(st.binary(max_size=40)))
def test_chunks_written_are_read_back(
    follow: Callable[[Body, Iterable[bytes]], tuple[bytes, int, bool]], parts: list[bytes]
) -> None:
    wire = b"".join(chunk(part) for part in parts) + LAST_CHUNK
    assert follow(ChunkedBody(), [wire]) == (b"".join(parts), len(wire), True)


def test_the_chunked_framing_is_read_back() -> None:
    head = answer_head(200, (), CHUNKED_FRAMING)
    assert parse_answer_head(head, DEFAULT).length == CHUNKED


@given(st.integers(0, 10**18 - 1))
def test_every_length_is_read_back(length: int) -> None:
    head = answer_head(200, (), length_framing(length))
    assert parse_answer_head(head, DEFAULT).length == length
