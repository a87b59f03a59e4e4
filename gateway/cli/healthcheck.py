"""`docker-gateway healthcheck`: is a running gateway well? For a container's HEALTHCHECK."""

from __future__ import annotations

import argparse
import os
from typing import Any

from gateway.certs.folder import default_folder
from gateway.cli.parsers import Commands, add_command
from gateway.cli.running import run_once
from gateway.config import load
from gateway.config.addresses import DEFAULT

DETAILS = """\
Asks GET /_ping, which the gateway answers well only while its engine answers too.
Exit status: 0 all is well, 1 it isn't, or nobody answers, 2 the options cannot be used."""

_NAMES = {
    "engine.address": "ADDRESS",
    "engine.certs": "--certs",
    "engine.connect-timeout": "--timeout",
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add_command(commands, "healthcheck", run, "ask a running gateway how it is", DETAILS)
    parser.set_defaults(takes_problems=True)
    parser.add_argument(
        "address",
        nargs="?",
        default=DEFAULT,
        metavar="ADDRESS",
        help=f"unix:///PATH, tcp://HOST:PORT or tls://HOST:PORT (default: {DEFAULT})",
    )
    parser.add_argument(
        "--certs",
        metavar="DIR",
        help="for tls: where ca.pem, cert.pem and key.pem are"
        " (default: $DOCKER_CERT_PATH, else where certs init puts them)",
    )
    parser.add_argument(
        "--timeout", default="5", metavar="SECONDS", help="how long to wait (default: 5)"
    )


def run(options: argparse.Namespace) -> int:
    """Ask once."""
    certs = options.certs or os.environ.get("DOCKER_CERT_PATH") or str(default_folder())
    asked = {
        "engine": options.address,
        "engine_certs": certs if options.address.startswith("tls://") else None,
        "engine_connect_timeout": options.timeout,
        "listen": [],
    }
    engine = load(None, asked, options.problems, _NAMES).engine

    async def ask(reactor: Any) -> None:
        from gateway.cli.probe import ping

        await ping(reactor, engine)

    run_once(ask)
    print(f"{engine.address} is well")
    return 0
