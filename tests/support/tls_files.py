"""Certificates good and bad, in Docker's layout, for tests of TLS alone.

ca.pem  server-cert.pem server-key.pem   cert.pem key.pem       as DOCKER_CERT_PATH has them
expired- foreign- server-only- cert.pem key.pem                 clients' that must be refused
named-cert.pem named-key.pem                                    an engine's, for `engine.test`
cn-only-cert.pem cn-only-key.pem                                an engine's without alternative
                                                                names, common name `localhost`
"""

import datetime
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.certs.issue import Pair, make_authority, make_client, make_server

BAD_CLIENTS = {
    "expired": "certificate expired",
    "foreign": "unknown ca",
    "server-only": "unsupported certificate",
}
"""The clients that must be refused, and the words of the alert that they get."""

CLIENT_NAME = "ada"


def make_files(folder: Path) -> Path:
    """Write all of them; the folder again."""
    now = datetime.datetime.now(datetime.UTC)
    authority, other = make_authority(), make_authority()
    pairs = {
        "server-": make_server(authority),
        "": make_client(authority, CLIENT_NAME),
        "expired-": make_client(authority, "late", 5, now=now - datetime.timedelta(days=10)),
        "foreign-": make_client(other, "stranger"),
        "server-only-": make_server(authority),
        "named-": _without_localhost(authority, "engine.test", alternative=True),
        "cn-only-": _without_localhost(authority, "localhost", alternative=False),
    }
    (folder / "ca.pem").write_bytes(authority.certificate_pem)
    for name, pair in pairs.items():
        (folder / f"{name}cert.pem").write_bytes(pair.certificate_pem)
        (folder / f"{name}key.pem").write_bytes(pair.key_pem)
        (folder / f"{name}key.pem").chmod(0o600)
    return folder


def _without_localhost(authority: Pair, name: str, alternative: bool) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    if alternative:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def python_client(
    folder: Path, name: str | None = "", **versions: ssl.TLSVersion
) -> ssl.SSLContext:
    """A client of Python's with the certificate `{name}cert.pem` (None: with none).

    `minimum` and `maximum` bound the protocol's version; one below 1.2 lowers OpenSSL's own
    demands too, as clients of that time have none.
    """
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if name is not None:
        context.load_cert_chain(folder / f"{name}cert.pem", folder / f"{name}key.pem")
    if versions.get("minimum", ssl.TLSVersion.TLSv1_2) < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = versions.get("minimum", ssl.TLSVersion.TLSv1_2)
    context.maximum_version = versions.get("maximum", ssl.TLSVersion.TLSv1_3)
    # Debian's Python takes a bare end for a close_notify; the tests want to see the difference.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context
