"""`POST /images/{name}/push` of a name that no image has: an error with a status, up to v1.18."""

from __future__ import annotations

from collections.abc import Generator

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation
from gateway.stream.json import JsonError, loads

_DEFAULTS = ("docker.io/", "index.docker.io/", "library/")
"""What newer engines leave out of the names that they list."""


class PushOfNothing(Emulation):
    """Push: when no image has the name, the answer is a 500, not a stream that holds an error.

    Docker 1.6 (graph/push.go: "Repository does not exist: x"); recorded of Engine 1.6.2, which
    failed with a status even before, at the registry. Clients up to 0.5.3 show no error that is
    part of a stream (0.5.3, tried). Before v1.5 it is part of what the credentials need.
    """

    routes = ("ImagePush",)
    until = ApiVersion(1, 18)

    def serves(self, client: ApiVersion, forward: ApiVersion) -> bool:
        """Whether it is a client whose credentials are in the header already."""
        return ApiVersion(1, 5) <= client <= self.until and client < forward

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer | Forward]:
        """Look, and forward the request."""
        refused = yield from refusal(match.parameters["name"])
        return refused or Forward(request, body)


def refusal(name: str) -> Generator[EngineCall, Answer, Answer | None]:
    """Ask whether an image is called `name`, with any tag; the error to answer if none is.

    When the engine's list cannot be had or read, nothing is refused.
    """
    listed = yield EngineCall("GET", "/images/json")
    try:
        tags = [tag for image in loads(listed.body) for tag in image.get("RepoTags") or ()]
    except (JsonError, AttributeError, TypeError):
        return None
    if _familiar(name) in {tag.rpartition(":")[0] for tag in tags}:
        return None
    return error_answer(None, 500, f"Repository does not exist: {name}")


def _familiar(name: str) -> str:
    """The repository of a name as engines list it: without what is always the same, and no tag."""
    for default in _DEFAULTS:
        name = name.removeprefix(default)
    name = name.partition("@")[0]
    repository, colon, tag = name.rpartition(":")
    return repository if colon and "/" not in tag else name


EMULATIONS = (PushOfNothing(),)
