"""`GET /containers/ps`, the first name of the list of containers."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from gateway.api.message import Answer, EngineCall, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation


class ContainersPs(Emulation):
    """`GET /containers/ps` is another name of `GET /containers/json`.

    In no API document, but the only name at Docker 0.3.3 (api.go); engines up to 1.8 (v1.20) had
    both, docker-py up to 0.2.1 asks for this one. Engine 20.10.24 answers 404 at every version.
    """

    routes = ("ContainerListPs",)
    until = ApiVersion(1, 20)

    def serves(self, client: ApiVersion, forward: ApiVersion) -> bool:
        """Whether the client is old enough: engines of today lack it at their oldest, too."""
        return client <= self.until and client < forward

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer | Forward]:
        """Ask by the other name."""
        # No call is needed; the flow is a generator all the same.
        yield from ()
        return Forward(replace(request, path="/containers/json"), body)


EMULATIONS = (ContainersPs(),)
