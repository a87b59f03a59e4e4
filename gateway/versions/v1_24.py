"""Version 1.24 (Docker 1.12): the bodies of errors become JSON."""

from __future__ import annotations

from dataclasses import replace

from gateway.api.message import Answer
from gateway.api.version import ApiVersion
from gateway.stream.json import JsonError, loads
from gateway.versions.vocabulary import EVERY_ROUTE, Change, Facts

VERSION = ApiVersion(1, 24)


class ErrorsAreText(Change):
    """The body of an error is its message and a newline, as plain text.

    Engine 1.6.2, recorded; engines since 1.12 give `{"message": …}` from v1.24 on. What is no such
    JSON keeps its body (a failed attach says `No such container: x` as a raw stream at every
    version), only the type becomes text.
    """

    routes = EVERY_ROUTE

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Take the message out of the JSON, and set the type that engines gave with it."""
        headers = answer.headers
        if answer.body or headers.get("Content-Type") is not None:
            headers = headers.having("Content-Type", "text/plain; charset=utf-8")
            headers = headers.having("X-Content-Type-Options", "nosniff")
        return replace(answer, headers=headers, body=_text(answer.body))


def _text(body: bytes) -> bytes:
    if not body.lstrip().startswith(b"{"):
        return body
    try:
        document = loads(body)
    except JsonError:
        return body
    message = document.get("message")
    return message.encode() + b"\n" if isinstance(message, str) else body


CHANGES = (ErrorsAreText,)
