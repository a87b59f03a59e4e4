"""A terminal's line discipline, as much of it as a shell or `cat` at a prompt needs.

What a pty's kernel side does with `icanon echo icrnl onlcr`: it echoes what is typed, gives
whole lines to the program, and turns ^C and ^D into an interrupt and an end of input.
"""

from __future__ import annotations

from collections.abc import Callable

_INTERRUPT, _END, _ERASE = 0x03, 0x04, (0x08, 0x7F)


def cooked(data: bytes) -> bytes:
    """A program's output as the terminal gets it: each newline with a return before it."""
    return data.replace(b"\n", b"\r\n")


class LineDiscipline:
    """Turns typed bytes into lines for the program and an echo for the terminal."""

    def __init__(
        self,
        echo: Callable[[bytes], None],
        line: Callable[[bytes], None],
        end: Callable[[], None],
        interrupt: Callable[[], None],
    ) -> None:
        self._echo = echo
        self._line = line
        self._end = end
        self._interrupt = interrupt
        self._typed = bytearray()

    def feed(self, data: bytes) -> None:
        """Take typed bytes."""
        echoed = bytearray()
        for byte in data:
            if byte in b"\r\n":
                echoed += b"\r\n"
                self._flush(echoed)
                self._typed += b"\n"
                self._give()
            elif byte == _INTERRUPT:
                echoed += b"^C\r\n"
                self._flush(echoed)
                self._typed.clear()
                self._interrupt()
            elif byte == _END:
                self._flush(echoed)
                if self._typed:
                    self._give()
                else:
                    self._end()
            elif byte in _ERASE:
                if self._typed:
                    del self._typed[-1:]
                    echoed += b"\b \b"
            else:
                self._typed.append(byte)
                echoed.append(byte)
        self._flush(echoed)

    def _flush(self, echoed: bytearray) -> None:
        """Echo before the program sees the line, so that its output comes after."""
        if echoed:
            self._echo(bytes(echoed))
            echoed.clear()

    def _give(self) -> None:
        line = bytes(self._typed)
        self._typed.clear()
        self._line(line)
