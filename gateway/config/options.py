"""The options of the command line: one for each key, and `--config`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from gateway.config.keys import KEYS, LISTEN_HELP, Key

_TITLES = {
    "engine": "engine",
    "tls": "TLS of the tls:// listeners",
    "versions": "API versions",
    "limits": "limits",
    "": "other",
}


def add_options(parser: argparse.ArgumentParser, *, without: Iterable[str] = ()) -> None:
    """Add `--config`, `--listen` and the option of every key, but for those in `without`.

    Every value stays the text that it is on the command line (None when not given), so that
    `gateway.config.load` reports all wrong ones at once, where argparse would stop at the first.
    """
    left_out = set(without)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="a TOML file; options count for more than it"
    )
    if "listen" not in left_out:
        parser.add_argument("--listen", action="append", metavar="ADDRESS", help=LISTEN_HELP)
    for section, title in _TITLES.items():
        group = parser.add_argument_group(title)
        for key in KEYS:
            if key.section == section and key.written not in left_out:
                _add(group, key)


def _add(group: argparse._ArgumentGroup, key: Key) -> None:
    if key.metavar:
        group.add_argument(key.option, metavar=key.metavar, help=key.help)
    else:
        action = argparse.BooleanOptionalAction
        group.add_argument(key.option, action=action, default=None, help=key.help)
