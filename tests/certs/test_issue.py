"""Certificates as strict verifiers want them."""

import datetime
import ipaddress
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store
from hypothesis import given
from hypothesis import strategies as st

from gateway.certs.issue import (
    CLOCK_SKEW,
    LEAF_DAYS,
    general_name,
    make_authority,
    make_client,
    make_server,
    server_names,
)

NOW = datetime.datetime(2026, 3, 1, 12, 30, 15, 999, tzinfo=datetime.UTC)
SECOND = NOW.replace(microsecond=0)
AUTHORITY = make_authority()


def test_keys_are_p256_and_each_its_own():
    pairs = [AUTHORITY, make_server(AUTHORITY), make_client(AUTHORITY, "bob")]
    assert all(isinstance(pair.key.curve, ec.SECP256R1) for pair in pairs)
    assert len({pair.key.private_numbers().private_value for pair in pairs}) == 3
    assert len({pair.certificate.serial_number for pair in pairs}) == 3


def test_lifetimes():
    authority = make_authority(3650, now=NOW)
    assert authority.certificate.not_valid_before_utc == SECOND - CLOCK_SKEW
    assert authority.certificate.not_valid_after_utc == SECOND + datetime.timedelta(days=3650)
    leaf = make_client(authority, "bob", now=NOW).certificate
    assert leaf.not_valid_after_utc == SECOND + datetime.timedelta(days=LEAF_DAYS)


def test_no_leaf_outlives_its_authority():
    authority = make_authority(10, now=NOW)
    leaf = make_server(authority, days=11, now=NOW).certificate
    assert leaf.not_valid_after_utc == authority.certificate.not_valid_after_utc


def test_what_an_authority_may():
    certificate = AUTHORITY.certificate
    constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert constraints.critical and constraints.value.ca and constraints.value.path_length == 0
    assert usage.critical and usage.value.key_cert_sign and not usage.value.digital_signature


@pytest.mark.parametrize(
    ("pair", "wanted"),
    [
        (make_server(AUTHORITY), ExtendedKeyUsageOID.SERVER_AUTH),
        (make_client(AUTHORITY, "bob"), ExtendedKeyUsageOID.CLIENT_AUTH),
    ],
)
def test_what_a_leaf_may(pair, wanted):
    extensions = pair.certificate.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert constraints.critical and not constraints.value.ca
    assert usage.critical and usage.value.digital_signature and not usage.value.key_cert_sign
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [wanted]
    issuer = AUTHORITY.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    identifier = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    assert identifier.value.key_identifier == issuer.value.digest


def test_two_authorities_have_different_names():
    assert make_authority().certificate.subject != AUTHORITY.certificate.subject


@pytest.mark.parametrize("name", ["box.example", "10.1.2.3", "fe80::1", "localhost", "::1"])
def test_verifier_of_cryptography_takes_the_server(name):
    server = make_server(AUTHORITY, ["box.example", "10.1.2.3", "fe80::1"])
    subject = general_name(name)
    verifier = (
        PolicyBuilder().store(Store([AUTHORITY.certificate])).build_server_verifier(subject)  # type: ignore[arg-type]
    )
    assert verifier.verify(server.certificate, [])


@pytest.mark.parametrize(
    ("pair", "purpose"),
    [(make_server(AUTHORITY), "sslserver"), (make_client(AUTHORITY, "bob"), "sslclient")],
)
def test_openssl_takes_it_strictly(tmp_path: Path, pair, purpose):
    ca, leaf = tmp_path / "ca.pem", tmp_path / "leaf.pem"
    ca.write_bytes(AUTHORITY.certificate_pem)
    leaf.write_bytes(pair.certificate_pem)
    done = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", ca, leaf],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_server_is_always_localhost():
    names = server_names(["localhost", "BOX.example", "box.example", "::1", "*.box.example"])
    assert [str(name.value) for name in names] == [
        "localhost",
        "127.0.0.1",
        "::1",
        "box.example",
        "*.box.example",
    ]


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "-a.example", "a..b", "1.2.3", "300.1.1.1", "bücher.example", "a/b", "*.",
     "x" * 64, ".".join(["a" * 60] * 5), "a\n", "::1::2", "[::1]"],
)  # fmt: skip
def test_what_is_no_name(text):
    with pytest.raises(ValueError, match="neither a DNS name nor an IP address"):
        general_name(text)


@given(st.ip_addresses())
def test_every_address_is_a_name(address: ipaddress.IPv4Address | ipaddress.IPv6Address):
    assert general_name(str(address)).value == address
