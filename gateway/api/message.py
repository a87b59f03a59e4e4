"""Requests and answers of the Engine API as values, without a connection behind them.

What the routes, the plans and the emulations work on. Everything is immutable; a change makes a
new value with `dataclasses.replace` or one of the `with_…` methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

Json: TypeAlias = Any
"""A JSON value as orjson reads it: dict, list, str, int, float, bool or None."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Header fields in the order in which they came; names compare without regard to case."""

    fields: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Give the first value of `name`, or `default`."""
        lowered = name.lower()
        for key, value in self.fields:
            if key.lower() == lowered:
                return value
        return default

    def without(self, *names: str) -> Headers:
        """Leave out every field of these names."""
        lowered = {name.lower() for name in names}
        return Headers(tuple(pair for pair in self.fields if pair[0].lower() not in lowered))

    def having(self, name: str, value: str) -> Headers:
        """Set `name` to one `value`, in the place of what was there before."""
        return Headers((*self.without(name).fields, (name, value)))

    @property
    def content_type(self) -> str:
        """The media type in lower case without its parameters; empty when there is none."""
        return (self.get("Content-Type") or "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the Engine API.

    `path` is without the version prefix and without the query (`/containers/json`), `query` the
    part behind `?` as it was written. `headers` are the end-to-end ones: neither Host, nor what
    frames the body, nor what concerns one connection.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=Headers)

    def parameters(self) -> list[tuple[str, str]]:
        """The query's parameters, decoded, in order; blank values kept."""
        return parse_qsl(self.query, keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        """The first value of one query parameter, or None when it is absent."""
        return next((value for key, value in self.parameters() if key == name), None)

    def with_parameters(self, parameters: Iterable[tuple[str, str]]) -> Request:
        """The same request with these query parameters and no others."""
        return replace(self, query=urlencode(list(parameters)))


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """The head of an answer: its status, the reason's words, and the end-to-end fields."""

    status: int
    headers: Headers = field(default_factory=Headers)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer whose body is small enough to be held: errors, emulations, look-ups."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def head(self) -> AnswerHead:
        """Its head."""
        return AnswerHead(self.status, self.headers)


@dataclass(frozen=True, slots=True)
class EngineCall:
    """A call of the gateway's own to the engine, at the version that the plan forwards at.

    For look-ups and emulations. `path` may carry a query. `body` is JSON when not None; `raw` is
    a body of other bytes, whose type then stands in `headers`.
    """

    method: str
    path: str
    body: Json = None
    raw: bytes | None = None
    headers: Headers = field(default_factory=Headers)


@dataclass(frozen=True, slots=True)
class Forward:
    """A request to forward in the place of the client's, as if the client had sent it.

    What an emulation gives that only has to bring a request into another form: it goes on through
    the plan of its own route, up and down. `body` is the whole body; `known` are facts for the
    changes of that route: names and values.
    """

    request: Request
    body: bytes = b""
    known: Mapping[str, Json] = field(default_factory=dict)
