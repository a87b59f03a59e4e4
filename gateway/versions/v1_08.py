"""Version 1.8 (Docker 0.7.1): builds answer with records; progress comes in numbers, too."""

from __future__ import annotations

from dataclasses import replace

from gateway.api.message import Answer, AnswerHead, Json
from gateway.api.version import ApiVersion
from gateway.versions.record_text import progress_text, record_text
from gateway.versions.v1_10 import records_of
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 8)

TEXT = "text/plain; charset=utf-8"


class BuildIsText(Change):
    """Build: the answer is the text of the build, an error in it a line `Error: …`.

    API document v1.8; Engine 1.6.2, recorded at v1.3 to v1.7: what was one record each is the text
    of it and a carriage return, of the type `text/plain; charset=utf-8`. Clients look for
    `Successfully built` and 12 digits in it.
    """

    routes = ("ImageBuild",)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """The type is text."""
        return replace(head, headers=head.headers.having("Content-Type", TEXT))

    def write_record(self, record: Json, facts: Facts) -> bytes:
        """Write the text."""
        return record_text(record)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Write the text of an error that an older engine told in its stream."""
        if answer.status >= 400:
            return answer
        headers = answer.headers.having("Content-Type", TEXT)
        return Answer(answer.status, headers, b"".join(map(record_text, records_of(answer))))


class ProgressIsText(Change):
    """Pull, push and insert: progress is only the text in `progress`, without `progressDetail`.

    API document v1.8 against v1.7. Where an engine sends the numbers alone the text is made of
    them, as Docker 0.7.1 did (utils/jsonmessage.go). Records that only hold `aux`, which came with
    Docker 1.10, are left out.
    """

    routes = ("ImageCreate", "ImagePush", "ImageInsert")

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        """Make the text, drop the numbers."""
        record.pop("aux", None)
        record.pop("timeNano", None)
        if "progressDetail" in record:
            text = progress_text(record)
            del record["progressDetail"]
            if text:
                record["progress"] = text
        return record or None


CHANGES = (BuildIsText, ProgressIsText)
