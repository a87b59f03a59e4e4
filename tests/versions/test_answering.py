"""An engine's answer on its way down: what goes out for what comes in, however it is cut."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pieces import PLACES, cut

from gateway.api.message import Answer, AnswerHead, Headers, Json
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.http.answer import parse_answer_head
from gateway.http.body import content_of
from gateway.http.limits import DEFAULT
from gateway.http.request import CHUNKED
from gateway.stream.frames import StreamError
from gateway.versions.answering import AnswerBroken, AnswerTranslation, encoded, headers_of
from gateway.versions.plan import Plan, Planner
from gateway.versions.registry import Rung
from gateway.versions.vocabulary import Change, Facts, StreamRewrite


def v(minor: int) -> ApiVersion:
    return ApiVersion(1, minor)


class Lists(Change):
    """A list gets one more member, and its answer another type."""

    routes = ("ContainerList",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        return [*document, "more"]

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        return replace(head, headers=head.headers.having("Content-Type", "text/list"))


class Events(Change):
    """Events get a mark; those of networks are left out."""

    routes = ("SystemEvents",)

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        return None if record["type"] == "network" else {**record, "mark": True}


class Upper:
    """Writes in capitals, and an end."""

    def feed(self, data: bytes) -> bytes:
        if b"!" in data:
            raise StreamError("no exclamations")
        return data.upper()

    def finish(self) -> bytes:
        return b"END"


class Exports(Change):
    """An export comes in capitals."""

    routes = ("ContainerExport",)

    def down_stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        return Upper()


class Errors(Change):
    """Errors are shouted."""

    routes = ("ContainerList", "ContainerInspect")

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        return replace(answer, body=answer.body.upper() + b"!")


class BadHeads(Change):
    """A head that cannot be written."""

    routes = ("ImageList",)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        return replace(head, headers=head.headers.having("X-Bad", "a\r\nContent-Length: 0"))


class WideHeads(Change):
    """A head with a character that no header field can hold."""

    routes = ("ImageHistory",)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        return replace(head, headers=head.headers.having("X-Wide", "\u20ac"))


RUNG = Rung(v(30), (Lists(), Events(), Exports(), Errors(), BadHeads(), WideHeads()))
PLANNER = Planner(v(24), v(41), "newest", rungs=(RUNG,), emulated=())


def plan_of(name: str) -> Plan:
    return PLANNER.plan(v(29), ROUTE[name])


def translation(
    name: str, *, minor: int = 1, keep: bool = True, is_head: bool = False, limit: int = 1 << 20
) -> AnswerTranslation:
    return AnswerTranslation(
        plan_of(name), Facts(), minor=minor, keep_alive=keep, is_head=is_head, limit=limit
    )


def head(status: str, *lines: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\n{''.join(line + chr(13) + chr(10) for line in lines)}\r\n".encode()
    )


def run(
    step: AnswerTranslation,
    said: bytes,
    pieces: list[bytes],
    size: int | None = None,
    close: bool = False,
) -> bytes:
    out = step.start(parse_answer_head(said, DEFAULT), size, close)
    for piece in pieces:
        out += step.feed(piece)
    return out + step.finish()


LENGTH = head("200 OK", "X-A: b", "Content-Length: 7")
CHUNKS = head("200 OK", "X-A: b", "Transfer-Encoding: chunked")
UNTIL_END = head("200 OK", "X-A: b")


@pytest.mark.parametrize("said", [LENGTH, CHUNKS, UNTIL_END])
@given(places=PLACES)
def test_a_document_is_given_whole_with_its_length(said: bytes, places: list[int]) -> None:
    step = translation("ContainerList")
    assert run(step, said, cut(b"[1,[2]]", places)) == (
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Type: text/list\r\nContent-Length: 15\r\n\r\n"
        b'[1,[2],"more"]\n'
    )
    assert step.opened and step.keeps_open


def test_nothing_is_said_before_the_document_is_whole() -> None:
    step = translation("ContainerList")
    assert step.start(parse_answer_head(LENGTH, DEFAULT), None) == b""
    assert step.feed(b"[1,[2]") == b""
    assert not step.opened


def test_a_document_that_is_no_json_passes() -> None:
    told = run(translation("ContainerList"), LENGTH, [b"[1,[2]"])
    assert told.endswith(b"Content-Length: 6\r\n\r\n[1,[2]")


def test_a_document_that_is_too_long() -> None:
    step = translation("ContainerList", limit=10)
    step.start(parse_answer_head(CHUNKS, DEFAULT), None)
    step.feed(b"[1,2,3,4")
    with pytest.raises(AnswerBroken, match="longer than the 10 bytes"):
        step.feed(b",5]")


def test_a_document_of_a_shape_that_no_engine_has() -> None:
    step = translation("ContainerList")
    step.start(parse_answer_head(CHUNKS, DEFAULT), None)
    step.feed(b"5")
    with pytest.raises(AnswerBroken):
        step.finish()
    assert not step.opened


@pytest.mark.parametrize("name", ["ImageList", "ImageHistory"])
def test_a_head_that_cannot_be_written(name: str) -> None:
    with pytest.raises(AnswerBroken):
        run(translation(name), LENGTH, [])


RECORDS = [{"type": "container", "n": n, "s": "a\n}{\u00e4"} for n in range(3)]


@given(places=PLACES, end=st.sampled_from([b"\n", b"\r\n", b""]))
def test_each_record_is_a_chunk_of_its_own(places: list[int], end: bytes) -> None:
    stream = b"".join(json.dumps(record).encode() + end for record in RECORDS)
    told = run(translation("SystemEvents"), CHUNKS, cut(stream, places))
    first, _, body = told.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in first
    assert content_of(body, CHUNKED).count(b'"mark":true') == 3
    rest = body
    for record in RECORDS:
        size, _, rest = rest.partition(b"\r\n")
        chunk, rest = rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        assert json.loads(chunk) == {**record, "mark": True}
        assert chunk.endswith(b"\n")
    assert rest == b"0\r\n\r\n"


def test_a_record_goes_out_as_soon_as_it_is_there() -> None:
    step = translation("SystemEvents")
    assert step.start(parse_answer_head(CHUNKS, DEFAULT), None).startswith(b"HTTP/1.1 200 OK")
    assert step.opened
    assert step.feed(b'{"type":"a"') == b""
    assert step.feed(b"}") != b""


def test_a_record_may_be_left_out_and_ends_nothing() -> None:
    told = run(translation("SystemEvents"), CHUNKS, [b'{"type":"network"}\n{"type":"a"}\n'])
    assert told.count(b"0\r\n\r\n") == 1 and told.endswith(b"0\r\n\r\n")
    assert b"network" not in told


def test_a_record_that_would_not_survive_passes_as_it_is() -> None:
    big = b'{"type":"a","n":18446744073709551616}'
    assert big in run(translation("SystemEvents"), CHUNKS, [big + b"\n"])


def test_a_stream_that_ends_in_mid_record_is_broken() -> None:
    step = translation("SystemEvents")
    step.start(parse_answer_head(CHUNKS, DEFAULT), None)
    step.feed(b'{"type":"a"}\n{"type"')
    with pytest.raises(AnswerBroken):
        step.finish()


def test_a_record_of_a_shape_that_no_engine_has() -> None:
    step = translation("SystemEvents")
    step.start(parse_answer_head(CHUNKS, DEFAULT), None)
    with pytest.raises(AnswerBroken):
        step.feed(b"{}\n")


@given(places=PLACES)
def test_a_byte_stream(places: list[int]) -> None:
    told = run(translation("ContainerExport"), LENGTH, cut(b"abcdefg", places))
    first, _, body = told.partition(b"\r\n\r\n")
    assert first == b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked"
    assert content_of(body, CHUNKED) == b"ABCDEFGEND"


def test_a_byte_stream_that_goes_wrong() -> None:
    step = translation("ContainerExport")
    step.start(parse_answer_head(CHUNKS, DEFAULT), None)
    step.feed(b"a")
    with pytest.raises(AnswerBroken, match="no exclamations"):
        step.feed(b"!")


@pytest.mark.parametrize("name", ["ContainerExport", "SystemEvents"])
@pytest.mark.parametrize("keep", [True, False])
def test_http_1_0_gets_streams_without_chunks(name: str, keep: bool) -> None:
    step = translation(name, minor=0, keep=keep)
    told = run(step, CHUNKS, [b'{"type":"a"}\n'])
    assert told.startswith(b"HTTP/1.1 200 OK\r\nX-A: b\r\nConnection: close\r\n\r\n")
    assert not told.endswith(b"0\r\n\r\n")
    assert not step.keeps_open


@pytest.mark.parametrize(
    ("minor", "keep", "line"),
    [(1, True, b""), (1, False, b"close"), (0, True, b"keep-alive"), (0, False, b"close")],
)
def test_what_is_said_of_the_connection(minor: int, keep: bool, line: bytes) -> None:
    step = translation("ContainerList", minor=minor, keep=keep)
    told = run(step, LENGTH, [b"[]"])
    assert (b"\r\nConnection: " + line + b"\r\n" in told) if line else b"Connection" not in told
    assert step.keeps_open is keep


def test_errors_are_held_and_rewritten() -> None:
    said = head("404 Not Here", "Transfer-Encoding: chunked")
    told = run(translation("ContainerInspect"), said, [b"no", b"pe"])
    assert told == b"HTTP/1.1 404 Not Here\r\nContent-Length: 5\r\n\r\nNOPE!"


def test_errors_of_a_plan_that_leaves_them_pass() -> None:
    said = head("404 Not Here", "Content-Length: 4")
    told = run(translation("ContainerExport"), said, [b"nope"])
    assert told == b"HTTP/1.1 404 Not Here\r\nContent-Length: 4\r\n\r\nnope"
    # But with a length where it is to be the last: old clients read on to the end.
    said = head("404 Not Here", "Transfer-Encoding: chunked")
    step = translation("ContainerExport")
    told = run(step, said, [b"nope"], close=True)
    assert told == (b"HTTP/1.1 404 Not Here\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope")
    assert not step.keeps_open


def test_a_size_that_is_known_in_advance_is_told() -> None:
    told = run(translation("ContainerInspect"), UNTIL_END, [b"hello"], size=5)
    assert told == b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello"


@pytest.mark.parametrize(
    ("status", "lines", "expected"),
    [
        ("200 OK", ("Content-Length: 7",), b"Content-Length: 7\r\n"),
        ("200 OK", ("Transfer-Encoding: chunked",), b""),
        ("200 OK", (), b""),
        ("404 Nope", ("Content-Length: 7",), b"Content-Length: 1\r\n"),
    ],
)
def test_head_requests(status: str, lines: tuple[str, ...], expected: bytes) -> None:
    step = translation("ContainerList", is_head=True)
    told = run(step, head(status, *lines), [], size=0)
    assert told.endswith(expected + b"\r\n")
    assert told.partition(b"\r\n\r\n")[2] == b""
    assert (b"Length" in told) is bool(expected)
    assert step.keeps_open


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body(status: int) -> None:
    told = run(translation("ContainerList"), head(f"{status} X"), [], size=0)
    assert told.partition(b"\r\n\r\n")[2] == b""
    assert b"chunked" not in told


HEADERS = st.lists(
    st.tuples(st.from_regex(r"[A-Za-z-]{1,10}", fullmatch=True), st.text("a\u00ff \t", max_size=8)),
    max_size=5,
)


@given(HEADERS)
def test_fields_to_text_and_back(pairs: list[tuple[str, str]]) -> None:
    headers = Headers(tuple(pairs))
    assert headers_of(encoded(headers)) == headers
