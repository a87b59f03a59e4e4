"""Blocks of header fields remembered by their bytes.

A client sends the same block with every request; only the request line changes. So a block that
passed every check is looked up the next time instead of being parsed again. The rules that make
this safe: an entry only for a block that passed every check; bounded in number and in bytes; none
with credentials; nothing about who the client is. The reasoning is in
docs/decisions/0004-remembered-heads.md.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")

LONGEST = 1024
"""A block of more bytes than this is never kept."""


class Remembered(Generic[Value]):
    """A bounded memory of what was found out about blocks of bytes.

    `get` is the dictionary's own, so that a look-up costs no call of ours. When the memory is
    full it is emptied: what is in use comes back with the next request.
    """

    __slots__ = ("_entries", "_most", "get")

    def __init__(self, most: int = 1024) -> None:
        self._entries: dict[bytes, Value] = {}
        self._most = most
        self.get = self._entries.get

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, block: bytes, value: Value) -> None:
        """Remember `value` for `block`, unless the block is too long."""
        if len(block) > LONGEST:
            return
        if len(self._entries) >= self._most:
            self._entries.clear()
        self._entries[block] = value
