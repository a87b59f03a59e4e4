"""Certificates and keys that others made, read and checked: what is wrong, in plain words.

The checks are those that make a TLS peer refuse the files later on, where the reason is hard to
see: a key of another certificate, dates, a wrong extended key usage, an authority that is none.
"""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any",
}

_T = TypeVar("_T")


class Finding(NamedTuple):
    """One thing that is wrong with a file: which, what, and what to do about it."""

    path: Path
    what: str
    do: str


class UnreadableError(Exception):
    """A file is missing, cannot be read, or doesn't hold what it should; has one Finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.path}: {finding.what}")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Described:
    """What there is to say about one certificate. Times are UTC."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    usages: tuple[str, ...]
    not_before: datetime.datetime
    not_after: datetime.datetime
    fingerprint: str
    authority: bool

    def days_left(self, now: datetime.datetime | None = None) -> int:
        """Whole days until it expires; negative when it has."""
        return (self.not_after - (now or datetime.datetime.now(datetime.UTC))).days


def describe(certificate: x509.Certificate) -> Described:
    """Gather what `certs show` and `check` print about a certificate."""
    digest = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Described(
        subject=_readable(certificate.subject),
        issuer=_readable(certificate.issuer),
        names=tuple(_names(certificate)),
        usages=tuple(_usages(certificate)),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=f"SHA256:{digest}",
        authority=_is_authority(certificate) is True,
    )


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Read all certificates of a PEM file, at least one. Raises UnreadableError."""
    data = _read(path, "certificate")
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError:
        what = "does not hold a certificate in PEM form"
        do = 'name a file that has "-----BEGIN CERTIFICATE-----" in it'
        raise UnreadableError(Finding(path, what, do)) from None


def read_key(path: Path) -> PrivateKeyTypes:
    """Read the private key of a PEM file. Raises UnreadableError, which never quotes it."""
    data = _read(path, "private key")
    try:
        return serialization.load_pem_private_key(data, password=None)
    except TypeError:
        what = "is protected by a passphrase, which a service has nobody to ask for"
        do = f"write it without: openssl pkey -in {path} -out NEW.pem (and keep that mode 0600)"
    except ValueError:
        what = "does not hold a private key in PEM form"
        do = 'name a file that has "-----BEGIN PRIVATE KEY-----" in it'
    except UnsupportedAlgorithm:
        what = "holds a key of a kind that cannot be used"
        do = "make an ECDSA P-256 or RSA key"
    raise UnreadableError(Finding(path, what, do)) from None


def check_pair(
    cert: Path, key: Path, usage: x509.ObjectIdentifier, now: datetime.datetime | None = None
) -> list[Finding]:
    """Say all that is wrong with a certificate and its key, for a server or for a client.

    `usage` is the extended key usage that the other side will ask for; a certificate without
    that extension is good for every use (RFC 5280, section 4.2.1.12).
    """
    findings: list[Finding] = []
    certificates = _collect(findings, read_certificates, cert)
    private = _collect(findings, read_key, key)
    if certificates:
        leaf = certificates[0]
        findings += _dates(cert, leaf, now)
        allowed = _usages(leaf)
        if allowed and USAGES[usage] not in allowed and "any" not in allowed:
            what = f"is not meant for {USAGES[usage]}, only for {', '.join(allowed)}"
            findings.append(Finding(cert, what, f"issue one with extendedKeyUsage {USAGES[usage]}"))
        if private and private.public_key() != leaf.public_key():
            do = "name the key that the certificate was made with, or issue both again"
            findings.append(Finding(key, f"is not the key of the certificate {cert}", do))
    return findings


def check_authority(ca: Path, now: datetime.datetime | None = None) -> list[Finding]:
    """Say all that is wrong with a file of authorities; one usable one in it is enough."""
    findings: list[Finding] = []
    certificates = _collect(findings, read_certificates, ca)
    if not certificates:
        return findings
    each = []
    for certificate in certificates:
        mine = _dates(ca, certificate, now)
        if _is_authority(certificate) is False:
            do = "name the certificate of the authority that signed the others"
            mine.append(Finding(ca, "is not the certificate of an authority (CA:FALSE)", do))
        each.append(mine)
    return min(each, key=len)


def signed_by(certificate: x509.Certificate, authorities: list[x509.Certificate]) -> bool:
    """Is the certificate signed directly by one of `authorities`?"""
    for authority in authorities:
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def loose_mode(path: Path) -> int | None:
    """The permission bits of a private key that others may read, or None when all is well."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode if mode & 0o077 else None


def _read(path: Path, what: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            do = f"name a file with the {what} in it"
            raise UnreadableError(Finding(path, "is not a file", do))
        return path.read_bytes()
    except FileNotFoundError:
        do = "correct the path, or make the files: docker-gateway certs init --certs DIR"
        raise UnreadableError(Finding(path, "does not exist", do)) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        do = "let the user that runs the gateway read it"
        raise UnreadableError(Finding(path, f"cannot be read: {why}", do)) from None


def _collect(findings: list[Finding], read: Callable[[Path], _T], path: Path) -> _T | None:
    """Read a file; when that fails, add the reason to `findings` and give None."""
    try:
        return read(path)
    except UnreadableError as error:
        findings.append(error.finding)
        return None


def _dates(
    path: Path, certificate: x509.Certificate, now: datetime.datetime | None
) -> list[Finding]:
    moment = now or datetime.datetime.now(datetime.UTC)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if moment > end:
        return [Finding(path, f"expired on {end:%Y-%m-%d %H:%M} UTC", "issue a new certificate")]
    if moment < start:
        what = f"is not valid before {start:%Y-%m-%d %H:%M} UTC"
        return [Finding(path, what, "set this machine's clock right, or issue it again")]
    return []


def _is_authority(certificate: x509.Certificate) -> bool | None:
    """May it sign others? None when it has no BasicConstraints (old self-signed ones)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return None


def _names(certificate: x509.Certificate) -> Iterator[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return
    for name in found:
        if isinstance(name, x509.DNSName | x509.IPAddress | x509.UniformResourceIdentifier):
            yield str(name.value)


def _usages(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [USAGES.get(usage, usage.dotted_string) for usage in found]


def _readable(name: x509.Name) -> str:
    """A subject as one writes it: `CN=…` first, control characters escaped."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = f"CN={common[0].value!s}" if len(name) == 1 and common else name.rfc4514_string()
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
