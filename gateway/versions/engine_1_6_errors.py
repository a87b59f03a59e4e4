"""Errors as clients before v1.19 see them: statuses and texts of Docker Engine 1.6.

Engines up to 1.12 found the status of an error by looking for words in its text (api/server at
Docker 1.6, httpError): "no such" is 404, "bad parameter" 400, "conflict" 409, and all else 500.
Old clients look for words, too, so the table below gives back both, for what was recorded and what
the code of the time says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import unquote

from gateway.api.message import Answer, Request
from gateway.versions.v1_06 import RAW_STREAM
from gateway.versions.vocabulary import EVERY_ROUTE, Change, Facts

_PATH = "path of the request"
_DELETED = "the path of the request ends in the image"


@dataclass(frozen=True, slots=True)
class Words:
    """One error of newer engines, and what it was: `text` may use groups of `pattern`.

    `status` 0 means any; `text` None that the text stays.
    """

    status: int
    pattern: re.Pattern[str]
    becomes: int
    text: str | None = None


def _words(status: int, pattern: str, becomes: int, text: str | None = None) -> Words:
    return Words(status, re.compile(pattern + r"\Z", re.DOTALL), becomes, text)


_TAKEN = (
    r"Conflict\. The container name \"/?(.*)\" is already in use by container"
    r" \"?([0-9a-f]{12})[0-9a-f]*\"?\..*"
)
_TAKEN_THEN = (
    r'Conflict. The name "\1" is already in use by container \2. You have to delete (or rename)'
    r" that container to be able to reuse that name."
)

_VERBS = frozenset(("json", "history", "tag", "push", "get"))


def translated(answer: Answer, rows: tuple[Words, ...]) -> Answer:
    """The answer as the first row that fits has it, or as it is."""
    text = answer.body.decode("utf-8", "replace").removesuffix("\n")
    for row in rows:
        if row.status not in (0, answer.status):
            continue
        fits = row.pattern.match(text)
        if fits is not None:
            body = answer.body if row.text is None else f"{fits.expand(row.text)}\n".encode()
            return replace(answer, status=row.becomes, body=body)
    return answer


class _ByTable:
    """The `down_error` of changes that only have a table."""

    rows: ClassVar[tuple[Words, ...]]

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Look the error up."""
        return translated(answer, self.rows)


class ErrorsOfEngine16(_ByTable, Change):
    """Errors that any route may have have the status and the words of Engine 1.6.

    Recorded at v1.0 to v1.18: `no such id: x` for a container, `404 page not found` for a path
    that is none, 500 for a body whose type is not JSON.
    """

    routes = EVERY_ROUTE
    rows = (
        _words(0, r"(?:404 )?page not found", 404, "404 page not found"),
        _words(400, r"Content-Type specified \(.*\) must be 'application/json'", 500),
        _words(0, r"invalid JSON: (.*)", 500, r"\1"),
        _words(404, r"No such container: (.*)", 404, r"no such id: \1"),
    )


