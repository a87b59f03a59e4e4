"""The practice engine's answers about containers, but for those that stream."""

from __future__ import annotations

from collections.abc import Callable

from gateway.api.message import Answer, Headers, Json
from gateway.engine.practice import archive
from gateway.engine.practice.container import Container
from gateway.engine.practice.documents import inspected, listed, processes
from gateway.engine.practice.process import signal_number
from gateway.engine.practice.replies import Call, Refused, Reply, empty, json_answer
from gateway.engine.practice.state import Routes, State

ROUTES = Routes()

_FILTERS: dict[str, Callable[[Container, str], bool]] = {
    "id": lambda one, value: one.id.startswith(value),
    "name": lambda one, value: value.removeprefix("/") in one.name,
    "status": lambda one, value: one.status == value,
    "exited": lambda one, value: one.status == "exited" and str(one.exit_code) == value,
    "label": lambda one, value: _has_label(one, value),
    "ancestor": lambda one, value: (
        value in (one.image.id, one.config["Image"], one.config["Image"].partition(":")[0])
    ),
    "network": lambda one, value: (one.host_config.get("NetworkMode") or "bridge") == value,
}


def _has_label(container: Container, value: str) -> bool:
    name, equals, wanted = value.partition("=")
    labels = container.labels
    return name in labels and (not equals or labels[name] == wanted)


def _passes(container: Container, filters: dict[str, list[str]]) -> bool:
    """Whether a container fits: every label, and one value of each other filter."""
    for name, values in filters.items():
        fits = [_FILTERS[name](container, value) for value in values]
        if fits and not (all(fits) if name == "label" else any(fits)):
            return False
    return True


@ROUTES.on("GET", "/containers/json")
def _list(state: State, call: Call) -> Reply:
    filters = call.filters()
    for name in filters:
        if name not in _FILTERS:
            raise Refused(400, f"invalid filter '{name}'")
    limit = call.text("limit")
    count = int(limit) if limit.lstrip("-").isdecimal() else -1
    everything = call.flag("all") or count > 0 or "status" in filters or "exited" in filters
    chosen = [
        one
        for one in reversed(list(state.containers))
        if (everything or one.running) and _passes(one, filters)
    ]
    return json_answer([listed(one) for one in (chosen[:count] if count > 0 else chosen)])


@ROUTES.on("POST", "/containers/create")
def _create(state: State, call: Call) -> Reply:
    container = state.containers.create(call.text("name"), call.mapping())
    return json_answer({"Id": container.id, "Warnings": []}, 201)


@ROUTES.on("POST", "/containers/prune")
def _prune(state: State, call: Call) -> Reply:
    filters = {"label": call.filters().get("label", [])}
    gone = [one for one in state.containers if not one.running and _passes(one, filters)]
    for container in gone:
        state.containers.remove(container, force=False)
    return json_answer({"ContainersDeleted": [one.id for one in gone] or None, "SpaceReclaimed": 0})


@ROUTES.on("GET", "/containers/{id}/json")
def _inspect(state: State, call: Call, id: str) -> Reply:
    document: dict[str, Json] = inspected(state.containers.get(id), call.version)
    if call.flag("size"):
        document |= {"SizeRw": 0, "SizeRootFs": 0}
    return json_answer(document)


@ROUTES.on("POST", "/containers/{id}/start")
def _start(state: State, call: Call, id: str) -> Reply:
    # Engines from v1.24 on refuse a body (design.md; up to 7 bytes are let through, H-10).
    if len(call.body) > 7:
        raise Refused(
            400,
            "starting container with non-empty request body was deprecated since API v1.22 "
            "and removed in v1.24",
        )
    return empty(204 if state.containers.get(id).start() else 304)


@ROUTES.on("POST", "/containers/{id}/stop")
def _stop(state: State, _call: Call, id: str) -> Reply:
    return empty(204 if state.containers.get(id).stop() else 304)


@ROUTES.on("POST", "/containers/{id}/restart")
def _restart(state: State, _call: Call, id: str) -> Reply:
    container = state.containers.get(id)
    keep, container.host_config["AutoRemove"] = container.host_config.get("AutoRemove"), False
    container.stop()
    container.host_config["AutoRemove"] = keep
    container.start()
    container.emit(container, "restart", {})
    return empty()


@ROUTES.on("POST", "/containers/{id}/kill")
def _kill(state: State, call: Call, id: str) -> Reply:
    text = call.text("signal") or "KILL"
    try:
        number = signal_number(text)
    except ValueError:
        raise Refused(400, f"invalid signal: {text}") from None
    state.containers.get(id).kill(number)
    return empty()


