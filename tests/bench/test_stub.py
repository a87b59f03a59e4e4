"""The stub's answers and streams, over a pair of sockets."""

import select
import socket
from collections.abc import Iterator

import pytest
from bench.chunks import ChunkCounter
from bench.stub import BLOCK_BYTES, BODY_BYTES, Download, Echo, Upload, field, inspection


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The stub's end, non-blocking, and its peer's."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def test_an_inspection_has_its_size() -> None:
    before, behind = inspection()
    assert len(before) + 64 + len(behind) == BODY_BYTES


def test_fields_are_found_in_any_case() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nCONTENT-length:  12 "
    assert field(head, b"content-length") == b"12"
    assert field(head, b"expect") is None


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [0, 1000, BLOCK_BYTES + 7])
def test_a_download_is_whole(
    pair: tuple[socket.socket, socket.socket], size: int, chunked: bool
) -> None:
    ours, theirs = pair
    stream = Download(ours, size, chunked)
    counter = ChunkCounter()
    received = 0
    theirs.setblocking(False)
    wanted = stream.ready(0)
    while True:
        try:
            data = theirs.recv(BLOCK_BYTES)
        except BlockingIOError:
            if not wanted:
                break
            wanted = stream.ready(select.EPOLLOUT)
            continue
        received += len(data)
        if chunked:
            counter.feed(data)
    assert (counter.total if chunked else received) == size
    assert counter.done is chunked


@pytest.mark.parametrize(
    ("length", "early", "late"),
    [(5, b"ab", b"cde"), (5, b"abcde", b""), (None, b"5\r\nab", b"cde\r\n0\r\n\r\n")],
)
def test_an_upload_is_counted(
    pair: tuple[socket.socket, socket.socket], length: int | None, early: bytes, late: bytes
) -> None:
    ours, theirs = pair
    upload = Upload(ours, length, early)
    if late:
        assert upload.ready(0) == select.EPOLLIN
        theirs.send(late)
    assert upload.ready(select.EPOLLIN) == 0
    answer = theirs.recv(65536)
    assert answer.endswith(b'\r\n\r\n{"stream":"5"}\n')


def test_an_echo_gives_back_early_bytes_and_ends(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    echo = Echo(ours, b"early ")
    assert echo.ready(0) == select.EPOLLIN
    theirs.send(b"late")
    assert echo.ready(select.EPOLLIN) == select.EPOLLIN
    assert theirs.recv(100) == b"early late"
    theirs.shutdown(socket.SHUT_WR)
    assert echo.ready(select.EPOLLIN) == 0
