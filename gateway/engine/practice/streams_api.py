"""The practice engine's answers that go on: attach, exec start, logs, stats and wait."""

from __future__ import annotations

from collections.abc import Callable

from gateway.api.message import AnswerHead, Headers
from gateway.api.version import ApiVersion
from gateway.engine.practice.clock import Timer, read, written
from gateway.engine.practice.console import Line, framed
from gateway.engine.practice.container import Container
from gateway.engine.practice.containers import Exec
from gateway.engine.practice.documents import stats
from gateway.engine.practice.process import Process
from gateway.engine.practice.replies import (
    Call,
    Hijacked,
    Refused,
    Reply,
    Sink,
    Streaming,
    empty,
    json_answer,
    json_record,
    json_stream,
    nothing,
)
from gateway.engine.practice.state import Routes, State

ROUTES = Routes()

RAW = "application/vnd.docker.raw-stream"
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"

_DETACH = b"\x10\x11"
"""The default detach keys, ctrl-p ctrl-q."""


def _kind(call: Call, tty: bool) -> str:
    """The content type of a stream: the second name from v1.42 on, unless a TTY (R1.42-2)."""
    return MULTIPLEXED if call.version >= ApiVersion(1, 42) and not tty else RAW


def _hijack_head(call: Call, tty: bool) -> AnswerHead:
    """`101 UPGRADED` when an upgrade was asked for, else `200 OK` with the first type (H-8)."""
    if call.upgrade is None:
        return AnswerHead(200, Headers((("Content-Type", RAW),)), "OK")
    fields = (
        ("Content-Type", _kind(call, tty)),
        ("Connection", "Upgrade"),
        ("Upgrade", call.upgrade),
    )
    return AnswerHead(101, Headers(fields), "UPGRADED")


class _Attachment:
    """A client at a container's console, or at an exec's."""

    def __init__(
        self,
        sink: Sink,
        *,
        tty: bool,
        wanted: set[int],
        feed: Callable[[bytes], None] | None,
        end_input: Callable[[], None] | None,
    ) -> None:
        self._sink = sink
        self._tty = tty
        self._wanted = wanted
        self._feed = feed
        self._end_input = end_input
        self.leave: Callable[[], None] = nothing

    def output(self, stream: int, data: bytes) -> None:
        """Send output of the process on, if the client wanted that stream."""
        if stream in self._wanted:
            self._sink.write(framed(stream, data, self._tty))

    def finished(self) -> None:
        """The process has ended: so does the client's stream, and its input goes nowhere."""
        self._feed = self._end_input = None
        self._sink.end()

    def data(self, data: bytes) -> None:
        """Give the client's bytes to the process."""
        if self._tty and _DETACH in data:
            self._detach()
        elif self._feed is not None:
            self._feed(data)

    def end(self) -> None:
        """The client closed its half.

        That ends the process's input where it may (`StdinOnce`, and no TTY). Else it ends the
        attachment, as in moby's `container/stream/attach.go`; without stdin it means nothing.
        """
        if self._end_input is not None:
            self._end_input()
        elif self._feed is not None:
            self._detach()

    def gone(self) -> None:
        """The client went away; of an input that ends with the client, that is the end."""
        self.leave()
        if self._end_input is not None:
            self._end_input()

    def _detach(self) -> None:
        self.leave()
        self._sink.end()


@ROUTES.on("POST", "/containers/{id}/attach")
def _attach(state: State, call: Call, id: str) -> Reply:
    container = state.containers.get(id)
    if container.paused:
        raise Refused(
            409, f"container {container.id} is paused, unpause the container before attach"
        )
    wanted = {number for number, name in ((1, "stdout"), (2, "stderr")) if call.flag(name)}
    takes_input = call.flag("stdin") and bool(container.config.get("OpenStdin"))
    ends_input = takes_input and bool(container.config.get("StdinOnce")) and not container.tty

    def start(sink: Sink) -> _Attachment:
        attachment = _Attachment(
            sink,
            tty=container.tty,
            wanted=wanted,
            feed=container.feed if takes_input else None,
            end_input=container.end_input if ends_input else None,
        )
        if call.flag("logs"):
            for line in container.console.lines():
                attachment.output(line.stream, line.data)
        if call.flag("stream"):
            attachment.leave = container.console.attach(attachment.output, attachment.finished)
            container.emit(container, "attach", {})
        else:
            sink.end()
        return attachment

    return Hijacked(_hijack_head(call, container.tty), start, signed=False)


