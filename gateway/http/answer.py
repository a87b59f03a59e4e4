"""Heads of answers, as an engine sends them: read strictly, written anew for the client."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.http.fields import (
    Fields,
    MalformedMessage,
    content_length,
    end_to_end,
    is_chunked,
    parse_fields,
    persists,
    serialise,
    values,
)
from gateway.http.limits import Limits
from gateway.http.request import CHUNKED

UNTIL_CLOSE = -2
"""The length of a body that only the end of the connection ends."""

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: ([ \t\x21-\x7e\x80-\xff]*))?\r\n")


@dataclass(frozen=True, slots=True)
class AnswerFields:
    """What an answer's head says.

    `length` is the body's: bytes, CHUNKED or UNTIL_CLOSE; 0 where the status allows none (1xx,
    204, 304). For HEAD there is no body either, which only the request tells. `fields` are the
    end-to-end ones. `head` is the head written anew for an HTTP/1.1 client, whole, with the
    framing and the empty line; for UNTIL_CLOSE without any framing.
    """

    status: int
    reason: bytes
    fields: Fields
    length: int
    keep_alive: bool
    upgrade: bytes
    content_type: bytes
    head: bytes


def parse_answer_head(head: bytes, limits: Limits, advertised: bytes = b"") -> AnswerFields:
    """Read an answer's head: from its status line to the empty line, inclusive.

    `advertised`, when not empty, takes the place of what `Api-Version` says: the gateway's word
    for the newest version that it accepts. Raises MalformedMessage for what is no such head.
    """
    match = _STATUS_LINE.match(head)
    if match is None:
        raise MalformedMessage("a status line that is not HTTP/1.x STATUS REASON")
    if not head.endswith(b"\r\n", match.end()):
        raise MalformedMessage("an answer's head without the empty line at its end")
    minor, status = int(match[1]), int(match[2])
    reason = (match[3] or b"").strip()
    fields = parse_fields(head[match.end() : -2], limits.fields)
    said = content_length(fields)
    if is_chunked(fields):
        if said is not None:
            raise MalformedMessage("both Transfer-Encoding and Content-Length")
        if minor == 0:
            raise MalformedMessage("Transfer-Encoding in HTTP/1.0")
        length = CHUNKED
    else:
        length = UNTIL_CLOSE if said is None else said
    if status < 200 or status in (204, 304):
        length = 0
    passed = end_to_end(fields)
    if advertised:
        passed = advertise(passed, advertised)
    return AnswerFields(
        status=status,
        reason=reason,
        fields=passed,
        length=length,
        keep_alive=persists(fields, minor),
        upgrade=b"".join(values(fields, b"upgrade")[:1]).lower() if status == 101 else b"",
        content_type=b"".join(values(passed, b"content-type")[:1]),
        head=b"HTTP/1.1 %d %b\r\n%b%b\r\n"
        % (status, reason, serialise(passed), answer_framing(status, said, length)),
    )


def advertise(fields: Fields, version: bytes) -> Fields:
    """Set what an answer that names an Api-Version says there."""
    return tuple((n, version if n.lower() == b"api-version" else v) for n, v in fields)


def answer_framing(status: int, said: int | None, length: int) -> bytes:
    """The field line that frames an answer.

    `said` is what Content-Length said: kept for answers that have a length and no body (HEAD).
    """
    if status < 200 or status == 204:
        return b""
    if length == CHUNKED:
        return b"Transfer-Encoding: chunked\r\n"
    if said is not None:
        return b"Content-Length: %d\r\n" % said
    return b""
