"""X.509 certificates for mutual TLS: an authority, servers and clients, all ECDSA P-256.

Nothing here touches a file. What the certificates hold is what the strictest of today's verifiers
ask for (RFC 5280, section 4.2): Go's crypto/x509, OpenSSL 3, and Python from 3.13 on, which sets
`VERIFY_X509_STRICT`. So: BasicConstraints and KeyUsage critical on all of them, a
SubjectKeyIdentifier, an AuthorityKeyIdentifier on what the authority signs, the names of a server
in SubjectAlternativeName, since no verifier looks at the common name any more.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALWAYS_NAMED = ("localhost", "127.0.0.1", "::1")
"""What every server certificate is good for. `localhost` as a name, because clients built on
requests up to 2.5 compare no IP addresses (clients.md 13)."""

AUTHORITY_DAYS = 3650
"""How long an authority lasts when nothing else is said: ten years."""

LEAF_DAYS = 825
"""How long a server's or client's certificate lasts when nothing else is said. No verifier of
today refuses that much from a private authority (Apple's limit is 825 days)."""

CLOCK_SKEW = datetime.timedelta(hours=1)
"""How far back a certificate starts, so that machines whose clocks go slow take it at once."""

_DNS_NAME = re.compile(
    r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*"
    r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and the private key that belongs to it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key as PEM, PKCS #8, without a passphrase, as dockerd and docker read it."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def general_name(text: str) -> x509.GeneralName:
    """Read one name of a server: an IP address, or else a DNS name (`*.` in front is allowed).

    Raises ValueError when it is neither. Names outside ASCII must be given as `xn--…`.
    """
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    looks_numeric = re.fullmatch(r"[0-9.]+", text, re.ASCII) is not None
    if looks_numeric or len(text) > 253 or _DNS_NAME.match(text) is None:
        raise ValueError(f"neither a DNS name nor an IP address: {text!r}")
    return x509.DNSName(text.lower())


def server_names(names: Iterable[str]) -> list[x509.GeneralName]:
    """The names of a server certificate: `ALWAYS_NAMED`, then `names`, each once."""
    found: list[x509.GeneralName] = []
    for text in (*ALWAYS_NAMED, *names):
        name = general_name(text)
        if name not in found:
            found.append(name)
    return found


def make_authority(days: int = AUTHORITY_DAYS, *, now: datetime.datetime | None = None) -> Pair:
    """Make a self-signed authority that may sign certificates but no further authorities.

    Its subject ends with eight digits of its key's identifier, so that two authorities of the
    same host can be told apart.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = _name(f"Docker API gateway CA {identifier.digest.hex()[:8]}")
    certificate = (
        _builder(name, name, key, _now(now), days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate, key)


def make_server(
    authority: Pair,
    names: Iterable[str] = (),
    days: int = LEAF_DAYS,
    *,
    common_name: str | None = None,
    now: datetime.datetime | None = None,
) -> Pair:
    """Make a server's certificate (serverAuth) for `ALWAYS_NAMED` and `names`.

    Raises ValueError when a name is neither a DNS name nor an IP address.
    """
    wanted = list(names)
    alternatives = x509.SubjectAlternativeName(server_names(wanted))
    subject = common_name or (wanted[0] if wanted else "localhost")
    return _leaf(authority, subject, ExtendedKeyUsageOID.SERVER_AUTH, days, _now(now), alternatives)


def make_client(
    authority: Pair,
    common_name: str,
    days: int = LEAF_DAYS,
    *,
    now: datetime.datetime | None = None,
) -> Pair:
    """Make a client's certificate (clientAuth); `common_name` is whom the gateway sees."""
    return _leaf(authority, common_name, ExtendedKeyUsageOID.CLIENT_AUTH, days, _now(now), None)


def _leaf(
    authority: Pair,
    common_name: str,
    usage: x509.ObjectIdentifier,
    days: int,
    now: datetime.datetime,
    alternatives: x509.SubjectAlternativeName | None,
) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    issuer_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        _builder(
            _name(common_name[:64]), issuer.subject, key, now, days, issuer.not_valid_after_utc
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key),
            critical=False,
        )
    )
    if alternatives is not None:
        builder = builder.add_extension(alternatives, critical=False)
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    days: int,
    latest: datetime.datetime | None = None,
) -> x509.CertificateBuilder:
    """Start a certificate; it ends after `days`, and no later than its issuer (`latest`)."""
    end = now + datetime.timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(end if latest is None else min(end, latest))
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """What a key may do: an authority's signs certificates and lists, any other's handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _now(now: datetime.datetime | None) -> datetime.datetime:
    """Give `now`, or the time that it is, in whole seconds as X.509 writes them."""
    return (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