@ROUTES.on("POST", "/exec/{id}/start")
def _start_exec(state: State, call: Call, id: str) -> Reply:
    one = state.containers.get_exec(id)
    if one.started:
        raise Refused(409, f"exec command {one.id} is already running")
    if not one.container.running:
        raise Refused(409, f"container {one.container.id} is not running")
    if call.mapping().get("Detach"):
        one.start(lambda stream, data: None, nothing)
        return empty(200)
    head = _hijack_head(call, one.tty)
    return Hijacked(head, lambda sink: _attached_exec(one, sink), signed=True)


def _attached_exec(one: Exec, sink: Sink) -> _Attachment:
    wanted = {
        number for number, name in ((1, "Stdout"), (2, "Stderr")) if one.config.get("Attach" + name)
    }
    takes_input = bool(one.config.get("AttachStdin"))
    process: Process | None = None

    def feed(data: bytes) -> None:
        if process is not None:
            process.feed(data)

    def end_input() -> None:
        if process is not None:
            process.end_input()

    attachment = _Attachment(
        sink,
        tty=one.tty,
        wanted=wanted,
        feed=feed if takes_input else None,
        end_input=end_input if takes_input and not one.tty else None,
    )
    process = one.start(attachment.output, attachment.finished)
    return attachment


@ROUTES.on("GET", "/containers/{id}/logs")
def _logs(state: State, call: Call, id: str) -> Reply:
    container = state.containers.get(id)
    wanted = {number for number, name in ((1, "stdout"), (2, "stderr")) if call.flag(name)}
    if not wanted:
        raise Refused(400, "Bad parameters: you must choose at least one stream")
    now = state.clock.now()
    try:
        since = read(call.text("since"), now) if call.text("since") else 0
        until = read(call.text("until"), now) if call.text("until", "0") != "0" else None
    except ValueError:
        raise Refused(400, "invalid value for since or until: not a time") from None

    def fits(line: Line) -> bool:
        return line.stream in wanted and line.moment >= since and line.moment <= (until or 1 << 63)

    def send(sink: Sink, line: Line) -> None:
        if fits(line):
            stamp = written(line.moment).encode() + b" " if call.flag("timestamps") else b""
            sink.write(framed(line.stream, stamp + line.data, container.tty))

    def start(sink: Sink) -> Callable[[], None]:
        lines = [line for line in container.console.lines() if fits(line)]
        tail = call.text("tail")
        count = int(tail) if tail.isdecimal() else len(lines)
        for line in lines[max(0, len(lines) - count) :]:
            send(sink, line)
        if not call.flag("follow") or not container.running:
            sink.end()
            return nothing
        return container.console.follow(lambda line: send(sink, line), sink.end)

    kind = Headers((("Content-Type", _kind(call, container.tty)),))
    return Streaming(AnswerHead(200, kind), start)


@ROUTES.on("GET", "/containers/{id}/stats")
def _stats(state: State, call: Call, id: str) -> Reply:
    container = state.containers.get(id)
    if not call.flag("stream", default=True):
        return json_answer(stats(container))

    def start(sink: Sink) -> Callable[[], None]:
        record = stats(container)
        timer: Timer | None = None

        def step() -> None:
            nonlocal record, timer
            record = stats(container, record)
            sink.write(json_record(record))
            timer = state.clock.later(1, step)

        sink.write(json_record(record))
        timer = state.clock.later(1, step)
        leave = container.wait("removed", lambda status: sink.end())

        def stop() -> None:
            leave()
            if timer is not None:
                timer.cancel()

        return stop

    return json_stream(start)


@ROUTES.on("POST", "/containers/{id}/wait")
def _wait(state: State, call: Call, id: str) -> Reply:
    container: Container = state.containers.get(id)
    condition = call.text("condition") or "not-running"
    if condition not in ("not-running", "next-exit", "removed"):
        raise Refused(400, f'invalid condition: "{condition}"')

    def start(sink: Sink) -> Callable[[], None]:
        def tell(status: int) -> None:
            document = {"StatusCode": status}
            # R1.34-1: `Error` is always there from v1.34 to v1.41, and null.
            old = ApiVersion(1, 34) <= call.version <= ApiVersion(1, 41)
            sink.write(json_record({**document, "Error": None} if old else document))
            sink.end()

        return container.wait(condition, tell)

    return json_stream(start)
