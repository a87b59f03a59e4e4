"""TLS contexts: what the listeners show and ask for, and how an engine is checked."""

from __future__ import annotations

import ipaddress

from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from service_identity import pyopenssl as identity
from service_identity.exceptions import CertificateError, VerificationError

from gateway.config.model import EngineConfig, TlsConfig

_SESSION_ID = b"docker-gateway"

# TLS 1.2 with forward secrecy and an AEAD; TLS 1.3's suites are all of that kind.
_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"
_LEGACY_CIPHERS = b"ALL:!aNULL:!eNULL:@SECLEVEL=0"


def _context(method: int) -> SSL.Context:
    """A context with what both sides want: no renegotiation, small idle connections."""
    context = SSL.Context(method)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(_CIPHERS)
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    return context


def server_context(config: TlsConfig) -> SSL.Context:
    """What a `tls` listener uses.

    Client certificates are verified against `config.ca` alone, for the purpose of a client (an
    extended key usage without clientAuth is refused by OpenSSL). Sessions are resumed by tickets,
    and by id in TLS 1.2. Raises SSL.Error or OSError for files that do not fit; the
    configuration's own checks have said so in clearer words before.
    """
    context = _context(SSL.TLS_SERVER_METHOD)
    if config.legacy:
        context.set_min_proto_version(SSL.TLS1_VERSION)
        context.set_cipher_list(_LEGACY_CIPHERS)
    context.use_certificate_chain_file(str(config.cert))
    context.use_privatekey_file(str(config.key))
    context.check_privatekey()
    context.set_session_id(_SESSION_ID)
    context.set_session_cache_mode(SSL.SESS_CACHE_SERVER)
    if config.verify_clients:
        if config.ca is None:
            raise ValueError("client certificates are to be verified, but there is no CA")
        context.load_verify_locations(str(config.ca))
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
        context.load_client_ca(str(config.ca).encode())
    return context


def engine_context(config: EngineConfig) -> SSL.Context:
    """What a connection to a `tls` engine uses; the name is checked after the handshake."""
    context = _context(SSL.TLS_CLIENT_METHOD)
    if config.cert is not None and config.key is not None:
        context.use_certificate_chain_file(str(config.cert))
        context.use_privatekey_file(str(config.key))
        context.check_privatekey()
    if config.ca is not None:
        context.load_verify_locations(str(config.ca))
    else:
        context.set_default_verify_paths()
    context.set_verify(SSL.VERIFY_PEER if config.verify else SSL.VERIFY_NONE)
    return context


def verify_engine(connection: SSL.Connection, host: str) -> str | None:
    """Check that the engine's certificate is for `host`, a DNS name or an IP address.

    By subject alternative names only: the common name counts for nothing (RFC 9525). Returns
    None, or what is wrong.
    """
    try:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            identity.verify_hostname(connection, host)
        else:
            identity.verify_ip_address(connection, host)
    except (VerificationError, CertificateError):
        return f"the engine's certificate is not for {host}"
    return None


def common_name(connection: SSL.Connection) -> str:
    """The common name in the client's certificate; empty without a certificate."""
    certificate = connection.get_peer_certificate(as_cryptography=True)
    if certificate is None:
        return ""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
