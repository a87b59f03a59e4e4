"""What was given for each key, before it is judged as a whole: by a file, or by options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from gateway.certs import folder
from gateway.config.addresses import split_option
from gateway.config.keys import KEYS, LISTEN_KEYS, Key
from gateway.config.problems import Problem, did_you_mean

ENGINE_FILES = {"engine.ca": folder.CA, "engine.cert": folder.CERT, "engine.key": folder.KEY}
"""What `engine.certs` stands for: Docker's names of a client's files."""

SERVER_FILES = {
    "tls.ca": folder.CA,
    "tls.cert": folder.SERVER_CERT,
    "tls.key": folder.SERVER_KEY,
}
"""What `tls.certs` stands for: Docker's names of a server's files."""


class Given(NamedTuple):
    """A value and where it was said: `FILE:LINE: KEY`, or an option."""

    value: Any
    where: str


@dataclass(slots=True)
class Layer:
    """All that one source gives.

    `values` is by `Key.written`. `listen` has the values of each listener by `Key.name`; None when
    the source says nothing of listeners. `refused` are keys that were there with a wrong value.
    """

    values: dict[str, Given] = field(default_factory=dict)
    listen: list[dict[str, Given]] | None = None
    refused: set[str] = field(default_factory=set)

    def expand_folders(self, problems: list[Problem]) -> None:
        """Put the three files in the place of `engine.certs` and of `tls.certs`.

        A file that the same source names itself stays.
        """
        for written, files in (("engine.certs", ENGINE_FILES), ("tls.certs", SERVER_FILES)):
            given = self.values.pop(written, None)
            if given is None:
                continue
            if not given.value.is_dir():
                what = f"the folder {given.value} does not exist"
                do = f"correct it, or make one: docker-gateway certs init --certs {given.value}"
                problems.append(Problem(given.where, what, do))
                self.refused.add(written)
                continue
            for key, name in files.items():
                self.values.setdefault(key, Given(given.value / name, given.where))

    def over(self, below: Layer) -> Layer:
        """This layer on top of another: what it says counts, else what the other says."""
        return Layer(
            below.values | self.values,
            below.listen if self.listen is None else self.listen,
            below.refused | self.refused,
        )


def layer_of_options(
    options: Mapping[str, object],
    problems: list[Problem],
    names: Mapping[str, str] | None = None,
) -> Layer:
    """Read what was given as options: `options` is argparse's namespace as a mapping.

    Texts for most, booleans for switches, a list of texts for `listen`; None is not given. `names`
    has, by `Key.written`, what a command calls an option that `serve` calls otherwise.
    """
    layer = Layer()
    for key in KEYS:
        value = options.get(key.destination)
        if value is None:
            continue
        if isinstance(value, bool):
            layer.values[key.written] = Given(value, switch_name(key, value))
        else:
            name = (names or {}).get(key.written, key.option)
            read_text(layer.values, key.written, key, str(value), name, problems, layer)
    listeners = options.get("listen")
    if isinstance(listeners, list):
        layer.listen = [_listener(str(text), problems, layer) for text in listeners]
    return layer


def switch_name(key: Key, value: bool) -> str:
    """How a switch was written: `--insecure` or `--no-insecure`."""
    return key.option if value else f"--no-{key.option.removeprefix('--')}"


def read_text(
    into: dict[str, Given],
    name: str,
    key: Key,
    text: str,
    where: str,
    problems: list[Problem],
    layer: Layer,
) -> None:
    """Read an option's text into `into[name]`, or add a problem."""
    try:
        into[name] = Given(key.kind.from_text(text), where)
    except ValueError as error:
        example = key.option_example
        if key.option.startswith("--"):
            example = example.replace(key.option, where, 1)
        problems.append(Problem(where, str(error), f"write for instance {example}"))
        layer.refused.add(key.written)


def _listener(text: str, problems: list[Problem], layer: Layer) -> dict[str, Given]:
    known = {key.name: key for key in LISTEN_KEYS[1:]}
    address, settings = split_option(text)
    where = f"--listen {address}"
    found = {"address": Given(address, where)}
    for name, value in settings.items():
        if name in known:
            read_text(found, name, known[name], value, where, problems, layer)
        else:
            problems.append(Problem(where, f"unknown setting {name!r}", did_you_mean(name, known)))
    return found


def absolute(values: Iterable[dict[str, Given]], base: Path) -> None:
    """Take relative paths as relative to `base`, the folder of the file that has them."""
    for group in values:
        for name, given in group.items():
            if isinstance(given.value, Path):
                group[name] = Given(base / given.value, given.where)
