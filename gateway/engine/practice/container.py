"""One container of the practice engine: its life, and the documents that show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.api.message import Json
from gateway.engine.practice.clock import SECOND, Clock, ago
from gateway.engine.practice.console import Console
from gateway.engine.practice.images import PATH, Image
from gateway.engine.practice.process import SIGNALS, Process, Program
from gateway.engine.practice.programs import Surroundings
from gateway.engine.practice.replies import Refused
from gateway.engine.practice.shell import find, run

FIRST_PID = 4000
"""Process ids are made up from here; no process of the machine is meant."""


@dataclass(slots=True, eq=False)
class Container:
    """A container. `config`, `host_config`, `networking`: as the create call brought them."""

    clock: Clock
    id: str
    name: str
    image: Image
    config: dict[str, Json]
    host_config: dict[str, Json]
    networking: dict[str, Json]
    created: int
    number: int
    console: Console
    emit: Callable[[Container, str, dict[str, str]], None]
    """Tells an event of this container: its action and attributes."""
    removed: Callable[[Container], None]
    """Takes it out of the list."""
    files: dict[str, bytes] = field(default_factory=dict)
    process: Process | None = None
    started: int | None = None
    finished: int | None = None
    exit_code: int = 0
    error: str = ""
    paused: bool = False
    waiting: list[tuple[str, Callable[[int], None]]] = field(default_factory=list)
    execs: list[str] = field(default_factory=list)
    children: list[Process] = field(default_factory=list)
    """The processes of its execs that live; they end with it."""
    _early: list[bytes | None] = field(default_factory=list)
    """Input from before the start; None is its end."""

    @property
    def running(self) -> bool:
        """Whether its process lives (a paused one does)."""
        return self.process is not None

    @property
    def tty(self) -> bool:
        """Whether it has a terminal."""
        return bool(self.config.get("Tty"))

    @property
    def status(self) -> str:
        """`created`, `running`, `paused` or `exited`, as in `State.Status`."""
        if self.running:
            return "paused" if self.paused else "running"
        return "created" if self.started is None else "exited"

    @property
    def command(self) -> list[str]:
        """What runs: the entrypoint and the command, the image's where there is none."""
        entrypoint = _words(self.config.get("Entrypoint"))
        command = _words(self.config.get("Cmd"))
        if not entrypoint and not command:
            command = self.image.command
        return [*entrypoint, *command]

    @property
    def hostname(self) -> str:
        """Its host name: the short id unless one was given."""
        return self.config.get("Hostname") or self.id[:12]

    @property
    def labels(self) -> dict[str, str]:
        """The image's labels and its own."""
        return {**self.image.labels, **(self.config.get("Labels") or {})}

    def surroundings(self, environment: Sequence[str] = (), directory: str = "") -> Surroundings:
        """What its programs see around them."""
        lines = [PATH, f"HOSTNAME={self.hostname}", "HOME=/root"]
        lines += [*(self.config.get("Env") or []), *environment]
        return Surroundings(
            self.clock, lines, self.hostname, directory or self.config.get("WorkingDir") or "/"
        )

    def up(self) -> str:
        """The words of `Status` in lists, as engines have them."""
        now = self.clock.now()
        if self.running:
            words = f"Up {ago(self.started or now, now)}"
            return words + " (Paused)" if self.paused else words
        if self.started is None:
            return "Created"
        return f"Exited ({self.exit_code}) {ago(self.finished or now, now)} ago"

    def start(self) -> bool:
        """Start it; False when it runs already. Refused with 400 when its program is unknown."""
        if self.running:
            return False
        command = self.command
        if not command or find(command[0]) is None:
            name = command[0] if command else ""
            self.exit_code = 127
            self.started, self.finished = self.clock.now(), self.clock.now()
            self.error = (
                f'failed to create task for container: practice engine: exec: "{name}": '
                "executable file not found in $PATH: unknown"
            )
            # The client that attached and waits is told, as moby's containerStart does it.
            self.console.end()
            self._tell("next-exit")
            if self.host_config.get("AutoRemove"):
                self.removed(self)
            raise Refused(400, self.error)
        self.started, self.finished = self.clock.now(), None
        self.exit_code, self.error, self.paused = 0, "", False

        def program(process: Process) -> Program:
            return run(process, self.surroundings(), command)

        self.process = Process(
            self.clock, program, tty=self.tty, output=self.console.write, exited=self._exited
        )
        self.emit(self, "start", {})
        if not self.config.get("OpenStdin"):
            if not self.tty:
                self.process.end_input()
        else:
            for data in self._early:
                if data is None:
                    self.process.end_input()
                else:
                    self.process.feed(data)
        self._early.clear()
        self.clock.later(0, self.process.begin)
        return True

    def feed(self, data: bytes) -> None:
        """Give it input; before the start it waits for it."""
        if not self.config.get("OpenStdin"):
            return
        if self.process is None:
            self._early.append(data)
        else:
            self.process.feed(data)

    def end_input(self) -> None:
        """Close its input."""
        if self.process is None:
            self._early.append(None)
        else:
            self.process.end_input()

    def kill(self, number: int) -> None:
        """Send it a signal. Refused with 409 when it does not run."""
        if self.process is None:
            raise Refused(
                409, f"cannot kill container: {self.id}: container {self.id} is not running"
            )
        self.emit(self, "kill", {"signal": str(number)})
        self.process.signal(number)

    def stop(self) -> bool:
        """Stop it as `docker stop` does; False when it does not run."""
        if self.process is None:
            return False
        self.kill(SIGNALS["TERM"])
        self.emit(self, "stop", {})
        return True

    def pause(self) -> None:
        """Pause it. Refused with 409 when there is nothing to pause."""
        if self.process is None:
            raise Refused(409, f"container {self.id} is not running")
        if self.paused:
            raise Refused(409, f"container {self.id} is already paused")
        self.paused = True
        for process in (self.process, *self.children):
            process.pause()
        self.emit(self, "pause", {})

    def unpause(self) -> None:
        """Let it go on. Refused with 409 when it is not paused."""
        if self.process is None or not self.paused:
            raise Refused(409, f"Container {self.id} is not paused")
        self.paused = False
        for process in (self.process, *self.children):
            process.resume()
        self.emit(self, "unpause", {})

    def wait(self, condition: str, call: Callable[[int], None]) -> Callable[[], None]:
        """Call with the exit status once the condition is there; returns what calls that off.

        Conditions: `not-running`, `next-exit`, `removed` (API document v1.30, ContainerWait).
        """
        if condition == "not-running" and not self.running:
            call(self.exit_code)
            return lambda: None
        one = (condition, call)
        self.waiting.append(one)

        def leave() -> None:
            if one in self.waiting:
                self.waiting.remove(one)

        return leave

    def gone(self) -> None:
        """It was taken out of the list: whoever waits for that is told."""
        self.emit(self, "destroy", {})
        self._tell("removed", "next-exit", "not-running")
        self.console.end()

    def _tell(self, *conditions: str) -> None:
        told = [one for one in self.waiting if one[0] in conditions]
        for one in told:
            self.waiting.remove(one)
            one[1](self.exit_code)

    def _exited(self, status: int) -> None:
        self.process = None
        self.paused = False
        self.exit_code = status
        self.finished = self.clock.now()
        for child in tuple(self.children):
            child.signal(SIGNALS["KILL"])
        self.console.end()
        took = max(0, self.finished - (self.started or 0)) // SECOND
        self.emit(self, "die", {"exitCode": str(status), "execDuration": str(took)})
        self._tell("next-exit", "not-running")
        if self.host_config.get("AutoRemove"):
            self.removed(self)


def _words(value: Json) -> list[str]:
    """A command as a list; a string is a list of one (G29-3)."""
    if isinstance(value, str):
        return [value] if value else []
    return [str(word) for word in value or []]
