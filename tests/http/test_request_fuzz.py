"""Random request heads, many of them nearly right: what goes on reads as what came in.

`read_request` (conftest) splits a whole head as a connection does, reads it, and writes the head
that the engine gets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as st

from gateway.http.fields import NOT_END_TO_END, MalformedMessage, parse_fields
from gateway.http.limits import DEFAULT
from gateway.http.request import CHUNKED, RequestLine, parse_request_fields

ReadRequest = Callable[[bytes], Any]

# fmt: off
PATH_PIECES = [
    b"/", b"//", b"/v1.41", b"/containers", b"/json", b"/a:b@c", b"/.", b"/..", b"/%2e", b"/%2E.",
    b"%41", b"%7e", b"%25", b"%2541", b"%2f", b"%5C", b"%00", b"%0a", b"%3f", b"%", b"%4", b".",
    b"..", b"x", b";", b"*", b"\\", b"#", b"\xc3\xa4", b" ", b"\t", b"|", b"?", b"?a=b&c",
    b"&d=%20",
]
# fmt: on
FIELD_LINES = [
    b"Host: x\r\n",
    b"Host: /var/run/docker.sock\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 003\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: Chunked \r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Connection: Upgrade, X-A\r\n",
    b"Connection: content-length, expect, host\r\n",
    b"Upgrade: tcp\r\n",
    b"Expect: 100-continue\r\n",
    b"X-A: b\r\n",
    b"x-a:  \xff\t c \t\r\n",
    b"X-Registry-Auth: e30=\r\n",
    b"User-Agent: Docker-Client/1.6.2\r\n",
    b"Content-Type: application/json\r\n",
    b"Trailer: X-Sum\r\n",
    b"TE: trailers\r\n",
    b"X-Empty:\r\n",
]


GOOD_PATH_PIECES = [*PATH_PIECES[: PATH_PIECES.index(b"/.")], b"%41", b"%7e", b"%25", b"%2541"]
FRAMING_LINES = [b"", *FIELD_LINES[2:7]]
OTHER_LINES = FIELD_LINES[8:]


@st.composite
def good_heads(draw: st.DrawFn) -> bytes:
    """Heads that are accepted, nearly all of them."""
    method = draw(st.sampled_from([b"GET", b"POST", b"HEAD", b"OPTIONS", b"get", b"X-Y"]))
    target = b"/" + b"".join(draw(st.lists(st.sampled_from(GOOD_PATH_PIECES), max_size=5)))
    query = draw(st.sampled_from([b"", b"?", b"?a=b&c", b"?a=%20;b?"]))
    lines = draw(st.lists(st.sampled_from(OTHER_LINES), max_size=5, unique=True))
    lines += [draw(st.sampled_from(FIELD_LINES[:2])), draw(st.sampled_from(FRAMING_LINES))]
    block = b"".join(draw(st.permutations(lines)))
    return b"%b %b%b HTTP/1.%d\r\n%b\r\n" % (method, target, query, draw(st.integers(0, 1)), block)


@st.composite
def any_heads(draw: st.DrawFn) -> bytes:
    """Heads made of good and bad parts without regard to each other."""
    method = draw(st.sampled_from([b"GET", b"POST", b"OPTIONS", b"CONNECT", b""]))
    target = b"/" + b"".join(draw(st.lists(st.sampled_from(PATH_PIECES), max_size=5)))
    version = draw(st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2"]))
    block = b"".join(draw(st.lists(st.sampled_from(FIELD_LINES), max_size=6)))
    return b"%b %b %b\r\n%b\r\n" % (method, target, version, block)


@st.composite
def damaged_heads(draw: st.DrawFn) -> bytes:
    """Good heads with one or two places changed."""
    head = bytearray(draw(good_heads()))
    pieces = [b"", b"\r\n", b"\r", b"\n", b"\0", b" ", b":", b",", b"%", b"/", b"\t", b"3"]
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(head)))
        width = draw(st.integers(0, 3))
        head[place : place + width] = draw(
            st.one_of(st.sampled_from(pieces), st.binary(max_size=2))
        )
    return bytes(head)


def requests() -> st.SearchStrategy[bytes]:
    return st.one_of(good_heads(), damaged_heads(), any_heads())


def attempt(read_request: ReadRequest, head: bytes) -> Any:
    """What was read, or None when it was refused; anything else that is raised is a fault."""
    try:
        return read_request(head)
    except MalformedMessage:
        return None


@given(good_heads())
def test_most_good_heads_are_accepted(read_request: ReadRequest, head: bytes) -> None:
    # Else the properties below would hold of nothing.
    if b" HTTP/1.0\r\n" in head and b"\r\nTransfer-Encoding" in head:
        assert attempt(read_request, head) is None
    else:
        assert read_request(head).written


@given(requests())
def test_reading_writing_and_reading_again_changes_nothing(
    read_request: ReadRequest, head: bytes
) -> None:
    first = attempt(read_request, head)
    if first is None:
        return
    again = read_request(first.written)
    assert again.line == RequestLine(first.line.method, first.line.path, first.line.query, 1)
    assert again.fields.length == first.fields.length
    assert again.fields.fields == first.fields.fields
    assert again.fields.user_agent == first.fields.user_agent
    assert again.fields.content_type == first.fields.content_type
    assert again.fields.expects_continue == first.fields.expects_continue
    assert again.fields.forwarded == first.fields.forwarded
    assert again.written == first.written


def plainly(head: bytes) -> tuple[bytes, dict[bytes, list[bytes]]]:
    """Read a head in another way than the gateway does: split at CRLF, then at colons."""
    line, *lines = head[:-4].split(b"\r\n")
    found: dict[bytes, list[bytes]] = {}
    for entry in lines:
        name, _, value = entry.partition(b":")
        found.setdefault(name.lower(), []).append(value.strip(b" \t"))
    return line, found


@given(requests())
def test_the_head_that_goes_on_can_be_read_in_one_way_only(
    read_request: ReadRequest, head: bytes
) -> None:
    first = attempt(read_request, head)
    if first is None:
        return
    written = first.written
    assert written.endswith(b"\r\n\r\n")
    assert written.count(b"\r\n\r\n") == 1
    assert written.count(b"\r") == written.count(b"\n") == written.count(b"\r\n")
    assert b"\0" not in written
    line, found = plainly(written)
    assert line == b"%b %b%b HTTP/1.1" % first.line[:3]
    assert found[b"host"] == [b"docker"]
    lengths, codings = found.get(b"content-length", []), found.get(b"transfer-encoding", [])
    assert len(lengths) + len(codings) <= 1
    if first.fields.length == CHUNKED:
        assert codings == [b"chunked"]
    elif lengths:
        assert lengths == [b"%d" % first.fields.length]
    else:
        assert first.fields.length == 0
    assert not (NOT_END_TO_END - {b"host", b"content-length", b"transfer-encoding"}) & set(found)


@given(requests())
def test_the_path_that_goes_on_means_what_an_engine_decodes_from_what_came(
    read_request: ReadRequest, head: bytes
) -> None:
    first = attempt(read_request, head)
    if first is None:
        return
    came = head.split(b" ")[1].partition(b"?")[0]
    decoded = unquote_to_bytes(first.line.path)
    while b"//" in came:
        came = came.replace(b"//", b"/")
    assert decoded == (b"/" if came == b"*" else unquote_to_bytes(came))
    words = decoded.split(b"/")
    assert words[0] == b""
    assert b"." not in words
    assert b".." not in words
    assert b"" not in words[1:-1]
    assert min(decoded) >= 0x20


@given(good_heads(), st.sampled_from([b"\0", b"\r", b"\n", b"\x7f", b"\x0b"]), st.integers(0, 400))
def test_no_control_character_put_anywhere_is_let_through(
    read_request: ReadRequest, head: bytes, control: bytes, place: int
) -> None:
    if attempt(read_request, head) is None:
        return
    place %= len(head) - 3
    damaged = head[:place] + control + head[place:]
    # A CR put before a CRLF, or an LF behind one, leaves a bare one as well.
    assert attempt(read_request, damaged) is None


@given(st.one_of(st.binary(max_size=120), st.text(max_size=60).map(str.encode)))
def test_garbage_raises_nothing_but_malformed_message(
    read_request: ReadRequest, data: bytes
) -> None:
    attempt(read_request, data)
    attempt(read_request, b"GET / HTTP/1.1\r\n" + data + b"\r\n\r\n")
    attempt(read_request, b"GET /" + data + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    for minor in (0, 1):
        try:
            found = parse_request_fields(b"Host: x\r\n" + data, minor, DEFAULT)
        except MalformedMessage:
            continue
        assert parse_fields(found.forwarded, 200)[0] == (b"Host", b"docker")
