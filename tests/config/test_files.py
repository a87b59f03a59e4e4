"""Certificate files of a configuration: wrong ones are problems, odd ones warnings."""

import datetime
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.certs.folder import CA, CERT, KEY, SERVER_CERT, SERVER_KEY, create, read_authority
from gateway.certs.issue import make_authority, make_client, make_server

LISTEN = ["tls://127.0.0.1:0"]


@pytest.fixture
def own(tmp_path: Path, certificates: Path) -> Path:
    """A copy of the certificates that may be spoilt."""
    folder = tmp_path / "own"
    shutil.copytree(certificates, folder)
    return folder


def test_all_is_well(load_text, own):
    config = load_text("", certs=str(own), listen=LISTEN)
    assert config.warnings == ()
    assert config.tls.cert == own / SERVER_CERT
    assert config.tls.key == own / SERVER_KEY
    assert config.tls.ca == own / CA


def test_every_file_missing_is_said(problems_of, own):
    for name in (CA, SERVER_CERT, SERVER_KEY):
        (own / name).unlink()
    problems = problems_of('[tls]\ncerts = "own"', listen=LISTEN)
    do = (
        "does not exist; correct the path, or make the files: docker-gateway certs init --certs DIR"
    )
    assert problems == [
        f"FILE:2: tls.certs: {own / SERVER_CERT} {do}",
        f"FILE:2: tls.certs: {own / SERVER_KEY} {do}",
        f"FILE:2: tls.certs: {own / CA} {do}",
    ]


def test_a_key_of_another_certificate(problems_of, own):
    assert problems_of("", certs=str(own), tls_key=str(own / KEY), listen=LISTEN) == [
        f"--tls-key: {own / KEY} is not the key of the certificate {own / SERVER_CERT}; name the"
        " key that the certificate was made with, or issue both again"
    ]


def test_expired_and_not_yet_valid(problems_of, own):
    authority = read_authority(own)
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    old = make_server(authority, days=1, now=long_ago)
    (own / SERVER_CERT).write_bytes(old.certificate_pem)
    (own / SERVER_KEY).write_bytes(old.key_pem)
    (own / CA).write_bytes(make_authority(now=later).certificate_pem)
    problems = problems_of("", certs=str(own), listen=LISTEN)
    assert len(problems) == 2
    assert problems[0] == (
        f"--certs: {own / SERVER_CERT} expired on 2020-01-02 00:00 UTC; issue a new certificate"
    )
    assert f"--certs: {own / CA} is not valid before {later:%Y-%m-%d}" in problems[1]


def test_a_client_s_certificate_is_no_server_s(problems_of, own):
    problems = problems_of(
        "", certs=str(own), tls_cert=str(own / CERT), tls_key=str(own / KEY), listen=LISTEN
    )
    assert problems == [
        f"--tls-cert: {own / CERT} is not meant for serverAuth, only for clientAuth; issue one with"
        " extendedKeyUsage serverAuth"
    ]


def test_without_client_verification_no_authority_is_needed(load_text, own):
    (own / CA).unlink()
    config = load_text("", certs=str(own), verify_clients=False, listen=LISTEN)
    assert config.tls.ca is None
    assert not config.tls.verify_clients
    assert len(config.warnings) == 1 and "not verified" in config.warnings[0]


def test_with_it_one_must_be_given(problems_of, own):
    problems = problems_of(
        "", tls_cert=str(own / SERVER_CERT), tls_key=str(own / SERVER_KEY), listen=LISTEN
    )
    assert problems == [
        "--tls-cert: no authority is given to verify the clients' certificates against; give"
        " --tls-ca FILE, or let every client in with --no-verify-clients"
    ]


def test_what_works_but_should_be_known(load_text, own):
    authority = read_authority(own)
    soon = make_server(authority, days=5)
    bare = (
        x509.CertificateBuilder()
        .subject_name(soon.certificate.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(soon.key.public_key())
        .serial_number(1)
        .not_valid_before(soon.certificate.not_valid_before_utc)
        .not_valid_after(soon.certificate.not_valid_after_utc)
        .sign(authority.key, hashes.SHA256())
    )
    (own / SERVER_CERT).write_bytes(type(soon)(bare, soon.key).certificate_pem)
    (own / SERVER_KEY).write_bytes(soon.key_pem)
    (own / SERVER_KEY).chmod(0o644)
    warnings = load_text("", certs=str(own), tls_legacy=True, listen=LISTEN).warnings
    assert [warning.replace(str(own), "DIR") for warning in warnings] == [
        f"DIR/server-cert.pem expires in 4 days, on {bare.not_valid_after_utc:%Y-%m-%d}",
        "DIR/server-cert.pem has no subjectAltName; clients built with Go refuse it",
        "DIR/server-key.pem can be read by others (mode 0644); make that 0600",
        "TLS 1.0 and 1.1 are allowed, whose cryptography is broken in parts",
    ]


ENGINE = {"engine": "tls://far:2376", "listen": ["unix:///tmp/x.sock"]}


def test_an_engine_with_its_certificates(load_text, own):
    engine = load_text("", engine_certs=str(own), **ENGINE).engine
    assert (engine.ca, engine.cert, engine.key) == (own / CA, own / CERT, own / KEY)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("engine_cert", "--engine-cert: engine.key is missing; give --engine-key too"),
        ("engine_key", "--engine-key: engine.cert is missing; give --engine-cert too"),
    ],
)
def test_half_a_pair_for_the_engine(problems_of, own, given, words):
    name = CERT if given == "engine_cert" else KEY
    (problem,) = problems_of("", **{given: str(own / name)}, **ENGINE)
    assert problem.startswith(words)


def test_wrong_files_for_the_engine(problems_of, own):
    server = {"engine_cert": str(own / SERVER_CERT), "engine_key": str(own / KEY)}
    problems = problems_of("", engine_ca=str(own / CERT), **server, **ENGINE)
    assert [problem.split(": ")[0] for problem in problems] == [
        "--engine-cert",
        "--engine-key",
        "--engine-ca",
    ]
    assert "not meant for clientAuth" in problems[0]
    assert "is not the key" in problems[1]
    assert "is not the certificate of an authority" in problems[2]


def test_an_unverified_engine_is_a_warning(load_text):
    assert "not verified" in load_text("", engine_verify=False, **ENGINE).warnings[0]


def test_secrets_are_never_in_what_is_said(problems_of, tmp_path):
    folder = tmp_path / "own"
    create(folder)
    client = make_client(read_authority(folder), "bob")
    text = client.key_pem.decode().replace("PRIVATE KEY", "PRIVATE THING")
    (folder / SERVER_KEY).write_text(text)
    problems = "\n".join(problems_of("", certs=str(folder), listen=LISTEN))
    assert "does not hold a private key" in problems
    assert not any(line in problems for line in text.splitlines()[1:-1])
