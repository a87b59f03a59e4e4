"""Counting the bytes of a chunked body (RFC 9112, section 7.1) without keeping any of them.

Stub and generator both use it, so that a benchmark of chunked transfers also proves that every
byte arrived, at the cost of one short look per chunk.
"""

_LONGEST_LINE = 4096


class ChunkCounter:
    """Feeds on the bytes after a head; `total` is the length of the content so far."""

    def __init__(self) -> None:
        self.total = 0
        self.done = False
        self._skip = 0  # bytes of the present chunk, and its CRLF, still to come
        self._line = b""  # the start of a size line that was cut off by the end of the data
        self._trailer = False

    def feed(self, data: bytes | bytearray | memoryview) -> int:
        """Count what is in `data`; return how many of its bytes belong to this body.

        Raises ValueError for anything that is not chunked coding.
        """
        at, end = 0, len(data)
        while at < end and not self.done:
            if self._skip:
                step = min(self._skip, end - at)
                at += step
                self._skip -= step
                continue
            piece = bytes(data[at : at + 80])
            newline = piece.find(b"\n")
            if newline < 0:
                self._line += piece
                at += len(piece)
                if len(self._line) > _LONGEST_LINE:
                    raise ValueError("a chunk's size line does not end")
                continue
            line = (self._line + piece[:newline]).rstrip(b"\r")
            self._line = b""
            at += newline + 1
            self._take_line(line)
        return at

    def _take_line(self, line: bytes) -> None:
        if self._trailer:
            self.done = not line
            return
        size = int(line.split(b";", 1)[0], 16)
        if size == 0:
            self._trailer = True
        else:
            self.total += size
            self._skip = size + 2
