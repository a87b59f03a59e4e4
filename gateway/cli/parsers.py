"""What the parsers of all commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from gateway.certs.folder import default_folder
from gateway.config.problems import Problem, did_you_mean

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What `add_subparsers` gives."""

Run: TypeAlias = Callable[[argparse.Namespace], int]
"""What runs a command: the parsed options in, the exit status out."""


class CommandError(Exception):
    """A command failed for a reason that its text tells, with what to do next. Exit status 1."""


def add_command(
    commands: Commands, name: str, run: Run, summary: str, details: str = ""
) -> argparse.ArgumentParser:
    """Add a command's parser; `run` is called with the options when it is chosen.

    A command that sets `takes_problems` gets `options.problems`, the unknown options, and reports
    them with what else is wrong; for others they end it.
    """
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=details or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run, parser=parser, takes_problems=False)
    return parser


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add `--certs DIR`."""
    folder = default_folder()
    parser.add_argument(
        "--certs",
        type=Path,
        default=folder,
        metavar="DIR",
        help=f"the folder of the certificates (default: {str(folder).replace('%', '%%')})",
    )


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Make an argparse type for whole numbers within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(
                f"expected a whole number from {lowest} to {highest}, found {text!r}"
            )
        return number

    return read


def unknown_options(parser: argparse.ArgumentParser, unknown: Sequence[str]) -> list[Problem]:
    """Report what a command's parser did not know, with the nearest that it knows."""
    known = [word for action in parser._actions for word in action.option_strings]
    problems = []
    for index, word in enumerate(unknown):
        if word.startswith("-"):
            name = word.partition("=")[0]
            see = f"see {parser.prog} --help"
            problems.append(Problem(name, "unknown option", did_you_mean(name, known, see)))
        elif index == 0 or not unknown[index - 1].startswith("--"):
            problems.append(Problem(word, "unexpected argument", f"see {parser.prog} --help"))
    return problems
