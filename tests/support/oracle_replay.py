"""Makes the recorded scenario again (tests/oracle/recordings), at any version, against anything.

`replay` sends the 93 requests of one recording in their order, with the ids that the recorded
engine gave replaced by those that this run was given, and keeps the answers. What they are worth is
said elsewhere (`support.oracle`).
"""

from __future__ import annotations

import base64
import io
import json
import re
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.engine import IMAGE, Engine, busybox_image
from support.gateway import Gateway
from support.recordings import steps
from support.wire import Answer, Stream, Wire, client_context, connect_tls, connect_unix

VERSIONS = tuple(f"1.{minor}" for minor in range(19))
"""The versions that were recorded, oldest first."""

STATS_SECONDS = 3.0
"""How long the head of the answer to `stats` may take; the recorded engine sent none at all."""

Connect = Callable[[], Stream]

_CREATES = ("create split", "create tty", "create web", "create link", "exec-create")
_HELLO = b"hello through\n"


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, recorded or live, reduced to what can be set beside the other.

    `framing` is "length", "chunked", "close" or "none"; `error` is set, and all else empty, where
    no answer came.
    """

    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    framing: str = "none"
    hijacked: bool = False
    body: bytes = b""
    length: int = 0
    error: str = ""

    def header(self, name: str) -> str | None:
        """The first field of that name."""
        found = (value for key, value in self.headers if key.lower() == name.lower())
        return next(found, None)


@dataclass(slots=True)
class Played:
    """One run of the scenario: the answers by step, and the ids it met by what they stand for."""

    version: str
    answers: dict[str, Seen] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def recorded(version: str) -> Played:
    """The recording as if it had been played just now."""
    played = Played(version)
    for name, step in steps(version).items():
        played.answers[name] = _recorded_answer(step)
        _learn(played.ids, name, played.answers[name])
    return played


def _recorded_answer(step: dict[str, Any]) -> Seen:
    if "error" in step:
        return Seen(error=step["error"])
    body = step["body"]
    data = _bytes(body)
    return Seen(
        status=step["status"],
        reason=step["status_line"].split(" ", 2)[2],
        headers=tuple((name, value) for name, value in step["headers"]),
        framing=step["framing"],
        hijacked=bool(step.get("hijacked")),
        body=data,
        length=body.get("length", len(data)),
    )


def _bytes(body: dict[str, Any] | None) -> bytes:
    """The bytes of a recorded body; of the long ones only the head was kept."""
    if not body:
        return b""
    if "text" in body:
        return str(body["text"]).encode("utf-8", "surrogateescape")
    if "tar_head" in body:
        # Small archives: the rest of them is nothing but zeros.
        return str(body["tar_head"]).encode("latin-1").ljust(body["length"], b"\0")
    for key in ("b64", "b64_head"):
        if key in body:
            return base64.b64decode(body[key])
    raise ValueError(f"a body of an unknown kind: {sorted(body)}")


def _learn(ids: dict[str, str], name: str, answer: Seen) -> None:
    """Keep the ids that a step's answer gives, by what they stand for."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return
    if name in _CREATES or name == "commit split":
        if isinstance(document, dict) and isinstance(document.get("Id"), str):
            ids[name.removeprefix("create ")] = document["Id"].removeprefix("sha256:")
    elif name == "images" and isinstance(document, list):
        for image in document:
            tags = image.get("RepoTags") or [f"{image.get('Repository')}:{image.get('Tag')}"]
            if IMAGE in tags:
                ids["base"] = image["Id"].removeprefix("sha256:")
    elif name == "info" and isinstance(document, dict):
        ids["root"] = document.get("DockerRootDir", "")


def replay(version: str, connect: Connect) -> Played:
    """Make the scenario of one version, each request on a connection of its own."""
    then = recorded(version).ids
    played = Played(version)
    began = time.time()

    def ours(text: str) -> str:
        for name, theirs in then.items():
            if name in played.ids and name != "root":
                own = played.ids[name]
                text = text.replace(theirs, own).replace(theirs[:12], own[:12])
        return text

    for name, step in steps(version).items():
        path = ours(step["path"])
        if name == "events":
            # Since the beginning of this run; until now, so that the stream ends.
            path = f"/events?since={began:.9f}&until={time.time():.9f}"
        played.answers[name] = _make(name, version, path, step, ours, connect)
        _learn(played.ids, name, played.answers[name])
    played.seconds = time.time() - began
    return played


