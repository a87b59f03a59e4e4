"""The table of request heads by which two readers come to see two different messages: all refused.

`read_request` (conftest) splits a whole head as a connection does, reads it, and writes the head
that the engine gets. Bodies have their own table in test_body.py, answers theirs in
test_answer.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.http.fields import MalformedMessage
from gateway.http.limits import DEFAULT
from gateway.http.request import parse_request_fields, parse_request_line

ReadRequest = Callable[[bytes], Any]


BAD_LINES = [
    # Not METHOD, one space, TARGET, one space, VERSION.
    b"",
    b" ",
    b"GET",
    b"GET /",
    b"GET / ",
    b"GET /  HTTP/1.1",
    b"GET  / HTTP/1.1",
    b" GET / HTTP/1.1",
    b"GET / HTTP/1.1 ",
    b"GET\t/ HTTP/1.1",
    b"GET /\tHTTP/1.1",
    b"GET /a\tb HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET /a?b c HTTP/1.1",
    b"GET / HTTP/1.1\t",
    b"GET / HTTP/1.1 HTTP/1.1",
    b"\x0bGET / HTTP/1.1",
    b"GET\xa0/ HTTP/1.1",
    b"GET /\xa0HTTP/1.1",
    b"G@T / HTTP/1.1",
    b"G\xc4T / HTTP/1.1",
    b"G:T / HTTP/1.1",
    b"(GET) / HTTP/1.1",
    b"GET HTTP/1.1",
    b" / HTTP/1.1",
    # Ends of lines, NUL, other controls, other bytes that are no characters of a target.
    b"GET / HTTP/1.1\n",
    b"GET / HTTP/1.1\r",
    b"GET / HTTP/1.1\nHost: x",
    b"GET /\r HTTP/1.1",
    b"GET /\n HTTP/1.1",
    b"GET /\rX: y HTTP/1.1",
    b"\nGET / HTTP/1.1",
    b"GET /a\0 HTTP/1.1",
    b"GET\0 /a HTTP/1.1",
    b"GET /a HTTP/1.1\0",
    b"GET /a\x7f HTTP/1.1",
    b"GET /a\x1b[0m HTTP/1.1",
    b"GET /\xc3\xa4 HTTP/1.1",
    b"GET /a?\xff HTTP/1.1",
    # Versions.
    b"GET / HTTP/0.9",
    b"GET / HTTP/1.2",
    b"GET / HTTP/1.9",
    b"GET / HTTP/2.0",
    b"GET / HTTP/2",
    b"GET / HTTP/3",
    b"GET / HTTP/9.9",
    b"GET / HTTP/1",
    b"GET / HTTP/1.",
    b"GET / HTTP/.1",
    b"GET / HTTP/01.1",
    b"GET / HTTP/1.01",
    b"GET / HTTP/1.10",
    b"GET / HTTP/11",
    b"GET / HTTP/1.1.1",
    b"GET / HTTP/+1.1",
    b"GET / HTTP/1,1",
    b"GET / http/1.1",
    b"GET / Http/1.1",
    b"GET / HTTPS/1.1",
    b"GET / HTTP /1.1",
    b"GET / HTTP\\1.1",
    b"GET / RTSP/1.0",
    b"GET / ICY/1.1",
    b"PRI * HTTP/2.0",
    # Targets in other forms.
    b"GET http://docker/info HTTP/1.1",
    b"GET https://docker/info HTTP/1.1",
    b"GET unix:///var/run/docker.sock HTTP/1.1",
    b"GET docker:2375 HTTP/1.1",
    b"GET info HTTP/1.1",
    b"GET * HTTP/1.1",
    b"PRI * HTTP/1.1",
    b"GET ?a HTTP/1.1",
    b"GET . HTTP/1.1",
    b"GET ../info HTTP/1.1",
    b"GET \\info HTTP/1.1",
    b"GET %2finfo HTTP/1.1",
    b"OPTIONS ** HTTP/1.1",
    b"OPTIONS *?a HTTP/1.1",
    b"options * HTTP/1.1",
    b"CONNECT docker:443 HTTP/1.1",
    b"CONNECT /info HTTP/1.1",
    b"CONNECT /a/. HTTP/1.1",
    b"CONNECT * HTTP/1.1",
    # Paths of which two readers see two different ones.
    b"GET /a%2fb HTTP/1.1",
    b"GET /a%2Fb HTTP/1.1",
    b"GET /%2f HTTP/1.1",
    b"GET /a%5cb HTTP/1.1",
    b"GET /a%5Cb HTTP/1.1",
    b"GET /a\\b HTTP/1.1",
    b"GET /..\\a HTTP/1.1",
    b"GET /a%00 HTTP/1.1",
    b"GET /a%0a HTTP/1.1",
    b"GET /a%0D HTTP/1.1",
    b"GET /a%09 HTTP/1.1",
    b"GET /a%1f HTTP/1.1",
    b"GET /a%7F HTTP/1.1",
    b"GET /a#b HTTP/1.1",
    b"GET /a?b#c HTTP/1.1",
    b"GET /# HTTP/1.1",
    b"GET /a% HTTP/1.1",
    b"GET /a%2 HTTP/1.1",
    b"GET /a%2/b HTTP/1.1",
    b"GET /a%zz HTTP/1.1",
    b"GET /a%%41 HTTP/1.1",
    b"GET /a%2%35 HTTP/1.1",
    b"GET /a%+1 HTTP/1.1",
    b"GET /a%u002f HTTP/1.1",
    b"GET /a?b=% HTTP/1.1",
    b"GET /a?b=%zz HTTP/1.1",
    b"GET /a?b=%20%2 HTTP/1.1",
    b"GET /. HTTP/1.1",
    b"GET /.. HTTP/1.1",
    b"GET /./a HTTP/1.1",
    b"GET /../a HTTP/1.1",
    b"GET /a/. HTTP/1.1",
    b"GET /a/.. HTTP/1.1",
    b"GET /a/../b HTTP/1.1",
    b"GET /a/./b HTTP/1.1",
    b"GET /a//../b HTTP/1.1",
    b"GET /a/..//b HTTP/1.1",
    b"GET /a/..?b HTTP/1.1",
    b"GET /%2e HTTP/1.1",
    b"GET /%2e%2e HTTP/1.1",
    b"GET /%2E%2E/a HTTP/1.1",
    b"GET /a/%2e./b HTTP/1.1",
    b"GET /a/.%2E/b HTTP/1.1",
    b"GET /a/%2e?b HTTP/1.1",
]


@pytest.mark.parametrize("line", BAD_LINES)
def test_bad_request_lines(line: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_request_line(line)


def test_the_reason_never_repeats_what_was_sent() -> None:
    for line in BAD_LINES:
        with pytest.raises(MalformedMessage) as caught:
            parse_request_line(line.replace(b"/a", b"/hunter2"))
        assert "hunter2" not in str(caught.value)
        assert str(caught.value).isprintable()


# Every one of these is refused, and with a second, well-formed field before or behind as well.
SMUGGLING = [
    # Two lengths.
    b"Content-Length: 3\r\nContent-Length: 3\r\n",
    b"Content-Length: 3\r\nContent-Length: 4\r\n",
    b"Content-Length: 0\r\ncontent-length: 44\r\n",
    b"Content-Length: 3\r\nX-A: b\r\nContent-Length:\r\n",
    b"Content-Length: 3, 3\r\n",
    b"Content-Length: 3,4\r\n",
    b"Content-Length: 3,\r\n",
    b"Content-Length: ,3\r\n",
    # Lengths that are no number.
    b"Content-Length: +3\r\n",
    b"Content-Length: -3\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 0x3\r\n",
    b"Content-Length: 3 3\r\n",
    b"Content-Length: 3;\r\n",
    b"Content-Length: 3.0\r\n",
    b"Content-Length: 1_0\r\n",
    b"Content-Length: 3a\r\n",
    b"Content-Length:\r\n",
    b"Content-Length: \t \r\n",
    b"Content-Length: 9999999999999999999\r\n",
    b"Content-Length: 18446744073709551619\r\n",
    b"Content-Length: \xb3\r\n",
    b"Content-Length: \xa03\r\n",
    b"Content-Length: \x0b3\r\n",
    b"Content-Length: 3\0\r\n",
    b"Content-Length: chunked\r\n",
    # Both framings, in either order, in any case, even where one says nothing.
    b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
    b"transfer-encoding: Chunked\r\nCONTENT-LENGTH: 3\r\n",
    b"Transfer-Encoding: chunked\r\nConnection: content-length\r\nContent-Length: 3\r\n",
    b"Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    # Any coding but chunked, once.
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding: chunkedx\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: chunked, gzip\r\n",
    b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: gzip chunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: identity, chunked\r\n",
    b"Transfer-Encoding: chunked;q=1\r\n",
    b"Transfer-Encoding: chunked,\r\n",
    b"Transfer-Encoding: ,chunked\r\n",
    b"Transfer-Encoding:\r\n",
    b"Transfer-Encoding: 'chunked'\r\n",
    b'Transfer-Encoding: "chunked"\r\n',
    b"Transfer-Encoding: \x0bchunked\r\n",
    b"Transfer-Encoding: \x0cchunked\r\n",
    b"Transfer-Encoding: chunked\x0b\r\n",
    b"Transfer-Encoding: \xa0chunked\r\n",
    b"Transfer-Encoding: chunked\0\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n",
    # Lines: bare LF, bare CR, NUL, folds.
    b"X-A: b\nContent-Length: 3\r\n",
    b"X-A: b\rContent-Length: 3\r\n",
    b"X-A: b\r\r\n",
    b"X-A: b\n",
    b"X-A: b\r\n\nContent-Length: 3\r\n",
    b"X-A: b\0c\r\n",
    b"X-A\0: b\r\n",
    b"X-A: b\r\n c\r\n",
    b"X-A: b\r\n\tc\r\n",
    b"X-A: b\r\n \r\n",
    b"Transfer-Encoding:\r\n chunked\r\n",
    b"Transfer-Encoding: chunked\r\n \r\n",
    b"Transfer-Encoding: chunked\r\n , identity\r\n",
    b"X-A: b\r\n Transfer-Encoding: chunked\r\n",
    b"Content-Length:\r\n 3\r\n",
    b" X-A: b\r\n",
    b"\tTransfer-Encoding: chunked\r\n",
    # Names.
    b"Content-Length : 3\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding\t: chunked\r\n",
    b"Host : x\r\n",
    b": chunked\r\n",
    b" : chunked\r\n",
    b"X-A\r\n",
    b"Content Length: 3\r\n",
    b"Content-Length\x0b: 3\r\n",
    b"\xefContent-Length: 3\r\n",
    b"X(A): b\r\n",
    b"X-A;: b\r\n",
    b"X/A: b\r\n",
    b"GET /admin HTTP/1.1\r\n",
    # Upgrades and expectations of which two readers see two different ones.
    b"Connection: upgrade\r\nUpgrade: tcp\r\nUpgrade: h2c\r\n",
    b"Connection: upgrade\r\nUpgrade: tcp, h2c\r\n",
    b"Connection: upgrade\r\nUpgrade:\r\n",
    b"Connection: upgrade\r\nUpgrade: t cp\r\n",
    b"Connection: upgrade\r\nUpgrade: \xff\r\n",
    b"Expect: 100-continue\r\nExpect: 100-continue\r\n",
    b"Expect: 100-continue, 100-continue\r\n",
    b"Expect: 200-ok\r\n",
    b"Expect:\r\n",
]


@pytest.mark.parametrize("block", SMUGGLING)
def test_smuggling(read_request: ReadRequest, block: bytes) -> None:
    other = b"X-Other: y\r\n"
    for fields in (block, other + block, block + other):
        with pytest.raises(MalformedMessage):
            read_request(b"POST /build HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n")
        with pytest.raises(MalformedMessage):
            parse_request_fields(fields + b"Host: x\r\n", 1, DEFAULT)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\n\r\n",
        b"GET / HTTP/1.1\rHost: x\r\r",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nX: y\r\n\r\n",
        b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_whole_heads_that_are_none(read_request: ReadRequest, head: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read_request(head)
