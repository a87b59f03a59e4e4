"""The words in which a difference between two API versions is written down.

A `Change` is one difference: its docstring is the changelog line with its source, `routes` says
where it applies, and the methods that it overrides say what it rewrites. A module `v1_NN.py` of
this package holds the changes that came with version 1.NN as `VERSION` and `CHANGES`; a change
applies iff client < VERSION <= forwarded version. "Up" is client to engine (older to newer),
"down" is engine to client (newer to older).

Changes are pure: what they know besides the message in hand is in `Facts`, which are either
asked of the engine before (`Lookup`) or read from the request's own document (`Note`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from gateway.api.message import Answer, AnswerHead, EngineCall, Json, Request
from gateway.api.router import Match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.stream.json import dumps

EVERY_ROUTE = ("*",)
"""What a change's `routes` is when it applies to every request, those of unknown paths too."""

STORED_CREDENTIALS = "registry credentials that the client stored"
"""The fact that holds what a client before v1.2 left with `POST /auth`: by registry's address.

It is in the facts of such a client alone, without being asked for, and in no log.
"""


class Untranslatable(Exception):
    """A message does not have the shape that a change stands on; str() says which and why.

    The I/O layer answers 502 where an engine's answer is meant, 400 where a client's request is.
    """


class Facts(dict[str, Json]):
    """What was found out for one exchange: the names of look-ups and notes, and their values.

    A look-up that failed is there with the value None, so that it differs from one not made only
    for those who ask; `facts.get(name)` is None for both. One object per exchange:
    `Plan.request_document` puts notes into it.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """A fact that has to be asked of the engine, before the request itself is forwarded.

    `call` makes the call from the matched request, or None when there is nothing to ask (the fact
    is None then); `read` takes the fact out of the answer and is
    only given answers with a status below 400. When the call fails, or `read` raises LookupError,
    TypeError or ValueError, the fact is None.

    `ask`, when given, makes the call in the place of `call`: it also sees the request as the
    client made it, and the facts that are known by then. `leads`, when given, is called behind
    the look-up and tells what the request's parameters stand for in truth: look-ups with it are
    made before the others, which are given the match that it gave.
    """

    name: str
    call: Callable[[Match], EngineCall | None]
    read: Callable[[Answer], Json]
    ask: Callable[[Match, Request, Facts], EngineCall | None] | None = None
    leads: Callable[[Match, Facts], Match] | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A fact that the request's own JSON document tells."""

    name: str
    read: Callable[[Json], Json]


class StreamRewrite(Protocol):
    """Rewrites one byte stream, engine to client. It may hold bytes back, within a bound."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes and give what can go out. Raises StreamError when they are wrong."""
        ...

    def finish(self) -> bytes:
        """Give what was held back. Raises StreamError when the stream ended in mid-item."""
        ...


class Change:
    """One difference between two versions; a subclass overrides only what it rewrites.

    The first line of a subclass's docstring is its line in `explain` and in the compatibility
    page, the rest says where that is known from. `routes` are names of gateway.api.routes.ROUTE,
    or EVERY_ROUTE. A subclass without routes, with a name that is no route's, without a docstring
    or without a rewrite raises TypeError when it is defined, that is at import.

    A document or record that is passed in may be changed in place; what is returned counts.
    """

    routes: ClassVar[tuple[str, ...]] = ()
    lookups: ClassVar[tuple[Lookup, ...]] = ()
    notes: ClassVar[tuple[Note, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_routes(cls, cls.routes)
        if not (cls.__doc__ or "").strip():
            raise TypeError(f"{cls.__qualname__} has no docstring, which is its changelog line")
        if not any(overrides(cls, step) for step in STEPS):
            raise TypeError(f"{cls.__qualname__} rewrites nothing: it overrides none of {STEPS}")

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring: what differs, in one sentence."""
        return (cls.__doc__ or "").strip().partition("\n")[0].strip()

    @classmethod
    def source(cls) -> str:
        """The rest of the docstring, its lines joined: details, and where they are known from."""
        rest = (cls.__doc__ or "").strip().partition("\n")[2]
        return " ".join(rest.split())

    @classmethod
    def needs(cls, forward: ApiVersion) -> tuple[Lookup, ...]:
        """The look-ups needed when the engine is spoken to at `forward`: all, or fewer."""
        return cls.lookups

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Rewrite path, query or headers of a request."""
        return request

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Rewrite the JSON document that is the request's body."""
        return document

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Rewrite the head of an answer whose status is below 400."""
        return head

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Rewrite the JSON document of an answer whose status is below 400."""
        return document

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        """Rewrite one record of a stream of JSON records; None leaves it out."""
        return record

    def write_record(self, record: Json, facts: Facts) -> bytes:
        """Write one record of a stream, after every `down_record`, with what ends or follows it.

        How a record stands on the wire is a matter of the client's age alone, so of all changes
        that apply only the one nearest to the client has its say. Empty bytes leave it out.
        """
        return dumps(record) + b"\r\n"

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Rewrite a whole answer whose status is 400 or above."""
        return answer

    def down_stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        """Give what rewrites the bytes behind `head` (as the engine sent it); None: they pass."""
        return None


STEPS = (
    "up_request",
    "up_document",
    "down_head",
    "down_document",
    "down_record",
    "write_record",
    "down_error",
    "down_stream",
)
"""The names of the methods of Change that rewrite something."""


def overrides(change: type[Change], step: str) -> bool:
    """Whether `change` has a `step` of its own, that is whether it rewrites there at all."""
    return getattr(change, step) is not getattr(Change, step)


def check_routes(owner: type, routes: tuple[str, ...]) -> None:
    """Raise TypeError unless `routes` binds `owner` to routes that exist."""
    if not routes:
        raise TypeError(f"{owner.__qualname__} binds to no route: set `routes`")
    if routes == EVERY_ROUTE:
        return
    unknown = [name for name in routes if name not in ROUTE]
    if unknown:
        raise TypeError(
            f"{owner.__qualname__} binds to {', '.join(map(repr, unknown))}: no such route in"
            " gateway.api.routes"
        )


def applies_to(routes: tuple[str, ...], name: str | None) -> bool:
    """Whether `routes` covers the route called `name` (None: a path that is no route's)."""
    return routes == EVERY_ROUTE or name in routes
