"""One block of header fields: checked strictly, never repaired.

What RFC 9112 §5 lets a recipient tolerate is refused here, because two programs that tolerate
differently read two different messages: bare LF or CR, NUL and other controls, obs-fold, white
space before the colon, an empty name.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Fields: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""Header fields, names as they were written, values without the white space around them."""

# One field line with its CRLF. A value may hold blanks and tabs inside, and bytes above 0x7F
# (obs-text), but no control character. The blanks before the value are taken for good (`*+`): given
# back one by one, a line of 64 KB of blanks that is refused in the end would cost seconds.
_FIELD = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*+"
    rb"((?:[\x21-\x7e\x80-\xff]+(?:[ \t]+[\x21-\x7e\x80-\xff]+)*)?)[ \t]*\r\n"
)

# What concerns one connection only (RFC 9110 §7.6.1) or frames the body: never passed on, always
# written anew. Host is in the list because the engine must get ours, whatever the client wrote.
NOT_END_TO_END = frozenset(
    (
        b"connection",
        b"content-length",
        b"host",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"transfer-encoding",
        b"upgrade",
    )
)

# Names of fields that carry secrets, or may. Besides the known ones (Authorization, Cookie,
# X-Registry-Auth, X-Registry-Config) people put tokens of their own making into the `HttpHeaders`
# of the docker CLI's configuration, so a name that only sounds like a secret counts as one.
_SECRET = re.compile(rb"auth|cookie|credential|key|passw|secret|session|signature|token|x-registry")


class MalformedMessage(Exception):
    """The bytes are no message that the gateway lets through; the text says why, for a person."""


def parse_fields(block: bytes, limit: int) -> Fields:
    """Read a block of field lines, each with its CRLF, without the empty line that ends a head.

    Raises MalformedMessage for anything but well-formed lines, or for more than `limit` of them.
    """
    fields: list[tuple[bytes, bytes]] = []
    position, end = 0, len(block)
    match_at = _FIELD.match
    while position < end:
        match = match_at(block, position)
        if match is None:
            raise MalformedMessage(_what_is_wrong(block, position))
        fields.append((match[1], match[2]))
        position = match.end()
        if len(fields) > limit:
            raise MalformedMessage(f"more than {limit} header fields")
    return tuple(fields)


def _what_is_wrong(block: bytes, position: int) -> str:
    """Name the fault in the line that begins at `position`, without repeating its bytes."""
    line = block[position : block.find(b"\n", position) + 1]
    if not line:
        return "a header line without an end"
    name = line.partition(b":")[0]
    if line[:1] in (b" ", b"\t"):
        return "a folded header line (obs-fold)"
    if not line.endswith(b"\r\n"):
        return "a line that ends with a bare LF"
    if b"\r" in line[:-2]:
        return "a bare CR in the head"
    if b"\0" in line:
        return "a NUL byte in the head"
    if b":" not in line:
        return "a header line without a colon"
    if name.endswith((b" ", b"\t")):
        return "white space before the colon of a header field"
    if not name:
        return "a header field without a name"
    return "a character in a header field that does not belong there"


def tokens(fields: Fields, name: bytes) -> frozenset[bytes]:
    """The comma-separated members of every field called `name` (lower case), in lower case."""
    found: set[bytes] = set()
    for key, value in fields:
        if key.lower() == name:
            found.update(member.strip().lower() for member in value.split(b","))
    found.discard(b"")
    return frozenset(found)


def values(fields: Fields, name: bytes) -> list[bytes]:
    """Every value of the fields called `name` (lower case), in order."""
    return [value for key, value in fields if key.lower() == name]


def content_length(fields: Fields) -> int | None:
    """The length that Content-Length gives; None when there is no such field.

    Raises MalformedMessage for two of them (differing or not), for a list, for a sign, and for
    anything but 1 to 18 digits.
    """
    found = values(fields, b"content-length")
    if not found:
        return None
    if len(found) > 1:
        raise MalformedMessage("more than one Content-Length")
    text = found[0]
    if not text.isdigit() or len(text) > 18:
        raise MalformedMessage("a Content-Length that is no number")
    return int(text)


def is_chunked(fields: Fields) -> bool:
    """Say whether Transfer-Encoding frames the body; the only coding accepted is `chunked`.

    Raises MalformedMessage for any other coding, a list of codings, or two such fields.
    """
    found = values(fields, b"transfer-encoding")
    if not found:
        return False
    if len(found) > 1 or found[0].lower() != b"chunked":
        raise MalformedMessage("a Transfer-Encoding other than chunked")
    return True


def credentials(fields: Fields) -> bool:
    """Tell whether one of the fields carries a secret, by its name.

    A block that has one is never kept in memory, nor logged.
    """
    names = b" ".join([name for name, _ in fields]).lower()
    return _SECRET.search(names) is not None


def persists(fields: Fields, minor: int) -> bool:
    """Tell whether the sender of an HTTP/1.`minor` head lets the connection go on after it."""
    options = tokens(fields, b"connection")
    return b"close" not in options and (minor == 1 or b"keep-alive" in options)


def end_to_end(fields: Fields) -> Fields:
    """Leave out what concerns one connection only, also by the word of the Connection field."""
    dropped = NOT_END_TO_END | tokens(fields, b"connection")
    return tuple(pair for pair in fields if pair[0].lower() not in dropped)


def serialise(fields: Fields) -> bytes:
    """Write field lines, each with its CRLF.

    Raises MalformedMessage when a name or a value would end its line early. What was parsed never
    does; what a rewrite took from a document might.
    """
    block = b"".join([b"%b: %b\r\n" % pair for pair in fields])
    if block.count(b"\n") != len(fields) or block.count(b"\r") != len(fields) or b"\0" in block:
        raise MalformedMessage("a header field that holds a line's end or NUL")
    return block
