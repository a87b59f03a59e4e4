"""How much of a message's frame the gateway is ready to hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one message's head and on the lines that frame its body, in bytes and counts.

    64 KiB of head are wanted because `X-Registry-Config` carries a whole credentials file.
    """

    head_bytes: int = 65536
    fields: int = 200
    size_line_bytes: int = 256
    trailer_bytes: int = 8192


DEFAULT = Limits()
