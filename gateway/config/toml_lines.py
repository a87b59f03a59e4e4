"""On which line of a TOML file each key is: tomllib gives the values but not where they stood.

The text must be valid TOML 1.0; ask tomllib first. What it holds is not interpreted here, only
walked over: comments, strings of all four kinds, arrays and inline tables.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import TypeAlias

TomlPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys, and positions within arrays, `("listen", 0, "mode")`."""

_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\r\n]+")


def toml_lines(text: str) -> dict[TomlPath, int]:
    """Give the line, counted from 1, of every table, key and array element of a valid text."""
    return _Walk(text).lines


def line_of(lines: dict[TomlPath, int], path: TomlPath) -> int:
    """Give the line of `path`, or of the nearest thing around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Walk:
    """One walk over a text; afterwards `lines` is complete."""

    def __init__(self, text: str) -> None:
        self.lines: dict[TomlPath, int] = {}
        self._text = text
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._counts: dict[TomlPath, int] = {}
        table: TomlPath = ()
        self._skip(_BLANK)
        while self._at < len(text):
            if text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()

    def _note(self, path: TomlPath) -> None:
        self.lines.setdefault(path, bisect_right(self._starts, self._at))

    def _key(self) -> list[str]:
        """A key, dotted or not, without the blanks around its dots."""
        parts = []
        while True:
            self._skip(_SPACE)
            part = self._skip(_KEY_PART)
            parts.append(next(iter(tomllib.loads(f"{part}=0"))) if part[:1] in "\"'" else part)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _header(self) -> TomlPath:
        """`[table]` or `[[array of tables]]`; gives the path that its keys are under."""
        start = self._at
        double = self._text.startswith("[[", start)
        self._at += 2 if double else 1
        parts = self._key()
        end, self._at = self._at + (2 if double else 1), start
        path: TomlPath = ()
        for index, part in enumerate(parts):
            path += (part,)
            last = index == len(parts) - 1
            self._note(path)
            if last and double:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path += (self._counts[path],)
                self._note(path)
        self._at = end
        return path

    def _pair(self, table: TomlPath) -> None:
        """`key = value`."""
        start = self._at
        path = table
        parts = self._key()
        end, self._at = self._at, start
        for part in parts:
            path += (part,)
            self._note(path)
        self._at = end + 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: TomlPath) -> None:
        opening = self._text[self._at]
        if opening in "\"'":
            self._skip(_STRING)
        elif opening == "[":
            self._items(path, "]")
        elif opening == "{":
            self._items(path, "}")
        else:
            self._skip(_BARE)

    def _items(self, path: TomlPath, closing: str) -> None:
        """What is between brackets or braces, up to and with the closing one."""
        self._at += 1
        index = 0
        while True:
            self._skip(_BLANK)
            if self._text[self._at] == closing:
                self._at += 1
                return
            if self._text[self._at] == ",":
                self._at += 1
            elif closing == "}":
                self._pair(path)
            else:
                self._note((*path, index))
                self._value((*path, index))
                index += 1
