from __future__ import annotations

import dataclasses

import pytest

from gateway.http.body import ChunkedBody
from gateway.http.fields import MalformedMessage
from gateway.http.limits import DEFAULT, Limits
from gateway.http.request import parse_request_fields


def test_a_head_may_be_64_kib() -> None:
    # X-Registry-Config carries a whole credentials file.
    assert DEFAULT.head_bytes == 65536


def test_limits_cannot_be_changed_behind_the_back_of_who_uses_them() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEFAULT.fields = 1  # type: ignore[misc]  # that it is refused is the test


def test_the_count_of_fields_is_bounded() -> None:
    block = b"Host: x\r\n" + b"A: b\r\n" * 4
    assert len(parse_request_fields(block, 1, Limits(fields=5)).fields) == 4
    with pytest.raises(MalformedMessage, match="more than 4 header fields"):
        parse_request_fields(block, 1, Limits(fields=4))


def test_the_size_line_is_bounded() -> None:
    limits = Limits(size_line_bytes=8)
    assert ChunkedBody(limits).feed(b"1;234567\r\n") == 10
    with pytest.raises(MalformedMessage, match="too long"):
        ChunkedBody(limits).feed(b"1;2345678\r\n")


def test_the_trailers_are_bounded_together() -> None:
    limits = Limits(trailer_bytes=16)
    fits = ChunkedBody(limits)
    fits.feed(b"0\r\nA: 34\r\nB: 34\r\n\r\n")
    assert fits.done
    with pytest.raises(MalformedMessage, match="too long"):
        ChunkedBody(limits).feed(b"0\r\nA: 34\r\nB: 34567\r\n\r\n")


def test_the_count_of_trailers_is_bounded() -> None:
    with pytest.raises(MalformedMessage, match="more than 2 trailers"):
        ChunkedBody(Limits(fields=2)).feed(b"0\r\n" + b"A: b\r\n" * 3 + b"\r\n")
