"""The TOML file: read, every key found on its line, unknown keys and wrong types reported.

    log-level = "info"

    [engine]
    address = "unix:///var/run/docker.sock"

    [tls]
    certs = "/etc/docker-gateway"

    [[listen]]
    address = "tls://0.0.0.0:2376"

    [[listen]]
    address = "unix:///run/docker-gateway.sock"
    group = "docker"

Paths are relative to the folder of the file.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from gateway.config.keys import KEYS, LISTEN_KEYS, SECTIONS, Key
from gateway.config.kinds import type_name
from gateway.config.layers import Given, Layer, absolute
from gateway.config.problems import Problem, did_you_mean
from gateway.config.toml_lines import TomlPath, line_of, toml_lines

_BY_SECTION = {
    section: {key.name: key for key in KEYS if key.section == section}
    for section in ("", *SECTIONS)
}
_LISTEN = {key.name: key for key in LISTEN_KEYS}


def layer_of_file(path: Path, problems: list[Problem]) -> Layer:
    """Read a configuration file; what is wrong with it is added to `problems`."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        what = f"cannot be read: {os.strerror(error.errno or 0)}"
        problems.append(Problem(str(path), what, "name a TOML file that this user can read"))
        return Layer()
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 at byte {error.start}"
        problems.append(Problem(str(path), what, "save it as UTF-8"))
        return Layer()
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        line = re.search(r"line ([0-9]+)", place)
        number = line.group(1) if line else text.count("\n") + 1
        do = "correct the TOML (https://toml.io)"
        problems.append(Problem(f"{path}:{number}", message or str(error), do))
        return Layer()
    return _File(path, document, toml_lines(text), problems).layer


class _File:
    """One file on its way into `layer`."""

    def __init__(
        self,
        path: Path,
        document: dict[str, object],
        lines: dict[TomlPath, int],
        problems: list[Problem],
    ) -> None:
        self.layer = Layer()
        self._path = path
        self._lines = lines
        self._problems = problems
        for name, value in document.items():
            if name == "listen":
                self._listeners(value)
            elif name in SECTIONS:
                self._section(name, value)
            elif name in _BY_SECTION[""]:
                self._value(self.layer.values, name, _BY_SECTION[""][name], value, (name,))
            else:
                self._unknown((name,), name, {*SECTIONS, "listen", *_BY_SECTION[""]})
        absolute([self.layer.values, *(self.layer.listen or ())], path.parent)

    def _where(self, at: TomlPath) -> str:
        written = ""
        for part in at:
            written += f"[{part}]" if isinstance(part, int) else f".{part}" if written else part
        return f"{self._path}:{line_of(self._lines, at)}: {written}"

    def _section(self, section: str, table: object) -> None:
        if not isinstance(table, dict):
            what = f"expected a table, found {type_name(table)}"
            first = next(iter(_BY_SECTION[section]))
            do = f"write [{section}] on a line of its own and its keys below, {first} for instance"
            self._problems.append(Problem(self._where((section,)), what, do))
            return
        for name, value in table.items():
            key = _BY_SECTION[section].get(name)
            if key is None:
                self._unknown((section, name), name, set(_BY_SECTION[section]))
            else:
                self._value(self.layer.values, key.written, key, value, (section, name))

    def _listeners(self, value: object) -> None:
        self.layer.listen = []
        if not isinstance(value, list):
            what = f"expected an array of tables, found {type_name(value)}"
            do = 'write [[listen]] (two brackets) and below it address = "tls://…"'
            self._problems.append(Problem(self._where(("listen",)), what, do))
            return
        if not value:
            do = "add an address, or leave the key out for the default"
            self._problems.append(Problem(self._where(("listen",)), "is empty", do))
        for index, item in enumerate(value):
            at: TomlPath = ("listen", index)
            table = {"address": item} if isinstance(item, str) else item
            if not isinstance(table, dict):
                what = f"expected a table or an address, found {type_name(item)}"
                do = 'write for instance "tls://127.0.0.1:2376"'
                self._problems.append(Problem(self._where(at), what, do))
                continue
            found: dict[str, Given] = {}
            for name, each in table.items():
                if name not in _LISTEN:
                    self._unknown((*at, name), name, set(_LISTEN))
                else:
                    here = at if isinstance(item, str) else (*at, name)
                    self._value(found, name, _LISTEN[name], each, here)
            if "address" in found:
                self.layer.listen.append(found)
            elif "address" not in table:
                do = 'add one, for instance address = "tls://127.0.0.1:2376"'
                self._problems.append(Problem(self._where(at), "has no address", do))

    def _value(
        self, into: dict[str, Given], name: str, key: Key, value: object, at: TomlPath
    ) -> None:
        try:
            into[name] = Given(key.kind.from_toml(value), self._where(at))
        except ValueError as error:
            do = f"write for instance {key.toml_example}"
            self._problems.append(Problem(self._where(at), str(error), do))
            self.layer.refused.add(key.written)

    def _unknown(self, at: TomlPath, name: str, known: set[str]) -> None:
        elsewhere = [key.written for key in KEYS if key.name == name.replace("_", "-")]
        do = f"did you mean {elsewhere[0]}?" if elsewhere else did_you_mean(name, known)
        if len(at) > 1 and name.replace("_", "-") in known:
            do = did_you_mean(name, known)
        self._problems.append(Problem(self._where(at), "unknown key", do))
