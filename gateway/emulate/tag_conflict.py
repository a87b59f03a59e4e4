"""`POST /images/{name}/tag` of a name that another image has: engines since 1.12 just move it."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import quote

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation, Step
from gateway.stream.json import JsonError, loads

_YES = ("1", "true", "True")


class TagConflict(Emulation):
    """`POST /images/{name}/tag`: without `force` a name that another image has is refused.

    API documents v1.0 to v1.18 (409); the words are those of graph/tags.go at Docker 1.6. Engines
    from 1.12 on heed no `force` and replace the name at every version.
    """

    routes = ("ImageTag",)
    until = ApiVersion(1, 18)
    answers_are_engines = True

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[Step, Answer, Answer | Forward]:
        """Look which image has the name, unless it does not matter."""
        repository = request.parameter("repo") or ""
        tag = request.parameter("tag") or "latest"
        if repository and request.parameter("force") not in _YES:
            holder = yield from _image(f"{repository}:{tag}")
            if holder:
                wanted = yield from _image(match.parameters["name"])
                if wanted and wanted != holder:
                    words = (
                        f"Conflict: Tag {tag} is already set to image"
                        f" {holder.removeprefix('sha256:')}, if you want to replace it, please use"
                        " -f option"
                    )
                    return error_answer(None, 409, words)
        kept = [pair for pair in request.parameters() if pair[0] != "force"]
        return Forward(request.with_parameters(kept), body)


def _image(name: str) -> Generator[Step, Answer, str]:
    """The id of the image of a name; empty when there is none."""
    answer = yield EngineCall("GET", f"/images/{quote(name, safe='/:')}/json")
    if answer.status >= 400:
        return ""
    try:
        return str(loads(answer.body)["Id"])
    except (JsonError, LookupError, TypeError):
        return ""


EMULATIONS = (TagConflict(),)
