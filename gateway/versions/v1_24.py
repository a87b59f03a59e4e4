"""Version 1.24 (Docker 1.12): errors are JSON; `HostConfig` has its place; `copy` is gone."""

from __future__ import annotations

from dataclasses import replace

from gateway.api.create_fields import FILLED_IN, HOST_CONFIG
from gateway.api.message import Answer, AnswerHead, Json
from gateway.api.version import ApiVersion
from gateway.emulate.copy import AS_COPY
from gateway.stream.json import JsonError, loads
from gateway.versions import following, replaced_events, replaced_ids
from gateway.versions.v1_06 import RAW_STREAM
from gateway.versions.vocabulary import EVERY_ROUTE, Change, Facts

VERSION = ApiVersion(1, 24)


class ErrorsAreText(Change):
    """The body of an error is its message and a newline, as plain text.

    Engine 1.6.2, recorded; engines since 1.12 give `{"message": …}` from v1.24 on. What is no such
    JSON keeps its body, and only its type becomes text. That of a failed attach does not: it says
    `No such container: x` as a raw stream at every version.
    """

    routes = EVERY_ROUTE

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Take the message out of the JSON, and set the type that engines gave with it."""
        headers = answer.headers
        if headers.content_type == RAW_STREAM:
            return answer
        if answer.body or headers.get("Content-Type") is not None:
            headers = headers.having("Content-Type", "text/plain; charset=utf-8")
            headers = headers.having("X-Content-Type-Options", "nosniff")
        return replace(answer, headers=headers, body=_text(answer.body))


def _text(body: bytes) -> bytes:
    if not body.lstrip().startswith(b"{"):
        return body
    try:
        document = loads(body)
    except JsonError:
        return body
    message = document.get("message")
    return message.encode() + b"\n" if isinstance(message, str) else body


class HostConfigAtTopLevel(Change):
    """Create: fields of `HostConfig` may stand in the configuration itself.

    Engines 1.6 to 26 take all of them when there is no `HostConfig`, and the limits (also as
    `Cpuset`, if there is a `HostConfig` then) and the `VolumeDriver` where it has none (runconfig
    at Docker 1.7 to 26; Engine 20.10.24, tried at v1.18 and v1.41); newer engines take none. What
    is of a wrong kind stays where it is: the engine complains about what the client wrote.
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Move them into `HostConfig`."""
        if not isinstance(document, dict):
            return document
        host = document.get("HostConfig")
        if host is not None and not isinstance(host, dict):
            return document
        given = HOST_CONFIG if host is None else FILLED_IN
        moved = {
            name: document.pop(name)
            for name in given
            if name in document and HOST_CONFIG[name].fits(document[name])
        }
        cpuset = document.get("Cpuset")
        if isinstance(cpuset, str):
            del document["Cpuset"]
            if cpuset and (moved or host is not None) and not moved.get("CpusetCpus"):
                moved["CpusetCpus"] = cpuset
        if not moved:
            return document
        if host is None:
            document["HostConfig"] = moved
        else:
            for name, value in moved.items():
                if not host.get(name):
                    host[name] = value
        return document


class NothingToDoIsAnError(Change):
    """The 304 of a start or a stop has the field that errors in plain text have.

    Engine 20.10.24, tried at v1.23: it makes it in the same place, and 304 has no body.
    """

    routes = ("ContainerStart", "ContainerStop")

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Add the field."""
        if head.status != 304:
            return head
        return replace(head, headers=head.headers.having("X-Content-Type-Options", "nosniff"))


class CopyIsArchive(Change):
    """The archive of a `copy` comes without the head's field about its path.

    Engine 20.10.24, tried at v1.23. A `copy` is forwarded as `GET …/archive` (see the emulation).
    """

    routes = ("ContainerArchive",)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Leave it out, where a `copy` was asked for."""
        if not facts.get(AS_COPY):
            return head
        return replace(head, headers=head.headers.without("X-Docker-Container-Path-Stat"))


CHANGES = (
    ErrorsAreText,
    HostConfigAtTopLevel,
    NothingToDoIsAnError,
    CopyIsArchive,
    *replaced_ids.CHANGES,
    *replaced_events.CHANGES,
    *following.CHANGES,
)
