"""Faults on demand: what the practice engine does wrong, to which calls, and how often.

Tests of the gateway set them while the engine runs. A fault bears on the next calls whose path
matches, until its count is used up or it is removed.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from enum import Enum

from gateway.api.message import Json


class FaultKind(Enum):
    """What goes wrong. `seconds`, `after` and `data` are fields of the `Fault`."""

    SLOW = "slow"
    """The answer's first byte comes `seconds` late."""
    SILENT = "silent"
    """The request is read and never answered; the connection stays open."""
    CUT = "cut"
    """The connection ends when `after` bytes of the framed body are sent: in mid-chunk, or before
    the announced length is reached."""
    CUT_HEAD = "cut-head"
    """The connection ends when `after` bytes of the answer's head are sent."""
    GARBAGE = "garbage"
    """`data` is sent in place of an answer, then the connection ends."""
    REFUSE = "refuse"
    """New connections are dropped before a byte of them is read. `path` does not matter."""
    CLOSE_IDLE = "close-idle"
    """The answer is right and says nothing of a close, and the connection ends after it."""
    CLOSE_ON_REQUEST = "close-on-request"
    """The connection ends when the request has arrived, without an answer."""
    EARLY = "early"
    """An error 503 is answered before the request's body is read, then the connection ends."""
    TWO_LENGTHS = "two-lengths"
    """The answer has two Content-Length fields that differ."""
    LENGTH_AND_CHUNKS = "length-and-chunks"
    """The answer is chunked and has a Content-Length as well."""
    BAD_CHUNK = "bad-chunk"
    """The answer is chunked and its first chunk's size is no number."""
    CLOSE_DELIMITED = "close-delimited"
    """The answer has neither a length nor chunks; the connection's end ends it (allowed)."""
    HUGE_HEAD = "huge-head"
    """The answer's head has a field of `after` bytes."""
    HALF_CLOSE = "half-close"
    """When the output of a hijacked connection ends only the writing half is closed; the client's
    bytes are read to their end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    `path` is a regular expression that is searched in the request's target (version prefix and
    query included), `method` empty for any; `count` is how many calls it bears on, None for all.
    """

    kind: FaultKind
    path: str = ""
    method: str = ""
    count: int | None = 1
    seconds: float = 0.0
    after: int = 0
    data: bytes = b"this is not HTTP\n\n"

    def __post_init__(self) -> None:
        re.compile(self.path)

    @classmethod
    def read(cls, document: Json) -> Fault:
        """Read a fault from JSON. Raises ValueError with what is wrong."""
        if not isinstance(document, dict):
            raise ValueError("a fault is an object")
        known = {name: value for name, value in document.items() if name in cls.__slots__}
        if len(known) != len(document) or "kind" not in known:
            raise ValueError(f"a fault has a kind and some of {', '.join(cls.__slots__[1:])}")
        known["kind"] = FaultKind(known["kind"])
        if "data" in known:
            known["data"] = str(known["data"]).encode()
        try:
            return cls(**known)
        except (re.error, TypeError) as error:
            raise ValueError(str(error)) from None

    def document(self) -> Json:
        """The fault as JSON, as `read` takes it."""
        return {**asdict(self), "kind": self.kind.value, "data": self.data.decode("latin-1")}


@dataclass(slots=True)
class Faults:
    """The faults that are set now, in the order in which they were set."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Set one more."""
        self.pending.append(fault)

    def clear(self) -> None:
        """Take all away."""
        self.pending.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """Give the first fault that bears on a call and count it; None when the call goes well."""
        for at, fault in enumerate(self.pending):
            if (
                fault.kind is not FaultKind.REFUSE
                and fault.method in ("", method)
                and re.search(fault.path, target)
            ):
                return self._count(at)
        return None

    def take_connection(self) -> Fault | None:
        """Give the fault that bears on a new connection and count it."""
        for at, fault in enumerate(self.pending):
            if fault.kind is FaultKind.REFUSE:
                return self._count(at)
        return None

    def _count(self, at: int) -> Fault:
        fault = self.pending[at]
        if fault.count is not None:
            if fault.count <= 1:
                del self.pending[at]
            else:
                self.pending[at] = replace(fault, count=fault.count - 1)
        return fault
