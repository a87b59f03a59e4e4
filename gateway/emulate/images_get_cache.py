"""`POST /images/getCache`, by which the builder inside the client of Docker 0.3.3 found images."""

from __future__ import annotations

from collections.abc import Generator

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation


class ImagesGetCache(Emulation):
    """`POST /images/getCache`: there is no image in the cache.

    In no API document; api.go at Docker 0.3.3 to 0.6.1. The builder of the client then makes every
    step anew, which gives the same image. Engines from 0.6.2 on have builders of their own.
    """

    routes = ("ImageGetCache",)
    until = ApiVersion(1, 4)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer]:
        """Say that there is none."""
        # No call is needed; the flow is a generator all the same.
        yield from ()
        return error_answer(None, 404, "No such image in the cache")


EMULATIONS = (ImagesGetCache(),)
