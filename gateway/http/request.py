"""Heads of requests: the request line and what a block of fields says about the message.

The gateway reads a head once, decides on what it read, and writes a new head from that. The
client's own bytes never go on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from gateway.http.fields import (
    Fields,
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
from gateway.http.limits import Limits

CHUNKED = -1
"""The length of a body that says itself where it ends."""

HOST = b"Host: docker\r\n"
"""What every engine gets as Host. CLIs of 2013 sent an empty one or the socket's path there,
which modern engines refuse (catalogue of differences, T-4)."""

# A target that needs no second look: segments without `%`, none of them empty, none beginning
# with a dot, then perhaps a query. Nearly every request of a real client is of this form.
_PLAIN = re.compile(
    rb"((?!CONNECT )[A-Z]{3,8}) "
    rb"((?:/[\w:@!$&'()*+,;=~-][\w.:@!$&'()*+,;=~-]*)+)"
    rb"(\?[!\"$&-~]*(?:%[0-9A-Fa-f]{2}[!\"$&-~]*)*)? HTTP/1\.([01])"
)
_ANY = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP/([0-9]+)\.([0-9]+)")
_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# Slash, backslash and every control character.
_HIDDEN = re.compile(rb"%(?:2[fF]|5[cC]|[01][0-9A-Fa-f]|7[fF])")
# Letters, digits and `-._~` mean the same written out (RFC 3986 §6.2.2.2), and engines decode the
# path before they route it: `/%76%31.41/%69nfo` is `/v1.41/info`. Written out, every reader sees
# the same words.
_NEEDLESS = re.compile(rb"%(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|2[dDeE]|5[fF]|7[eE])")
_PROTOCOL = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:/[!#$%&'*+\-.^_`|~0-9A-Za-z]+)?")
_SLASHES = re.compile(rb"/{2,}")


class RequestLine(NamedTuple):
    """A request line, checked.

    `path` is as written, but for doubled slashes and for escapes of characters that need none;
    `query` is as written, with its `?`, or empty.
    """

    method: bytes
    path: bytes
    query: bytes
    minor: int


def parse_request_line(line: bytes) -> RequestLine:
    """Read a request line (without its CRLF).

    `//` in the path is collapsed, never redirected: CLIs 0.6.5 and 0.6.6 write it before every
    container's name, and old clients do not follow a redirect. Raises MalformedMessage for an
    absolute-form target, for CONNECT, for `.` and `..` segments, for an encoded slash, backslash
    or control character in the path, for a broken escape, for a fragment, and for versions other
    than HTTP/1.0 and HTTP/1.1.
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
    if method == b"CONNECT":
        raise MalformedMessage("CONNECT, which asks for a tunnel to anywhere")
    if target == b"*" and method == b"OPTIONS":
        return RequestLine(method, b"/", b"", int(minor))
    if not target.startswith(b"/"):
        raise MalformedMessage("a target that does not begin with a slash")
    path, mark, query = target.partition(b"?")
    if _ESCAPE.search(target):
        raise MalformedMessage("a broken escape in the target")
    if _HIDDEN.search(path):
        raise MalformedMessage("an encoded slash, backslash or control character")
    if b"\\" in path or b"#" in target:
        raise MalformedMessage("a backslash or a fragment in the target")
    path = _SLASHES.sub(b"/", _NEEDLESS.sub(_written_out, path))
    segments = path.split(b"/")
    if b"." in segments or b".." in segments:
        raise MalformedMessage("a dot segment in the path")
    return RequestLine(method, path, mark + query, int(minor))


def _written_out(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[0][1:].decode())


@dataclass(frozen=True, slots=True)
class RequestFields:
    """What a request's block of fields says, found out once and looked up afterwards.

    `fields` are the end-to-end ones, and everything but the framing and the connection is read
    from them, so that the gateway sees what the engine will see. `length` is the body's, in bytes,
    0 for none, CHUNKED for one that ends itself. `upgrade` is the protocol asked for, one token in
    lower case, empty for none. `expects_continue` tells that the client waits for a 100 before it
    sends its body; Expect is passed on exactly then. `forwarded` is the block written anew for the
    engine: our Host, the end-to-end fields, the framing; without the empty line. `credentials`
    tells that a secret is in the block, so that it is neither remembered nor logged.
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
    messages: see `fields`, and besides Transfer-Encoding with Content-Length or in HTTP/1.0, a
    second Host, in HTTP/1.1 a missing one, and several protocols to upgrade to. One odd Host is
    let through, and replaced. What is found depends on `minor`, also where nothing is refused.
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
    passed = end_to_end(fields)
    expects = values(passed, b"expect")
    if len(expects) > 1 or (expects and expects[0].lower() != b"100-continue"):
        raise MalformedMessage("an expectation other than one 100-continue")
    expects_continue = bool(expects) and minor == 1 and bool(length)
    if expects and not expects_continue:
        passed = tuple(pair for pair in passed if pair[0].lower() != b"expect")
    return RequestFields(
        fields=passed,
        length=length or 0,
        keep_alive=persists(fields, minor),
        upgrade=_upgrade(fields) if minor == 1 else b"",
        expects_continue=expects_continue,
        user_agent=b"".join(values(passed, b"user-agent")[:1]),
        content_type=b"".join(values(passed, b"content-type")[:1]),
        forwarded=HOST + serialise(passed) + request_framing(length),
        credentials=credentials(fields),
    )


def _upgrade(fields: Fields) -> bytes:
    """The one protocol that Upgrade names, when Connection names Upgrade; else empty."""
    asked = values(fields, b"upgrade")
    if not asked or b"upgrade" not in tokens(fields, b"connection"):
        return b""
    if len(asked) > 1 or _PROTOCOL.fullmatch(asked[0]) is None:
        raise MalformedMessage("an Upgrade that is not one protocol")
    return asked[0].lower()


def request_framing(length: int | None) -> bytes:
    """The field line that frames a request's body of `length` bytes (None: nothing was said)."""
    if length is None:
        return b""
    if length == CHUNKED:
        return b"Transfer-Encoding: chunked\r\n"
    return b"Content-Length: %d\r\n" % length