def _make(
    name: str,
    version: str,
    path: str,
    step: dict[str, Any],
    ours: Callable[[str], str],
    connect: Connect,
) -> Seen:
    body = _bytes(step["request_body"])
    if step["request_body"] and "text" in step["request_body"]:
        body = ours(body.decode()).encode()
    headers = dict(step["request_headers"])
    hijacks = bool(step.get("hijacked"))
    try:
        with Wire(connect()) as wire:
            if step.get("error"):
                return _head_only(wire, step["method"], f"/v{version}{path}", headers)
            ask = wire.hijack if hijacks else wire.request
            answer = ask(step["method"], f"/v{version}{path}", body or None, headers)
            if answer.framing == "hijacked":
                if name == "attach stdin link":
                    wire.stream.send(_HELLO)
                    wire.stream.end()
                answer.body = wire.rest()
            return _seen(answer)
    except (OSError, AssertionError) as error:
        return Seen(error=f"{type(error).__name__}: {error}")


def _head_only(wire: Wire, method: str, path: str, headers: dict[str, str]) -> Seen:
    wire.send_request(method, path, None, headers)
    answer = wire.read_head()
    coding = answer.header("Transfer-Encoding")
    answer.framing = "chunked" if coding else "length" if answer.header("Content-Length") else ""
    return _seen(answer)


def _seen(answer: Answer) -> Seen:
    hijacked = answer.framing == "hijacked"
    return Seen(
        status=answer.status,
        reason=answer.reason,
        headers=tuple(answer.headers),
        framing="close" if hijacked else answer.framing,
        hijacked=hijacked,
        body=answer.body,
        length=len(answer.body),
    )


def through_gateway(gateway: Gateway) -> Connect:
    """Connections to a gateway, with the client's certificate."""
    context = client_context(gateway.certificates)
    return lambda: connect_tls(gateway.port, context)


def to_engine(path: Path) -> Connect:
    """Connections to an engine's own socket."""
    return lambda: connect_unix(path)


def base_image() -> bytes:
    """The file system of the recorded engine's one image: busybox, and no /etc."""
    buffer = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(busybox_image())) as whole,
        tarfile.open(fileobj=buffer, mode="w") as part,
    ):
        for member in whole:
            if member.name.split("/")[0] in ("bin", "tmp"):
                part.addfile(member, whole.extractfile(member) if member.isreg() else None)
    return buffer.getvalue()


@contextmanager
def oracle_engine() -> Iterator[Engine]:
    """An engine of our own with the one image that the recorded one had."""
    engine = Engine()
    try:
        engine.start()
        empty(engine.socket)
        engine.docker("import", "-", IMAGE, input=base_image())
        yield engine
    finally:
        engine.stop()


def empty(path: Path, keep: str = "") -> None:
    """Remove every container and every image (but the one tagged `keep`) from an engine."""

    def call(method: str, target: str) -> Any:
        with Wire(connect_unix(path)) as wire:
            answer = wire.request(method, f"/v1.24{target}")
        return answer.json() if answer.body else None

    for container in call("GET", "/containers/json?all=1"):
        call("DELETE", f"/containers/{container['Id']}?force=1&v=1")
    for _ in range(4):  # children first: each round removes what nothing is built upon any more
        images = call("GET", "/images/json?all=1")
        others = [image for image in images if keep not in (image["RepoTags"] or ())]
        if not others:
            return
        for image in others:
            call("DELETE", f"/images/{image['Id']}?force=1")
        for image in images:
            for tag in image["RepoTags"] or ():
                if keep in image["RepoTags"] and tag != keep:
                    call("DELETE", f"/images/{tag}")


def tidy(path: Path) -> None:
    """After a run: only the base image is left, by its one name."""
    empty(path, keep=IMAGE)
    with Wire(connect_unix(path)) as wire:
        answer = wire.request("GET", "/v1.24/images/json")
    for image in answer.json():
        for tag in image["RepoTags"] or ():
            if tag != IMAGE and not re.match(r"<none>", tag):
                with Wire(connect_unix(path)) as wire:
                    wire.request("DELETE", f"/v1.24/images/{tag}")
