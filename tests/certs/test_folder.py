"""Folders of certificates: modes, what is never overwritten, what fails whole."""

import contextlib
import datetime
import os
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.certs import folder as layout
from gateway.certs.folder import FolderError, create, issue, read_authority, write_files
from gateway.certs.issue import make_authority

FILES = {"ca.pem", "ca-key.pem", "server-cert.pem", "server-key.pem", "cert.pem", "key.pem"}


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_create_makes_docker_s_layout(tmp_path: Path, umask: int):
    folder = tmp_path / "deep" / "certs"
    written = create(folder, ["box.example"], days=30)
    assert {path.name for path in written} == FILES == set(modes(folder))
    assert modes(folder) == {name: 0o600 if "key" in name else 0o644 for name in FILES}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_keys_are_never_readable_by_others_not_even_while_written(tmp_path, monkeypatch):
    seen: list[int] = []
    real = layout.os.fsync

    def look(descriptor: int) -> None:
        seen.append(stat.S_IMODE(layout.os.fstat(descriptor).st_mode))
        real(descriptor)

    opened: list[tuple[str, int]] = []
    real_open = layout.os.open

    def watch(path, flags, mode=0o777):
        opened.append((Path(path).name, mode))
        return real_open(path, flags, mode)

    monkeypatch.setattr(layout.os, "fsync", look)
    monkeypatch.setattr(layout.os, "open", watch)
    create(tmp_path / "certs")
    assert len(opened) == len(FILES)
    assert {mode for _, mode in opened} == {0o600}
    assert sorted(seen) == [0o600] * 3 + [0o644] * 3


def test_nothing_is_overwritten_without_force(tmp_path: Path):
    (tmp_path / "key.pem").write_text("mine")
    with pytest.raises(FolderError, match=r"has key\.pem already and nothing was written.*--force"):
        create(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"key.pem"}
    assert (tmp_path / "key.pem").read_text() == "mine"


def test_a_dangling_link_is_not_written_through(tmp_path: Path):
    (tmp_path / "key.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderError):
        create(tmp_path)
    create(tmp_path, force=True)
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "key.pem").is_symlink()


def test_force_replaces_everything_and_the_modes(tmp_path: Path):
    (tmp_path / "key.pem").write_text("mine")
    (tmp_path / "key.pem").chmod(0o666)
    create(tmp_path, force=True)
    assert set(modes(tmp_path)) == FILES
    assert modes(tmp_path)["key.pem"] == 0o600


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path, monkeypatch):
    real = layout._write_new

    def slow(path: Path, content: bytes, mode: int) -> None:
        (tmp_path / "cert.pem").write_text("theirs")
        real(path, content, mode)

    monkeypatch.setattr(layout, "_write_new", slow)
    with pytest.raises(FolderError, match="has appeared meanwhile"):
        write_files(tmp_path, {"cert.pem": b"ours"}, force=False)
    assert {path.name for path in tmp_path.iterdir()} == {"cert.pem"}
    assert (tmp_path / "cert.pem").read_text() == "theirs"


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch):
    def full(path: Path, content: bytes, mode: int) -> None:
        path.write_bytes(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layout, "_write_new", full)
    with pytest.raises(OSError, match="No space left"):
        write_files(tmp_path, {"key.pem": b"x" * 100}, force=True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder(tmp_path: Path):
    (tmp_path / "certs").write_text("")
    with pytest.raises(FolderError, match="cannot be made: File exists; name another folder"):
        create(tmp_path / "certs")


def test_a_bad_name_writes_nothing(tmp_path: Path):
    with pytest.raises(ValueError, match="neither"):
        create(tmp_path / "certs", ["not a name"])
    assert not (tmp_path / "certs").exists()


def test_issue_gives_a_folder_that_serves_as_docker_cert_path(tmp_path: Path):
    create(tmp_path)
    written = issue(tmp_path, "bob@example", days=3)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "bob@example/ca.pem",
        "bob@example/cert.pem",
        "bob@example/key.pem",
    ]
    assert modes(tmp_path / "bob@example") == {"ca.pem": 0o644, "cert.pem": 0o644, "key.pem": 0o600}
    assert stat.S_IMODE((tmp_path / "bob@example").stat().st_mode) == 0o700
    certificate = x509.load_pem_x509_certificate(written[1].read_bytes())
    certificate.verify_directly_issued_by(read_authority(tmp_path).certificate)
    assert certificate.subject.rfc4514_string() == "CN=bob@example"
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    assert left <= datetime.timedelta(days=3)


