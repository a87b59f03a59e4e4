"""`docker-gateway connect`: a local endpoint for programs that speak no TLS, or too old a TLS.

What they say to it goes over mutual TLS to a far gateway or engine.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from gateway.cli.parsers import Commands, add_command
from gateway.cli.running import run_service
from gateway.config import Config, Problem, load
from gateway.config.options import add_some
from gateway.engine.address import EngineAddress

DETAILS = """\
For instance:
  docker-gateway connect --certs ~/.docker --listen unix:///tmp/far.sock tcp://far:2376
  DOCKER_HOST=unix:///tmp/far.sock docker ps

tcp://HOST:PORT means TLS, as Docker writes it, when certificates are given. SIGTERM and SIGINT end
it with status 0. Status 1: it could not listen. Status 2: the options cannot be used."""

_NAMES = {"engine.address": "ADDRESS", "engine.certs": "--certs"}


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "a local endpoint that reaches a far gateway or engine over mutual TLS"
    parser = add_command(commands, "connect", run, summary, DETAILS)
    parser.set_defaults(takes_problems=True)
    parser.add_argument("address", metavar="ADDRESS", help="tls://HOST:PORT or tcp://HOST:PORT")
    parser.add_argument(
        "--certs",
        default=os.environ.get("DOCKER_CERT_PATH"),
        metavar="DIR",
        help="where ca.pem, cert.pem and key.pem are (default: $DOCKER_CERT_PATH)",
    )
    parser.add_argument(
        "--listen",
        action="append",
        metavar="ADDRESS",
        help="unix:///PATH or tcp://127.0.0.1:PORT; may be given several times"
        f" (default: {default_listen()})".replace("%", "%%"),
    )
    add_some(parser, ("versions.forward", "versions.default", "log-level"))


def default_listen() -> str:
    """Where it listens when nothing is said: a socket in a folder that is this user's own."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = Path(runtime if runtime.startswith("/") else "/run")
    return f"unix://{folder / 'docker-gateway.sock'},mode=0600"


def configuration(options: argparse.Namespace) -> Config:
    """Make the configuration: the far end is the engine. Raises ConfigurationError."""
    problems: list[Problem] = list(options.problems)
    address = far_address(options.address, options.certs, problems)
    asked = vars(options) | {
        "engine": address,
        "engine_certs": options.certs if address.startswith("tls://") else None,
        "listen": options.listen or [default_listen()],
        "certs": None,
    }
    problems += _tls_listeners(asked["listen"])
    return load(None, asked, problems, _NAMES)


def far_address(text: str, certs: str | None, problems: list[Problem]) -> str:
    """Read the far address; what is wrong with it is added to `problems`."""
    try:
        address = EngineAddress.parse(text)
    except ValueError as error:
        problems.append(Problem("ADDRESS", str(error), "write for instance tls://far:2376"))
        return "unix:///"
    if address.scheme == "tls" and certs is None:
        do = "say --certs DIR, where ca.pem, cert.pem and key.pem are"
        problems.append(Problem("ADDRESS", "mutual TLS needs certificates", do))
    if address.scheme == "tcp" and certs is not None:
        address = address._replace(scheme="tls")
    return str(address)


def _tls_listeners(listen: Sequence[str]) -> list[Problem]:
    """Report listeners with TLS: then `serve` is the command that is meant."""
    do = "listen on unix:// or tcp://127.0.0.1, or use docker-gateway serve"
    return [
        Problem(f"--listen {text}", "the near side of connect is plain", do)
        for text in listen
        if text.startswith("tls://")
    ]


def run(options: argparse.Namespace) -> int:
    """Carry connections until a signal ends it."""
    config = configuration(options)

    async def prepare(_: object) -> Config:
        return config

    return run_service(prepare, config.log_level)
