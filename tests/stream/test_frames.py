"""The multiplexed stream: any split of any frames gives the payload, and damage is seen."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.pieces import PLACES, cut
from support.recordings import body
from support.speed import measure

from gateway.stream.frames import (
    Merge,
    MergeIfFramed,
    StreamError,
    frame,
    frames,
    split_frames,
)

CHUNKS = st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=40)), max_size=12)


def merged(rewrite: Merge | MergeIfFramed, pieces: list[bytes]) -> bytes:
    return b"".join(map(rewrite.feed, pieces)) + rewrite.finish()


@given(CHUNKS, PLACES)
@example([(1, b"x")], list(range(9)))
def test_any_split_of_any_frames_gives_the_payload(
    chunks: list[tuple[int, bytes]], places: list[int]
) -> None:
    data = frames(chunks)
    assert merged(Merge(), cut(data, places)) == b"".join(payload for _, payload in chunks)


@given(CHUNKS)
def test_frames_split_again_into_what_they_were_made_of(chunks: list[tuple[int, bytes]]) -> None:
    assert split_frames(frames(chunks)) == chunks


@given(CHUNKS.filter(bool), st.integers(0), PLACES)
def test_a_stream_that_ends_inside_a_frame_is_seen(
    chunks: list[tuple[int, bytes]], end: int, places: list[int]
) -> None:
    data = frames(chunks)
    whole = {len(frames(chunks[:count])) for count in range(len(chunks) + 1)}
    end %= len(data)
    rewrite = Merge()
    for piece in cut(data[:end], places):
        rewrite.feed(piece)
    if end in whole:
        assert rewrite.finish() == b""
    else:
        with pytest.raises(StreamError, match="ended inside a frame"):
            rewrite.finish()
        with pytest.raises(StreamError, match="ended inside a frame"):
            split_frames(data[:end])


def test_payload_goes_out_before_its_frame_is_whole() -> None:
    rewrite = Merge()
    assert rewrite.feed(frame(1, b"hello")[:10]) == b"he"
    assert rewrite.feed(b"l") == b"l"


@pytest.mark.parametrize("first", [4, ord("o"), 255])
@pytest.mark.parametrize("rest", [b"", b"ut\n of a terminal"])
def test_a_byte_that_begins_no_frame_is_an_error_at_once(first: int, rest: bytes) -> None:
    rewrite = Merge()
    rewrite.feed(frame(1, b"good"))
    with pytest.raises(StreamError, match=f"begins with byte {first}"):
        rewrite.feed(bytes([first]) + rest)


def test_split_frames_refuses_a_byte_that_begins_no_frame() -> None:
    with pytest.raises(StreamError, match="begins with byte 79"):
        split_frames(b"OUT\nERR\n....")


def test_recorded_frames_merge_to_what_the_engine_sent_to_v1_5() -> None:
    for step in ("attach-logs split", "attach-logs-stderr split", "logs split", "exec-start"):
        lines = merged(Merge(), [body("1.6", step)]).split(b"\n")
        assert sorted(lines) == sorted(body("1.5", step).split(b"\n"))


@given(CHUNKS, PLACES)
def test_frames_are_recognised(chunks: list[tuple[int, bytes]], places: list[int]) -> None:
    data = frames(chunks)
    assert merged(MergeIfFramed(), cut(data, places)) == merged(Merge(), [data])


@given(st.binary(), PLACES)
@example(b"\x01", [])
@example(b"\x01\x00\x00", [1, 2])
def test_what_is_not_framed_passes(data: bytes, places: list[int]) -> None:
    if len(data) >= 4 and data[0] <= 3 and data[1:4] == b"\0\0\0":
        data = b"\x1b" + data
    assert merged(MergeIfFramed(), cut(data, places)) == data


def test_a_recognised_stream_that_breaks_off_is_seen() -> None:
    rewrite = MergeIfFramed()
    assert rewrite.feed(frame(2, b"abc")[:-1]) == b"ab"
    with pytest.raises(StreamError, match="1 bytes missing"):
        rewrite.finish()


@pytest.mark.parametrize(("payload", "least"), [(32 * 1024, 2.5e9), (100, 0.15e9)])
def test_merging_is_fast_enough(payload: int, least: float) -> None:
    """Half of the aim (5 GB/s and 300 MB/s), so that a busy machine does not matter."""
    rate = measure(f"""
from gateway.stream.frames import Merge, frame
one = frame(1, b"x" * {payload})
stream = one * ((1 << 24) // len(one))
reads = [stream[at : at + 65536] for at in range(0, len(stream), 65536)]
def run():
    merge = Merge()
    for read in reads:
        merge.feed(read)
    merge.finish()
print(len(stream) / best(run))
""")
    assert rate >= least
