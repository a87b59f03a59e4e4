"""What the tests of `gateway.http` share: feeding bodies in pieces, and making whole requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import pytest

from gateway.http.body import Body, ChunkedBody
from gateway.http.limits import DEFAULT
from gateway.http.request import (
    RequestFields,
    RequestLine,
    parse_request_fields,
    parse_request_line,
)


class Followed(NamedTuple):
    """What a body was found to be: its content, how many bytes it took, and whether it ended."""

    content: bytes
    taken: int
    done: bool


def _follow(body: Body, pieces: Iterable[bytes]) -> Followed:
    """Feed `pieces` one after the other, as reads of a connection would bring them.

    A body that is done is fed nothing more; the bytes behind it are not its own.
    """
    content: list[bytes] = []
    taken = 0
    for piece in pieces:
        if body.done:
            break
        end = body.feed(piece, 0, content)
        assert body.done or end == len(piece), "a body that is not done must take every byte"
        taken += end
    return Followed(b"".join(content), taken, body.done)


def _byte_by_byte(data: bytes) -> Iterator[bytes]:
    return (data[i : i + 1] for i in range(len(data)))


@pytest.fixture(scope="session")
def follow() -> Callable[[Body, Iterable[bytes]], Followed]:
    return _follow


@pytest.fixture(scope="session")
def byte_by_byte() -> Callable[[bytes], Iterator[bytes]]:
    return _byte_by_byte


@pytest.fixture(params=["whole", "byte by byte", "in threes"])
def chunked(request: pytest.FixtureRequest) -> Callable[[bytes], Followed]:
    """Follow a chunked body: whole, byte by byte and in threes; one test for each."""
    step = {"whole": 1 << 30, "byte by byte": 1, "in threes": 3}[request.param]

    def run(data: bytes) -> Followed:
        pieces = [data[i : i + step] for i in range(0, len(data), step)]
        return _follow(ChunkedBody(), pieces)

    return run


class ReadRequest(NamedTuple):
    """A request's head as the gateway read it, and the head that the engine gets."""

    line: RequestLine
    fields: RequestFields
    written: bytes


def _read(head: bytes) -> ReadRequest:
    """Read a whole request head, from its first byte to its empty line; write it anew.

    The split is the connection's: the head ends at the first CRLF CRLF, the line at the first
    CRLF.
    """
    line, _, rest = head.partition(b"\r\n")
    block = rest[:-2]
    read = parse_request_line(line)
    fields = parse_request_fields(block, read.minor, DEFAULT)
    written = b"%b %b%b HTTP/1.1\r\n%b\r\n" % (
        read.method,
        read.path,
        read.query,
        fields.forwarded,
    )
    return ReadRequest(read, fields, written)


@pytest.fixture(scope="session")
def read_request() -> Callable[[bytes], ReadRequest]:
    return _read
