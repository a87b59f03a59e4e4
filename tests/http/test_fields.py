from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.fields import (
    NOT_END_TO_END,
    MalformedMessage,
    content_length,
    credentials,
    end_to_end,
    is_chunked,
    parse_fields,
    persists,
    serialise,
    tokens,
    values,
)

TCHAR = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (b"", ()),
        (b"A: b\r\n", ((b"A", b"b"),)),
        (b"A:b\r\n", ((b"A", b"b"),)),
        (b"A:\r\n", ((b"A", b""),)),
        (b"A: \t \r\n", ((b"A", b""),)),
        (b"A: \t b \t c \t \r\n", ((b"A", b"b \t c"),)),
        (b"A: b: c\r\n", ((b"A", b"b: c"),)),
        (b"a: 1\r\nA: 2\r\n", ((b"a", b"1"), (b"A", b"2"))),
        (b"Under_Score: x\r\n", ((b"Under_Score", b"x"),)),
        (b"A: \xc3\xa4 \xff\r\n", ((b"A", b"\xc3\xa4 \xff"),)),
        # NEL and NBSP are bytes like any other: only blank and tab are white space here.
        (b"A: \x85b\xa0\r\n", ((b"A", b"\x85b\xa0"),)),
        (TCHAR + b": x\r\n", ((TCHAR, b"x"),)),
    ],
)
def test_fields(block: bytes, fields: tuple[tuple[bytes, bytes], ...]) -> None:
    assert parse_fields(block, 10) == fields


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"A: b\n", "bare LF"),
        (b"A: b\nB: c\r\n", "bare LF"),
        (b"A: b\rB: c\r\n", "bare CR"),
        (b"A: b\r\r\n", "bare CR"),
        (b"A: \rb\r\n", "bare CR"),
        (b"\rA: b\r\n", "bare CR"),
        (b"A: b\0\r\n", "NUL"),
        (b"A\0: b\r\n", "NUL"),
        (b"A: \0\r\n", "NUL"),
        (b" A: b\r\n", "obs-fold"),
        (b"\tA: b\r\n", "obs-fold"),
        (b"A: b\r\n c\r\n", "obs-fold"),
        (b"A: b\r\n \r\n", "obs-fold"),
        (b"A : b\r\n", "before the colon"),
        (b"A\t: b\r\n", "before the colon"),
        (b": b\r\n", "without a name"),
        (b"A\r\n", "without a colon"),
        (b"\r\n", "without a colon"),
        (b"A: b\r\n\r\n", "without a colon"),
        (b"GET / HTTP/1.1\r\n", "without a colon"),
        (b"A b: c\r\n", "does not belong"),
        (b'"A": c\r\n', "does not belong"),
        (b"A(b): c\r\n", "does not belong"),
        (b"A\xe4: c\r\n", "does not belong"),
        (b"A: \x0bb\r\n", "does not belong"),
        (b"A: \x0cb\r\n", "does not belong"),
        (b"A: b\x7f\r\n", "does not belong"),
        (b"A: b\x1b[0m\r\n", "does not belong"),
        (b"\x0bA: b\r\n", "does not belong"),
        (b"A: b", "without an end"),
        (b"A: b\r", "without an end"),
        (b"A: b\r\nB", "without an end"),
    ],
)
@pytest.mark.parametrize("before", [b"", b"First: x\r\n"])
def test_malformed_lines(before: bytes, line: bytes, why: str) -> None:
    with pytest.raises(MalformedMessage, match=why):
        parse_fields(before + line, 10)