def test_issue_of_a_server_names_it(tmp_path: Path):
    create(tmp_path)
    written = issue(tmp_path, "far.example", ["10.0.0.1"], server=True)
    assert [path.name for path in written] == ["ca.pem", "server-cert.pem", "server-key.pem"]
    certificate = x509.load_pem_x509_certificate(written[1].read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "far.example" in names.get_values_for_type(x509.DNSName)
    assert "localhost" in names.get_values_for_type(x509.DNSName)


def test_issue_twice_needs_force(tmp_path: Path):
    create(tmp_path)
    first = issue(tmp_path, "bob")[1].read_bytes()
    with pytest.raises(FolderError, match="already"):
        issue(tmp_path, "bob")
    assert issue(tmp_path, "bob", force=True)[1].read_bytes() != first


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "/etc", "a b", "a\n", "x" * 65, "-x"])
def test_names_that_would_leave_the_folder(tmp_path: Path, name: str):
    create(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="not usable as a name"):
        issue(tmp_path, name)
    assert sorted(tmp_path.rglob("*")) == before


def test_no_authority_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(FolderError, match=r"no ca\.pem and no ca-key\.pem.*certs init --certs"):
        issue(tmp_path, "bob")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "ca.pem").write_text("garbage"), "cannot be read"),
        (lambda f: (f / "ca-key.pem").write_text("garbage"), "cannot be read"),
        (lambda f: (f / "ca-key.pem").write_bytes(make_authority().key_pem), "is not the key of"),
    ],
)
def test_an_unusable_authority(tmp_path: Path, spoil, words: str):
    create(tmp_path)
    secret = (tmp_path / "ca-key.pem").read_text().splitlines()[1]
    spoil(tmp_path)
    with pytest.raises(FolderError, match=words) as caught:
        issue(tmp_path, "bob")
    assert secret not in str(caught.value)


def test_an_expired_authority_signs_no_more(tmp_path: Path):
    old = make_authority(1, now=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    write_files(tmp_path, {"ca.pem": old.certificate_pem, "ca-key.pem": old.key_pem}, force=False)
    with pytest.raises(FolderError, match=r"expired on 2020-01-02.*--force"):
        issue(tmp_path, "bob")


def test_an_rsa_authority_is_refused_in_words(tmp_path: Path):
    create(tmp_path)
    key = rsa.generate_private_key(65537, 2048)
    (tmp_path / "ca-key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(FolderError, match="no elliptic-curve key"):
        issue(tmp_path, "bob")


@pytest.mark.parametrize(
    ("data", "home", "expected"),
    [
        ("/data", "/home/bob", "/data/docker-gateway/certs"),
        ("", "/home/bob", "/home/bob/.local/share/docker-gateway/certs"),
        ("relative", "/home/bob", "/home/bob/.local/share/docker-gateway/certs"),
    ],
)
def test_default_folder(monkeypatch, data: str, home: str, expected: str):
    monkeypatch.setenv("XDG_DATA_HOME", data)
    monkeypatch.setenv("HOME", home)
    assert str(layout.default_folder()) == expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "box.example"])
def test_python_s_ssl_takes_both_sides_strictly(tmp_path: Path, host: str):
    """As `ssl.create_default_context` checks from Python 3.13 on."""
    create(tmp_path, ["box.example"])
    client = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    client.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tmp_path / "ca.pem")
    server.load_cert_chain(tmp_path / "server-cert.pem", tmp_path / "server-key.pem")
    server.verify_mode = ssl.CERT_REQUIRED
    for context in (client, server):
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server, server_hostname=host)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (near, far) * 3:
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    near.write(b"hello")
    assert far.read(5) == b"hello"
    assert (("commonName", "client"),) in (far.getpeercert() or {})["subject"]