class AttachErrors(Change):
    """The failure of an attach is plain text as all errors are (Docker 1.6, api/server).

    Newer engines say it at the beginning of a raw stream, with an end of line of a terminal.
    """

    routes = ("ContainerAttach",)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Make it text."""
        if answer.headers.content_type != RAW_STREAM:
            return answer
        headers = answer.headers.having("Content-Type", "text/plain; charset=utf-8")
        headers = headers.having("X-Content-Type-Options", "nosniff")
        return replace(answer, headers=headers, body=answer.body.rstrip() + b"\n")


class CreateErrors(_ByTable, Change):
    """Create: an image, a container or a name that is wrong has the words of Engine 1.6.

    Recorded at v1.0 to v1.18: `No such image: x (tag: y)`, `Conflict. The name "x" …`. What else
    is wrong about a request is a 500 (daemon/create.go at Docker 1.6), a container that volumes
    should come from and that there is not a 404.
    """

    routes = ("ContainerCreate",)
    rows = (
        _words(404, r"No such image: (.*):([^:/]*)", 404, r"No such image: \1 (tag: \2)"),
        _words(409, _TAKEN, 409, _TAKEN_THEN),
        _words(
            400,
            r"could not get container for (.*): No such container.*",
            500,
            r"Could not get container for \1",
        ),
        _words(400, r"No such container: (.*)", 404, r"no such id: \1"),
        _words(400, r".*", 500),
    )


class StartErrors(_ByTable, Change):
    """Start: every failure but that of a container that there is not is a 500.

    Docker 1.6, daemon/start.go: `Cannot start container …`; newer engines tell the wrong command
    (400), the missing network (404) and the paused container (409) apart.
    """

    routes = ("ContainerStart",)
    rows = (
        _words(404, r"(?!No such container|no such id).*", 500),
        _words(400, r".*", 500),
        _words(409, r".*", 500),
    )


class StateErrors(_ByTable, Change):
    """A signal that is none, and a container in the wrong state, are a 500.

    Docker 1.6, daemon and api/server: kill, pause, unpause and top.
    """

    routes = ("ContainerKill", "ContainerPause", "ContainerUnpause", "ContainerTop")
    rows = (_words(400, r".*", 500), _words(409, r".*", 500))


class RenameErrors(_ByTable, Change):
    """Rename: a name that is taken has the words of Engine 1.6, one that is wrong a 500.

    Docker 1.6, daemon/rename.go.
    """

    routes = ("ContainerRename",)
    rows = (_words(409, "(?:.*: )?" + _TAKEN, 409, _TAKEN_THEN), _words(400, r".*", 500))


class RemovalErrors(_ByTable, Change):
    """The refusal to remove a container that runs begins with `Conflict`.

    Docker 1.6, daemon/delete.go.
    """

    routes = ("ContainerDelete",)
    rows = (
        _words(
            409,
            r"You cannot remove a (?:running|restarting|paused) container .*",
            409,
            "Conflict, You cannot remove a running container. Stop the container before attempting"
            " removal or use -f",
        ),
    )


class CopyErrors(_ByTable, Change):
    """Copy: a path that is not there, or none at all, is a 500.

    Engine 1.6.2, recorded; its client takes a 404 for a missing container.
    """

    routes = ("ContainerCopy",)
    rows = (_words(404, r"Could not find the file .*", 500), _words(400, r".*", 500))


class ExecErrors(_ByTable, Change):
    """Exec create: a container that does not run, and no command, are a 500.

    Docker 1.6, daemon/exec.go.
    """

    routes = ("ContainerExec",)
    rows = (
        _words(
            409,
            r"Container (.*) is (?:not running|paused.*)",
            500,
            r"Container \1 is not running",
        ),
        _words(400, r".*", 500),
    )


class ExecIdErrors(_ByTable, Change):
    """An exec that there is not is told in the words of Engine 1.6; other failures are a 500.

    Docker 1.6, daemon/exec.go: `No such exec instance 'x' found in daemon`.
    """

    routes = ("ExecStart", "ExecInspect", "ExecResize")
    rows = (
        _words(
            404,
            r"No such exec instance: (.*)",
            404,
            r"No such exec instance '\1' found in daemon",
        ),
        _words(409, r".*", 500),
    )


class ImageErrors(Change):
    """An image that there is not is named as it was asked for: `No such image: x`.

    Engine 1.6.2, recorded; newer engines add the tag `latest`, and say it twice in an inspect.
    """

    routes = (
        "ImageInspect",
        "ImageHistory",
        "ImageDelete",
        "ImageTag",
        "ImagePush",
        "ImageGet",
    )

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Note what is asked for."""
        facts[_PATH] = request.path
        facts[_DELETED] = request.method == "DELETE"
        return request

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Name the image."""
        if answer.status != 404 or b"o such image: " not in answer.body:
            return answer
        words = unquote(str(facts.get(_PATH) or "")).split("/")[2:]
        if words and words[-1] in _VERBS and not facts.get(_DELETED):
            words.pop()
        name = "/".join(words)
        return replace(answer, body=f"No such image: {name}\n".encode()) if name else answer
