"""Where an engine is: `unix:///PATH`, `tcp://HOST:PORT` or `tls://HOST:PORT`."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

DEFAULT_PORTS = {"tcp": 2375, "tls": 2376}
"""The ports that IANA gave to Docker: plain and with TLS."""


class EngineAddress(NamedTuple):
    """An address in its parts: `path` for unix, `host` (no brackets) and `port` for the others."""

    scheme: str
    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        if self.scheme == "unix":
            return f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> EngineAddress:
        """Read an address as it is written in the configuration and in DOCKER_HOST.

        Raises ValueError, with what was expected.
        """
        scheme, separator, rest = text.partition("://")
        if scheme == "unix" and rest.startswith("/"):
            return cls("unix", path=rest)
        if not separator or scheme not in DEFAULT_PORTS:
            raise ValueError(
                f"not an engine's address: {text!r} "
                "(expected unix:///PATH, tcp://HOST:PORT or tls://HOST:PORT)"
            )
        parts = urlsplit(text)
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise ValueError(f"not an engine's address: {text!r} (expected {scheme}://HOST:PORT)")
        return cls(scheme, host=parts.hostname, port=parts.port or DEFAULT_PORTS[scheme])
