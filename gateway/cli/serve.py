"""`docker-gateway serve`: the gateway itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gateway.cli.parsers import Commands, add_command, unknown_options
from gateway.cli.running import run_service
from gateway.config import Config, load
from gateway.config.options import add_options

DETAILS = """\
Every option is also a key of the TOML file; options count for more. Paths in the file are relative
to its folder.

  [engine]
  address = "unix:///run/docker.sock"

  [tls]
  certs = "/etc/docker-gateway"

  [[listen]]
  address = "tls://0.0.0.0:2376"

  [[listen]]
  address = "unix:///run/docker-gateway.sock"
  group = "docker"

SIGTERM and SIGINT end it with status 0. Status 1: an address could not be listened on. Status 2:
the configuration cannot be used; all problems are listed at once."""


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "listen for Docker clients and pass their requests to an engine"
    parser = add_command(commands, "serve", run, summary, DETAILS)
    parser.set_defaults(takes_problems=True)
    add_options(parser)


def configuration(options: argparse.Namespace) -> Config:
    """Make the configuration that `serve` and `check` were asked for."""
    return load(options.config, vars(options), options.problems)


def configuration_of(arguments: Sequence[str], program: str) -> Config:
    """Parse options as `serve` has them, for twistd. Raises ConfigurationError; exits for help."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="Listen for Docker clients and pass their requests to an engine.",
        epilog=DETAILS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_options(parser)
    options, unknown = parser.parse_known_args(arguments)
    options.problems = unknown_options(parser, unknown)
    return configuration(options)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    config = configuration(options)

    async def prepare(_: object) -> Config:
        return config

    return run_service(prepare, config.log_level)
