"""The command line: `docker-gateway COMMAND …`, one module for each command.

Exit statuses: 0 done, 1 failed, 2 the options or the configuration cannot be used. No command
imports the reactor, or anything that does, before it is known that it will run.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from gateway import __version__
from gateway.certs.folder import FolderError
from gateway.cli import certs, check, connect, demo, explain, healthcheck, serve, versions
from gateway.cli.parsers import CommandError, unknown_options
from gateway.config import ConfigurationError

PROGRAM = "docker-gateway"

_COMMANDS = (serve, connect, demo, certs, check, versions, explain, healthcheck)


def build_parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="A TLS gateway between Docker clients of any age and a Docker Engine.",
        epilog="Exit status: 0 done, 1 failed, 2 options or configuration cannot be used.",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=18, width=100),
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        module.add_to(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit status. `arguments` None means those of the process."""
    options, unknown = build_parser().parse_known_args(arguments)
    problems = unknown_options(options.parser, unknown)
    try:
        if problems and not options.takes_problems:
            raise ConfigurationError(problems)
        options.problems = problems
        status: int = options.run(options)
        # While a reader that has gone can still be told from a fault at exit.
        sys.stdout.flush()
    except ConfigurationError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2
    except (FolderError, CommandError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output, `head` say, has gone. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{PROGRAM}: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status
