"""The configuration as the service sees it: complete, checked, immutable.

Every default is here and nowhere else. Times are in seconds, sizes in bytes.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway.api.version import ApiVersion


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Where the engine is and how it is spoken to.

    `address` is `unix:///PATH`, `tcp://HOST:PORT` (plain) or `tls://HOST:PORT`. For `tls`, `ca`
    is what the engine's certificate is verified against (None: the system's authorities), `cert`
    and `key` are shown to it (both or neither), `verify` false takes any certificate.
    `answer_timeout` is until the first byte of an answer; 0 waits for ever, as a `wait` or a long
    build needs.
    """

    address: str = "unix:///var/run/docker.sock"
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True
    connect_timeout: float = 10.0
    answer_timeout: float = 0.0


@dataclass(frozen=True, slots=True)
class ListenConfig:
    """One address that the gateway listens on.

    `address` is `tls://IP:PORT`, `tcp://IP:PORT` (plain) or `unix:///PATH`, always with a port and
    an IP address; port 0 lets the system choose. `mode` and `group` are the socket file's (group
    None: that of the process). `default_version` is what an unversioned path means here (None:
    what `VersionsConfig.default` says).
    """

    address: str
    mode: int = 0o660
    group: str | None = None
    default_version: ApiVersion | None = None

    @property
    def scheme(self) -> str:
        """`tls`, `tcp` or `unix`."""
        return self.address.partition("://")[0]

    @property
    def path(self) -> str:
        """The socket's path; only for `unix`."""
        return self.address.partition("://")[2]

    @property
    def host(self) -> str:
        """The IP address, without brackets; only for `tls` and `tcp`."""
        return urlsplit(self.address).hostname or ""

    @property
    def port(self) -> int:
        """The port; only for `tls` and `tcp`."""
        return urlsplit(self.address).port or 0

    @property
    def is_local(self) -> bool:
        """Can only processes of this machine reach it?"""
        return self.scheme == "unix" or ipaddress.ip_address(self.host).is_loopback


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """What the `tls` listeners show and ask for.

    `verify_clients` is Docker's `tlsverify`: no connection without a client certificate that `ca`
    signed. Without it (Docker's `tls`) `ca` may be None. `legacy` lets TLS 1.0 and 1.1 in, for
    docker-compose before 1.5 and docker-py that asks for TLS 1.0 (clients.md).
    """

    cert: Path
    key: Path
    ca: Path | None
    verify_clients: bool = True
    legacy: bool = False


@dataclass(frozen=True, slots=True)
class VersionsConfig:
    """Which API version requests are forwarded at, and what an unversioned path means.

    `forward` is `nearest` (to the client's that the engine takes), `newest` (that the engine has)
    or a number, `1.41`. `default` None means the engine's newest, as the engine itself does.
    """

    forward: str = "nearest"
    default: ApiVersion | None = None


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """How much one client, or all together, may take.

    `head_bytes` and `fields` bound a request's head (64 KiB: an X-Registry-Config with many
    registries is long), `json_bytes` a JSON body that must be rewritten, `connections` all
    connections at once, `connections_per_identity` those of one client certificate (0: no bound).
    `handshake_seconds` bounds the TLS handshake, `head_seconds` the time until a head is whole,
    `idle_seconds` a kept-alive connection without a request, `linger_seconds` the wait for the
    other side's end when a connection is being closed. Tunnels have no limit of time.
    """

    head_bytes: int = 65536
    fields: int = 200
    json_bytes: int = 64 * 1024 * 1024
    connections: int = 10000
    connections_per_identity: int = 0
    handshake_seconds: float = 10.0
    head_seconds: float = 30.0
    idle_seconds: float = 300.0
    linger_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration.

    `tls` is None when no listener needs it. `insecure` allows plain TCP beyond loopback.
    `warnings` are remarks on settings that work but that somebody should know of; they are not
    part of what makes two configurations equal.
    """

    engine: EngineConfig = EngineConfig()
    listen: tuple[ListenConfig, ...] = ()
    tls: TlsConfig | None = None
    versions: VersionsConfig = VersionsConfig()
    limits: LimitsConfig = LimitsConfig()
    insecure: bool = False
    log_level: str = "info"
    warnings: tuple[str, ...] = field(default=(), compare=False)
