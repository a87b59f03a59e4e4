"""The head that goes up to the engine: the client's own, rewritten, or an emulation's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Forward, Headers, Request
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.http.fields import MalformedMessage
from gateway.http.limits import DEFAULT
from gateway.http.request import parse_request_fields, parse_request_line
from gateway.versions.asking import Asked
from gateway.versions.plan import Planner
from gateway.versions.registry import Rung
from gateway.versions.vocabulary import Change, Facts


def v(minor: int) -> ApiVersion:
    return ApiVersion(1, minor)


class Renames(Change):
    """The path, a parameter and a header field have other names."""

    routes = ("ContainerStart",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        return replace(
            request.with_parameters([(k.upper(), value) for k, value in request.parameters()]),
            path=request.path.replace("/start", "/begin"),
            headers=request.headers.having("X-New", str(facts.get("fact"))),
        )


class Breaks(Change):
    """A field that would end its line early."""

    routes = ("ContainerStop",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        return replace(request, headers=request.headers.having("X", "a\r\nHost: evil"))


PLANNER = Planner(v(24), v(41), "newest", rungs=(Rung(v(30), (Renames(), Breaks())),), emulated=())


def asked(text: str, *lines: str) -> Asked:
    line = parse_request_line(f"{text} HTTP/1.1".encode())
    block = "".join(f"{one}\r\n" for one in ("Host: socket/path", *lines)).encode()
    fields = parse_request_fields(block, 1, DEFAULT)
    path = line.path.decode().removeprefix("/v1.29")
    return Asked.by_client(line, fields, path, b"/v1.41" + path.encode() + line.query)


def head(asked: Asked, name: str, body: bytes | None = None, extra: bytes = b"") -> bytes:
    facts = Facts({"fact": "known"})
    return asked.head(PLANNER.plan(v(29), ROUTE[name]), facts, body, extra)


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        ("GET /v1.29/info?a=b", (), b"GET /v1.41/info?a=b HTTP/1.1\r\nHost: docker\r\n\r\n"),
        ("HEAD /v1.29/_ping", (), b"HEAD /v1.41/_ping HTTP/1.1\r\nHost: docker\r\n\r\n"),
        (
            "POST /v1.29/info",
            ("X-A: b", "Connection: close, X-H", "X-H: 1", "TE: trailers"),
            b"POST /v1.41/info HTTP/1.1\r\nHost: docker\r\nX-A: b\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            "POST /v1.29/build",
            ("Content-Length: 5", "Expect: 100-continue"),
            b"POST /v1.41/build HTTP/1.1\r\nHost: docker\r\nExpect: 100-continue\r\n"
            b"Content-Length: 5\r\n\r\n",
        ),
        (
            "GET /v1.29/info",
            ("Transfer-Encoding: chunked",),
            b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
    ],
)
def test_what_nothing_rewrites(text: str, lines: tuple[str, ...], expected: bytes) -> None:
    assert head(asked(text, *lines), "SystemInfo") == expected


def test_a_rewritten_body_has_its_own_length_and_waits_for_nobody() -> None:
    told = head(
        asked("POST /v1.29/x", "Transfer-Encoding: chunked", "Expect: 100-continue"),
        "SystemInfo",
        b"hello",
    )
    assert told == b"POST /v1.41/x HTTP/1.1\r\nHost: docker\r\nContent-Length: 5\r\n\r\n"


@pytest.mark.parametrize("body", [None, b"{}"])
def test_a_rewritten_request(body: bytes | None) -> None:
    told = head(
        asked(
            "POST /v1.29/containers/x/start?a=%20b&c=",
            "Content-Length: 2",
            "Expect: 100-continue",
            "X-Old: 1",
        ),
        "ContainerStart",
        body,
    )
    expect = b"Expect: 100-continue\r\n" if body is None else b""
    assert told == (
        b"POST /v1.41/containers/x/begin?A=+b&C= HTTP/1.1\r\nHost: docker\r\n"
        + (expect + b"X-Old: 1\r\nX-New: known\r\n" if expect else b"X-Old: 1\r\nX-New: known\r\n")
        + b"Content-Length: 2\r\n\r\n"
    )


def test_an_upgrade_is_asked_for_behind_the_framing() -> None:
    extra = b"Connection: Upgrade\r\nUpgrade: tcp\r\n"
    told = head(asked("POST /v1.29/containers/x/attach"), "ContainerAttach", extra=extra)
    assert told.endswith(b"Content-Length: 0\r\n" + extra + b"\r\n")


def test_a_rewriting_cannot_smuggle_a_field_in() -> None:
    with pytest.raises(MalformedMessage):
        head(asked("POST /v1.29/containers/x/stop"), "ContainerStop")


def test_what_an_emulation_asks() -> None:
    request = Request("PUT", "/containers/x/archive", "path=/a", Headers((("X-A", "b"),)))
    told = head(Asked.by_emulation(Forward(request, b"tar")), "PutContainerArchive", b"tar")
    assert told == (
        b"PUT /v1.41/containers/x/archive?path=/a HTTP/1.1\r\nHost: docker\r\nX-A: b\r\n"
        b"Content-Length: 3\r\n\r\n"
    )


NAMES = st.from_regex(r"X-[A-Za-z]{1,8}", fullmatch=True)
VALUES = st.from_regex(r"([!-~]([ -~]{0,10}[!-~])?)?", fullmatch=True)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), st.integers(0, 1 << 40))
def test_what_goes_up_is_what_the_client_said(pairs: list[tuple[str, str]], length: int) -> None:
    lines = [f"{name}: {value}" for name, value in pairs]
    told = head(asked("POST /v1.29/build", *lines, f"Content-Length: {length}"), "SystemInfo")
    first, _, block = told.partition(b"\r\n")
    assert first == b"POST /v1.41/build HTTP/1.1"
    again = parse_request_fields(block[:-2], 1, DEFAULT)
    assert again.length == length
    assert again.fields == tuple((name.encode(), value.encode()) for name, value in pairs)
