"""Every way in which certificate files can be wrong, and what is said of it."""

import datetime
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.certs.inspect import (
    UnreadableError,
    check_authority,
    check_pair,
    describe,
    loose_mode,
    read_certificates,
    read_key,
    signed_by,
)
from gateway.certs.issue import Pair, make_authority, make_client, make_server

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
AUTHORITY = make_authority()
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def write(folder: Path, pair: Pair, key: Pair | None = None) -> tuple[Path, Path]:
    cert_path, key_path = folder / "c.pem", folder / "k.pem"
    cert_path.write_bytes(pair.certificate_pem)
    key_path.write_bytes((key or pair).key_pem)
    return cert_path, key_path


def words(findings) -> list[str]:
    return [finding.what for finding in findings]


def test_a_good_pair(tmp_path: Path):
    assert check_pair(*write(tmp_path, make_server(AUTHORITY)), SERVER) == []
    assert check_pair(*write(tmp_path, make_client(AUTHORITY, "bob")), CLIENT) == []
    # An authority has no extended key usage, so it is good for every one.
    assert check_pair(*write(tmp_path, AUTHORITY), CLIENT) == []


def test_all_is_said_at_once(tmp_path: Path):
    old = make_authority(30, now=LONG_AGO)
    cert, key = write(tmp_path, make_client(old, "bob", 1, now=LONG_AGO), AUTHORITY)
    findings = check_pair(cert, key, SERVER)
    assert words(findings) == [
        "expired on 2020-01-02 00:00 UTC",
        "is not meant for serverAuth, only for clientAuth",
        f"is not the key of the certificate {cert}",
    ]
    assert [finding.path for finding in findings] == [cert, cert, key]


def test_not_yet_valid(tmp_path: Path):
    cert, key = write(tmp_path, make_server(AUTHORITY))
    before = AUTHORITY.certificate.not_valid_before_utc - datetime.timedelta(days=1)
    assert words(check_pair(cert, key, SERVER, before))[0].startswith("is not valid before 20")


@pytest.mark.parametrize("missing", ["c.pem", "k.pem"])
def test_a_missing_file_hides_nothing_else(tmp_path: Path, missing: str):
    paths = write(tmp_path, make_server(AUTHORITY))
    (tmp_path / missing).unlink()
    findings = check_pair(*paths, SERVER)
    assert words(findings) == ["does not exist"]
    assert findings[0].path.name == missing


def test_both_missing_are_two_findings(tmp_path: Path):
    assert len(check_pair(tmp_path / "a", tmp_path / "b", SERVER)) == 2


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(UnreadableError, match="is not a file"):
        read_certificates(tmp_path)


def test_an_unreadable_file(tmp_path: Path, monkeypatch):
    cert, _ = write(tmp_path, AUTHORITY)

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(UnreadableError) as caught:
        read_certificates(cert)
    assert caught.value.finding.what == "cannot be read: Permission denied"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"\xff" * 9,
    ],
)
def test_no_certificate(tmp_path: Path, content: bytes):
    path = tmp_path / "x.pem"
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="does not hold a certificate"):
        read_certificates(path)


def test_no_key_and_the_file_is_not_quoted(tmp_path: Path):
    path = tmp_path / "x.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    with pytest.raises(UnreadableError, match="does not hold a private key") as caught:
        read_key(path)
    assert "c2VjcmV0" not in repr(caught.value.finding)


def test_a_key_with_a_passphrase(tmp_path: Path):
    path = tmp_path / "x.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(UnreadableError, match="protected by a passphrase"):
        read_key(path)


def test_authorities(tmp_path: Path):
    path = tmp_path / "ca.pem"
    leaf = make_server(AUTHORITY)
    old = make_authority(30, now=LONG_AGO)
    path.write_bytes(AUTHORITY.certificate_pem)
    assert check_authority(path) == []
    path.write_bytes(leaf.certificate_pem)
    assert words(check_authority(path)) == ["is not the certificate of an authority (CA:FALSE)"]
    path.write_bytes(old.certificate_pem)
    assert words(check_authority(path)) == ["expired on 2020-01-31 00:00 UTC"]
    path.write_bytes(old.certificate_pem + AUTHORITY.certificate_pem)
    assert check_authority(path) == []
    assert words(check_authority(tmp_path / "nothing")) == ["does not exist"]


def test_who_signed():
    other = make_authority().certificate
    client = make_client(AUTHORITY, "bob").certificate
    assert signed_by(client, [other, AUTHORITY.certificate])
    assert not signed_by(client, [other])
    assert not signed_by(client, [])


def test_what_is_said_of_a_server():
    described = describe(make_server(AUTHORITY, ["box.example"], 10).certificate)
    assert described.subject == "CN=box.example"
    assert described.issuer.startswith("CN=Docker API gateway CA ")
    assert described.names == ("localhost", "127.0.0.1", "::1", "box.example")
    assert described.usages == ("serverAuth",)
    assert described.fingerprint.startswith("SHA256:") and len(described.fingerprint) == 7 + 95
    assert not described.authority and describe(AUTHORITY.certificate).authority
    assert described.days_left() == 9
    assert described.days_left(described.not_after + datetime.timedelta(hours=1)) == -1


def test_a_subject_cannot_send_control_characters_to_a_terminal():
    described = describe(make_client(AUTHORITY, "a\x1b[2Jb").certificate)
    assert described.subject == "CN=a\\x1b[2Jb"


def test_loose_modes(tmp_path: Path):
    _, key = write(tmp_path, AUTHORITY)
    for mode, loose in ((0o600, None), (0o400, None), (0o640, 0o640), (0o604, 0o604)):
        key.chmod(mode)
        assert loose_mode(key) == loose


def test_a_key_on_a_curve_that_nobody_knows(tmp_path: Path):
    path = tmp_path / "x.pem"
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp160r1"],
        capture_output=True,
        check=True,
    )
    path.write_bytes(made.stdout)
    with pytest.raises(UnreadableError, match="holds a key of a kind that cannot be used"):
        read_key(path)
