"""Calls of the practice engine and the three kinds of replies to them, without a connection.

A reply is whole (`Answer`), a stream that goes on until its source ends or the client leaves
(`Streaming`), or a connection taken over in both directions (`Hijacked`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from urllib.parse import parse_qsl

import orjson

from gateway.api.message import Answer, AnswerHead, Headers, Json
from gateway.api.version import JSON_ERRORS, ApiVersion


class Refused(Exception):
    """A call that the engine answers with an error: the status and the words for the client."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `path` without the version prefix, `written` says whether the path had one.

    `upgrade` is the value of the Upgrade field when `Connection: Upgrade` came with it.
    """

    method: str
    path: str
    version: ApiVersion
    written: bool = True
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    upgrade: str | None = None

    def text(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        for key, value in parse_qsl(self.query, keep_blank_values=True):
            if key == name:
                return value
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        """A query parameter as a truth value, as engines read it (`httputils.BoolValue`)."""
        value = self.text(name, "1" if default else "").strip().lower()
        return value not in ("", "0", "no", "false", "none")

    def document(self) -> Json:
        """The JSON body, `{}` when there is none.

        Refused with 400 when it is not JSON, or does not say so: engines want the content type
        (H-10; the words are those of moby's `httputils.CheckForJSON` since 23.0).
        """
        if not self.body.strip():
            return {}
        if self.headers.content_type != "application/json":
            kind = self.headers.get("Content-Type") or ""
            raise Refused(
                400, f"unsupported Content-Type header ({kind}): must be 'application/json'"
            )
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Refused(400, f"invalid JSON: {error}") from None

    def mapping(self) -> dict[str, Json]:
        """The JSON body where it must be an object."""
        document = self.document()
        if document is None:
            return {}
        if not isinstance(document, dict):
            raise Refused(400, "invalid JSON: an object was expected")
        return document

    def filters(self) -> dict[str, list[str]]:
        """The `filters` parameter: `{"name": ["value"]}`, or `{"name": {"value": true}}`.

        Both forms are in use (API document v1.24 has the first, clients since 1.22 send the
        second). Refused with 400 when it is neither.
        """
        raw = self.text("filters")
        if not raw:
            return {}
        try:
            document = orjson.loads(raw)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise Refused(400, "invalid filter")
        return {str(name): [str(value) for value in values] for name, values in document.items()}


class Sink(Protocol):
    """Where a stream's bytes go."""

    def write(self, data: bytes) -> None:
        """Send these bytes; in a chunked answer they make a chunk of their own."""

    def end(self) -> None:
        """Nothing follows. More calls after the first have no effect."""


class Peer(Protocol):
    """The engine's side of a hijacked connection: what the client does arrives here."""

    def data(self, data: bytes) -> None:
        """Bytes of the client's."""

    def end(self) -> None:
        """The client closed its writing half."""

    def gone(self) -> None:
        """The connection is lost."""


@dataclass(frozen=True, slots=True)
class Streaming:
    """An answer whose body is written over time.

    `start` is called once the head is sent; what it gives is called when the client goes away
    or the stream has ended.
    """

    head: AnswerHead
    start: Callable[[Sink], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Hijacked:
    """A connection taken over. The head is `101 UPGRADED` or `200 OK` and says so itself.

    `signed`: the engine's own fields (`Api-Version`, …) are in the head, as engines have them at
    exec start and not at attach.
    """

    head: AnswerHead
    start: Callable[[Sink], Peer]
    signed: bool


Reply: TypeAlias = Answer | Streaming | Hijacked

JSON = Headers((("Content-Type", "application/json"),))
TEXT = Headers((("Content-Type", "text/plain; charset=utf-8"),))


def json_answer(document: Json, status: int = 200) -> Answer:
    """Answer with a document, and a newline after it as Go's encoder writes one."""
    return Answer(status, JSON, json_record(document))


def json_record(document: Json) -> bytes:
    """One record of a stream, with the newline that engines send after each."""
    return orjson.dumps(document) + b"\n"


def empty(status: int = 204) -> Answer:
    """Answer without a body."""
    return Answer(status)


def error(call: Call, status: int, message: str) -> Answer:
    """Answer an error in the shape of the call's version.

    Text below v1.24 when the path had that version, JSON otherwise (Engine 28.5.2; engines.md).
    """
    if call.written and call.version < JSON_ERRORS:
        return Answer(status, TEXT, message.encode() + b"\n")
    return json_answer({"message": message}, status)


def json_stream(
    start: Callable[[Sink], Callable[[], None]], kind: str = "application/json"
) -> Streaming:
    """A stream of JSON records."""
    return Streaming(AnswerHead(200, Headers((("Content-Type", kind),))), start)


def nothing() -> None:
    """What a stream that has nothing to undo gives back."""
