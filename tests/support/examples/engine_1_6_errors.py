from __future__ import annotations

from support.examples import RAW, TEXT, Example, typed

from gateway.api.message import Answer, Headers, Request
from gateway.versions.engine_1_6_errors import (
    AttachErrors,
    CopyErrors,
    CreateErrors,
    ErrorsOfEngine16,
    ExecErrors,
    ExecIdErrors,
    ImageErrors,
    RemovalErrors,
    RenameErrors,
    StartErrors,
    StateErrors,
)
from gateway.versions.vocabulary import Change

_ASKED = Request("GET", "/images/a/json")


def _told(
    change: type[Change], route: str, before: tuple[int, bytes], after: tuple[int, bytes]
) -> Example:
    (status, text), (status_then, text_then) = before, after
    return Example(
        change,
        "down_error",
        "1.18",
        route,
        Answer(status, typed(TEXT), text),
        Answer(status_then, typed(TEXT), text_then),
    )


EXAMPLES = (
    _told(
        ErrorsOfEngine16,
        "ContainerInspect",
        (404, b"No such container: a\n"),
        (404, b"no such id: a\n"),
    ),
    Example(
        AttachErrors,
        "down_error",
        "1.18",
        "ContainerAttach",
        Answer(404, RAW.headers, b"No such container: a\r\n"),
        Answer(
            404,
            Headers((("Content-Type", TEXT), ("X-Content-Type-Options", "nosniff"))),
            b"No such container: a\n",
        ),
    ),
    _told(
        CreateErrors,
        "ContainerCreate",
        (404, b"No such image: a:b\n"),
        (404, b"No such image: a (tag: b)\n"),
    ),
    _told(
        StartErrors,
        "ContainerStart",
        (404, b"network a not found\n"),
        (500, b"network a not found\n"),
    ),
    _told(
        StateErrors, "ContainerKill", (400, b"Invalid signal: a\n"), (500, b"Invalid signal: a\n")
    ),
    _told(RenameErrors, "ContainerRename", (400, b"Invalid name\n"), (500, b"Invalid name\n")),
    _told(
        RemovalErrors,
        "ContainerDelete",
        (409, b"You cannot remove a running container 1. Stop the container before\n"),
        (
            409,
            b"Conflict, You cannot remove a running container. Stop the container before"
            b" attempting removal or use -f\n",
        ),
    ),
    _told(
        CopyErrors,
        "ContainerCopy",
        (404, b"Could not find the file /a in container 1\n"),
        (500, b"Could not find the file /a in container 1\n"),
    ),
    _told(
        ExecErrors,
        "ContainerExec",
        (409, b"Container 1 is paused, unpause the container before exec\n"),
        (500, b"Container 1 is not running\n"),
    ),
    _told(
        ExecIdErrors,
        "ExecInspect",
        (404, b"No such exec instance: 1\n"),
        (404, b"No such exec instance '1' found in daemon\n"),
    ),
    Example(ImageErrors, "up_request", "1.18", "ImageInspect", _ASKED, _ASKED),
    Example(
        ImageErrors,
        "down_error",
        "1.18",
        "ImageInspect",
        Answer(404, typed(TEXT), b"no such image: a: No such image: a:latest\n"),
        Answer(404, typed(TEXT), b"No such image: a\n"),
        {"path of the request": "/images/a/json"},
    ),
)
