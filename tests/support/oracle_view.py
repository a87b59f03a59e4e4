"""What of an answer can be compared: the answer without what differs by nature.

Ids, times, sizes, process ids, addresses, dynamic ports, the ids in paths below the engine's
folder and the facts of a machine become marks like `<time>`; the ids of the scenario's own
containers, images and exec become the names of what they stand for, `<web>`. A mark stands only for
a value of its kind: an id with `sha256:` before it, a zero time, an empty address or a process id
of 0 stay as they are, and so does every type. Lists whose order the engine's maps decide (tags,
names) are sorted.

A view is a dict of status, reason, content type, hijack, upgrade, framing and body. The body has
one key that tells how it was read: `json`, `records`, `frames`, `plain`, `tar`, `text`, `graph`,
`top`, `events`.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import tarfile
from typing import Any

from support.oracle_replay import Played, Seen
from support.wire import frames

View = dict[str, Any]

STREAMS = (
    "attach-logs split",
    "attach-logs-stderr split",
    "logs split",
    "attach-logs tty",
    "attach stdin link",
    "attach-upgrade split",
    "exec-start",
)
RECORDS = ("build", "build-quiet", "build-fails", "build-invalid", "import")
NETWORK = ("auth-post-bad", "image-search", "pull-fails", "push-fails")
"""Steps whose error text tells what the network of the day answered."""

# Keys whose numbers are of the day.
_NUMBERS = ("Created", "time", "Size", "VirtualSize", "SizeRw", "SizeRootFs", "PublicPort", "Pid")
# Facts of the machine and of the engine that runs on it, by step.
_FACTS: dict[str, tuple[str, ...]] = {
    "version": (
        *("ApiVersion", "Arch", "GitCommit", "GoVersion", "KernelVersion", "Os", "Version"),
    ),
    "info": (
        *("Containers", "Debug", "DockerRootDir", "Driver", "ExecutionDriver", "ID"),
        *("IPv4Forwarding", "Images", "IndexServerAddress", "InitPath", "InitSha1"),
        *("KernelVersion", "MemTotal", "MemoryLimit", "NCPU", "NEventsListener", "NFd"),
        *("NGoroutines", "Name", "OperatingSystem", "SwapLimit", "SystemTime"),
    ),
    "top web": ("PID", "Time"),
    "top-args web": ("PID", "Time"),
    "image-inspect": ("DockerVersion", "docker_version"),
    "images-two": ("DockerVersion", "docker_version"),
}
_SORTED = frozenset(["RepoTags", "Tags", "Names"])
_ZERO_TIME = "0001-01-01T00:00:00Z"
_DURATION = r"(?:Less than a second|\d+ seconds?|About a minute|\d+ minutes?)"

_PATTERNS = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b"), "<short id>"),
    (re.compile(r"\b172\.\d+\.\d+\.\d+\b"), "<address>"),
    (re.compile(r"\bfe80:[0-9a-f:]+"), "<address>"),
    (re.compile(r"\b02:42(?::[0-9a-f]{2}){4}\b"), "<mac>"),
    (re.compile(rf"\bUp {_DURATION}"), "Up <duration>"),
    (re.compile(rf"\){' '}{_DURATION} ago"), ") <duration> ago"),
    (re.compile(r":\d{4,5}->"), ":<port>->"),
)


def views(played: Played) -> dict[str, View]:
    """The views of a run's answers, by step; of the recorded run, also of the other containers."""
    return {name: view(name, answer, played) for name, answer in played.answers.items()}


def view(name: str, answer: Seen, played: Played) -> View:
    """What of one answer can be compared."""
    if answer.error:
        return {"error": answer.error}
    body = _Reader(name, played).body(answer)
    framing = answer.framing
    if framing in ("length", "chunked") and ("json" in body or "top" in body):
        # Go's server sends a whole document by its length up to 2 KiB and chunked above.
        framing = "whole"
    return {
        "status": answer.status,
        "reason": answer.reason,
        "content type": answer.header("Content-Type"),
        "hijacked": answer.hijacked,
        "upgrade": answer.header("Upgrade"),
        "framing": framing,
        "body": body,
    }


