"""The programs that "run" in practice containers: a few of busybox's, in a line or two each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from gateway.engine.practice.clock import SECOND, Clock
from gateway.engine.practice.process import Program, Read, Sleep, Streams

Arguments: TypeAlias = list[str]


class Surroundings:
    """What a program sees around it: environment, host name, working directory, time."""

    def __init__(
        self, clock: Clock, environment: list[str], hostname: str, directory: str = "/"
    ) -> None:
        self.clock = clock
        self.environment = dict(line.partition("=")[::2] for line in environment)
        self.hostname = hostname
        self.directory = directory or "/"


Starter: TypeAlias = Callable[[Streams, Surroundings, Arguments], Program]

HELLO = """
Hello from the practice engine of docker-gateway!
This message shows that your client reached it through the gateway.
Nothing here is a real container: images, containers and output live in this process's memory.
"""


def cat(process: Streams, _around: Surroundings, arguments: Arguments) -> Program:
    """Copy input to output until the input ends. Files are not there."""
    missing = [name for name in arguments if not name.startswith("-")]
    for name in missing:
        if name != "/dev/null":
            process.err(f"cat: can't open '{name}': No such file or directory\n".encode())
    if missing:
        return int(missing != ["/dev/null"])
    while data := (yield Read()):
        process.out(data)
    return 0


def discard(_process: Streams, _around: Surroundings, _arguments: Arguments) -> Program:
    """Read the input to its end."""
    while (yield Read()):
        pass
    return 0


def echo(process: Streams, _around: Surroundings, arguments: Arguments) -> Program:
    """Write the arguments; `-n` leaves the newline out."""
    newline = "\n"
    if arguments[:1] == ["-n"]:
        arguments, newline = arguments[1:], ""
    process.out((" ".join(arguments) + newline).encode())
    yield from ()
    return 0


def printf(process: Streams, _around: Surroundings, arguments: Arguments) -> Program:
    """Write a format with `%s`, `%d` and backslash escapes."""
    text = arguments[0] if arguments else ""
    rest = iter(arguments[1:])
    text = re.sub(r"%[sd]", lambda _: next(rest, ""), text)
    for written, meant in ((r"\n", "\n"), (r"\t", "\t"), (r"\r", "\r"), (r"\\", "\\")):
        text = text.replace(written, meant)
    process.out(text.encode())
    yield from ()
    return 0


def sleep(process: Streams, _around: Surroundings, arguments: Arguments) -> Program:
    """Wait so many seconds (`1.5`, `2m`, `1h`, `inf`)."""
    match = re.fullmatch(r"([0-9]*\.?[0-9]+)([smh]?)", arguments[0] if arguments else "")
    if arguments[:1] in (["inf"], ["infinity"]):
        yield Sleep(None)
    elif match is None:
        process.err(b"sleep: invalid number\n")
        return 1
    else:
        yield Sleep(float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]])
    return 0


def serve(_process: Streams, _around: Surroundings, _arguments: Arguments) -> Program:
    """Run until a signal ends it, as a server does."""
    yield Sleep(None)
    return 0


def seq(process: Streams, _around: Surroundings, arguments: Arguments) -> Program:
    """Write the numbers from 1, or the first argument, to the last; up to 100,000 of them."""
    if not arguments or not all(re.fullmatch(r"-?[0-9]{1,9}", word) for word in arguments):
        process.err(b"seq: invalid number\n")
        return 1
    first = int(arguments[0]) if len(arguments) > 1 else 1
    last = min(int(arguments[-1]), first + 99_999)
    for at in range(first, last + 1, 1000):
        some = range(at, min(at + 1000, last + 1))
        process.out("".join(f"{number}\n" for number in some).encode())
    yield from ()
    return 0


def env(process: Streams, around: Surroundings, _arguments: Arguments) -> Program:
    """Write the environment."""
    process.out("".join(f"{k}={v}\n" for k, v in around.environment.items()).encode())
    yield from ()
    return 0


def _says(text: Callable[[Surroundings], str]) -> Starter:
    """Make a program that writes one text and ends."""

    def program(process: Streams, around: Surroundings, _arguments: Arguments) -> Program:
        process.out(text(around).encode())
        yield from ()
        return 0

    return program


def _ends(status: int) -> Starter:
    """Make a program that ends at once."""

    def program(_process: Streams, _around: Surroundings, _arguments: Arguments) -> Program:
        yield from ()
        return status

    return program


def _date(around: Surroundings) -> str:
    moment = datetime.fromtimestamp(around.clock.now() / SECOND, UTC)
    return moment.strftime("%a %b %e %H:%M:%S UTC %Y\n")


PROGRAMS: dict[str, Starter] = {
    "cat": cat,
    "echo": echo,
    "printf": printf,
    "sleep": sleep,
    "seq": seq,
    "env": env,
    "printenv": env,
    "true": _ends(0),
    ":": _ends(0),
    "false": _ends(1),
    "pwd": _says(lambda around: around.directory + "\n"),
    "hostname": _says(lambda around: around.hostname + "\n"),
    "id": _says(lambda _: "uid=0(root) gid=0(root) groups=0(root)\n"),
    "whoami": _says(lambda _: "root\n"),
    "uname": _says(lambda _: "Linux\n"),
    "ls": _says(lambda _: "bin\ndev\netc\nproc\nroot\ntmp\nusr\nvar\n"),
    "date": _says(_date),
    "hello": _says(lambda _: HELLO),
    "tail": serve,
    "top": serve,
    "nginx": serve,
    "httpd": serve,
}
"""What is on the path, but for the shells (`shell.py`)."""
