from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.body import Body, ChunkedBody, LengthBody, UntilCloseBody, request_body
from gateway.http.fields import MalformedMessage
from gateway.http.limits import DEFAULT
from gateway.http.request import CHUNKED

Follow = Callable[[Body, Iterable[bytes]], tuple[bytes, int, bool]]
Chunked = Callable[[bytes], tuple[bytes, int, bool]]


# Bodies of a known length, and those that the end of the connection ends.


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_length_body_takes_its_bytes_and_no_more(
    follow: Follow, byte_by_byte: Callable[[bytes], Iterator[bytes]], length: int
) -> None:
    data = b"helloGET / HTTP/1.1"
    expected = (data[:length], length, True)
    assert follow(LengthBody(length), [data]) == expected
    assert follow(LengthBody(length), byte_by_byte(data)) == expected


def test_a_length_body_that_is_short_is_not_done(follow: Follow) -> None:
    body = LengthBody(6)
    assert follow(body, [b"hello"]) == (b"hello", 5, False)
    assert body.remaining == 1


def test_an_empty_length_body_is_done_before_any_byte() -> None:
    body = LengthBody(0)
    assert body.done
    assert body.feed(b"GET") == 0


def test_bodies_begin_where_they_are_told_to() -> None:
    data = b"head|hello|next"
    content: list[bytes] = []
    assert LengthBody(5).feed(data, 5, content) == 10
    assert content == [b"hello"]
    data = b"head|1\r\nx\r\n0\r\n\r\nnext"
    content = []
    assert ChunkedBody().feed(data, 5, content) == len(data) - 4
    assert content == [b"x"]
    content = []
    assert UntilCloseBody().feed(b"head|rest", 5, content) == 9
    assert content == [b"rest"]


def test_an_until_close_body_ends_only_when_its_owner_says_so(follow: Follow) -> None:
    body = UntilCloseBody()
    assert follow(body, [b"a", b"", b"0\r\n\r\n"]) == (b"a0\r\n\r\n", 6, False)
    body.done = True
    assert body.done


def test_content_is_only_gathered_when_asked_for() -> None:
    for body in (LengthBody(3), UntilCloseBody(), ChunkedBody()):
        assert body.feed(b"1\r\n") == 3


def test_a_request_body_is_chosen_by_its_length() -> None:
    assert isinstance(request_body(CHUNKED), ChunkedBody)
    plain = request_body(7)
    assert isinstance(plain, LengthBody)
    assert plain.remaining == 7
    assert request_body(0).done


# Chunked bodies: each case whole, byte by byte, and in threes (the fixture `chunked`).


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b"0\r\n\r\n", b""),
        (b"000\r\n\r\n", b""),
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
        (b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n", b"ab"),
        (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"a\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"00000000000000a\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"2\r\n\r\n\r\n0\r\n\r\n", b"\r\n"),
        (b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"0\r\n\r\n"),
        (b"1;name=value\r\nx\r\n0;last\r\n\r\n", b"x"),
        (b'1;a="b; c"\r\nx\r\n0\r\n\r\n', b"x"),
        (b"1;\r\nx\r\n0\r\n\r\n", b"x"),
        (b"1; a\t= b\r\nx\r\n0\r\n\r\n", b"x"),
        (b"1\r\nx\r\n0\r\nX-Checksum: 1\r\nB:\r\n\r\n", b"x"),
        (b"1\r\nx\r\n0\r\nX-Text: \xc3\xa4\r\n\r\n", b"x"),
    ],
)
@pytest.mark.parametrize("behind", [b"", b"\r\n", b"GET / HTTP/1.1\r\n", b"0\r\n\r\n"])
def test_chunked(chunked: Chunked, wire: bytes, content: bytes, behind: bytes) -> None:
    assert chunked(wire + behind) == (content, len(wire), True)