@ROUTES.on("POST", "/containers/{id}/pause")
def _pause(state: State, _call: Call, id: str) -> Reply:
    state.containers.get(id).pause()
    return empty()


@ROUTES.on("POST", "/containers/{id}/unpause")
def _unpause(state: State, _call: Call, id: str) -> Reply:
    state.containers.get(id).unpause()
    return empty()


@ROUTES.on("POST", "/containers/{id}/rename")
def _rename(state: State, call: Call, id: str) -> Reply:
    if not call.text("name"):
        raise Refused(400, "Neither old nor new names may be empty")
    state.containers.rename(state.containers.get(id), call.text("name"))
    return empty()


@ROUTES.on("POST", "/containers/{id}/update")
def _update(state: State, call: Call, id: str) -> Reply:
    state.containers.get(id).host_config.update(call.mapping())
    return json_answer({"Warnings": None})


@ROUTES.on("POST", "/containers/{id}/resize")
def _resize(state: State, call: Call, id: str) -> Reply:
    _size(call)
    container = state.containers.get(id)
    if not container.running:
        raise Refused(409, f"container {container.id} is not running")
    container.emit(container, "resize", {"height": call.text("h"), "width": call.text("w")})
    return empty(200)


def _size(call: Call) -> None:
    for name in ("h", "w"):
        if not call.text(name).isdecimal():
            raise Refused(400, f"invalid resize {name}: {call.text(name)!r} is not a number")


@ROUTES.on("DELETE", "/containers/{id}")
def _remove(state: State, call: Call, id: str) -> Reply:
    state.containers.remove(state.containers.get(id), call.flag("force"))
    return empty()


@ROUTES.on("GET", "/containers/{id}/top")
def _top(state: State, _call: Call, id: str) -> Reply:
    container = state.containers.get(id)
    if not container.running:
        raise Refused(409, f"container {container.id} is not running")
    return json_answer(processes(container))


@ROUTES.on("GET", "/containers/{id}/changes")
def _changes(state: State, _call: Call, id: str) -> Reply:
    return json_answer(archive.changes(state.containers.get(id)) or None)


@ROUTES.on("HEAD", "/containers/{id}/archive")
def _stat(state: State, call: Call, id: str) -> Reply:
    stat = archive.stat(state.containers.get(id), call.text("path"))
    return Answer(200, Headers((("X-Docker-Container-Path-Stat", stat),)))


@ROUTES.on("GET", "/containers/{id}/archive")
def _pack(state: State, call: Call, id: str) -> Reply:
    container, path = state.containers.get(id), call.text("path")
    fields = (
        ("Content-Type", "application/x-tar"),
        ("X-Docker-Container-Path-Stat", archive.stat(container, path)),
    )
    return Answer(200, Headers(fields), archive.pack(container, path))


@ROUTES.on("PUT", "/containers/{id}/archive")
def _unpack(state: State, call: Call, id: str) -> Reply:
    archive.unpack(state.containers.get(id), call.text("path"), call.body)
    return empty(200)


@ROUTES.on("POST", "/containers/{id}/exec")
def _make_exec(state: State, call: Call, id: str) -> Reply:
    made = state.containers.make_exec(state.containers.get(id), call.mapping())
    return json_answer({"Id": made.id}, 201)


@ROUTES.on("POST", "/exec/{id}/resize")
def _resize_exec(state: State, call: Call, id: str) -> Reply:
    _size(call)
    if state.containers.get_exec(id).process is None:
        raise Refused(409, f"exec process {id} is not running")
    return empty(200)


@ROUTES.on("GET", "/exec/{id}/json")
def _inspect_exec(state: State, _call: Call, id: str) -> Reply:
    one = state.containers.get_exec(id)
    document = {
        "ID": one.id,
        "Running": one.process is not None,
        "ExitCode": one.exit_code,
        "ProcessConfig": {
            "tty": one.tty,
            "entrypoint": one.command[0],
            "arguments": one.command[1:],
            "privileged": bool(one.config.get("Privileged")),
        },
        "OpenStdin": bool(one.config.get("AttachStdin")),
        "OpenStderr": bool(one.config.get("AttachStderr")),
        "OpenStdout": bool(one.config.get("AttachStdout")),
        "CanRemove": False,
        "ContainerID": one.container.id,
        "DetachKeys": "",
        "Pid": 0 if one.process is None else one.container.number + 40000,
    }
    return json_answer(document)
