"""Splits a stream of JSON records, as events, build, pull, push and stats send them.

Engines end each record with a newline (`\\n` or `\\r\\n`); Engine 1.6 and older sent events, and
progress, one behind the other without any. Both are split, mixed too, and a record is given as
soon as its last byte is there. The records come out without the white space around them.
"""

from __future__ import annotations

import re

from gateway.stream.frames import StreamError

LIMIT = 16 * 1024 * 1024
"""How many bytes a record may have unless told otherwise."""

_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')
_BLANKS = b" \t\r"
_INK = re.compile(rb"[^ \t\r\n]")


class RecordSplitter:
    """Finds the records in bytes that come in pieces; holds at most one unfinished record.

    Brackets are counted outside of strings, so a record may hold newlines. Text that begins with
    no bracket counts as a record up to the end of its line. A record of more than `limit` bytes
    raises StreamError.
    """

    __slots__ = ("_bare", "_depth", "_escaped", "_held", "_held_size", "_inside", "_limit", "_open")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held: list[bytes] = []  # the pieces of the unfinished record
        self._held_size = 0
        self._open = False  # in the middle of a record
        self._bare = False  # which is a line that began with no bracket
        self._depth = 0  # open brackets
        self._inside = False  # in the middle of a string
        self._escaped = False  # whose last piece ended with a backslash

    def feed(self, data: bytes) -> list[bytes]:
        """Give the records that the next bytes complete. Raises StreamError for a too long one."""
        records: list[bytes] = []
        position = self._scan(data, 0, records) if self._open else 0
        cut = data.rfind(b"\n", position) + 1
        if cut:
            lines = self._lines(data[position:cut])
            if lines is not None:
                records += lines
                position = cut
        while position < len(data):
            position = self._scan(data, position, records)
        return records

    def finish(self) -> list[bytes]:
        """End the stream. Raises StreamError when it ended inside a record."""
        if not self._open:
            return []
        if not self._bare:
            raise StreamError(f"the stream ended inside a record, after {self._held_size} bytes")
        records: list[bytes] = []
        self._complete(b"", records)
        return records

    def _lines(self, block: bytes) -> list[bytes] | None:
        """Take each line as one record, as nearly all are; None when a line does not look so.

        The lines of one record that holds newlines have unequal counts of brackets, but for
        contrived ones with brackets in strings.
        """
        records: list[bytes] = []
        limit = self._limit
        for line in block.split(b"\n"):
            line = line.strip(_BLANKS)
            if (
                line.startswith(b"{")
                and line.endswith(b"}")
                and len(line) <= limit
                and b"}{" not in line
                and b"} {" not in line
                and line.count(b"{") == line.count(b"}")
            ):
                records.append(line)
            elif line:
                return None
        return records

    def _scan(self, data: bytes, position: int, records: list[bytes]) -> int:
        """Read on in the open record, or in the next one; give where it, or the data, ends."""
        start = position
        if not self._open:
            ink = _INK.search(data, position)
            if ink is None:
                return len(data)
            start = position = ink.start()
            self._open = True
            self._bare = data[start] not in b"{["
        end = data.find(b"\n", position) if self._bare else self._closing(data, position)
        if end < 0:
            self._hold(data[start:])
            return len(data)
        self._complete(data[start:end], records)
        return end

    def _closing(self, data: bytes, position: int) -> int:
        """Give the position behind the bracket that closes the record, -1 when it is not there."""
        if self._escaped and data:
            self._escaped = False
            position += 1
        while True:
            found = (_INSIDE if self._inside else _OUTSIDE).search(data, position)
            if found is None:
                return -1
            position = found.end()
            byte = found[0]
            if byte == b'"':
                self._inside = not self._inside
            elif byte == b"\\":
                self._escaped = position == len(data)
                position += 1
            elif byte in (b"{", b"["):
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth <= 0:
                    return position

    def _hold(self, piece: bytes) -> None:
        self._held_size += len(piece)
        if self._held_size > self._limit:
            raise StreamError(f"a record of more than {self._limit} bytes in a stream of records")
        self._held.append(piece)

    def _complete(self, piece: bytes, records: list[bytes]) -> None:
        self._hold(piece)
        records.append(b"".join(self._held).rstrip(_BLANKS))
        self._held = []
        self._held_size = 0
        self._open = self._bare = False
        self._depth = 0
