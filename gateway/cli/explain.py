"""`docker-gateway explain`: what would be done to a request, in words. No engine is asked."""

from __future__ import annotations

import argparse

from gateway.cli.parsers import Commands, add_command
from gateway.config import ConfigurationError, Problem

DETAILS = """\
For instance:
  docker-gateway explain "GET /v1.6/images/json" --engine 1.41
  docker-gateway explain "GET /v1.6/images/json" --engine 1.44-1.52 --forward newest"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "say what the gateway would change about a request and its answer"
    parser = add_command(commands, "explain", run, summary, DETAILS)
    parser.add_argument("request", metavar="REQUEST", help='"METHOD PATH", the version in the path')
    parser.add_argument(
        "--engine",
        required=True,
        metavar="VERSIONS",
        help="the engine's newest API version, or its oldest and newest: 1.24-1.41",
    )
    parser.add_argument(
        "--forward",
        default="nearest",
        metavar="VERSION",
        help="nearest, newest, or a version (default: nearest)",
    )


def run(options: argparse.Namespace) -> int:
    """Print the explanation."""
    from gateway.versions.explain import explain

    try:
        print(explain(options.request, options.engine, options.forward), end="")
    except ValueError as error:
        do = "see docker-gateway explain --help"
        raise ConfigurationError([Problem("explain", str(error), do)]) from None
    return 0
