from __future__ import annotations

import time

import pytest

from gateway.http.fields import NOT_END_TO_END, MalformedMessage
from gateway.http.limits import DEFAULT
from gateway.http.request import (
    CHUNKED,
    HOST,
    parse_request_fields,
    parse_request_line,
    request_framing,
)

# The request line.


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET / HTTP/1.1", (b"GET", b"/", b"", 1)),
        (b"GET /info HTTP/1.0", (b"GET", b"/info", b"", 0)),
        (b"GET /v1.41/info?a=b HTTP/1.1", (b"GET", b"/v1.41/info", b"?a=b", 1)),
        (b"HEAD /_ping HTTP/1.1", (b"HEAD", b"/_ping", b"", 1)),
        (b"GET /? HTTP/1.1", (b"GET", b"/", b"?", 1)),
        (b"GET /x? HTTP/1.1", (b"GET", b"/x", b"?", 1)),
        (b"GET /x?a?b=/../%2f HTTP/1.1", (b"GET", b"/x", b"?a?b=/../%2f", 1)),
        (b"GET /x?a=1;b=2 HTTP/1.1", (b"GET", b"/x", b"?a=1;b=2", 1)),
        (b'GET /x?f={"a":["b"]} HTTP/1.1', (b"GET", b"/x", b'?f={"a":["b"]}', 1)),
        (b"GET /x?a=%00%0a HTTP/1.1", (b"GET", b"/x", b"?a=%00%0a", 1)),
        (b"GET /a;b=c/d HTTP/1.1", (b"GET", b"/a;b=c/d", b"", 1)),
        (b"GET /images/r:5000/a/b:t/json HTTP/1.1", (b"GET", b"/images/r:5000/a/b:t/json", b"", 1)),
        (b"GET /images/a@sha256:0/json HTTP/1.1", (b"GET", b"/images/a@sha256:0/json", b"", 1)),
        (b"GET /a/ HTTP/1.1", (b"GET", b"/a/", b"", 1)),
        (b"GET /.a/..b/c../... HTTP/1.1", (b"GET", b"/.a/..b/c../...", b"", 1)),
        (b'GET /{a}|^`<>" HTTP/1.1', (b"GET", b'/{a}|^`<>"', b"", 1)),
        (b"get /info HTTP/1.1", (b"get", b"/info", b"", 1)),
        (b"M-SEARCH /a HTTP/1.1", (b"M-SEARCH", b"/a", b"", 1)),
        (b"OPTIONS * HTTP/1.1", (b"OPTIONS", b"/", b"", 1)),
        (b"OPTIONS /info HTTP/1.1", (b"OPTIONS", b"/info", b"", 1)),
    ],
)
def test_request_lines(line: bytes, expected: tuple[bytes, bytes, bytes, int]) -> None:
    assert parse_request_line(line) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # CLIs 0.6.5 and 0.6.6 write `//` before every container's name.
        (b"/containers//name/json", b"/containers/name/json"),
        (b"//containers/json", b"/containers/json"),
        (b"///", b"/"),
        (b"/a////b//", b"/a/b/"),
        (b"//evil.example/v1.41/info", b"/evil.example/v1.41/info"),
        # Escapes of characters that need none.
        (b"/%76%31.41/%69nfo", b"/v1.41/info"),
        (b"/containers/%6Ason", b"/containers/json"),
        (b"/a%2Db%5fc%7E%30%2e", b"/a-b_c~0."),
        # Other escapes stay as they are, also what would be one after decoding twice.
        (b"/a%3Ab%40c%20%25%3f%23", b"/a%3Ab%40c%20%25%3f%23"),
        (b"/%2541", b"/%2541"),
        (b"/%252f%252e%252e", b"/%252f%252e%252e"),
        (b"/%c3%a4%FF", b"/%c3%a4%FF"),
    ],
)
def test_paths_are_brought_into_one_form(path: bytes, expected: bytes) -> None:
    assert parse_request_line(b"GET " + path + b"?q HTTP/1.1") == (b"GET", expected, b"?q", 1)


def test_exactly_the_unreserved_characters_are_written_out() -> None:
    unreserved = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    for code in range(256):
        for escape in (b"%%%02x" % code, b"%%%02X" % code):
            try:
                path = parse_request_line(b"GET /x" + escape + b" HTTP/1.1").path
            except MalformedMessage:
                assert code < 0x20 or code in b"/\\\x7f"
                continue
            assert path == b"/x" + (bytes([code]) if code in unreserved else escape)


@pytest.mark.parametrize(
    "line",
    [
        b"GET " + b"/a" * 32000 + b" HTTP/1.x",
        b"GET " + b"/" * 64000 + b" HTTP/1.1",
        b"GET " + b"/." * 32000 + b" HTTP/1.1",
        b"GET /" + b"%41" * 21000 + b" HTTP/1.1",
        b"GET /" + b"%2" * 21000 + b" HTTP/1.1",
        b"GET /a?" + b"%41" * 21000 + b" HTTP/1.x",
        b"GET /a" + b"?" * 64000 + b" HTTP/1.x",
        b"A" * 64000 + b" / HTTP/1.1",
        b"GET / " * 10000,
        b" " * 64000,
    ],
    ids=lambda line: repr(line[:12]),
)
def test_64_kib_of_request_line_take_no_quadratic_time(line: bytes) -> None:
    begun = time.process_time()
    try:
        parse_request_line(line)
    except MalformedMessage:
        pass
    assert time.process_time() - begun < 0.5


