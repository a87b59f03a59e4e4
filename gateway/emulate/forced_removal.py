"""`DELETE /containers/{id}?force=1` as it was before API v1.14: stopped first, then removed."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import quote

from gateway.api.message import Answer, EngineCall, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation

_SECONDS = 5
"""How long the container had to end by itself (server.go at Docker 1.1.2)."""

_FALSE = ("", "0", "no", "false", "none")
"""What does not count as a yes in a query (engine/env.go at Docker 1.1.2)."""


class ForcedRemoval(Emulation):
    """Forced removal: the container is stopped, with five seconds to end, and then removed.

    API document v1.14; Docker 1.1.2 against 1.2.0, which kills at once. Whatever the stop answers,
    the removal is what counts.
    """

    routes = ("ContainerDelete",)
    until = ApiVersion(1, 13)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer | Forward]:
        """Stop it if it may run, and remove it."""
        force = request.parameter("force")
        if force is not None and force.strip().lower() not in _FALSE:
            container = f"/containers/{quote(match.parameters['id'], safe='/')}"
            yield EngineCall("POST", f"{container}/stop?t={_SECONDS}")
        return Forward(request, body)


EMULATIONS = (ForcedRemoval(),)
