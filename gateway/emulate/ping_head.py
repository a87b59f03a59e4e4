"""`HEAD /_ping` in front of engines that only know `GET /_ping`."""

from __future__ import annotations

from collections.abc import Generator

from gateway.api.message import Answer, EngineCall, Request
from gateway.api.negotiation import answer_head_ping
from gateway.api.router import Match
from gateway.api.version import NEWEST, ApiVersion
from gateway.emulate.vocabulary import Context, Emulation

_HAS_HEAD = ApiVersion(1, 40)


class PingHead(Emulation):
    """`HEAD /_ping` is answered from the engine's `GET /_ping` when it is spoken to below v1.40.

    API document v1.40; clients that negotiate begin with it, whatever the engine's age.
    """

    routes = ("SystemPingHead",)
    until = NEWEST

    def serves(self, client: ApiVersion, forward: ApiVersion) -> bool:
        """Whether the engine may lack the route; the client's version does not matter."""
        return forward < _HAS_HEAD

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer]:
        """Make one `GET /_ping` and give its head."""
        answer = yield EngineCall("GET", "/_ping")
        return answer_head_ping(answer)


EMULATIONS = (PingHead(),)