# The fields: what they say of the message.


def test_a_request_of_the_docker_cli() -> None:
    found = parse_request_fields(
        b"Host: api.moby.localhost\r\n"
        b"User-Agent: Docker-Client/24.0.7 (linux)\r\n"
        b"Content-Length: 11\r\n"
        b"Connection: Upgrade\r\n"
        b"Content-Type: application/json\r\n"
        b"Upgrade: tcp\r\n",
        1,
        DEFAULT,
    )
    assert found.fields == (
        (b"User-Agent", b"Docker-Client/24.0.7 (linux)"),
        (b"Content-Type", b"application/json"),
    )
    assert found.length == 11
    assert found.keep_alive
    assert found.upgrade == b"tcp"
    assert not found.expects_continue
    assert found.user_agent == b"Docker-Client/24.0.7 (linux)"
    assert found.content_type == b"application/json"
    assert not found.credentials
    assert found.forwarded == (
        b"Host: docker\r\n"
        b"User-Agent: Docker-Client/24.0.7 (linux)\r\n"
        b"Content-Type: application/json\r\n"
        b"Content-Length: 11\r\n"
    )


def test_a_request_that_says_nothing() -> None:
    found = parse_request_fields(b"", 0, DEFAULT)
    assert found.fields == ()
    assert found.length == 0
    assert not found.keep_alive
    assert (found.upgrade, found.user_agent, found.content_type) == (b"", b"", b"")
    assert found.forwarded == HOST


@pytest.mark.parametrize(
    ("block", "length", "framing"),
    [
        (b"", 0, b""),
        (b"Content-Length: 0\r\n", 0, b"Content-Length: 0\r\n"),
        (b"content-length:  007 \r\n", 7, b"Content-Length: 7\r\n"),
        (b"Transfer-Encoding: chunked\r\n", CHUNKED, b"Transfer-Encoding: chunked\r\n"),
        (b"TRANSFER-ENCODING:CHUNKED\t\r\n", CHUNKED, b"Transfer-Encoding: chunked\r\n"),
    ],
)
def test_the_framing_is_written_anew(block: bytes, length: int, framing: bytes) -> None:
    found = parse_request_fields(b"Host: x\r\n" + block, 1, DEFAULT)
    assert found.length == length
    assert found.forwarded == HOST + framing


def test_request_framing() -> None:
    assert request_framing(None) == b""
    assert request_framing(0) == b"Content-Length: 0\r\n"
    assert request_framing(CHUNKED) == b"Transfer-Encoding: chunked\r\n"


def test_transfer_encoding_in_http_1_0() -> None:
    with pytest.raises(MalformedMessage, match=r"HTTP/1\.0"):
        parse_request_fields(b"Host: x\r\nTransfer-Encoding: chunked\r\n", 0, DEFAULT)


@pytest.mark.parametrize(
    ("minor", "hosts", "accepted"),
    [
        (1, [b"docker"], True),
        (1, [], False),
        (1, [b"a", b"a"], False),
        (1, [b"a", b"b"], False),
        (1, [b"a", b""], False),
        (0, [], True),
        (0, [b"a"], True),
        (0, [b"a", b"a"], False),
        # CLIs of 2013 and others: one odd Host is let through.
        (1, [b""], True),
        (1, [b"/var/run/docker.sock"], True),
        (1, [b"%2Fvar%2Frun%2Fdocker.sock"], True),
        (1, [b"unix.sock:80, x"], True),
        (1, [b"a b\tc@d?e#f"], True),
        (1, [b"\xff"], True),
    ],
)
def test_hosts(minor: int, hosts: list[bytes], accepted: bool) -> None:
    block = b"".join(b"hOsT: %b\r\n" % host for host in hosts)
    if not accepted:
        with pytest.raises(MalformedMessage, match="Host"):
            parse_request_fields(block, minor, DEFAULT)
        return
    assert parse_request_fields(block, minor, DEFAULT).forwarded == HOST


# The connection's own fields.


@pytest.mark.parametrize("name", sorted(NOT_END_TO_END - {b"content-length", b"host"}))
def test_hop_by_hop_fields_do_not_go_on(name: bytes) -> None:
    value = {b"transfer-encoding": b"chunked"}.get(name, b"x")
    block = b"Host: x\r\n" + name.title() + b": " + value + b"\r\nX-A: b\r\n"
    found = parse_request_fields(block, 1, DEFAULT)
    assert found.fields == ((b"X-A", b"b"),)
    assert found.forwarded == HOST + b"X-A: b\r\n" + request_framing(found.length or None)


