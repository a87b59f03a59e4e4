"""JSON records out of a stream: the same ones for any split, with or without newlines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.pieces import PLACES, cut

from gateway.stream.frames import StreamError
from gateway.stream.records import RecordSplitter

TEXT = st.text(alphabet='{}[]"\\\n\r :,aé', max_size=12)
VALUES = st.recursive(
    st.one_of(TEXT, st.integers(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(TEXT, VALUES, max_size=4), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "", " ", "\n\n"])


def split(pieces: list[bytes], splitter: RecordSplitter | None = None) -> list[bytes]:
    splitter = splitter or RecordSplitter()
    found = [record for piece in pieces for record in splitter.feed(piece)]
    return found + splitter.finish()


def written(records: list[dict[str, Any]], ends: list[str], indent: int | None) -> bytes:
    text = "".join(
        json.dumps(record, indent=indent) + (ends[at % len(ends)] if ends else "\n")
        for at, record in enumerate(records)
    )
    return text.encode()


@given(RECORDS, st.lists(ENDS, max_size=4), PLACES)
@example([{"a": "}{"}, {"a": '\\"{'}], [""], list(range(40)))
def test_any_split_gives_each_record_once(
    records: list[dict[str, Any]], ends: list[str], places: list[int]
) -> None:
    data = written(records, ends, None)
    found = split(cut(data, places))
    assert [json.loads(record) for record in found] == records
    assert found == [json.dumps(record).encode() for record in records]


@given(RECORDS, PLACES)
def test_a_record_may_hold_newlines(records: list[dict[str, Any]], places: list[int]) -> None:
    plain = [{key.strip("{}") or "k": 1 for key in record} for record in records]
    found = split(cut(written(plain, ["\n"], 2), places))
    assert [json.loads(record) for record in found] == plain


def test_a_record_is_given_with_its_last_byte() -> None:
    splitter = RecordSplitter()
    assert splitter.feed(b'{"status":"start"') == []
    assert splitter.feed(b"}") == [b'{"status":"start"}']
    assert splitter.feed(b'\n{"status":"die"}{"stat') == [b'{"status":"die"}']
    with pytest.raises(StreamError, match="ended inside a record, after 6 bytes"):
        splitter.finish()


def test_a_string_cut_behind_a_backslash_goes_on() -> None:
    splitter = RecordSplitter()
    assert splitter.feed(b'{"a":"\\') == []
    assert splitter.feed(b"") == []
    assert splitter.feed(b'"}"}') == [b'{"a":"\\"}"}']


@given(st.lists(st.sampled_from([b"404 page not found", b"null", b"1"]), max_size=4), PLACES)
def test_lines_without_brackets_are_records(lines: list[bytes], places: list[int]) -> None:
    assert split(cut(b"\n".join(lines), places)) == lines


def test_arrays_are_records() -> None:
    assert split([b"[1,", b'{"a":2}]\n[3]']) == [b'[1,{"a":2}]', b"[3]"]


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("end", [b"}", b"}\n"])
def test_a_record_over_the_limit_is_an_error_however_it_comes(piece: int, end: bytes) -> None:
    fits = b'{"a":"' + b"x" * 92 + b'"}'
    assert len(fits) == 100
    whole = fits + b"\n"
    pieces = [whole[at : at + piece] for at in range(0, len(whole), piece)]
    assert split(pieces, RecordSplitter(limit=100)) == [fits]
    long = fits[:-1] + b" " + end
    splitter = RecordSplitter(limit=100)
    with pytest.raises(StreamError, match="more than 100 bytes"):
        for at in range(0, len(long), piece):
            splitter.feed(long[at : at + piece])


def test_an_endless_record_is_not_held_beyond_the_limit() -> None:
    splitter = RecordSplitter(limit=1000)
    splitter.feed(b'{"a":"')
    with pytest.raises(StreamError):
        for _ in range(20):
            splitter.feed(b"y" * 100)
