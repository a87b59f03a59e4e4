"""The options of the command line: one for each key, and `--config`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from gateway.config.keys import KEYS, LISTEN_HELP, Key

_TITLES = {
    "engine": "engine",
    "tls": "TLS of the tls:// listeners",
    "versions": "API versions",
    "limits": "limits",
    "": "other",
}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--config`, `--listen` and the option of every key.

    Every value stays the text that it is on the command line (None when not given), so that
    `gateway.config.load` reports all wrong ones at once, where argparse would stop at the first.
    """
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="a TOML file; options count for more than it"
    )
    parser.add_argument("--listen", action="append", metavar="ADDRESS", help=LISTEN_HELP)
    for section, title in _TITLES.items():
        group = parser.add_argument_group(title)
        for key in KEYS:
            if key.section == section:
                _add(group, key)


def add_some(parser: argparse.ArgumentParser, written: Sequence[str]) -> None:
    """Add the options of a few keys, for a command that has others besides."""
    for key in KEYS:
        if key.written in written:
            _add(parser, key)


def _add(group: argparse._ActionsContainer, key: Key) -> None:
    if key.metavar:
        group.add_argument(key.option, metavar=key.metavar, help=key.help)
    else:
        action = argparse.BooleanOptionalAction
        group.add_argument(key.option, action=action, default=None, help=key.help)
