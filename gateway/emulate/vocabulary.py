"""What an emulation is: a small flow of engine calls in the place of a route that is gone.

An emulation is a generator: it yields calls to the engine (`EngineCall`), is sent their answers
(`Answer`, whatever their status), and returns the answer to give. It does no I/O itself. It may
also yield a `Pause`, or say what the I/O layer must know (`Swapped`); both are answered with
nothing. A module of this package names its own in `EMULATIONS`; one without holds what an
emulation is made of.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from importlib import import_module
from typing import ClassVar, TypeAlias

import gateway.emulate
from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Forward, Json, Request
from gateway.api.router import Match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion


def _as_it_is(route: str, document: Json) -> Json:
    return document


@dataclass(frozen=True, slots=True)
class Context:
    """What an emulation knows besides the request.

    `client` and `forward` are the versions on both sides. `credentials` is the identity's own
    memory of registry credentials (API v1.0 and v1.1 kept them in the engine): address to what
    `POST /auth` brought; never logged, never shared, gone with the process. `rewritten` gives a
    document that the client sent in the shape of the forwarded version, as if it were the body of
    a request of the route that is named.
    """

    client: ApiVersion
    forward: ApiVersion
    credentials: dict[str, Json] = field(default_factory=dict)
    rewritten: Callable[[str, Json], Json] = _as_it_is


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait for so many seconds, because somebody else has to finish something."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Swapped:
    """A container that never ran is gone, another one will start in its place (both are full ids).

    What was attached to the first is attached to the second before the flow goes on.
    """

    before: str
    after: str


Step: TypeAlias = EngineCall | Pause | Swapped
"""What an emulation may yield."""


class Emulation:
    """A route answered by the gateway, because the engine at the forwarded version has it not.

    `routes` are names of gateway.api.routes.ROUTE; `until` is the last version whose clients are
    served. Newer clients get `gone(…)` when that is not None. The first line of the docstring is
    its line in `explain` and in the compatibility page. A subclass that names no route, or one
    that does not exist, raises TypeError at import.

    With `answers_are_engines` what it answers is an engine's answer to the very route, at the
    forwarded version, and goes through every change of the route as such; it also may forward a
    request of its own route.
    """

    routes: ClassVar[tuple[str, ...]] = ()
    until: ClassVar[ApiVersion]
    gone_message: ClassVar[str | None] = None
    answers_are_engines: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        unknown = [name for name in cls.routes if name not in ROUTE]
        if unknown or not cls.routes:
            raise TypeError(
                f"{cls.__qualname__} binds to no route that exists: {unknown or cls.routes}"
            )
        if not (cls.__doc__ or "").strip():
            raise TypeError(f"{cls.__qualname__} has no docstring, which is its changelog line")

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring."""
        return (cls.__doc__ or "").strip().partition("\n")[0].strip()

    def serves(self, client: ApiVersion, forward: ApiVersion) -> bool:
        """Whether a client is answered by this: it is old enough, and the engine is not."""
        return client <= self.until < forward

    def gone(self, client: ApiVersion) -> Answer | None:
        """The 404 for clients newer than `until`, or None when the engine's own will do."""
        if client <= self.until or self.gone_message is None:
            return None
        return error_answer(client, 404, self.gone_message)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[Step, Answer, Answer | Forward]:
        """Make the calls and return the answer, for one request and its whole body.

        A `Forward` in its place is sent on as if the client, with its version, had sent that.

        An error is given as an engine gives it today, in JSON; the plan brings it into the shape
        of the client's version, as it does with an engine's own.
        """
        raise NotImplementedError


def emulations() -> tuple[Emulation, ...]:
    """Import every module of this package and give the emulations that they name, in order."""
    found: list[Emulation] = []
    for module in pkgutil.iter_modules(gateway.emulate.__path__):
        if module.name != "vocabulary":
            imported = import_module(f"gateway.emulate.{module.name}")
            found += getattr(imported, "EMULATIONS", ())
    return tuple(found)
