"""Version 1.10 (Docker 0.9): records of progress end with a newline."""

from __future__ import annotations

from dataclasses import replace

from gateway.api.message import Answer, Json
from gateway.api.version import ApiVersion
from gateway.stream.json import dumps, loads
from gateway.stream.records import RecordSplitter
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 10)


class RecordsWithoutEnd(Change):
    """Pull, push, build and insert: nothing stands between two records.

    Each is a chunk of its own (utils/streamformatter.go at Docker 0.8.1). From 0.9 on CR LF
    follows; docker-py 0.3.0, which speaks v1.8, reads a chunk as one document.
    """

    routes = ("ImageCreate", "ImagePush", "ImageBuild", "ImageInsert")

    def write_record(self, record: Json, facts: Facts) -> bytes:
        """Write it alone."""
        return dumps(record)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Write the records of an error that an older engine told in its stream."""
        if answer.status >= 400:
            return answer
        return replace(answer, body=b"".join(map(dumps, records_of(answer))))


def records_of(answer: Answer) -> list[Json]:
    """The records of a whole answer. Raises StreamError or JsonError for what are none."""
    splitter = RecordSplitter()
    return [loads(text) for text in (*splitter.feed(answer.body), *splitter.finish())]


CHANGES = (RecordsWithoutEnd,)
