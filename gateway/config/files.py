"""The certificate files that a configuration names: all that is wrong with them, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.certs.inspect import (
    Finding,
    UnreadableError,
    check_authority,
    check_pair,
    describe,
    loose_mode,
    read_certificates,
)
from gateway.config.layers import Given
from gateway.config.model import EngineConfig, TlsConfig
from gateway.config.problems import Problem

SOON_DAYS = 30
"""How many days before its end a certificate is remarked on."""


def tls_files(
    tls: TlsConfig,
    values: Mapping[str, Given],
    refused: set[str],
    problems: list[Problem],
    warnings: list[str],
) -> TlsConfig:
    """Check the files of the gateway's own TLS; give `tls`, without an authority it can't use."""
    ca = tls.ca
    if ca is not None and not tls.verify_clients and not ca.exists():
        ca = None
    _pair(problems, values, "tls", check_pair(tls.cert, tls.key, ExtendedKeyUsageOID.SERVER_AUTH))
    _remark(warnings, tls.cert, tls.key, server=True)
    if ca is not None:
        _authority(problems, values, "tls", ca)
    elif tls.verify_clients and "tls.ca" not in refused:
        do = "give --tls-ca FILE, or let every client in with --no-verify-clients"
        what = "no authority is given to verify the clients' certificates against"
        problems.append(Problem(values["tls.cert"].where, what, do))
    if not tls.verify_clients:
        warnings.append(
            "clients are not verified: whoever reaches a TLS listener rules the engine,"
            " and with it the host"
        )
    if tls.legacy:
        warnings.append("TLS 1.0 and 1.1 are allowed, whose cryptography is broken in parts")
    return replace(tls, ca=ca)


def engine_files(
    engine: EngineConfig,
    values: Mapping[str, Given],
    problems: list[Problem],
    warnings: list[str],
) -> None:
    """Check the files for a `tls` engine."""
    if (engine.cert is None) != (engine.key is None):
        name, missing = ("engine.cert", "key") if engine.key is None else ("engine.key", "cert")
        do = f"give --engine-{missing} too, or --engine-certs DIR"
        problems.append(Problem(values[name].where, f"engine.{missing} is missing", do))
    elif engine.cert is not None and engine.key is not None:
        found = check_pair(engine.cert, engine.key, ExtendedKeyUsageOID.CLIENT_AUTH)
        _pair(problems, values, "engine", found)
        _remark(warnings, engine.cert, engine.key, server=False)
    if engine.ca is not None:
        _authority(problems, values, "engine", engine.ca)
    if not engine.verify:
        warnings.append(
            "the engine's certificate is not verified: anybody in between can take its place"
        )


def _pair(
    problems: list[Problem], values: Mapping[str, Given], section: str, found: list[Finding]
) -> None:
    key = values[f"{section}.key"]
    for path, what, do in found:
        where = key.where if path == key.value else values[f"{section}.cert"].where
        problems.append(Problem(where, f"{path} {what}", do))


def _authority(
    problems: list[Problem], values: Mapping[str, Given], section: str, ca: Path
) -> None:
    where = values[f"{section}.ca"].where
    problems += [Problem(where, f"{path} {what}", do) for path, what, do in check_authority(ca)]


def _remark(warnings: list[str], cert: Path, key: Path, *, server: bool) -> None:
    """Add what works but should be known: an end that is near, no names, a key others can read."""
    try:
        described = describe(read_certificates(cert)[0])
        mode = loose_mode(key)
    except (UnreadableError, OSError):
        return
    days = described.days_left()
    if 0 <= days < SOON_DAYS:
        warnings.append(f"{cert} expires in {days} days, on {described.not_after:%Y-%m-%d}")
    if server and not described.names:
        warnings.append(f"{cert} has no subjectAltName; clients built with Go refuse it")
    if mode is not None:
        warnings.append(f"{key} can be read by others (mode {mode:04o}); make that 0600")
