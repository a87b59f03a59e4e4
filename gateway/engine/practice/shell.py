"""The shell of practice containers: simple commands one after another, and a prompt.

`a; b && c || d`, newlines, quotes, `$NAME`, `$?`, `>&2`, `>/dev/null`, `</dev/null`, `2>&1`,
`exit N`, `exec command`, `read NAME`. No pipes, loops or functions: it says so.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from gateway.engine.practice.process import Program, Read, Streams
from gateway.engine.practice.programs import PROGRAMS, Surroundings, discard

SHELLS = ("sh", "ash", "bash", "dash")

_PROMPT = b"/ # "
_REDIRECTION = re.compile(r"([012]?)(>>?|<)[ \t]*(&[12]|/dev/null)")
_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+|\#[^\n]*)
    |(?P<operator>&&|\|\||[;|&\n])
    |(?P<redirection>[012]?(?:>>?|<)[ \t]*(?:&[12]|/dev/null))
    |(?P<word>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;|&<>])+)""",
    re.VERBOSE | re.DOTALL,
)


class _Exit(Exception):
    """`exit` or `exec` was reached."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Redirected:
    """A process whose output goes elsewhere: what a command with `>` sees."""

    def __init__(self, process: Streams, out: str, err: str) -> None:
        self.tty = process.tty
        ways: dict[str, Callable[[bytes], None]] = {
            "out": process.out,
            "err": process.err,
            "null": lambda data: None,
        }
        self.out = ways[out]
        self.err = ways[err]


def find(name: str) -> str | None:
    """The program's name without its directory if there is such a one in the images."""
    base = name.rpartition("/")[2]
    return base if base in PROGRAMS or base in SHELLS else None


def run(process: Streams, around: Surroundings, command: list[str]) -> Program:
    """Run one command, as a container's or an exec's first process. It must be one that exists."""
    name = find(command[0]) or command[0]
    if name == "busybox" and command[1:]:
        return run(process, around, command[1:])
    if name in SHELLS:
        return _shell(process, around, command[1:])
    return PROGRAMS[name](process, around, command[1:])


def _shell(process: Streams, around: Surroundings, arguments: list[str]) -> Program:
    options = [word for word in arguments if re.fullmatch(r"-[a-z]+", word)]
    status = 0
    try:
        if any("c" in option for option in options):
            rest = [word for word in arguments if word not in options]
            status = yield from _script(process, around, rest[0] if rest else "", 0)
        else:
            status = yield from _prompt(process, around)
    except _Exit as asked:
        status = asked.status
    return status


def _prompt(process: Streams, around: Surroundings) -> Program:
    """Read lines and run them; a prompt is shown at a terminal only."""
    status, kept = 0, b""
    while True:
        if process.tty:
            process.out(_PROMPT)
        while b"\n" not in kept:
            data = yield Read()
            if not data:
                if kept.strip():
                    status = yield from _script(process, around, kept.decode("latin-1"), status)
                return status
            kept += data
        line, _, kept = kept.partition(b"\n")
        status = yield from _script(process, around, line.decode("utf-8", "replace"), status)


def _script(process: Streams, around: Surroundings, text: str, status: int) -> Program:
    tokens = _tokens(text)
    if tokens is None:
        process.err(b"sh: syntax error\n")
        return 2
    command: list[str] = []
    runs = True
    for kind, token in [*tokens, ("operator", ";")]:
        if kind != "operator":
            command.append(token)
            continue
        if token in ("|", "&") or command[:1] in (["while"], ["for"], ["if"]):
            process.err(b"sh: the practice engine's shell has no pipes, loops or conditions\n")
            return 2
        if command and runs:
            status = yield from _command(process, around, command, status)
        command = []
        runs = token in (";", "\n") or (status == 0) == (token == "&&")
    return status


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Split a script into words, redirections and operators; None when it makes no sense."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            return None
        if match.lastgroup != "blank":
            tokens.append((match.lastgroup, match[0]))
        at = match.end()
    return tokens


def _expanded(word: str, around: Surroundings, status: int) -> str:
    """Take the quotes off and put variables in, but for those in single quotes."""
    parts = []
    for part in re.findall(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[^'\"\\]+", word):
        if part[0] == "'":
            parts.append(part[1:-1])
            continue
        if part[0] == "\\":
            parts.append(part[1:])
            continue
        inner = part[1:-1] if part[0] == '"' else part
        inner = inner.replace("$?", str(status))
        inner = re.sub(
            r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))",
            lambda found: around.environment.get(found[1] or found[2], ""),
            inner,
        )
        parts.append(re.sub(r'\\(["\\$`])', r"\1", inner) if part[0] == '"' else inner)
    return "".join(parts)


def _command(process: Streams, around: Surroundings, words: list[str], status: int) -> Program:
    out, err, no_input, plain = "out", "err", False, []
    for word in words:
        match = _REDIRECTION.fullmatch(word)
        if match is None:
            plain.append(_expanded(word, around, status))
        elif match[2] == "<":
            no_input = True
        else:
            target = {"&1": out, "&2": err, "/dev/null": "null"}[match[3]]
            out, err = (out, target) if match[1] == "2" else (target, err)
    if plain and re.fullmatch(r"[A-Za-z_]\w*=.*", plain[0], re.DOTALL):
        name, _, value = plain[0].partition("=")
        around.environment[name] = value
        return 0
    if not plain:
        return status
    name, arguments = plain[0], plain[1:]
    if name in ("exit", "exec"):
        if name == "exec" and arguments:
            status = yield from _command(process, around, [shlex.quote(w) for w in arguments], 0)
        elif name == "exit" and arguments and arguments[0].isdecimal():
            status = int(arguments[0]) % 256
        raise _Exit(status)
    if name == "read":
        line = yield Read()
        around.environment[arguments[0] if arguments else "REPLY"] = line.decode().rstrip("\n")
        return 0 if line else 1
    found = find(name)
    redirected = process if (out, err) == ("out", "err") else _Redirected(process, out, err)
    if found is None:
        redirected.err(f"sh: {name}: not found\n".encode())
        return 127
    if found == "cat" and no_input:
        return 0
    if found == "cat" and out == "null" and not arguments:
        return (yield from discard(process, around, arguments))
    if found in SHELLS:
        return (yield from _shell(process, around, arguments))
    return (yield from PROGRAMS[found](redirected, around, arguments))