@pytest.mark.parametrize(
    "size",
    [
        b"0x1",
        b"0X1",
        b"+1",
        b"-1",
        b"-0",
        b"",
        b" ",
        b" 1",
        b"1 ",
        b"\t1",
        b"1\t",
        b"1 ;a",
        b"1_0",
        b"1.0",
        b"1,1",
        b"g",
        b"1h",
        b"\xb2",
        b"\x0b1",
        b"1\0",
        b"1\r",
        b"1;\r",
        b"1;a\rb",
        b"1;a\0b",
        b"1;\x80",
        b"1;\x7f",
        b"1;a\x0bb",
        b";a",
        b"1\r1",
        b"1" * 16,
        b"0" * 15 + b"1",
        b"1" * 17,
        b"f" * 17,
        b"0" * 255 + b"1",
        b"1" * 300,
        b"1;" + b"x" * 300,
    ],
)
def test_bad_chunk_sizes(chunked: Chunked, size: bytes) -> None:
    with pytest.raises(MalformedMessage):
        chunked(size + b"\r\nx\r\n0\r\n\r\n")
    with pytest.raises(MalformedMessage):
        chunked(b"1\r\nx\r\n" + size + b"\r\nx\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "wire",
    [
        b"1\nx\r\n0\r\n\r\n",
        b"1;a\nx\r\n0\r\n\r\n",
        b"1;a\n\r\nx\r\n0\r\n\r\n",
        b"1\r\nx\n0\r\n\r\n",
        b"1\r\nx0\r\n\r\n",
        b"1\r\nxx\r\n0\r\n\r\n",
        b"1\r\nx\r0\r\n\r\n",
        b"1\r\nx\r\r\n0\r\n\r\n",
        b"1\r\nx\n\r0\r\n\r\n",
        b"2\r\nx\r\n0\r\n\r\n",
        b"1\r\nx\r\n0\n\r\n",
        b"1\r\nx\r\n0\r\n\n",
        b"1\r\nx\r\n0\r\n\r\r\n",
        b"1\r\nx\r\n\r\n0\r\n\r\n",
    ],
)
def test_bad_ends_of_lines_in_the_framing(chunked: Chunked, wire: bytes) -> None:
    with pytest.raises(MalformedMessage):
        chunked(wire + b"tail\r\n")


@pytest.mark.parametrize(
    "name",
    [
        b"Transfer-Encoding",
        b"transfer-encoding",
        b"Content-Length",
        b"Host",
        b"Connection",
        b"Upgrade",
        b"TE",
        b"Keep-Alive",
        b"Trailer",
        b"Expect",
        b"Content-Type",
        b"Content-Encoding",
        b"Content-Range",
        b"User-Agent",
        b"Authorization",
        b"Cookie",
        b"X-Registry-Auth",
        b"X-Registry-Config",
        b"Proxy-Authorization",
    ],
)
def test_trailers_that_belong_into_the_head(chunked: Chunked, name: bytes) -> None:
    with pytest.raises(MalformedMessage, match="a trailer that belongs into the head"):
        chunked(b"0\r\nX: y\r\n" + name + b": 1\r\n\r\n")


@pytest.mark.parametrize(
    "trailer",
    [
        b"X : y",
        b": y",
        b"X",
        b" X: y",
        b"X: y\r\n z",
        b"X: \0",
        b"X: a\rb",
        b"X: a\nB: c",
        b"X\xe4: y",
        b"GET / HTTP/1.1",
        b"X: " + b"y" * 8192,
    ],
)
def test_bad_trailers(chunked: Chunked, trailer: bytes) -> None:
    with pytest.raises(MalformedMessage):
        chunked(b"0\r\n" + trailer + b"\r\n\r\n")


def test_trailers_without_an_end_are_not_held_for_ever(chunked: Chunked) -> None:
    with pytest.raises(MalformedMessage, match="more than 200 trailers"):
        chunked(b"0\r\n" + b"X: 1\r\n" * 3000)
    with pytest.raises(MalformedMessage, match="too long"):
        chunked(b"0\r\nX: " + b"y" * 9000)


@pytest.mark.parametrize(
    "wire", [b"", b"5", b"5\r", b"5\r\n", b"5\r\nhello", b"5\r\nhello\r", b"0\r\n", b"0\r\n\r"]
)
def test_a_chunked_body_cut_short_is_not_done(chunked: Chunked, wire: bytes) -> None:
    _, taken, done = chunked(wire)
    assert (taken, done) == (len(wire), False)


@pytest.mark.parametrize("wire", [b"1\rx", b"1\r\r", b"0\r\nX: a\rb", b"0\r\n\rX"])
def test_a_bare_cr_is_refused_before_its_line_ends(chunked: Chunked, wire: bytes) -> None:
    with pytest.raises(MalformedMessage, match="bare CR"):
        chunked(wire)


