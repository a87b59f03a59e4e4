"""`GET /images/viz`, the picture of all images that engines drew before API v1.7."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Headers, Json, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation
from gateway.stream.json import JsonError, loads

_LAST_RECORDED = ApiVersion(1, 18)
_HEADERS = Headers((("Content-Type", "text/plain; charset=utf-8"),))


class ImagesViz(Emulation):
    """`GET /images/viz`: the graph of all images is drawn from `GET /images/json?all=1`.

    API documents v1.0 to v1.6 have it; from v1.7 to v1.18 Engine 1.6.2 answers 404 `This is now
    implemented in the client.`, recorded; newer engines know no such page.
    """

    routes = ("ImageViz",)
    until = ApiVersion(1, 6)
    gone_message = "This is now implemented in the client."

    def gone(self, client: ApiVersion) -> Answer | None:
        """The 404 of its time; the engine's own for newer clients."""
        return super().gone(client) if client <= _LAST_RECORDED else None

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer]:
        """Ask for all images once and draw them; an error of the engine is passed on."""
        listed = yield EngineCall("GET", "/images/json?all=1")
        if listed.status >= 400:
            return listed
        try:
            graph = draw(loads(listed.body))
        except (JsonError, KeyError, TypeError, AttributeError):
            return error_answer(None, 502, "the engine's list of images cannot be read")
        return Answer(200, _HEADERS, graph.encode())


def draw(images: Iterable[Json]) -> str:
    """Draw the images of a list of API v1.7 or newer as a graphviz digraph.

    Shape and order of the lines: Engine 0.3.3 to 0.6.6, API document v1.6. Ids have 12 digits
    everywhere (Engine 1.6.2 wrote 64 in the arrows, and so its arrows met no node). An image
    whose parent is not told hangs on `base`.
    """
    arrows: list[str] = []
    boxes: list[str] = []
    for image in images:
        short = _short(image["Id"])
        parent = _short(image.get("ParentId") or "")
        if parent:
            arrows.append(f' "{parent}" -> "{short}"\n')
        else:
            arrows.append(f' base -> "{short}" [style=invis]\n')
        tags = [tag for tag in image.get("RepoTags") or () if tag != "<none>:<none>"]
        if tags:
            label = r"\n".join([short, *tags])
            boxes.append(
                f' "{short}" [label="{label}",shape=box,fillcolor="paleturquoise",'
                'style="filled,rounded"];\n'
            )
    return "".join(["digraph docker {\n", *arrows, *boxes, " base [style=invisible]\n}\n"])


def _short(identity: str) -> str:
    return identity.rpartition(":")[2][:12]


EMULATIONS = (ImagesViz(),)
