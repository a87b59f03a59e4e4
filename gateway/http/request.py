"""Heads of requests: the request line and what a block of fields says about the message.

The gateway reads a head once, decides on what it read, and writes a new head from that. The
client's own bytes never go on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from gateway.http.fields import (
    CREDENTIALS,
    Fields,
    MalformedMessage,
    content_length,
    end_to_end,
    is_chunked,
    parse_fields,
    serialise,
    tokens,
    values,
)
from gateway.http.limits import Limits

CHUNKED = -1
"""The length of a body that says itself where it ends."""

HOST = b"Host: docker\r\n"
"""What every engine gets as Host. CLIs of 2013 sent an empty one or the socket's path there,
which modern engines refuse (catalogue of differences, T-4)."""

# A target that needs no second look: segments without `%`, none of them empty, none beginning
# with a dot, then perhaps a query. Nearly every request of a real client is of this form.
_PLAIN = re.compile(
    rb"([A-Z]{3,8}) ((?:/[\w:@!$&'()*+,;=~-][\w.:@!$&'()*+,;=~-]*)+)(\?[!-~]*)? HTTP/1\.([01])"
)
_ANY = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP/([0-9]+)\.([0-9]+)")
_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_HIDDEN = re.compile(rb"%(?:2[fF]|5[cC]|00)")
_SLASHES = re.compile(rb"/{2,}")


class RequestLine(NamedTuple):
    """A request line, checked: `path` and `query` as written, `query` with its `?` or empty."""

    method: bytes
    path: bytes
    query: bytes
    minor: int


def parse_request_line(line: bytes) -> RequestLine:
    """Read a request line (without its CRLF).

    `//` in the path is collapsed, never redirected: CLIs 0.6.5 and 0.6.6 write it before every
    container's name, and old clients do not follow a redirect. Raises MalformedMessage for an
    absolute-form target, for `.` and `..` segments, for an encoded slash, backslash or NUL, for a
    broken escape, and for versions other than HTTP/1.0 and HTTP/1.1.
    """
    plain = _PLAIN.fullmatch(line)
    if plain is not None:
        method, path, query, minor = plain.groups()
        return RequestLine(method, path, query or b"", 1 if minor == b"1" else 0)
    return _parse_unusual_line(line)


def _parse_unusual_line(line: bytes) -> RequestLine:
    match = _ANY.fullmatch(line)
    if match is None:
        raise MalformedMessage("a request line that is not METHOD TARGET VERSION")
    method, target, major, minor = match.groups()
    if major != b"1" or minor not in (b"0", b"1"):
        raise MalformedMessage("an HTTP version other than 1.0 and 1.1")
    if target == b"*" and method == b"OPTIONS":
        return RequestLine(method, b"/", b"", int(minor))
    if not target.startswith(b"/"):
        raise MalformedMessage("a target that does not begin with a slash")
    path, mark, query = target.partition(b"?")
    if _ESCAPE.search(path):
        raise MalformedMessage("a broken escape in the path")
    if _HIDDEN.search(path):
        raise MalformedMessage("an encoded slash, backslash or NUL in the path")
    if b"\\" in path or b"#" in target:
        raise MalformedMessage("a backslash or a fragment in the target")
    path = _SLASHES.sub(b"/", path)
    for segment in path.split(b"/"):
        if segment.lower().replace(b"%2e", b".") in (b".", b".."):
            raise MalformedMessage("a dot segment in the path")
    return RequestLine(method, path, mark + query, int(minor))


@dataclass(frozen=True, slots=True)
class RequestFields:
    """What a request's block of fields says, found out once and looked up afterwards.

    `length` is the body's, in bytes, 0 for none, CHUNKED for one that ends itself. `upgrade` is
    the protocol asked for, in lower case, empty for none. `forwarded` is the block written anew
    for the engine: our Host, the end-to-end fields, the framing; without the empty line.
    `credentials` tells that a secret is in it, so that it is neither remembered nor logged.
    """

    fields: Fields
    length: int
    keep_alive: bool
    upgrade: bytes
    expects_continue: bool
    user_agent: bytes
    content_type: bytes
    forwarded: bytes
    credentials: bool


def parse_request_fields(block: bytes, minor: int, limits: Limits) -> RequestFields:
    """Read a request's block of fields, for HTTP/1.`minor`.

    Raises MalformedMessage for everything by which two programs could come to see two different
    messages: see `fields`, and besides Transfer-Encoding with Content-Length or in HTTP/1.0, and
    in HTTP/1.1 a missing or second Host. One odd Host is let through, and replaced.
    """
    fields = parse_fields(block, limits.fields)
    length = content_length(fields)
    if is_chunked(fields):
        if length is not None:
            raise MalformedMessage("both Transfer-Encoding and Content-Length")
        if minor == 0:
            raise MalformedMessage("Transfer-Encoding in HTTP/1.0")
        length = CHUNKED
    hosts = len(values(fields, b"host"))
    if hosts > 1:
        raise MalformedMessage("more than one Host")
    if minor == 1 and hosts == 0:
        raise MalformedMessage("no Host")
    connection = tokens(fields, b"connection")
    upgrade = b"".join(values(fields, b"upgrade")[:1]).lower() if b"upgrade" in connection else b""
    expects = [value.lower() for value in values(fields, b"expect")]
    if expects not in ([], [b"100-continue"]):
        raise MalformedMessage("an expectation other than 100-continue")
    passed = end_to_end(fields)
    if minor == 0:
        passed = tuple(pair for pair in passed if pair[0].lower() != b"expect")
    return RequestFields(
        fields=passed,
        length=length or 0,
        keep_alive=b"keep-alive" in connection if minor == 0 else b"close" not in connection,
        upgrade=upgrade,
        expects_continue=bool(expects) and minor == 1,
        user_agent=b"".join(values(fields, b"user-agent")[:1]),
        content_type=b"".join(values(fields, b"content-type")[:1]),
        forwarded=HOST + serialise(passed) + request_framing(length),
        credentials=any(name.lower() in CREDENTIALS for name, _ in fields),
    )


def request_framing(length: int | None) -> bytes:
    """The field line that frames a request's body of `length` bytes (None: nothing was said)."""
    if length is None:
        return b""
    if length == CHUNKED:
        return b"Transfer-Encoding: chunked\r\n"
    return b"Content-Length: %d\r\n" % length
