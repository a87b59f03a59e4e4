"""The practice engine's answers about images."""

from __future__ import annotations

from collections.abc import Callable

from gateway.api.message import Json
from gateway.engine.practice.clock import Timer
from gateway.engine.practice.images import digest, full
from gateway.engine.practice.replies import (
    Call,
    Refused,
    Reply,
    Sink,
    empty,
    json_answer,
    json_record,
    json_stream,
)
from gateway.engine.practice.state import STRINGS_REFUSED, Routes, State

ROUTES = Routes()

PULL_STEP = 0.02
"""Seconds between the messages of a pull."""


@ROUTES.on("GET", "/images/json")
def _list(state: State, call: Call) -> Reply:
    counts: dict[str, int] = {}
    for container in state.containers:
        counts[container.image.id] = counts.get(container.image.id, 0) + 1
    images = state.images.selected(call.filters())
    return json_answer([one.listed(call.version, counts.get(one.id, 0)) for one in images])


@ROUTES.on("POST", "/images/create")
def _create(state: State, call: Call) -> Reply:
    """A pull: the progress of one, and an image of that name without content."""
    name, tag = call.text("fromImage"), call.text("tag")
    if not name:
        raise Refused(501, "the practice engine imports no archives")
    if tag:
        name += ("@" if ":" in tag else ":") + tag
    image, new = state.images.make(name)
    messages = _pull(full(name), image.digests[:1], image.size, new, state)

    def start(sink: Sink) -> Callable[[], None]:
        timer: Timer | None = None

        def step() -> None:
            nonlocal timer
            sink.write(json_record(messages.pop(0)))
            if messages:
                timer = state.clock.later(PULL_STEP, step)
            else:
                sink.end()

        step()

        def stop() -> None:
            if timer is not None:
                timer.cancel()

        return stop

    return json_stream(start)


def _pull(name: str, digests: list[str], size: int, new: bool, state: State) -> list[Json]:
    repository, _, tag = name.rpartition(":")
    layer = digest("layer of " + name)[7:19]
    messages: list[Json] = [
        {"status": f"Pulling from {repository}", "id": tag},
        {"status": "Practice engine: nothing is fetched, the image gets no content"},
    ]
    if new:
        for part in (1, 2, 3, 4):
            message: dict[str, Json] = {
                "status": "Downloading",
                "progressDetail": {"current": size * part // 4, "total": size},
                "id": layer,
            }
            if state.newest < STRINGS_REFUSED:
                bar = "=" * (part * 50 // 4 - 1) + ">"
                message["progress"] = f"[{bar:<50}]  {size * part // 4}B/{size}B"
            messages.append(message)
        messages.append({"status": "Pull complete", "progressDetail": {}, "id": layer})
    messages += [{"status": f"Digest: {one.partition('@')[2]}"} for one in digests]
    done = "Downloaded newer image for" if new else "Image is up to date for"
    messages.append({"status": f"Status: {done} {name}"})
    return messages


@ROUTES.on("POST", "/images/prune")
def _prune(_state: State, _call: Call) -> Reply:
    return json_answer({"ImagesDeleted": None, "SpaceReclaimed": 0})


@ROUTES.on("GET", "/images/{name}/json")
def _inspect(state: State, call: Call, name: str) -> Reply:
    return json_answer(state.images.get(name).inspected(call.version))


@ROUTES.on("GET", "/images/{name}/history")
def _history(state: State, _call: Call, name: str) -> Reply:
    return json_answer(state.images.get(name).history())


@ROUTES.on("POST", "/images/{name}/tag")
def _tag(state: State, call: Call, name: str) -> Reply:
    repository, tag = call.text("repo"), call.text("tag")
    image = state.images.get(name)
    state.images.tag(image, f"{repository}:{tag}" if tag else repository)
    return empty(201)


@ROUTES.on("DELETE", "/images/{name}")
def _delete(state: State, call: Call, name: str) -> Reply:
    user = state.containers.using(state.images.get(name).id)
    return json_answer(state.images.delete(name, user, call.flag("force")))
