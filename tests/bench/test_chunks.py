"""Counting chunked bodies, however they are cut."""

import pytest
from bench.chunks import ChunkCounter
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.lists(st.integers(1, 300), max_size=6),
    st.sampled_from([b"", b"Trailer: x\r\n"]),
    st.integers(1, 40),
    st.binary(max_size=5),
)
def test_counts_content_in_any_pieces(
    sizes: list[int], trailer: bytes, step: int, behind: bytes
) -> None:
    chunks = b"".join(b"%x;e=1\r\n" % size + b"\n" * size + b"\r\n" for size in sizes)
    body = chunks + b"0\r\n" + trailer + b"\r\n"
    counter = ChunkCounter()
    taken = 0
    data = body + behind
    while not counter.done:
        taken += counter.feed(memoryview(data)[taken : taken + step])
    assert counter.total == sum(sizes)
    assert taken == len(body)


def test_is_not_done_before_the_last_empty_line() -> None:
    counter = ChunkCounter()
    counter.feed(b"3\r\nabc\r\n0\r\n")
    assert (counter.total, counter.done) == (3, False)
    counter.feed(b"\r\n")
    assert counter.done


@pytest.mark.parametrize("data", [b"xyz\r\n", b"\r\n", b"1" * 5000])
def test_refuses_what_is_not_chunked(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"invalid literal|does not end"):
        ChunkCounter().feed(data)
