"""The side of the gateway that clients see: its listeners and its connections."""

from __future__ import annotations

import socket
from collections import Counter
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from gateway import __version__
from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.config.model import Config, ListenConfig
from gateway.http.limits import Limits
from gateway.http.remembered import Remembered
from gateway.http.request import RequestFields
from gateway.net.client_connection import ClientConnection
from gateway.net.engine import Engine
from gateway.net.listener import Listener, listening_socket
from gateway.net.tls import server_context
from gateway.net.tls_transport import TLSTransport
from gateway.net.transport import SocketTransport
from gateway.versions.resolver import Resolver

_SWEEP_SECONDS = 1.0

log = Logger()


@dataclass(slots=True)
class Counters:
    """What has happened since the start."""

    connections: int = 0
    handshakes: int = 0
    failed_handshakes: int = 0
    requests: int = 0
    refused: int = 0
    tunnels: int = 0


class Frontend:
    """Listens, accepts, and knows every client's connection."""

    def __init__(self, reactor: Any, config: Config, engine: Engine) -> None:
        self._reactor = reactor
        self.config = config
        self.engine = engine
        self.limits = Limits(config.limits.head_bytes, config.limits.fields)
        self.blocks: Remembered[RequestFields] = Remembered()
        self.fields = ((b"Server", b"docker-gateway/" + __version__.encode("ascii")),)
        self.counters = Counters()
        self.draining = False
        self.now = reactor.seconds
        self._context = server_context(config.tls) if config.tls is not None else None
        self._listeners: list[Listener] = []
        self._open: set[ClientConnection] = set()
        self._counted: dict[ClientConnection, str] = {}
        self._by_identity: Counter[str] = Counter()
        self._credentials: dict[str, dict[str, Json]] = {}
        self._resolvers: dict[ApiVersion | None, Resolver] = {}
        self._generation = 0
        self._sweeper = LoopingCall(self._sweep)
        self._sweeper.clock = reactor

    # Listening

    def listen(self) -> list[str]:
        """Open every listener; the addresses, as the configuration writes them.

        Raises ListenFailed, with nothing left open.
        """
        addresses = []
        try:
            for listen in self.config.listen:
                listener = self._listener(listen)
                self._listeners.append(listener)
                addresses.append(f"{listen.scheme}://{listener.address}")
        except Exception:
            self.stop_listening()
            raise
        for listener in self._listeners:
            listener.startReading()
        self._sweeper.start(_SWEEP_SECONDS, now=False)
        return addresses

    def _listener(self, listen: ListenConfig) -> Listener:
        def accept(sock: socket.socket, peer: str) -> None:
            self._accept(sock, peer, listen)

        return Listener(self._reactor, listening_socket(listen), accept)

    def stop_listening(self) -> None:
        """Close every listener; the connections live on."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        if self._sweeper.running and not self._open:
            self._sweeper.stop()

    def _accept(self, sock: socket.socket, peer: str, listen: ListenConfig) -> None:
        if len(self._open) >= self.config.limits.connections:
            log.warn("{peer}: refused: too many connections", peer=peer)
            sock.close()
            return
        self.counters.connections += 1
        default = listen.default_version or self.config.versions.default
        client = ClientConnection(self, f"{listen.scheme}://{peer}", default)
        transport: SocketTransport
        if listen.scheme == "tls":
            assert self._context is not None
            tls = SSL.Connection(self._context, sock)
            tls.set_accept_state()
            transport = TLSTransport(self._reactor, sock, client, tls)
        else:
            transport = SocketTransport(self._reactor, sock, client)
        self._open.add(client)
        client.makeConnection(transport)
        transport.startReading()

    # Connections

    def admit(self, client: ClientConnection) -> bool:
        """Count a client's identity, if it has one; False when it has too many connections."""
        identity = client.identity
        if not identity:
            return True
        self._counted[client] = identity
        self._by_identity[identity] += 1
        most = self.config.limits.connections_per_identity
        return not most or self._by_identity[identity] <= most

    def credentials_of(self, identity: str) -> dict[str, Json]:
        """The registry credentials that an identity left with the gateway, to read and to write."""
        return self._credentials.setdefault(identity, {})

    def forget(self, client: ClientConnection) -> None:
        """A client is gone."""
        self._open.discard(client)
        identity = self._counted.pop(client, None)
        if identity is not None:
            self._by_identity[identity] -= 1
            if not self._by_identity[identity]:
                del self._by_identity[identity]

    def resolver(self, default: ApiVersion | None) -> Resolver:
        """What finds the plans for what the engine speaks now; `default`: see Resolver."""
        if self._generation != self.engine.generation:
            self._generation = self.engine.generation
            self._resolvers.clear()
        resolver = self._resolvers.get(default)
        if resolver is None:
            assert self.engine.planner is not None
            resolver = self._resolvers[default] = Resolver(self.engine.planner, default)
        return resolver

    def _sweep(self) -> None:
        """End the connections whose time is over, once a second."""
        now = self.now()
        for client in [client for client in self._open if client.deadline < now]:
            client.expired()

    # The end

    def drain(self) -> None:
        """Take nothing new, and close what has no request under way."""
        self.draining = True
        self.stop_listening()
        for client in list(self._open):
            client.drain()

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return any(client.busy for client in self._open)

    def close(self) -> None:
        """Close every connection."""
        for client in list(self._open):
            client.transport.abortConnection()
        if self._sweeper.running:
            self._sweeper.stop()
