"""The multiplexed stream of attach, logs and exec start: stdout and stderr in frames.

A frame is `[type, 0, 0, 0, length as 4 bytes, big-endian]` and `length` bytes of payload; the type
is 0 (stdin), 1 (stdout), 2 (stderr) or 3 (an error of the engine's own). Known from: API document
v1.6 ("Stream details") and Engine 1.6.2. Streams of a container with a TTY are never framed.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct

HEADER = Struct(">BxxxI")
"""Type and length of a frame; 8 bytes."""

LAST_TYPE = 3
"""The largest byte that a frame can begin with."""


class StreamError(Exception):
    """A byte stream that is not what its framing promises; str() says what was wrong."""


class Merge:
    """Takes the frames' headers away and leaves stdout and stderr merged, in order of arrival.

    What clients before API v1.6 get. Payload is given on as it comes, a frame need not be whole;
    at most 7 bytes are held back. A StreamRewrite.
    """

    __slots__ = ("_held", "_remaining")

    def __init__(self) -> None:
        self._held = b""  # the beginning of a frame's header
        self._remaining = 0  # payload bytes of the current frame that have not come yet

    def feed(self, data: bytes) -> bytes:
        """Give the payload in the next bytes. Raises StreamError at a header with a wrong type."""
        if self._held:
            data = self._held + data
            self._held = b""
        size = len(data)
        position = self._remaining
        if position >= size:
            self._remaining = position - size
            return data
        view = memoryview(data)
        pieces = [view[:position]]
        append = pieces.append
        unpack = HEADER.unpack_from
        last = size - 8
        while position <= last:
            kind, length = unpack(data, position)
            if kind > LAST_TYPE:
                raise StreamError(f"not a frame of stdout or stderr: it begins with byte {kind}")
            position += 8
            append(view[position : position + length])
            position += length
        if position > size:
            self._remaining = position - size
        else:
            self._remaining = 0
            self._held = data[position:]
            if self._held and self._held[0] > LAST_TYPE:
                raise StreamError(
                    f"not a frame of stdout or stderr: it begins with byte {self._held[0]}"
                )
        return b"".join(pieces)

    def finish(self) -> bytes:
        """End the stream. Raises StreamError when it ended inside a frame."""
        if self._held or self._remaining:
            where = f"{self._remaining} bytes" if self._remaining else "part of a header"
            raise StreamError(f"the stream ended inside a frame: {where} missing")
        return b""


class MergeIfFramed:
    """Merges a stream that begins like a frame and passes any other as it is.

    For the rare case that nobody can say whether the container has a TTY, because the look-up
    failed: a header has three zero bytes in places where a terminal's output has none. Holds at
    most 4 bytes back until it has decided. A StreamRewrite.
    """

    __slots__ = ("_held", "_merge", "_plain")

    def __init__(self) -> None:
        self._held = b""
        self._merge: Merge | None = None
        self._plain = False

    def feed(self, data: bytes) -> bytes:
        """Give what can go out. Raises StreamError as Merge does."""
        if self._plain:
            return data
        if self._merge is not None:
            return self._merge.feed(data)
        data = self._held + data
        self._held = b""
        if data and (data[0] > LAST_TYPE or data[1:4].strip(b"\0")):
            self._plain = True
            return data
        if len(data) < 4:
            self._held = data
            return b""
        self._merge = Merge()
        return self._merge.feed(data)

    def finish(self) -> bytes:
        """Give what was held back. Raises StreamError as Merge does."""
        if self._merge is not None:
            return self._merge.finish()
        held, self._held = self._held, b""
        return held


def frame(kind: int, payload: bytes) -> bytes:
    """Make one frame of `payload`; `kind` is 0 to 3."""
    return HEADER.pack(kind, len(payload)) + payload


def frames(chunks: Iterable[tuple[int, bytes]]) -> bytes:
    """Make one frame of each (type, payload) and put them behind each other."""
    return b"".join(frame(kind, payload) for kind, payload in chunks)


def split_frames(data: bytes) -> list[tuple[int, bytes]]:
    """Split a whole stream into its (type, payload)s. Raises StreamError for what is none."""
    found: list[tuple[int, bytes]] = []
    position = 0
    while position < len(data):
        if len(data) - position < HEADER.size:
            raise StreamError("the stream ended inside a frame: part of a header missing")
        kind, length = HEADER.unpack_from(data, position)
        if kind > LAST_TYPE:
            raise StreamError(f"not a frame of stdout or stderr: it begins with byte {kind}")
        position += HEADER.size
        payload = data[position : position + length]
        if len(payload) < length:
            raise StreamError(
                f"the stream ended inside a frame: {length - len(payload)} bytes missing"
            )
        found.append((kind, payload))
        position += length
    return found
