"""`POST /commit?run={…}`: the configuration in the query, as the API had it before v1.10."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from gateway.api.message import Answer, EngineCall, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation
from gateway.stream.json import JsonError, loads

_NOTHING = (b"", b"null", b"{}")


class CommitRun(Emulation):
    """Commit: the configuration may stand in the query, as `run`, and the body be empty.

    API documents v1.0 to v1.9; from v1.10 on it is the body. The engines of the time never read
    `run` (Engine 1.6.2, recorded at v1.9: the image keeps the container's command), their own
    client always sent the body; a program written from the documents gets what they promise.
    A body that says anything has the first word.
    """

    routes = ("ImageCommit",)
    until = ApiVersion(1, 9)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer | Forward]:
        """Make the body of `run`, and say that it is JSON."""
        # No call is needed; the flow is a generator all the same.
        yield from ()
        run = request.parameter("run")
        if run is not None:
            kept = [pair for pair in request.parameters() if pair[0] != "run"]
            request = request.with_parameters(kept)
            if body.strip() in _NOTHING and _is_object(run):
                body = run.encode()
        # Clients send `null` for no configuration, and say that no body at all is `plain/text`.
        body = b"" if body.strip() in _NOTHING else body
        headers = request.headers.having("Content-Type", "application/json")
        return Forward(replace(request, headers=headers), body)


def _is_object(text: str) -> bool:
    try:
        return isinstance(loads(text.encode("utf-8", "replace")), dict)
    except JsonError:
        return False


EMULATIONS = (CommitRun(),)
