"""`docker-gateway demo`: certificates, an engine, and the lines to paste, with no preparation."""

from __future__ import annotations

import argparse
import os
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.certs import folder as layout
from gateway.cli.parsers import CommandError, Commands, add_command, add_folder
from gateway.cli.running import run_service
from gateway.config import Config, EngineConfig, Problem, load
from gateway.config.addresses import DEFAULT
from gateway.config.options import add_some
from gateway.engine.address import EngineAddress

DETAILS = """\
The engine is --engine, else $DOCKER_HOST (with $DOCKER_CERT_PATH when $DOCKER_TLS_VERIFY is set),
else /var/run/docker.sock if it answers, else a small practice engine within this process.
Ctrl-C ends it."""

_SOCKET = "unix:///var/run/docker.sock"


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "make certificates, find an engine or be one, and print the lines to paste"
    parser = add_command(commands, "demo", run, summary, DETAILS)
    parser.set_defaults(takes_problems=True)
    add_folder(parser)
    parser.add_argument(
        "--listen", default=DEFAULT, metavar="ADDRESS", help=f"where (default: {DEFAULT})"
    )
    parser.add_argument("--engine", metavar="ADDRESS", help="the engine, as serve takes it")
    parser.add_argument(
        "--practice", action="store_true", help="use the practice engine, whatever else there is"
    )
    add_some(parser, ("versions.forward", "versions.default", "log-level"))


def run(options: argparse.Namespace) -> int:
    """Run the demo until a signal ends it."""
    made = certificates(options.certs)
    config, why = configuration(options, os.environ)
    if made:
        print(f"Made certificates in {options.certs}.")
    with tempfile.TemporaryDirectory(prefix="docker-gateway-") as scratch:
        demo = _Demo(options.certs, config, why, Path(scratch))
        return run_service(demo.prepare, config.log_level, demo.announce)


def certificates(folder: Path) -> bool:
    """Make the folder's certificates unless they are there; says whether they were made."""
    wanted = (layout.CA, layout.SERVER_CERT, layout.SERVER_KEY, layout.CERT, layout.KEY)
    if all((folder / name).exists() for name in wanted):
        return False
    layout.create(folder)
    return True


def configuration(
    options: argparse.Namespace, environment: Mapping[str, str]
) -> tuple[Config, str]:
    """Make the configuration, and say in words why this engine was chosen.

    Without an engine that was asked for, the address is the usual socket and the words are empty:
    whether it answers must be tried. For the practice engine the address is not known yet, and
    the words are `practice`.
    """
    problems: list[Problem] = list(options.problems)
    asked: dict[str, Any] = vars(options) | {"listen": [options.listen]}
    asked["certs"] = str(options.certs)
    why = ""
    names = {}
    host = environment.get("DOCKER_HOST", "")
    if options.practice:
        asked["engine"], why = None, "practice"
    elif options.engine:
        why = "--engine"
    elif host and not is_ours(host, options.listen):
        why = "$DOCKER_HOST"
        names = {"engine.address": why, "engine.certs": "$DOCKER_CERT_PATH"}
        asked |= engine_of_environment(environment)
    return load(None, asked, problems, names), why


def is_ours(host: str, listen: str) -> bool:
    """Does DOCKER_HOST name the demo's own address, as its lines to paste set it?"""
    theirs, ours = (
        text.partition("://")[2].replace("localhost", "127.0.0.1").rstrip("/")
        for text in (host, listen)
    )
    return theirs == ours


def engine_of_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Read DOCKER_HOST as docker does: tcp means TLS when DOCKER_TLS_VERIFY is not empty."""
    host = environment["DOCKER_HOST"]
    if not environment.get("DOCKER_TLS_VERIFY") or not host.startswith("tcp://"):
        return {"engine": host}
    certs = environment.get("DOCKER_CERT_PATH") or str(Path.home() / ".docker")
    return {"engine": f"tls{host.removeprefix('tcp')}", "engine_certs": certs}


class _Demo:
    """One demo: the engine that it found, and the practice engine's socket if there is one."""

    def __init__(self, certs: Path, config: Config, why: str, scratch: Path) -> None:
        self._certs = certs
        self._config = config
        self._why = why
        self._scratch = scratch
        self._engine = ""

    async def prepare(self, reactor: Any) -> Config:
        """Find the engine, or start the practice engine."""
        from gateway.cli.probe import ProbeError, ask_engine

        if self._why != "practice":
            engine = self._config.engine
            try:
                found = await ask_engine(reactor, replace(engine, connect_timeout=5.0))
            except ProbeError as error:
                if self._why:
                    raise CommandError(f"{error} ({self._why} names it)") from None
                nobody = str(error)
            else:
                origin = f", from {self._why}" if self._why else ""
                self._engine = f"the Docker Engine at {engine.address}{origin} ({found})"
                return self._config
        else:
            nobody = "--practice was given"
        return await self._practise(reactor, nobody)

    async def _practise(self, reactor: Any, why: str) -> Config:
        from gateway.net.practice_server import start_practice_engine

        path = self._scratch / "practice.sock"
        await start_practice_engine(reactor, str(path))
        self._engine = f"the practice engine within this process ({why})"
        return replace(self._config, engine=EngineConfig(address=f"unix://{path}"))

    def announce(self, config: Config, addresses: Sequence[str]) -> None:
        """Print the lines to paste."""
        address = next(iter(addresses), config.listen[0].address)
        print(lines_to_paste(self._engine, address, self._certs.absolute()), flush=True)


def lines_to_paste(engine: str, address: str, certs: Path) -> str:
    """Say what is in front of what, and how clients get there."""
    port = EngineAddress.parse(address).port
    ca, cert, key = (shlex.quote(str(certs / name)) for name in ("ca.pem", "cert.pem", "key.pem"))
    context = (
        f"host=tcp://localhost:{port},ca={certs}/ca.pem,cert={certs}/cert.pem,key={certs}/key.pem"
    )
    return f"""
In front of {engine}.
Listening on {address}. Paste into another terminal:

  export DOCKER_HOST=tcp://localhost:{port}
  export DOCKER_TLS_VERIFY=1
  export DOCKER_CERT_PATH={shlex.quote(str(certs))}

or make it a context of the docker command:

  docker context create gateway --docker {shlex.quote(context)}
  docker --context gateway version

or speak the API of 2013:

  curl --cacert {ca} --cert {cert} --key {key} https://localhost:{port}/v1.6/images/json
"""