@pytest.mark.parametrize("control", [c for c in range(0x20) if c != 0x09] + [0x7F])
@pytest.mark.parametrize("form", [b"A%c: b", b"%cA: b", b"A: %cb", b"A: b%c", b"A: b%cc", b"A:%c"])
def test_no_control_character_is_let_through(control: int, form: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_fields(form % control + b"\r\n", 10)


def test_the_reason_never_repeats_what_was_sent() -> None:
    for block in (b"X-Registry-Auth : hunter2\r\n", b"X-Hunter2\r\n", b"A: hunter2\0\r\n"):
        with pytest.raises(MalformedMessage) as caught:
            parse_fields(block, 10)
        assert "hunter2" not in str(caught.value).lower()


def test_more_fields_than_the_limit() -> None:
    assert len(parse_fields(b"A: b\r\n" * 3, 3)) == 3
    with pytest.raises(MalformedMessage, match="more than 3 header fields"):
        parse_fields(b"A: b\r\n" * 4, 3)


@pytest.mark.parametrize(
    "block",
    [
        b"A:" + b" " * 65000 + b"\0\r\n",
        b"A: x" + b" " * 65000 + b"\0\r\n",
        b"A: " + b"x " * 32000 + b"\0\r\n",
        b"A:" + b" \t" * 32000,
        b"A" * 65000 + b"\r\n",
        b"A: " + b"x" * 65000 + b"\r",
    ],
    ids=["blanks before", "blanks behind", "words", "no end", "name", "value"],
)
def test_refusing_64_kib_takes_no_quadratic_time(block: bytes) -> None:
    # Quadratic, the first of them takes seconds; linear, about a millisecond.
    begun = time.process_time()
    with pytest.raises(MalformedMessage):
        parse_fields(block, 200)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("given_values", "length"),
    [([], None), ([b"0"], 0), ([b"3"], 3), ([b"003"], 3), ([b"9" * 18], 10**18 - 1)],
)
def test_content_length(given_values: list[bytes], length: int | None) -> None:
    fields = tuple((b"CONTENT-length", value) for value in given_values)
    assert content_length(fields) == length


@pytest.mark.parametrize(
    "given_values",
    [
        [b"3", b"3"],
        [b"3", b"4"],
        [b"3", b""],
        [b"3, 3"],
        [b"3,3"],
        [b"3,"],
        [b"3;3"],
        [b"3 3"],
        [b"+3"],
        [b"-3"],
        [b"-0"],
        [b"0x3"],
        [b"3.0"],
        [b"3e1"],
        [b"1_0"],
        [b"a"],
        [b""],
        [b"9" * 19],
        [b"0" * 18 + b"3"],
        ["\N{SUPERSCRIPT THREE}".encode()],
        ["\N{ARABIC-INDIC DIGIT THREE}".encode()],
        [b"\xb3"],
        [b"3\xa0"],
    ],
)
def test_bad_content_length(given_values: list[bytes]) -> None:
    with pytest.raises(MalformedMessage, match="Content-Length"):
        content_length(tuple((b"Content-Length", value) for value in given_values))


@pytest.mark.parametrize("value", [b"chunked", b"Chunked", b"CHUNKED"])
def test_chunked_in_any_case_is_chunked(value: bytes) -> None:
    assert is_chunked(((b"transfer-ENCODING", value),))
    assert not is_chunked(((b"TE", value),))


@pytest.mark.parametrize(
    "given_values",
    [
        [b""],
        [b"xchunked"],
        [b"chunkedx"],
        [b"identity"],
        [b"gzip"],
        [b"gzip, chunked"],
        [b"chunked, chunked"],
        [b"chunked, identity"],
        [b"chunked,"],
        [b",chunked"],
        [b"chunked;q=1"],
        [b'"chunked"'],
        [b"\x0bchunked"],
        [b"chunked\xa0"],
        [b"chun\xc4\xb8ed"],
        [b"chunked", b"chunked"],
        [b"chunked", b"identity"],
        [b"identity", b"chunked"],
        [b"", b"chunked"],
    ],
)
def test_any_other_transfer_encoding(given_values: list[bytes]) -> None:
    with pytest.raises(MalformedMessage, match="Transfer-Encoding"):
        is_chunked(tuple((b"Transfer-Encoding", value) for value in given_values))


def test_tokens_of_several_fields_in_any_case() -> None:
    fields = ((b"Connection", b" Close ,,upgrade"), (b"CONNECTION", b"X-a"), (b"Other", b"no"))
    assert tokens(fields, b"connection") == {b"close", b"upgrade", b"x-a"}
    assert tokens(fields, b"te") == frozenset()


def test_values_in_order() -> None:
    fields = ((b"A", b"1"), (b"B", b"2"), (b"a", b"3"))
    assert values(fields, b"a") == [b"1", b"3"]


@pytest.mark.parametrize(
    ("connection", "minor", "goes_on"),
    [
        ((), 1, True),
        ((b"close",), 1, False),
        ((b"Close",), 1, False),
        ((b"keep-alive, close",), 1, False),
        ((b"keep-alive", b"close"), 1, False),
        ((b"closed",), 1, True),
        ((), 0, False),
        ((b"Keep-Alive",), 0, True),
        ((b"upgrade",), 0, False),
        ((b"keep-alive, close",), 0, False),
        ((b"close", b"keep-alive"), 0, False),
    ],
)
def test_persists(connection: tuple[bytes, ...], minor: int, goes_on: bool) -> None:
    assert persists(tuple((b"Connection", value) for value in connection), minor) is goes_on


