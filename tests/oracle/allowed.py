"""What may differ from the recordings, and why: the whole list.

Two kinds of entries. `SERVED` are defects of the recorded engine (tests/oracle/recordings names
them): something else is right there, and it is demanded as strictly. `ALLOWED` are fields and texts
that no engine of today can give any more, or that tell of the recorded machine; each names the
steps, the place in the answer and, where it can, the only values that may stand there.

What differs in every answer by nature (ids, times, sizes, addresses, …) is not listed here but
taken out by `support.oracle_view`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from support.oracle_replay import recorded
from support.oracle_view import View, views

Views = dict[str, View]


@dataclass(frozen=True, slots=True)
class Served:
    """What is right where the recorded engine was wrong, for clients before a version."""

    steps: tuple[str, ...]
    before: int  # the minor number of the first version whose recorded answer is right
    reason: str
    instead: Callable[[str, str], View]  # (step, version) -> what must be answered


@dataclass(frozen=True, slots=True)
class Allowed:
    """A difference that may be; `place`, `expected` and `live` are regular expressions."""

    steps: tuple[str, ...]
    place: str
    reason: str
    expected: str = ".*"
    live: str = ".*"
    before: int = 99  # the minor number of the first version that it is not for

    def matches(self, step: str, place: str, expected: str, live: str) -> bool:
        return (
            any(fnmatchcase(step, pattern) for pattern in self.steps)
            and re.fullmatch(self.place, place) is not None
            and re.fullmatch(self.expected, expected, re.DOTALL) is not None
            and re.fullmatch(self.live, live, re.DOTALL) is not None
        )


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


@cache
def _views(version: str) -> Views:
    return views(recorded(version))


def _recorded_at(version: str) -> Callable[[str, str], View]:
    """What the engine answered to a later version."""
    return lambda step, _: copy.deepcopy(_views(version)[step])


def _list_of_containers(step: str, version: str) -> View:
    """The list of v1.5 in the shape before it: Ports as text, no Names, no Labels."""
    view: View = copy.deepcopy(_views("1.5")[step])
    for container in view["body"]["json"]:
        del container["Names"], container["Labels"]
        container["Ports"] = ", ".join(
            sorted(
                f"{port['IP']}:<port>->{port['PrivatePort']}/{port['Type']}"
                for port in container["Ports"]
            )
        )
        if version == "1.2":
            container.setdefault("SizeRw", "<number>")
            container.setdefault("SizeRootFs", "<number>")
    return view


def _processes(step: str, version: str) -> View:
    """The list of objects of v1.3, which took no arguments for `ps`."""
    del version
    view: View = copy.deepcopy(_views("1.4")[step])
    view["body"] = {
        "json": [{"PID": "<str>", "Tty": "?", "Time": "<str>", "Cmd": "httpd"}],
    }
    return view


def _booleans(step: str, version: str) -> View:
    view: View = copy.deepcopy(_views(version)[step])
    for key in ("Debug", "MemoryLimit", "SwapLimit", "IPv4Forwarding"):
        view["body"]["json"][key] = "<bool>"
    return view


def _credentials(step: str, version: str) -> View:
    view: View = copy.deepcopy(_views(version)["version"])
    view["body"]["json"] = {"username": "", "password": "", "email": ""}
    return view


def _short_ids(step: str, version: str) -> View:
    view: View = copy.deepcopy(_views(version)[step])
    lines = view["body"]["graph"]
    view["body"]["graph"] = sorted(line.replace("<id>", "<short id>") for line in lines)
    return view


def _committed(step: str, version: str) -> View:
    view: View = copy.deepcopy(_views(version)[step])
    view["body"]["json"]["config"]["Cmd"] = ["true"]
    return view


def _stats(step: str, version: str) -> View:
    view: View = copy.deepcopy(_views(version)["events"])
    view["body"] = {}
    return view


SERVED: tuple[Served, ...] = (
    Served(
        ("ps", "ps-all-size", "ps-limit"),
        5,
        "The list of containers was empty. The API documents before v1.5 have the list, its Ports"
        " a text.",
        _list_of_containers,
    ),
    Served(
        ("top web", "top-args web"),
        4,
        "`top` was refused. The API document of v1.3 has a list of objects with PID, Tty, Time and"
        " Cmd; before v1.3 there was no such route, but routes are served to older clients too.",
        _processes,
    ),
    Served(
        ("build", "build-quiet", "build-fails", "build-invalid", "rmi built"),
        3,
        "`build` was refused, so that there was nothing to remove later. The API documents before"
        " v1.3 have it; the answers are those to v1.3.",
        _recorded_at("1.3"),
    ),
    Served(
        ("info",),
        9,
        "`/info` gave numbers where clients up to release 0.7.1 (API v1.8) decode booleans.",
        _booleans,
    ),
    Served(
        ("auth-get",),
        2,
        "The route was gone. The API documents of v1.0 and v1.1 have it: the stored credentials,"
        " all empty where none are stored; the password is never given.",
        _credentials,
    ),
    Served(
        ("images-viz",),
        7,
        "Arrows had ids of 64 digits and labels ids of 12, so that the graph fell apart. The API"
        " documents have 12 everywhere.",
        _short_ids,
    ),
    Served(
        ("images-two",),
        10,
        "The configuration in the query of commit (`run`) was ignored. The API documents before"
        " v1.10 have it there.",
        _committed,
    ),
    Served(
        ("stats web",),
        19,
        "The recorded engine sent nothing at all within the recording's patience. The API document"
        " of v1.17: 200 and a stream of JSON; only the head is waited for here.",
        _stats,
    ),
)

_INSPECTED = ("inspect*", "exec-inspect")

ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        _INSPECTED,
        r"body\.json\.(Container\.)?NetworkSettings\.PortMapping",
        "The old engine had stopped telling the mapping of ports in the form before v1.6; the API"
        " documents of those versions have it, and it is served: `Tcp` and `Udp`, before v1.4"
        " one map.",
        expected="null",
        live=r'\{("80": "\d+")?\}|\{"Tcp": \{("80": "\d+")?\}, "Udp": \{\}\}',
        before=6,
    ),
    Allowed(
        _INSPECTED,
        r"body\.json\.(Container\.)?(Id|NetworkSettings\.Ip(Address|PrefixLen))",
        "The old engine had stopped spelling these keys as clients before v1.2 decode them; the"
        " API documents have them, and they are served beside the later spelling.",
        expected=r"\(absent\)",
        before=2,
    ),
    Allowed(
        ("version", "info"),
        r"body\.json\.(MemoryLimit|SwapLimit|Version|GoVersion)",
        "Clients of releases 0.3 read the memory limits from `/version` and the versions from"
        " `/info`; they are served in both places.",
        expected=r"\(absent\)",
        before=2,
    ),
    Allowed(
        _INSPECTED,
        r"body\.json\.(Container\.)?NetworkSettings\.LinkLocalIPv6(Address|PrefixLen)",
        "Engines since 1.9 turn IPv6 off in containers of a network without it, so that there is"
        " no link-local address to tell.",
        live=r'""|0',
    ),
    Allowed(
        ("inspect-paused web",),
        r"body\.json\.ExecIDs",
        "Engines since 1.10 forget an exec in the container's list once it has ended.",
        expected=r'\["<exec-create>"\]',
        live="null",
    ),
    Allowed(
        ("attach-logs tty",),
        r"body\.plain",
        "The old engine turned the console's translation of newlines off (ONLCR), runc leaves it"
        " on; a console's bytes are passed as they are.",
        expected=r'\["err\\n", "out\\n"\]',
        live=r'\["err\\r\\n", "out\\r\\n"\]',
    ),
    Allowed(
        ("export split",),
        r"body\.tar",
        "The old engine put its own init, `.dockerinit`, into every container.",
        expected=r'\["\.dockerenv file", "\.dockerinit file", "bin folder", "bin/\[ link"\]',
        live=r'\["\.dockerenv file", "bin folder", "bin/\[ link", "bin/\[\[ link"\]',
    ),
    Allowed(
        ("events",),
        r"body\.from",
        "The old engine named a container's image by the first of the image's names, later ones by"
        " the name that it was created with. No event tells the image's names.",
        expected=r'\["busybox:latest"\]',
        live=r'\["oracle/one:a"\]',
    ),
    Allowed(
        ("events",),
        r"body\.events\.<web>",
        "Later engines tell of every signal that they send, those of stop and restart too, and of"
        " the stop in a restart; the old one only of a kill that was asked for and without a"
        " signal, even of a container that did not run. An event does not tell who asked. Engine"
        " 20.10 may tell of a pause twice, once for itself and once for containerd.",
        live=r'\["create", "start", "exec_create: [^"]*", "exec_start: [^"]*",'
        r'( "pause",){1,2} "unpause",( "pause",)?( "unpause",)?'
        r'( "kill",)* "die",( "kill",)* "stop", "start", "restart",'
        r'( "kill",)* "die",( "kill",)* "stop"(, "kill")*\]',
    ),
    Allowed(
        ("rmi-untag", "rmi built"),
        r"body\.json",
        "Engines since 1.10 list the layers that they removed beside the images, by ids of the"
        " same form.",
        live=r'\[\{"Untagged": "[^"]*"\}(, \{"Deleted": "<id>"\})+\]',
    ),
    Allowed(
        ("logs split", "copy web", "build-invalid"),
        "framing",
        "What is known whole and is short, Go's server sends by its length; the old engine flushed"
        " these after the first bytes, so that they were chunked.",
        expected='"chunked"',
        live='"length"',
    ),
)


@cache
def expected(version: str) -> Views:
    """What must be answered at a version, by step: the recording, but for its defects."""
    wanted = dict(_views(version))
    for entry in SERVED:
        if _minor(version) < entry.before:
            for step in entry.steps:
                wanted[step] = entry.instead(step, version)
    renamed: dict[str, Any] = wanted
    return renamed


def allowed(version: str, step: str, place: str, expected: str, live: str) -> str | None:
    """The reason why a difference may be, or None."""
    for entry in ALLOWED:
        if _minor(version) < entry.before and entry.matches(step, place, expected, live):
            return entry.reason
    return None
