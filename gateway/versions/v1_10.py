"""Version 1.10 (Docker 0.9): records of progress end with a newline."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.stream.json import dumps
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


CHANGES = (RecordsWithoutEnd,)