def test_what_concerns_one_connection_is_left_out() -> None:
    kept = ((b"Accept", b"*/*"), (b"Trailer", b"X-Sum"), (b"Content_Length", b"5"))
    hop = tuple((name.title(), b"x") for name in sorted(NOT_END_TO_END))
    assert end_to_end((*hop, *kept)) == kept


def test_what_connection_names_is_left_out_everywhere() -> None:
    fields = (
        (b"X-One", b"1"),
        (b"Connection", b"x-one, X-TWO"),
        (b"x-two", b"2"),
        (b"X-Two", b"3"),
        (b"X-Three", b"4"),
        (b"CONNECTION", b"HTTP2-Settings"),
        (b"HTTP2-Settings", b"AAMA"),
    )
    assert end_to_end(fields) == ((b"X-Three", b"4"),)


@pytest.mark.parametrize(
    "name",
    [
        b"Authorization",
        b"authorization",
        b"Proxy-Authorization",
        b"Cookie",
        b"Set-Cookie",
        b"X-Registry-Auth",
        b"X-REGISTRY-CONFIG",
        b"X-Docker-Token",
        b"X-Api-Key",
        b"X-My-Secret",
        b"X-Vault-Password",
        b"X-Session-Id",
    ],
)
def test_fields_that_carry_or_may_carry_a_secret(name: bytes) -> None:
    assert credentials(((b"Host", b"x"), (name, b"y")))


def test_what_every_client_sends_carries_none() -> None:
    names = (
        b"Accept Accept-Encoding Connection Content-Length Content-Type Expect Host Te Trailer "
        b"Transfer-Encoding Upgrade User-Agent X-Meta-Name Api-Version Date Server Ostype"
    )
    assert not credentials(tuple((name, b"auth token key") for name in names.split()))


def test_serialise() -> None:
    assert serialise(()) == b""
    assert serialise(((b"A", b"b"), (b"C", b""))) == b"A: b\r\nC: \r\n"


@pytest.mark.parametrize("bad", [b"x\r\nHost: y", b"x\ny", b"x\ry", b"x\0y", b"\r\n"])
def test_serialise_never_writes_more_lines_than_fields(bad: bytes) -> None:
    for pair in ((b"A", bad), (bad, b"a")):
        with pytest.raises(MalformedMessage):
            serialise((pair,))


names = st.lists(st.sampled_from(list(TCHAR)), min_size=1, max_size=12).map(bytes)
visible = st.sampled_from([*range(0x21, 0x7F), *range(0x80, 0x100)])
words = st.lists(visible, min_size=1, max_size=6).map(bytes)
field_values = st.lists(words, max_size=3).flatmap(
    lambda found: st.sampled_from([b" ", b"\t", b" \t "]).map(lambda blank: blank.join(found))
)
well_formed = st.lists(st.tuples(names, field_values), max_size=8).map(tuple)


@given(well_formed)
def test_what_is_written_is_read_back(fields: tuple[tuple[bytes, bytes], ...]) -> None:
    assert parse_fields(serialise(fields), 8) == fields


@given(well_formed, st.lists(names, max_size=3))
def test_nothing_but_what_may_go_on_goes_on(
    fields: tuple[tuple[bytes, bytes], ...], named: list[bytes]
) -> None:
    every = (*fields, (b"Connection", b", ".join(n for n in named if b"," not in n)))
    passed = end_to_end(every)
    dropped = NOT_END_TO_END | {name.lower() for name in named}
    assert list(passed) == [
        pair for pair in fields if pair[0].lower() not in dropped | tokens(fields, b"connection")
    ]
    assert end_to_end(passed) == passed


blocks = st.one_of(
    st.binary(max_size=80),
    st.lists(
        st.sampled_from(
            [b"A", b"b", b":", b": ", b" ", b"\t", b"\r\n", b"\r", b"\n", b"\0", b"\xff", b","]
        ),
        max_size=20,
    ).map(b"".join),
)


@given(blocks)
def test_garbage_raises_nothing_but_malformed_message(block: bytes) -> None:
    try:
        fields = parse_fields(block, 5)
    except MalformedMessage as fault:
        assert str(fault)
        return
    anew = serialise(fields)
    assert parse_fields(anew, 5) == fields
    assert block.count(b"\n") == len(fields)
