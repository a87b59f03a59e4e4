"""Version 1.1 (Docker 0.3.4 and 0.4.0): progress comes in JSON records, not as text."""

from __future__ import annotations

from dataclasses import replace

from gateway.api.message import Answer, AnswerHead, Json
from gateway.api.version import ApiVersion
from gateway.versions.record_text import record_text
from gateway.versions.v1_10 import records_of
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 1)

_TEXT = "text/plain; charset=utf-8"


class ProgressIsTextAlone(Change):
    """Pull, import, push and insert: the answer is the text of the progress, not JSON.

    API document v1.1 against v1.0; Engine 1.6.2, recorded at v1.0: an import answers with the id
    and CR LF, of the type `text/plain; charset=utf-8`.
    """

    routes = ("ImageCreate", "ImagePush", "ImageInsert")

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """The type is text."""
        return replace(head, headers=head.headers.having("Content-Type", _TEXT))

    def write_record(self, record: Json, facts: Facts) -> bytes:
        """Write the text."""
        return record_text(record)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Write the text of an error that an older engine told in its stream."""
        if answer.status >= 400:
            return answer
        headers = answer.headers.having("Content-Type", _TEXT)
        return Answer(answer.status, headers, b"".join(map(record_text, records_of(answer))))


CHANGES = (ProgressIsTextAlone,)
