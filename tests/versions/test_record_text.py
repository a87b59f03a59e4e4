"""Records as text: as the engines of 2013 wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body

from gateway.stream.records import RecordSplitter
from gateway.versions.record_text import (
    error_message,
    progress_bar,
    progress_text,
    record_text,
    size_text,
)


def records(version: str, step: str) -> list[Any]:
    splitter = RecordSplitter()
    return [json.loads(text) for text in splitter.feed(body(version, step)) + splitter.finish()]


@pytest.mark.parametrize("step", ["build-fails", "build-invalid", "build-quiet"])
def test_the_text_of_a_recorded_build_is_the_recorded_text(step: str) -> None:
    def alike(text: bytes) -> list[bytes]:
        # Ids of containers and layers are others each time, and all of 12 digits.
        return [
            b"" if b"---> " in line or b"Successfully built" in line else line
            for line in text.split(b"\r")
        ]

    written = b"".join(map(record_text, records("1.8", step)))
    assert alike(written) == alike(body("1.7", step))


def test_the_text_of_a_recorded_import_is_the_recorded_text() -> None:
    (record,) = records("1.1", "import")
    (line,) = body("1.0", "import").splitlines(keepends=True)
    assert record_text(record).endswith(b"\r\n")
    assert len(record_text(record)) == len(line)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"status": "Pulling image", "id": "921ad132ee1c"}, b"Pulling image\r\n"),
        ({"status": "Downloading", "progress": "1/2"}, b"Downloading 1/2\r"),
        ({"status": "Waiting", "progressDetail": {}}, b"Waiting \r"),
        ({"status": "Downloading", "progressDetail": {"current": 10}}, b"Downloading     10 B\r"),
        ({"stream": "Step 0 : FROM x\n"}, b"Step 0 : FROM x\n\r"),
        ({"error": "no"}, b"Error: no\r\n"),
        ({"errorDetail": {"message": "no", "code": 3}, "error": "other"}, b"Error: no\r\n"),
        ({"aux": {"Tag": "x"}}, b""),
        ({}, b""),
    ],
)
def test_each_kind_of_record(record: Any, text: bytes) -> None:
    assert record_text(record) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1982256, "1.982 MB"),
        (32_000_000, "32 MB"),
        (10**27, "1000 YB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("current", "total", "text"),
    [
        (0, 0, ""),
        (-1, -1, ""),
        (1, 0, "     1 B"),
        (20, 100, "[==========>" + " " * 40 + "]     20 B/100 B"),
        (50, 100, "[" + "=" * 25 + ">" + " " * 25 + "]     50 B/100 B"),
        (100, 100, "[" + "=" * 50 + ">]    100 B/100 B"),
        (200, 100, "[" + "=" * 50 + ">]    200 B/100 B"),
    ],
)
def test_bars(current: int, total: int, text: str) -> None:
    assert progress_bar(current, total) == text


@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_bar_is_always_as_wide(current: int, total: int) -> None:
    bar = progress_bar(current, total)
    assert bar[0] == "[" and bar[52] == "]"


@given(st.text(), st.integers(0, 10), st.integers(0, 10))
def test_progress_that_is_there_is_kept(text: str, current: int, total: int) -> None:
    record = {"progress": text, "progressDetail": {"current": current, "total": total}}
    assert progress_text(record) == (text or progress_bar(current, total))
    assert progress_text({"progressDetail": None}) == ""


@pytest.mark.parametrize("record", [{}, {"status": "x"}, {"error": 3}, {"errorDetail": {}}])
def test_what_is_no_error(record: Any) -> None:
    assert error_message(record) is None
