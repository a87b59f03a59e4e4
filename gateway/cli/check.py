"""`docker-gateway check`: would `serve` with these options work? Nothing is started."""

from __future__ import annotations

import argparse
import errno
import os
import socket
from pathlib import Path
from typing import Any

from gateway.api.version import NEWEST, OLDEST
from gateway.certs.inspect import describe, read_certificates
from gateway.cli.parsers import CommandError, Commands, add_command
from gateway.cli.running import run_once
from gateway.cli.serve import configuration
from gateway.config import Config, EngineConfig, ListenConfig, VersionsConfig
from gateway.config.options import add_options
from gateway.engine.engine_range import EngineRange

DETAILS = """\
Takes the options of serve. Exit status: 0 serve would work, 1 it would start but not work, since
the engine doesn't answer or an address is taken, 2 the configuration cannot be used."""


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "validate the configuration, ask the engine, and say what would work"
    parser = add_command(commands, "check", run, summary, DETAILS)
    parser.set_defaults(takes_problems=True)
    add_options(parser)


def run(options: argparse.Namespace) -> int:
    """Print what was found, one line for each thing."""
    config = configuration(options)
    _say("configuration", "valid")
    for warning in config.warnings:
        _say("warning", warning)
    for what, path in certificates(config):
        described = describe(read_certificates(path)[0])
        _say(what, f"{described.subject}, {described.days_left()} days left ({path})")
    well = True
    for listener in config.listen:
        trouble = listen_trouble(listener)
        well = well and trouble is None
        _say("listen", f"{listener.address}: {trouble or 'free'}")
    try:
        found = _ask(config.engine)
    except CommandError as error:
        _say("engine", f"{error}")
        return 1
    _say("engine", f"{config.engine.address}: {found}")
    for line in what_works(found, config.versions):
        _say("clients", line)
    return 0 if well else 1


def _say(what: str, text: str) -> None:
    print(f"{what:<15}{text}")


def _ask(engine: EngineConfig) -> EngineRange:
    async def ask(reactor: Any) -> EngineRange:
        from gateway.cli.probe import ask_engine

        return await ask_engine(reactor, engine)

    return run_once(ask)


def certificates(config: Config) -> list[tuple[str, Path]]:
    """The certificates that are in use, each with what it is for."""
    found: list[tuple[str, Path | None]] = []
    if config.tls is not None:
        found += [("certificate", config.tls.cert), ("clients' CA", config.tls.ca)]
    if config.engine.address.startswith("tls://"):
        found += [("engine's CA", config.engine.ca), ("client cert", config.engine.cert)]
    return [(what, path) for what, path in found if path is not None]


def what_works(engine: EngineRange, versions: VersionsConfig) -> list[str]:
    """Say which clients are served in front of such an engine, and how."""
    newest = min(engine.newest, NEWEST)
    lines = [f"API {OLDEST} to {newest} are taken"]
    if versions.forward == "nearest":
        lines.append(f"requests are forwarded at the client's version, from {engine.oldest} on")
    else:
        at = newest if versions.forward == "newest" else versions.forward
        lines.append(f"requests are forwarded at {at}")
    lines.append(f"a path without a version means {versions.default or newest}")
    return lines


def listen_trouble(listener: ListenConfig) -> str | None:
    """Say why an address cannot be listened on, or None; binds it and lets it go at once."""
    if listener.scheme == "unix":
        return _socket_trouble(Path(listener.path))
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((listener.host, listener.port))
            probe.listen(1)
        except OSError as error:
            return _words(error)
    return None


def _socket_trouble(path: Path) -> str | None:
    """A socket that somebody listens on is taken; one left behind by the dead is not."""
    if path.exists():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                pass
            except OSError as error:
                return _words(error)
            else:
                return _words(OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE)))
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"no permission to create it in {path.parent}"
    return None


def _words(error: OSError) -> str:
    text = os.strerror(error.errno or 0)
    if error.errno == errno.EADDRINUSE:
        return f"{text}; stop what listens there, or choose another address"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{text}; this machine has no such address"
    return text
