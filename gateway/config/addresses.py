"""Addresses to listen on, and `--listen` with what may follow its address."""

from __future__ import annotations

import grp
import ipaddress
import os
import re
import stat
from pathlib import Path
from urllib.parse import urlsplit

from gateway.config.model import ListenConfig
from gateway.engine.address import DEFAULT_PORTS

DEFAULT = "tls://127.0.0.1:2376"
"""Where the gateway listens when nothing is said: Docker's TLS port, this machine only."""


_UNIX_PATH_BYTES = 107
"""The longest path of a socket that Linux takes (sun_path less its NUL)."""

_FORMS = "tls://HOST:PORT, tcp://HOST:PORT or unix:///PATH"
_HOST_PORT = re.compile(r"(?:\[(?P<v6>[^\]]*)\]|(?P<host>[^:\[\]/]*))(?::(?P<port>[^:]*))?/?\Z")


def split_option(text: str) -> tuple[str, dict[str, str]]:
    """Split `ADDRESS,name=value,…` as `--listen` has it; the names are not judged here."""
    address, *settings = re.split(r",(?=[A-Za-z_-]+=)", text)
    pairs = [part.partition("=") for part in settings]
    return address, {name: value for name, _, value in pairs}


def canonical_address(text: str) -> str:
    """Write an address to listen on as `ListenConfig` has it: with an IP address and a port.

    `localhost` becomes 127.0.0.1, a missing port 2376 (tls) or 2375 (tcp). Raises ValueError that
    says what is expected.
    """
    scheme, rest = _scheme(text)
    if scheme == "unix":
        return text
    host, port = _host_port(text, rest, DEFAULT_PORTS[scheme])
    if host.lower() == "localhost":
        host = "127.0.0.1"
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        raise ValueError(
            f"expected an IP address of this machine to listen on, found {host!r} in {text!r}"
            " (0.0.0.0: all of IPv4, [::]: all of IPv6)"
        ) from None
    return f"{scheme}://{f'[{ip}]' if ip.version == 6 else ip}:{port}"


def is_loopback(address: str) -> bool:
    """Is a canonical `tcp` or `tls` address on this machine, as far as its text tells?"""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _scheme(text: str) -> tuple[str, str]:
    """Split an address into its scheme and the rest, which for unix is a usable path."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {*DEFAULT_PORTS, "unix"}:
        raise ValueError(f"expected {_FORMS}, found {text!r}")
    if scheme == "unix":
        if not rest.startswith("/") or rest.endswith("/"):
            raise ValueError(f"expected unix:// and an absolute path of a socket, found {text!r}")
        if len(os.fsencode(rest)) > _UNIX_PATH_BYTES:
            raise ValueError(f"expected a path of at most {_UNIX_PATH_BYTES} bytes, found {text!r}")
    return scheme, rest


def _host_port(text: str, rest: str, usual: int) -> tuple[str, int]:
    """Split HOST:PORT; gives IPv6 without its brackets."""
    found = _HOST_PORT.match(rest)
    if found is None:
        raise ValueError(f"expected HOST:PORT behind :// (IPv6 in brackets), found {text!r}")
    port = str(usual) if found["port"] is None else found["port"]
    if re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) is None or int(port) > 65535:
        raise ValueError(f"expected a port from 0 to 65535, found {port!r} in {text!r}")
    if found["v6"] is None:
        return found["host"], int(port)
    try:
        return str(ipaddress.IPv6Address(found["v6"])), int(port)
    except ValueError:
        raise ValueError(f"expected an IPv6 address in the brackets of {text!r}") from None


def socket_troubles(listener: ListenConfig) -> list[tuple[str, str]]:
    """Say what stands in the way of a unix socket, each as (what is wrong, what to do)."""
    troubles = []
    path = Path(listener.path)
    try:
        if not path.parent.is_dir():
            what = f"the folder {path.parent} does not exist"
            troubles.append((what, "create it, or correct the path"))
        elif path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
            what = f"{path} exists and is no socket"
            troubles.append((what, "move it away, or name another path"))
    except OSError as error:
        what = f"{path} cannot be reached: {os.strerror(error.errno or 0)}"
        troubles.append((what, "let the user that runs the gateway into the folder"))
    if listener.group is not None and not _is_group(listener.group):
        what = f"this machine has no group {listener.group!r}"
        troubles.append((what, "create it, or name another"))
    return troubles


def _is_group(name: str) -> bool:
    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