@pytest.mark.parametrize("first", [1, 100, 255, 256])
def test_a_line_that_comes_in_two_pieces_is_no_longer_for_that(first: int) -> None:
    longest = b"1;" + b"x" * (DEFAULT.size_line_bytes - 2) + b"\r\n"
    body = ChunkedBody()
    assert body.feed(longest[:first]) == first
    assert body.feed(longest[first:]) == len(longest) - first
    body = ChunkedBody()
    body.feed(longest[:first])
    with pytest.raises(MalformedMessage, match="too long"):
        body.feed(b"x" + longest[first:])


def test_a_big_chunk_is_not_held() -> None:
    body = ChunkedBody()
    body.feed(b"fffffffffffffff\r\n")
    piece = b"x" * 65536
    for _ in range(8):
        content: list[bytes] = []
        assert body.feed(piece, 0, content) == len(piece)
        assert content == [piece]
    assert not body.done


# Properties.


@st.composite
def chunked_bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A well-formed chunked body with extensions and trailers, and its content."""
    parts = draw(st.lists(st.binary(min_size=1, max_size=30), max_size=6))
    extension = st.sampled_from([b"", b";", b";a", b'; a="b"', b";a=b;c\t=d"])
    case = draw(st.sampled_from([b"%x", b"%X", b"%04x"]))
    wire = b"".join(case % len(p) + draw(extension) + b"\r\n" + p + b"\r\n" for p in parts)
    trailers = draw(st.lists(st.sampled_from([b"A: b\r\n", b"X-Sum:1\r\n", b"B:\r\n"]), max_size=3))
    wire += b"0" + draw(extension) + b"\r\n" + b"".join(trailers) + b"\r\n"
    return wire, b"".join(parts)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut `data` at `places` (taken modulo its length), empty pieces included."""
    marks = sorted(place % (len(data) + 1) for place in places)
    return [data[a:b] for a, b in zip([0, *marks], [*marks, len(data)], strict=True)]


@given(chunked_bodies(), st.lists(st.integers(0, 1 << 20), max_size=12), st.binary(max_size=8))
def test_however_it_is_cut_it_has_the_same_content_and_the_same_end(
    follow: Follow, body: tuple[bytes, bytes], places: list[int], behind: bytes
) -> None:
    wire, content = body
    assert follow(ChunkedBody(), cut(wire + behind, places)) == (content, len(wire), True)


def outcome(follow: Follow, pieces: Iterable[bytes]) -> tuple[bytes, int, bool] | None:
    try:
        return follow(ChunkedBody(), pieces)
    except MalformedMessage:
        return None


@st.composite
def damaged_bodies(draw: st.DrawFn) -> bytes:
    """A chunked body with a few bytes changed, taken out or put in; or bytes like framing."""
    if draw(st.booleans()):
        alphabet = st.sampled_from(
            [b"\r", b"\n", b"\r\n", b"0", b"1", b"a", b";", b":", b" ", b"\0"]
        )
        return b"".join(draw(st.lists(alphabet, max_size=24)))
    data = bytearray(draw(chunked_bodies())[0])
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data)))
        width = draw(st.integers(0, 2))
        data[place : place + width] = draw(
            st.sampled_from([b"", b"\r", b"\n", b" ", b"0", b"1", b"f", b"\0", b";", b"\r\n"])
        )
    return bytes(data)


@given(damaged_bodies(), st.lists(st.integers(0, 1 << 20), max_size=12))
def test_damaged_framing_is_judged_alike_however_it_is_cut(
    follow: Follow, wire: bytes, places: list[int]
) -> None:
    # A fault in a line is seen when the line ends, so a body that never comes to the line's end
    # is "not done" in both; what is refused in one is refused in the other.
    assert outcome(follow, cut(wire, places)) == outcome(follow, [wire])


@given(damaged_bodies())
def test_what_is_accepted_reads_the_same_when_written_anew(follow: Follow, wire: bytes) -> None:
    found = outcome(follow, [wire])
    if found is None or not found[2]:
        return
    content, taken, _ = found
    anew = (b"%x\r\n%b\r\n" % (len(content), content) if content else b"") + b"0\r\n\r\n"
    assert outcome(follow, [anew]) == (content, len(anew), True)
    # Nothing before the end that was found is an end as well.
    assert outcome(follow, [wire[: taken - 1]]) == (content, taken - 1, False)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_garbage_raises_nothing_but_malformed_message(data: bytes, length: int) -> None:
    for body in (ChunkedBody(DEFAULT), LengthBody(length), UntilCloseBody()):
        try:
            end = body.feed(data)
        except MalformedMessage:
            continue
        assert 0 <= end <= len(data)
