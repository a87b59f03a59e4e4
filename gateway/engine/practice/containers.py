"""The containers and execs of the practice engine: making, finding and removing them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from gateway.api.message import Json
from gateway.engine.practice.clock import Clock
from gateway.engine.practice.console import Console
from gateway.engine.practice.container import Container
from gateway.engine.practice.events import EventLog
from gateway.engine.practice.images import Images, full
from gateway.engine.practice.process import Process, Program
from gateway.engine.practice.replies import Refused
from gateway.engine.practice.shell import find, run

_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_FIRST = ("calm", "brave", "eager", "gentle", "keen", "quiet", "sunny", "witty")
_SECOND = ("heron", "otter", "badger", "finch", "marten", "plover", "vole", "wren")


@dataclass(slots=True, eq=False)
class Exec:
    """One command that runs, or will, in a running container."""

    id: str
    container: Container
    config: dict[str, Json]
    process: Process | None = None
    started: bool = False
    exit_code: int | None = None

    @property
    def tty(self) -> bool:
        """Whether it has a terminal."""
        return bool(self.config.get("Tty"))

    @property
    def command(self) -> list[str]:
        """What it runs."""
        return [str(word) for word in self.config.get("Cmd") or []]

    def start(self, output: Callable[[int, bytes], None], ended: Callable[[], None]) -> Process:
        """Start it. Refused with 409 when it was started before."""
        if self.started:
            raise Refused(409, f"exec command {self.id} is already running")
        self.started = True
        container, command = self.container, self.command
        around = container.surroundings(
            self.config.get("Env") or [], self.config.get("WorkingDir") or ""
        )

        def program(process: Process) -> Program:
            if find(command[0]) is None:
                process.err(
                    f'practice engine: exec failed: exec: "{command[0]}": '
                    "executable file not found in $PATH: unknown\r\n".encode()
                )
                yield from ()
                return 127
            return (yield from run(process, around, command))

        def exited(status: int) -> None:
            container.children.remove(process)
            self.process = None
            self.exit_code = status
            container.emit(container, "exec_die", {"execID": self.id, "exitCode": str(status)})
            ended()

        self.process = process = Process(
            container.clock, program, tty=self.tty, output=output, exited=exited
        )
        container.children.append(process)
        words = " ".join(command)
        container.emit(container, f"exec_start: {words}", {"execID": self.id})
        if not self.config.get("AttachStdin") and not self.tty:
            process.end_input()
        container.clock.later(0, process.begin)
        return process


@dataclass(slots=True)
class Containers:
    """All containers, in the order in which they were made, and all execs."""

    clock: Clock
    events: EventLog
    images: Images
    random: Random
    strings_allowed: bool
    """Whether a command may be a bare string (engines up to 28; G29-3)."""
    execs: dict[str, Exec] = field(default_factory=dict)
    _all: dict[str, Container] = field(default_factory=dict)
    _count: int = 0

    def __iter__(self) -> Iterator[Container]:
        return iter(tuple(self._all.values()))

    def using(self, image_id: str) -> str | None:
        """The id of a container that uses an image."""
        return next((one.id for one in self if one.image.id == image_id), None)

    def get(self, reference: str) -> Container:
        """The container of an id, a name, or an id's beginning. Refused with 404, or 400 when
        several ids begin so.
        """
        reference = reference.removeprefix("/")
        if reference in self._all:
            return self._all[reference]
        for one in self:
            if one.name == reference:
                return one
        found = [one for one in self if reference and one.id.startswith(reference)]
        if len(found) > 1:
            raise Refused(400, f"multiple IDs found with provided prefix: {reference}")
        if not found:
            raise Refused(404, f"No such container: {reference}")
        return found[0]

    def create(self, name: str, document: dict[str, Json]) -> Container:
        """Make a container from a create call's body."""
        _check(document, _CREATE_TYPES)
        _check(document.get("HostConfig") or {}, _HOST_TYPES)
        reference = document.get("Image")
        if not reference:
            raise Refused(400, "config cannot be empty in order to create a container")
        for key in ("Cmd", "Entrypoint"):
            value = document.get(key)
            if isinstance(value, str) and not self.strings_allowed:
                raise Refused(
                    400,
                    "invalid JSON: json: cannot unmarshal string into Go struct field "
                    f"CreateRequest.{key} of type []string",
                )
        image = self.images.find(reference)
        if image is None:
            raise Refused(404, f"No such image: {full(reference)}")
        id = f"{self.random.getrandbits(256):064x}"
        config = {key: value for key, value in document.items() if key not in _APART}
        self._count += 1
        container = Container(
            clock=self.clock,
            id=id,
            name=self._free(name) if name else self._made_up(),
            image=image,
            config=config,
            host_config=dict(document.get("HostConfig") or {}),
            networking=dict(document.get("NetworkingConfig") or {}),
            created=self.clock.now(),
            number=self._count,
            console=Console(self.clock),
            emit=self._emit,
            removed=self._remove,
        )
        self._all[id] = container
        self._emit(container, "create", {})
        return container

    def rename(self, container: Container, name: str) -> None:
        """Give it another name. Refused with 409 when another one has it."""
        old, container.name = container.name, self._free(name)
        self._emit(container, "rename", {"oldName": "/" + old})

    def remove(self, container: Container, force: bool) -> None:
        """Remove it. Refused with 409 when it runs, unless forced."""
        if container.running and not force:
            raise Refused(
                409,
                f'cannot remove container "/{container.name}": container is {container.status}: '
                "stop the container before removing or force remove",
            )
        if container.running:
            container.kill(9)
        self._remove(container)

    def make_exec(self, container: Container, config: dict[str, Json]) -> Exec:
        """Make an exec. Refused with 409 when the container does not run, 400 without command."""
        if not container.running:
            raise Refused(409, f"container {container.id} is not running")
        if container.paused:
            raise Refused(
                409, f"container {container.id} is paused, unpause the container before exec"
            )
        _check(config, _EXEC_TYPES)
        if not config.get("Cmd"):
            raise Refused(400, "No exec command specified")
        made = Exec(f"{self.random.getrandbits(256):064x}", container, config)
        self.execs[made.id] = made
        container.execs.append(made.id)
        self._emit(container, "exec_create: " + " ".join(made.command), {"execID": made.id})
        return made

    def get_exec(self, id: str) -> Exec:
        """The exec of an id. Refused with 404."""
        if id not in self.execs:
            raise Refused(404, f"No such exec instance: {id}")
        return self.execs[id]

    def _emit(self, container: Container, action: str, attributes: dict[str, str]) -> None:
        about = {
            **container.labels,
            "image": container.config["Image"],
            "name": container.name,
            **attributes,
        }
        self.events.emit("container", action, container.id, about)

    def _remove(self, container: Container) -> None:
        if self._all.pop(container.id, None) is not None:
            for id in container.execs:
                self.execs.pop(id, None)
            container.gone()

    def _free(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise Refused(
                400,
                f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
            )
        name = name.removeprefix("/")
        for one in self:
            if one.name == name:
                raise Refused(
                    409,
                    f'Conflict. The container name "/{name}" is already in use by container '
                    f'"{one.id}". You have to remove (or rename) that container to be able to '
                    "reuse that name.",
                )
        return name

    def _made_up(self) -> str:
        names = {one.name for one in self}
        name = f"{self.random.choice(_FIRST)}_{self.random.choice(_SECOND)}"
        return name if name not in names else f"{name}_{self._count}"


def _check(document: dict[str, Json], types: dict[str, tuple[type, ...]]) -> None:
    """Refuse with 400 what has fields of other types than the API's."""
    for key, allowed in types.items():
        value = document.get(key)
        if value is not None and not isinstance(value, allowed):
            raise Refused(400, f"invalid JSON: {key} is of a wrong type")


_CREATE_TYPES: dict[str, tuple[type, ...]] = {
    "Image": (str,),
    "Hostname": (str,),
    "WorkingDir": (str,),
    "Cmd": (list, str),
    "Entrypoint": (list, str),
    "Env": (list,),
    "Labels": (dict,),
    "HostConfig": (dict,),
    "NetworkingConfig": (dict,),
}
_HOST_TYPES: dict[str, tuple[type, ...]] = {"NetworkMode": (str,), "PortBindings": (dict,)}
_EXEC_TYPES: dict[str, tuple[type, ...]] = {"Cmd": (list,), "Env": (list,), "WorkingDir": (str,)}
_APART = ("HostConfig", "NetworkingConfig")
