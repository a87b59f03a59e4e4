"""Asking an engine, or a gateway, who it is: `/_ping` and `/version`, with treq.

Over a unix socket, TCP or TLS, the last with the same context and the same check of the name as
the service has. The connection goes to the address that was given, whatever a URL says, so IPv6
addresses work as well (treq itself takes none in URLs).

Imports Twisted and what needs a reactor: import this module only when one is wanted.
"""

from __future__ import annotations

from typing import Any

import orjson
from OpenSSL import SSL
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import HostnameEndpoint, UNIXClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator, IStreamClientEndpoint
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, ResponseNeverReceived
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from gateway.cli.parsers import CommandError
from gateway.config import EngineConfig
from gateway.engine.address import EngineAddress
from gateway.engine.engine_range import EngineRange
from gateway.net.openssl import describe
from gateway.net.tls import engine_context, verify_engine

_LONGEST = 1 << 20


class ProbeError(CommandError):
    """It could not be asked, or its answer says that all is not well; the text says why."""


async def ask_engine(reactor: Any, config: EngineConfig) -> EngineRange:
    """Ask an engine for its release and its API versions. Raises ProbeError."""
    await ping(reactor, config)
    status, body = await _get(reactor, config, "/version")
    if status != 200:
        raise ProbeError(f"{config.address} answers GET /version with {status}{_words(body)}")
    try:
        return EngineRange.of_version_document(orjson.loads(body))
    except ValueError as error:
        raise ProbeError(f"{config.address} is no Docker engine: {error}") from None


async def ping(reactor: Any, config: EngineConfig) -> None:
    """Ask whether all is well. Raises ProbeError when it isn't, or nobody answers."""
    status, body = await _get(reactor, config, "/_ping")
    if status != 200:
        raise ProbeError(f"{config.address} answers GET /_ping with {status}{_words(body)}")


async def _get(reactor: Any, config: EngineConfig, path: str) -> tuple[int, bytes]:
    """Get a path, the whole answer within `connect_timeout`."""
    try:
        asked = Deferred.fromCoroutine(_get_whole(_client(reactor, config), path))
        return await asked.addTimeout(config.connect_timeout, reactor)
    except Exception as error:
        raise ProbeError(f"{config.address} does not answer: {_why(error)}") from error


async def _get_whole(client: HTTPClient, path: str) -> tuple[int, bytes]:
    response = await client.get(f"http://docker{path}", allow_redirects=False)
    parts: list[bytes] = []
    size = 0

    def collect(data: bytes) -> None:
        nonlocal size
        size += len(data)
        if size > _LONGEST:
            raise ValueError(f"the answer is longer than {_LONGEST} bytes")
        parts.append(data)

    await response.collect(collect)
    return response.code, b"".join(parts)


def _client(reactor: Any, config: EngineConfig) -> HTTPClient:
    """An HTTP client all of whose connections go to `config.address`."""
    return HTTPClient(Agent.usingEndpointFactory(reactor, _Always(_endpoint(reactor, config))))


@implementer(IAgentEndpointFactory)
class _Always:
    """Every URL means one endpoint."""

    def __init__(self, endpoint: IStreamClientEndpoint) -> None:
        self._endpoint = endpoint

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        return self._endpoint


def _endpoint(reactor: Any, config: EngineConfig) -> IStreamClientEndpoint:
    address = EngineAddress.parse(config.address)
    if address.scheme == "unix":
        return UNIXClientEndpoint(reactor, address.path, timeout=config.connect_timeout)
    plain = HostnameEndpoint(
        reactor, address.host.encode("idna"), address.port, timeout=config.connect_timeout
    )
    if address.scheme == "tcp":
        return plain
    return wrapClientTLS(_Connections(config, address.host), plain)


@implementer(IOpenSSLClientConnectionCreator)
class _Connections:
    """TLS as the service speaks it to an engine, for Twisted's own endpoints."""

    def __init__(self, config: EngineConfig, host: str) -> None:
        self._verify = config.verify
        self._host = host
        self._context = engine_context(config)
        self._context.set_info_callback(self._progress)

    def clientConnectionForTLS(self, protocol: TLSMemoryBIOProtocol) -> SSL.Connection:
        connection = SSL.Connection(self._context, None)
        connection.set_app_data(protocol)
        if not self._host.replace(".", "").isdigit() and ":" not in self._host:
            connection.set_tlsext_host_name(self._host.encode("idna"))
        return connection

    def _progress(self, connection: SSL.Connection, where: int, result: int) -> None:
        """Check the name once the handshake is done (OpenSSL calls this, for each step)."""
        if self._verify and where & SSL.SSL_CB_HANDSHAKE_DONE:
            wrong = verify_engine(connection, self._host)
            if wrong is not None:
                connection.get_app_data().failVerification(Failure(ProbeError(wrong)))


def _words(body: bytes) -> str:
    """What an error's body says, in one short line, behind a colon."""
    try:
        text = str(orjson.loads(body)["message"])
    except (ValueError, LookupError, TypeError):
        text = body.decode("utf-8", "replace")
    line = " ".join(text.split())[:200]
    return f": {line}" if line else ""


def _why(error: BaseException) -> str:
    """Why there is no answer, in one line."""
    if isinstance(error, ResponseNeverReceived) and error.reasons:
        return _why(error.reasons[0].value)
    if isinstance(error, SSL.Error):
        return describe(error)
    if isinstance(error, TimeoutError | ConnectTimeoutError | CancelledError):
        return "nothing came in time"
    if isinstance(error, ConnectError | ConnectionClosed):
        return str(error).rpartition(": ")[2].strip().rstrip(".")
    return " ".join(str(error).split()) or type(error).__name__
