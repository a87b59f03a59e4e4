"""`POST /containers/{id}/copy`, which engines have no more from v1.24 on, by `GET …/archive`."""

from __future__ import annotations

import posixpath
from base64 import b64decode
from collections.abc import Generator
from dataclasses import replace
from urllib.parse import quote

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Forward, Headers, Json, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.stand_ins import list_call, read_list, resolve
from gateway.emulate.vocabulary import Context, Emulation, Step
from gateway.stream.json import JsonError, loads

AS_COPY = "asked for as copy"
"""The fact that says that an archive was asked for by `copy`."""

_PATH_STAT = "X-Docker-Container-Path-Stat"
_SYMLINK = 1 << 27
"""The bit of a symbolic link in the mode as Go writes it (os.ModeSymlink)."""
_MOST_LINKS = 40


class ContainerCopy(Emulation):
    """`POST /containers/{id}/copy`: the file or folder comes from `GET …/archive`.

    API documents v1.4 to v1.23. Links are followed, as `copy` does and `archive` does not; the
    members of the tar begin with the last word of the path (Engine 1.6.2, recorded: `etc/`,
    `etc/hostname`), which engines from 19.03 to 24 lost in their own `copy`. A path that is not
    there is a 404 (Engine 20.10.24, tried at v1.23).
    """

    routes = ("ContainerCopy",)
    until = ApiVersion(1, 23)
    answers_are_engines = True

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[Step, Answer, Answer | Forward]:
        """Look what is at the path until it is no link, and forward the archive of that."""
        path = _asked_path(request, body)
        if isinstance(path, Answer):
            return path
        given = match.parameters["id"]
        container = _place(given)
        stand_in: str | None = None
        for _ in range(_MOST_LINKS):
            at = f"{container}/archive?path={quote(path, safe='/')}"
            looked = yield EngineCall("HEAD", at)
            if looked.status == 404 and container == _place(given):
                # It may have been made anew, and be known by the id that it had before.
                listed = yield list_call()
                stand_in = _stand_in(given, listed)
                if stand_in is not None:
                    container = _place(stand_in)
                    continue
            if looked.status >= 400:
                # The answer to a HEAD has no words. There is nothing to fetch, so they are short.
                told = yield EngineCall("GET", at)
                named = told.body.replace((stand_in or given).encode(), given.encode())
                return replace(told, body=named)
            target = _link_target(looked.headers)
            if target is None:
                break
            path = _cleaned(posixpath.join(posixpath.dirname(path), target))
        headers = Headers((("Accept-Encoding", "identity"),))
        query = f"path={quote(path, safe='/')}"
        forwarded = Request("GET", f"{container}/archive", query, headers)
        return Forward(forwarded, known={AS_COPY: True})


def _place(container: str) -> str:
    return f"/containers/{quote(container, safe='/')}"


def _stand_in(given: str, listed: Answer) -> str | None:
    try:
        return resolve(given, read_list(listed)) if listed.status < 400 else None
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _asked_path(request: Request, body: bytes) -> str | Answer:
    """The path of the request's document, or why there is none (Engine 20.10.24, at v1.23)."""
    kind = request.headers.get("Content-Type", "")
    if (kind or body) and request.headers.content_type != "application/json":
        return _refusal(400, f"Content-Type specified ({kind}) must be 'application/json'")
    if not body.strip():
        return _refusal(400, "got EOF while reading request body")
    try:
        document = loads(body)
    except JsonError as error:
        return _refusal(500, str(error))
    resource: Json = document.get("Resource") if isinstance(document, dict) else None
    if not isinstance(resource, str) or not resource:
        return _refusal(400, "Path cannot be empty")
    return _cleaned(resource)


def _refusal(status: int, message: str) -> Answer:
    return error_answer(None, status, message)


def _cleaned(path: str) -> str:
    """An absolute path without `.`, `..` and double slashes; a trailing slash is dropped.

    With a trailing `/.` an archive's members would be named `./…`.
    """
    return posixpath.normpath("/" + path.lstrip("/"))


def _link_target(headers: Headers) -> str | None:
    """Where the link leads that the head of an archive describes; None when it is no link."""
    try:
        stat = loads(b64decode(headers.get(_PATH_STAT) or ""))
        return str(stat["linkTarget"]) if stat["mode"] & _SYMLINK else None
    except (ValueError, LookupError, TypeError):
        return None


EMULATIONS = (ContainerCopy(),)
