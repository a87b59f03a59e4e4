"""A whole gateway on the tests' own reactor, in front of a practice engine there too."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from support.turning import reactor, result_of, turn_until
from twisted.internet.defer import Deferred

from gateway.config.model import Config, EngineConfig, LimitsConfig, ListenConfig, TlsConfig
from gateway.engine.practice.faults import Faults
from gateway.net.practice_server import start_practice_engine
from gateway.service import GatewayService

Result = TypeVar("Result")


def beside(call: Callable[[], Result]) -> Result:
    """Make a blocking call in a thread while the reactor turns; its result or its exception."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((call(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    turn_until(lambda: outcome, "a call beside the reactor")
    thread.join()
    result, error = outcome[0]
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return] # what the call gave


def ask(connection: socket.socket, sent: bytes) -> bytes:
    """Send, and receive once, from a socket that blocks."""
    connection.sendall(sent)
    return connection.recv(65536)


class Running:
    """A service that listens, its addresses, and the faults of its engine."""

    def __init__(self, service: GatewayService, addresses: list[str], faults: Faults) -> None:
        self.service = service
        self.addresses = addresses
        self.faults = faults

    def connect(self, scheme: str) -> socket.socket:
        """A blocking connection to the first listener of that scheme, without TLS on it."""
        address = next(one for one in self.addresses if one.startswith(scheme + "://"))
        rest = address.partition("://")[2]
        if scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(10)
            connection.connect(rest)
            return connection
        host, _, port = rest.rpartition(":")
        return socket.create_connection((host, int(port)), 10)

    def stop(self) -> "Deferred[None]":
        return self.service.stopService()


@contextmanager
def running(
    folder: Path,
    *listen: str,
    tls: TlsConfig | None = None,
    limits: dict[str, Any] | None = None,
) -> Iterator[Running]:
    """Run one for a while."""
    faults = Faults()
    path = folder / "engine.sock"
    engine = result_of(start_practice_engine(reactor, str(path), faults=faults))
    config = Config(
        engine=EngineConfig(f"unix://{path}"),
        listen=tuple(ListenConfig(one) for one in listen),
        tls=tls,
        limits=replace(LimitsConfig(), **(limits or {})),
    )
    service = GatewayService(config, reactor)
    try:
        service.startService()
        addresses = result_of(service.ready)
        turn_until(lambda: service.engine.current, "the engine to be known")
        yield Running(service, addresses, faults)
    finally:
        if service.running:
            result_of(service.stopService())
        result_of(engine.stopListening())