class _Reader:
    """Reads the bodies of one step of one run."""

    def __init__(self, name: str, played: Played) -> None:
        self._step = name
        self._ids = {
            theirs: f"<{name}>" for name, theirs in played.ids.items() if name != "root" and theirs
        }
        self._root = played.ids.get("root", "")

    def body(self, answer: Seen) -> dict[str, Any]:
        data = answer.body
        if answer.status >= 400:
            return {"text": self._error(data)}
        if self._step in STREAMS:
            return _stream(data)
        if self._step in ("copy web", "export split"):
            return {"tar": _members(data, whole=self._step == "copy web")}
        if self._step == "stats web":
            return {}
        json_typed = (answer.header("Content-Type") or "").startswith("application/json")
        if self._step == "images-viz":
            return {"graph": self._graph(data.decode())}
        if self._step == "events":
            return self._events(data)
        if self._step in RECORDS and json_typed:
            return self._records(data)
        with contextlib.suppress(ValueError):
            if json_typed:
                return self._document(json.loads(data))
        return {"text": self._text(data.decode("utf-8", "replace"))}

    def _error(self, data: bytes) -> str:
        text = data.decode("utf-8", "replace")
        if self._step in NETWORK and text.endswith("\n") and not text.startswith("{"):
            return "<what the network said>\n"
        return self._text(text)

    def _document(self, document: Any) -> dict[str, Any]:
        if self._step.startswith("ps") and isinstance(document, list):
            # Other containers were about when the recording was made.
            own = [item for item in document if self._is_own(item)]
            return {"json": self._normal(own)}
        if self._step.startswith("top") and isinstance(document, dict):
            return {"top": self._top(document)}
        if self._step in ("images", "images-all", "images-filter"):
            document = self._normal(document)
            return {"json": sorted(document, key=lambda one: json.dumps(one, sort_keys=True))}
        return {"json": self._normal(document)}

    def _is_own(self, container: Any) -> bool:
        return any(
            str(container.get("Id", "")).startswith(known[: len(str(container.get("Id", "")))])
            for known in self._ids
        )

    def _normal(self, value: Any, key: str = "", within: str = "") -> Any:
        if isinstance(value, dict):
            return {
                (self._text(k) if within != "json" else k): self._normal(v, k, key or within)
                for k, v in value.items()
            }
        if isinstance(value, list):
            if key == "DriverStatus":
                return "<of the storage driver>"
            items = [self._normal(item, key, within) for item in value]
            return sorted(items, key=str) if key in _SORTED else items
        if key == "DriverStatus":
            return "<of the storage driver>"
        if key in _FACTS.get(self._step, ()) and not isinstance(value, list | dict):
            return f"<{type(value).__name__}>" if value is not None else None
        if isinstance(value, int) and not isinstance(value, bool) and key in _NUMBERS:
            return 0 if value == 0 and key == "Pid" else "<number>"
        if isinstance(value, str):
            if key == "Driver" and value:
                return "<storage driver>"
            if key == "HostPort" and re.fullmatch(r"\d{4,5}", value):
                return "<port>"
            text = self._text(value)
            if within in ("Volumes",) and text.startswith("<root>/"):
                return "<root>/<volume>"
            return text
        return value

    def _text(self, text: str) -> str:
        if self._root and text.startswith(f"{self._root}/"):
            text = "<root>" + text[len(self._root) :]
        for theirs, name in self._ids.items():
            text = text.replace(theirs, name).replace(theirs[:12], f"{name[:-1]}:12>")
        if text == _ZERO_TIME:
            return text
        if text.startswith("<root>/"):
            # A path on the engine's disk: whose id is in it is the engine's own business.
            text = re.sub(r"<[a-z -]+>(?=/|-json\.log$)", "<id>", text.removeprefix("<root>"))
            text = f"<root>{text}"
        for pattern, mark in _PATTERNS:
            text = pattern.sub(mark, text)
        return text

    def _records(self, data: bytes) -> dict[str, Any]:
        found, separators = _split(data.decode())
        records = [self._normal(record) for record in found]
        return {"records": records, "between": sorted(set(separators))}

    def _events(self, data: bytes) -> dict[str, Any]:
        found, separators = _split(data.decode())
        first = next(
            (
                at
                for at, event in enumerate(found)
                if event.get("status") == "create" and self._text(event["id"]) == "<split>"
            ),
            0,
        )
        if any(event.get("from") == "busybox:latest" for event in found):
            # The recorded stream begins with the events of the run before this one.
            found = found[first:]
        by_id: dict[str, list[str]] = {}
        keys: set[str] = set()
        for event in found:
            status = self._text(str(event.get("status")))
            by_id.setdefault(self._text(str(event.get("id"))), []).append(status)
            keys |= {f"{key}: {type(value).__name__}" for key, value in event.items()}
        return {
            "events": by_id,
            "from": sorted({str(event.get("from")) for event in found}),
            "keys": sorted(keys),
            "between": sorted(set(separators)),
        }

    def _top(self, document: dict[str, Any]) -> dict[str, Any]:
        titles = document.get("Titles") or []
        stable = ("UID", "USER", "CMD", "COMMAND", "TTY")
        rows = [
            {
                title: cell if title in stable else f"<{type(cell).__name__}>"
                for title, cell in zip(titles, row, strict=False)
            }
            for row in document.get("Processes") or []
        ]
        widths = [len(row) for row in document.get("Processes") or []]
        return {"keys": sorted(document), "titles": titles, "rows": rows, "cells": widths}

    def _graph(self, text: str) -> list[str]:
        lines = []
        for line in text.split("\n"):
            line = re.sub("[0-9a-f]{64}", "<id>", line)
            line = re.sub("[0-9a-f]{12}", "<short id>", line)
            label = re.search(r'label="([^"]*)"', line)
            if label:
                head, *tags = label[1].split("\\n")
                line = line.replace(label[1], "\\n".join([head, *sorted(tags)]))
            lines.append(line)
        return sorted(lines)


def _stream(data: bytes) -> dict[str, Any]:
    """Frames in any order, or the lines of a plain stream in any order."""
    with contextlib.suppress(AssertionError):
        return {"frames": sorted([kind, payload.decode()] for kind, payload in frames(data))}
    return {"plain": sorted(data.decode("utf-8", "replace").splitlines(keepends=True))}


def _members(data: bytes, whole: bool) -> list[str]:
    """Names and kinds of the members of an archive, or of the beginning of one."""
    found = []
    with (
        contextlib.suppress(tarfile.TarError),
        tarfile.open(fileobj=io.BytesIO(data), mode="r|") as archive,
    ):
        for member in archive:
            kind = "folder" if member.isdir() else "link" if member.issym() else "file"
            found.append(f"{member.name} {kind}")
            if not whole and len(found) == 4:
                break
    return found


def _split(text: str) -> tuple[list[Any], list[str]]:
    """The JSON documents of a stream, and what stands after each of them."""
    decoder = json.JSONDecoder()
    found, separators, at = [], [], 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        found.append(document)
        end = at
        while end < len(text) and text[end] in " \r\n\t":
            end += 1
        separators.append(text[at:end])
        at = end
    return found, separators


def encoded(data: bytes) -> str:
    """Bytes for a person's eyes."""
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode()
    return "base64:" + base64.b64encode(data[:2000]).decode()