@pytest.mark.parametrize("spelling", [b"%b", b"close, %b", b"%b, %b, X-None"])
def test_what_connection_names_does_not_go_on(spelling: bytes) -> None:
    named = spelling.replace(b"%b", b"x-SECOND")
    found = parse_request_fields(
        b"Host: x\r\nX-First: 1\r\nX-Second: 2\r\nConnection: " + named + b"\r\nx-second: 3\r\n",
        1,
        DEFAULT,
    )
    assert found.fields == ((b"X-First", b"1"),)


@pytest.mark.parametrize("framing", [b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_connection_cannot_take_away_our_framing_nor_our_host(framing: bytes) -> None:
    names = b"Host, Content-Length, Transfer-Encoding, Connection, close"
    found = parse_request_fields(b"Connection: " + names + b"\r\nHost: x\r\n" + framing, 1, DEFAULT)
    assert found.forwarded == HOST + framing
    assert not found.keep_alive


def test_the_gateway_reads_nothing_that_the_engine_does_not_get() -> None:
    found = parse_request_fields(
        b"Host: x\r\nConnection: content-type, user-agent, expect\r\nContent-Type: a/b\r\n"
        b"User-Agent: c\r\nExpect: 100-continue\r\nContent-Length: 3\r\n",
        1,
        DEFAULT,
    )
    assert (found.content_type, found.user_agent) == (b"", b"")
    # Else the client would wait for a 100 that the engine was never asked for.
    assert not found.expects_continue
    assert found.forwarded == HOST + b"Content-Length: 3\r\n"


def test_names_that_only_look_like_framing_go_on_untouched() -> None:
    odd = b"Content_Length: 5\r\nTransfer_Encoding: chunked\r\nX-Host: y\r\nContent-Lengt: 1\r\n"
    found = parse_request_fields(b"Host: x\r\n" + odd + b"Content-Length: 3\r\n", 1, DEFAULT)
    assert found.length == 3
    assert found.forwarded == HOST + odd + b"Content-Length: 3\r\n"


@pytest.mark.parametrize(
    ("block", "minor", "upgrade"),
    [
        (b"Connection: Upgrade\r\nUpgrade: tcp\r\n", 1, b"tcp"),
        (b"Connection: keep-alive, UPGRADE\r\nUpgrade: WebSocket\r\n", 1, b"websocket"),
        (
            b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n",
            1,
            b"h2c",
        ),
        (b"Connection: Upgrade\r\nUpgrade: a/1.0\r\n", 1, b"a/1.0"),
        (b"Connection: Upgrade\r\n", 1, b""),
        # Without the word in Connection, and in HTTP/1.0 (RFC 9110 §7.8), it is ignored.
        (b"Upgrade: tcp\r\n", 1, b""),
        (b"Upgrade: tcp, h2c\r\n", 1, b""),
        (b"Connection: upgraded\r\nUpgrade: tcp\r\n", 1, b""),
        (b"Connection: Upgrade\r\nUpgrade: tcp\r\n", 0, b""),
    ],
)
def test_upgrades(block: bytes, minor: int, upgrade: bytes) -> None:
    found = parse_request_fields(b"Host: x\r\n" + block, minor, DEFAULT)
    assert found.upgrade == upgrade
    # The connection to the engine is another one: the gateway asks there itself.
    assert found.forwarded == HOST


@pytest.mark.parametrize(
    ("block", "minor", "expects"),
    [
        (b"Expect: 100-continue\r\nContent-Length: 3\r\n", 1, True),
        (b"expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", 1, True),
        # Nothing will come that could be waited for; HTTP/1.0 knows no 100.
        (b"Expect: 100-continue\r\nContent-Length: 0\r\n", 1, False),
        (b"Expect: 100-continue\r\n", 1, False),
        (b"Expect: 100-continue\r\nContent-Length: 3\r\n", 0, False),
    ],
)
def test_expect_goes_on_exactly_when_the_client_waits(
    block: bytes, minor: int, expects: bool
) -> None:
    found = parse_request_fields(b"Host: x\r\n" + block, minor, DEFAULT)
    assert found.expects_continue is expects
    assert (b"100-continue" in found.forwarded.lower()) is expects


def test_a_block_with_a_secret_says_so_even_when_the_secret_does_not_go_on() -> None:
    for block in (
        b"X-Registry-Auth: e30=\r\n",
        b"Proxy-Authorization: x\r\n",
        b"Connection: cookie\r\nCookie: a=b\r\n",
    ):
        assert parse_request_fields(b"Host: x\r\n" + block, 1, DEFAULT).credentials
    assert not parse_request_fields(b"Host: x\r\nX-Meta-A: b\r\n", 1, DEFAULT).credentials


def test_a_long_field_is_let_through() -> None:
    # X-Registry-Config carries a whole credentials file.
    value = b"e" * 60000
    block = b"Host: x\r\nX-Registry-Config: " + value + b"\r\n"
    assert parse_request_fields(block, 1, DEFAULT).fields == ((b"X-Registry-Config", value),)
