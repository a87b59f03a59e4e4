"""An engine's answer, rewritten for a client: events in, bytes out.

Only JSON documents and errors are held whole, up to a limit. Records go out as they come, each as
a chunk of its own, because clients of 2014 take a chunk for a message (docker-py 0.3 to 0.6).
"""

from __future__ import annotations

from gateway.api.message import Answer, AnswerHead, Headers
from gateway.http.answer import AnswerFields
from gateway.http.fields import Fields, MalformedMessage
from gateway.http.writer import (
    CHUNKED_FRAMING,
    CLOSE,
    KEEP_ALIVE,
    LAST_CHUNK,
    answer_head,
    chunk,
    length_framing,
)
from gateway.stream.frames import StreamError
from gateway.stream.json import JsonError, dumps, loads
from gateway.stream.records import RecordSplitter
from gateway.versions.plan import Plan
from gateway.versions.vocabulary import Facts, StreamRewrite, Untranslatable

_BROKEN = (StreamError, JsonError, Untranslatable, MalformedMessage, UnicodeError)


class AnswerBroken(Exception):
    """The answer cannot be given, or cannot go on; the text says why."""


def headers_of(fields: Fields) -> Headers:
    """Header fields as text."""
    return Headers(tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in fields))


def encoded(headers: Headers) -> Fields:
    """Header fields as they go over the wire."""
    return tuple((n.encode("latin-1"), v.encode("latin-1")) for n, v in headers)


class AnswerTranslation:
    """One answer on its way down.

    `minor` is the client's HTTP/1.x, `keep_alive` what it said about its connection, `limit` the
    most that is held, in bytes. `opened` tells that the head has been given out: from then on the
    answer can only go on or be cut off. `keeps_open` tells whether the connection can be used
    after it.
    """

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        *,
        minor: int,
        keep_alive: bool,
        is_head: bool,
        limit: int,
    ) -> None:
        self._plan = plan
        self._facts = facts
        self._minor = minor
        self.keeps_open = keep_alive
        self._is_head = is_head
        self._limit = limit
        self.opened = False
        self._head = AnswerHead(0)
        self._held: list[bytes] | None = None
        self._held_bytes = 0
        self._records: RecordSplitter | None = None
        self._rewrite: StreamRewrite | None = None
        self._chunking = False

    def start(self, answer: AnswerFields, size: int | None, close: bool = False) -> bytes:
        """Take the head, and choose what becomes of the body.

        `size` is the length of the body's content if all of it has come already. With `close`
        the answer gets a length, and says that it is the last on its connection. Raises
        AnswerBroken.
        """
        try:
            return self._start(answer, size, close)
        except _BROKEN as error:
            raise AnswerBroken(str(error)) from error

    def _start(self, answer: AnswerFields, size: int | None, close: bool) -> bytes:
        plan, facts = self._plan, self._facts
        head = AnswerHead(answer.status, headers_of(answer.fields), answer.reason.decode("latin-1"))
        empty = self._is_head or answer.status in (204, 304)
        # What a GET would have been told of chunks, nobody knows the length of.
        length = answer.length if answer.length >= 0 else None if self._is_head else size
        if close:
            self.keeps_open = False
        if answer.status >= 400:
            if plan.rewrites_errors or close:
                return self._hold(head)
            return self._open(head, length, empty)
        rewrite = plan.stream(head, facts) if plan.rewrites_stream else None
        if plan.rewrites_head:
            head = plan.head(head, facts)
        if empty:
            return self._open(head, length, empty)
        if plan.rewrites_document:
            return self._hold(head)
        if plan.rewrites_records:
            self._records = RecordSplitter()
            length = None
        elif rewrite is not None:
            self._rewrite = rewrite
            length = None
        return self._open(head, length, empty)

    def _hold(self, head: AnswerHead) -> bytes:
        self._head = head
        self._held = []
        return b""

    def _open(self, head: AnswerHead, length: int | None, empty: bool) -> bytes:
        """Write the head; a length of None is one that nobody knows yet."""
        self.opened = True
        framing = b""
        if length is not None and head.status >= 200 and head.status != 204:
            framing = length_framing(length)
        elif length is None and not empty:
            self._chunking = self._minor == 1
            # HTTP/1.0 knows no chunks: the end of the connection is the end.
            self.keeps_open = self.keeps_open and self._chunking
            framing = CHUNKED_FRAMING if self._chunking else b""
        if not self.keeps_open:
            framing += CLOSE
        elif not self._minor:
            framing += KEEP_ALIVE
        reason = head.reason.encode("latin-1")
        return answer_head(head.status, encoded(head.headers), framing, reason)

    def feed(self, content: bytes) -> bytes:
        """Take a piece of the body, without its framing. Raises AnswerBroken."""
        if self._held is not None:
            self._held_bytes += len(content)
            if self._held_bytes > self._limit:
                raise AnswerBroken(
                    f"the engine's answer is longer than the {self._limit} bytes that can be held"
                    " to rewrite it; ask for less, or raise limits.json_bytes"
                )
            self._held.append(content)
            return b""
        try:
            if self._records is not None:
                return b"".join([self._record(text) for text in self._records.feed(content)])
            if self._rewrite is not None:
                content = self._rewrite.feed(content)
        except _BROKEN as error:
            raise AnswerBroken(str(error)) from error
        return chunk(content) if self._chunking else content

    def _record(self, text: bytes) -> bytes:
        try:
            record = loads(text)
        except JsonError:
            # As with documents: it passes as it is.
            written = text + b"\n"
        else:
            written = self._plan.record(record, self._facts)
        return chunk(written) if self._chunking else written

    def finish(self) -> bytes:
        """Give what was held back, and the end. Raises AnswerBroken."""
        try:
            if self._held is not None:
                return self._whole(b"".join(self._held))
            last = b""
            if self._records is not None:
                last = b"".join([self._record(text) for text in self._records.finish()])
            elif self._rewrite is not None:
                rest = self._rewrite.finish()
                last = chunk(rest) if self._chunking else rest
        except _BROKEN as error:
            raise AnswerBroken(str(error)) from error
        return last + LAST_CHUNK if self._chunking else last

    def _whole(self, body: bytes) -> bytes:
        head = self._head
        if head.status >= 400:
            answer = Answer(head.status, head.headers, body)
            if self._plan.rewrites_errors:
                answer = self._plan.error(answer, self._facts)
            reason = head.reason if answer.status == head.status else ""
            head, body = AnswerHead(answer.status, answer.headers, reason), answer.body
        else:
            try:
                document = loads(body)
            except JsonError:
                # What cannot be read cannot be rewritten, and must not be lost either.
                pass
            else:
                body = dumps(self._plan.document(document, self._facts)) + b"\n"
        empty = self._is_head or head.status in (204, 304)
        opened = self._open(head, len(body), empty)
        return opened if empty else opened + body
