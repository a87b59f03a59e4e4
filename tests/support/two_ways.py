"""One engine asked in two ways: natively at an old version, and through the gateway at a newer one.

What must be equal is what is left when times, ids of what was just made, counters and the like are
taken out: `plain` gives that of an answer.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from support.wire import Answer, Body, Wire, outputs

NOT_COMPARED = ("date", "content-length", "transfer-encoding", "connection")
"""Header fields that differ by nature, or that concern one connection."""

_CHANGING = {
    "SystemTime": "<time>",
    "NFd": "<count>",
    "NGoroutines": "<count>",
    "NEventsListener": "<count>",
    "read": "<time>",
    "preread": "<time>",
    "timeNano": "<time>",
    "LastTagTime": "<time>",
    "MinAPIVersion": "<the gateway's own>",
    "Log": "<log of the health check>",
}
_UNSORTED = ("Mounts", "RepoTags", "Names", "Aliases", "DNSNames", "Ports", "Volumes")
"""Lists whose order comes from a map of Go's, and so from chance."""

_OF_UNSORTED = ("ParentId", "IPAM", "Kind")
"""Keys of the items of such lists: images of one second, networks, changes."""

_STATISTICS = ("cpu_stats", "precpu_stats", "memory_stats", "blkio_stats", "pids_stats")
_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\b(?:Up|Exited \(\d+\)) .*?(?= ago|$| \()"), "<while>"),
    (re.compile(r"\b\d+ (?:seconds?|minutes?) ago\b"), "<while> ago"),
)
_MADE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<short id>"),
    (re.compile(r"\b172\.\d+\.\d+\.\d+\b"), "<address>"),
    (re.compile(r"\b02:42(?::[0-9a-f]{2}){4}\b"), "<mac>"),
)


@dataclass(frozen=True)
class Call:
    """One request, below a version prefix.

    `body` may be a document or bytes. `hijacks` tells that the connection changes hands; `input`
    is what is sent then. `first` means that only the first record of the stream is looked at.
    """

    method: str
    path: str
    body: Body = None
    headers: dict[str, str] = field(default_factory=dict)
    hijacks: bool = False
    input: bytes = b""
    first: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def get(path: str) -> Call:
    return Call("GET", path)


def post(path: str, body: Body = None, **more: Any) -> Call:
    return Call("POST", path, body, **more)


Connect = Callable[[], Wire]


def made(connect: Connect, version: str, call: Call) -> Answer:
    """Make a call on a connection of its own and read all of the answer."""
    with connect() as wire:
        target = f"/v{version}{call.path}"
        if call.hijacks:
            answer = wire.hijack(call.method, target, call.body, call.headers)
            if answer.framing == "hijacked":
                if call.input:
                    wire.stream.send(call.input)
                    wire.stream.end()
                answer.body = wire.rest()
            return answer
        if not call.first:
            return wire.request(call.method, target, call.body, call.headers)
        wire.send_request(call.method, target, call.body, call.headers)
        answer = wire.read_head()
        answer.body = wire.read_chunk()
        return answer


def plain(answer: Answer, also_ids: bool = False) -> dict[str, Any]:
    """What of an answer must be equal.

    With `also_ids` ids and addresses are taken out too, because what has them was made just now.
    """
    compared = {
        name.lower(): value for name, value in answer.headers if name.lower() not in NOT_COMPARED
    }
    return {
        "status": answer.status,
        "reason": answer.reason,
        "headers": _plain(compared, also_ids),
        "body": _plain_body(answer, also_ids),
    }


def _plain_body(answer: Answer, also_ids: bool) -> Any:
    kind = (answer.header("Content-Type") or "").partition(";")[0]
    if kind == "application/x-tar" or _is_tar(answer.body):
        return _members(answer.body, also_ids)
    if answer.body[:3] in (b"\1\0\0", b"\2\0\0"):
        return [_plain(part.decode(), also_ids) for part in outputs(answer.body)]
    try:
        text = answer.body.decode()
    except UnicodeDecodeError:
        return answer.body
    if kind == "application/json" or text.startswith("{"):
        return [_plain(document, also_ids) for document in documents(text)]
    return _plain(text, also_ids)


def documents(text: str) -> list[Any]:
    """The JSON documents that stand one behind the other."""
    decoder = json.JSONDecoder()
    found, position = [], 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        document, position = decoder.raw_decode(text, position)
        found.append(document)
    return found


def _is_tar(data: bytes) -> bool:
    return data[257:262] == b"ustar"


def _members(data: bytes, also_ids: bool) -> list[tuple[str, int, int, str]]:
    """The members of a tar; with ids, their sizes and order are a matter of chance."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = [(one.name, one.mode, one.size, one.linkname) for one in tar]
    if not also_ids:
        return members
    return sorted((_text(name, True), mode, 0, link) for name, mode, _, link in members)


def _plain(value: Any, also_ids: bool, key: str = "") -> Any:
    if isinstance(value, dict):
        return {
            _text(name, also_ids): "<statistics>" + str(sorted(_leaves(one)))
            if name in _STATISTICS or (also_ids and name == "Processes")
            else _plain(_CHANGING.get(name, one) if one is not None else None, also_ids, name)
            for name, one in value.items()
        }
    if isinstance(value, list):
        items = [_plain(one, also_ids, key) for one in value]
        unsorted = key in _UNSORTED or any(
            isinstance(one, dict) and not one.keys().isdisjoint(_OF_UNSORTED) for one in value
        )
        return sorted(items, key=repr) if unsorted else items
    if isinstance(value, str):
        return _text(value, also_ids)
    if type(value) is int and (key in ("Pid", "time") or (also_ids and key in _COUNTED)):
        return "<number>" if value else 0
    return value


_COUNTED = (
    *("Created", "Size", "SizeRw", "SizeRootFs", "VirtualSize", "PublicPort"),
    *("Containers", "Images", "ContainersRunning", "ContainersStopped"),
)


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, f"{path}.{name}")
    else:
        yield f"{path} {type(value).__name__}"


def _text(text: str, also_ids: bool) -> str:
    for pattern, word in (*_TEXTS, *_MADE) if also_ids else _TEXTS:
        text = pattern.sub(word, text)
    return text


def context(dockerfile: str, **files: str) -> bytes:
    """What is sent for a build: a tar with a Dockerfile."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in {"Dockerfile": dockerfile, **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()
