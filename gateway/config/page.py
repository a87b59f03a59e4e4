"""Writes `docs/configuration.md`, the page of all keys, from the table of the keys itself.

`python -m gateway.config.page` writes it; with `--check` it only compares, and ends with status 1
when the page is not current.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.config.keys import KEYS, LISTEN_KEYS, SECTIONS, Key
from gateway.config.model import ListenConfig

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
"""Where the page is in a working copy."""

_DEFAULT = re.compile(r"\s*\(default: ([^()]*)\)\Z")

_HEAD = """\
# Configuration

`docker-gateway serve` and `check`, and `docker-gateway` under twistd and twist, read a TOML file
(`--config FILE`), and an option for each of its keys; an option counts for more than the file.
Paths in the file are relative to its folder, `~` is the home folder. All problems are reported at
once, each with file, line and key, and what to do; the exit status is then 2. `docker-gateway check
--config FILE` does that without starting anything, and asks the engine what it speaks. A complete
file to start from is [deploy/docker-gateway.toml](../deploy/docker-gateway.toml).

A switch is `true` or `false` in the file; its option has an opposite (`--insecure`,
`--no-insecure`). Versions are strings in the file (`"1.41"`), since 1.10 as a number would be 1.1.

This page is generated (`python -m gateway.config.page`) from `gateway/config/keys.py`.
"""

_LISTEN = """
## `[[listen]]`

One table for each address; without any, the gateway listens on `tls://127.0.0.1:2376`. As an
option: `--listen ADDRESS`, repeated, with the other keys behind commas:
`--listen unix:///run/docker-gateway.sock,mode=0660,group=docker`. Listeners given as options
replace those of the file.

"""

_ADDRESS = (
    "`tls://IP:PORT`, `tcp://IP:PORT` (plain) or `unix:///PATH`; an IP address of this machine"
    " (`0.0.0.0`: all of IPv4, `[::]`: all of IPv6) or `localhost`; port 0 lets the system choose"
)

# What the help of these says nothing of, since they have no option of their own.
_LISTEN_DEFAULTS = {
    "listen.mode": f"{ListenConfig('').mode:04o}",
    "listen.group": "that of the process",
    "listen.default-version": "`versions.default`",
}

_TITLES = {
    "engine": "the engine behind the gateway",
    "tls": "what the `tls://` listeners show and ask for",
    "versions": "API versions",
    "limits": "how much clients may take",
}


def page() -> str:
    """Make the whole page, as Markdown."""
    parts = [_HEAD, "\n## Top of the file\n\n", _table([key for key in KEYS if not key.section])]
    parts += [_LISTEN, _table(LISTEN_KEYS, options=False)]
    for section in SECTIONS:
        parts.append(f"\n## `[{section}]`: {_TITLES[section]}\n\n")
        parts.append(_table([key for key in KEYS if key.section == section]))
    return "".join(parts)


def _table(keys: Sequence[Key], *, options: bool = True) -> str:
    """A table of keys; without `options` the column of options is left out."""
    columns = ["key", "option", "value", "default", "what it is"]
    rows = [columns, ["---"] * len(columns), *map(_row, keys)]
    if not options:
        rows = [[row[0], *row[2:]] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n".replace("|  |", "| |") for row in rows)


def _row(key: Key) -> list[str]:
    """The cells: key, option, kind of value, default, meaning."""
    text = key.help or _ADDRESS
    found = _DEFAULT.search(text)
    default = _LISTEN_DEFAULTS.get(key.written, "") if found is None else found[1]
    text = text if found is None else text[: found.start()]
    cells = [f"`{key.name}`", f"`{key.option}`", key.kind.expected, default, text]
    return [cell.replace("|", "\\|") for cell in cells]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gateway.config.page")
    parser.add_argument("--check", action="store_true", help="only say whether it is current")
    parser.add_argument("--page", type=Path, default=PAGE, help="the file (default: %(default)s)")
    options = parser.parse_args(arguments)
    current = page()
    if not options.check:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        options.page.write_text(current, encoding="utf-8")
        return 0
    if options.page.is_file() and options.page.read_text(encoding="utf-8") == current:
        return 0
    print(f"{options.page} is not current: run python -m gateway.config.page", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
