"""`certs init | issue | show`, as somebody at a terminal sees them."""

import re
import stat
from pathlib import Path

import pytest
from support.gateway import run_gateway

from gateway.certs import folder as layout
from gateway.certs.folder import write_files
from gateway.certs.issue import make_authority


def test_the_program_itself_makes_a_folder(tmp_path: Path):
    folder = tmp_path / "certs"
    done = run_gateway("certs", "init", "--certs", str(folder), "--name", "box.example")
    assert (done.returncode, done.stderr) == (0, "")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {
        "ca.pem": 0o644,
        "ca-key.pem": 0o600,
        "server-cert.pem": 0o644,
        "server-key.pem": 0o600,
        "cert.pem": 0o644,
        "key.pem": 0o600,
    }
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert f"wrote {folder}/server-key.pem" in done.stdout
    assert f"DOCKER_CERT_PATH={folder}" in done.stdout
    again = run_gateway("certs", "init", "--certs", str(folder))
    assert again.returncode == 1
    assert "already and nothing was written" in again.stderr and "--force" in again.stderr
    assert "Traceback" not in again.stderr


def test_init_where_nothing_is_named(command, tmp_path: Path):
    assert command("certs", "init").status == 0
    assert (tmp_path / "data" / "docker-gateway" / "certs" / "key.pem").exists()


def test_init_forced_replaces(command, tmp_path: Path):
    command("certs", "init", "--certs", tmp_path)
    before = (tmp_path / "ca.pem").read_bytes()
    assert command("certs", "init", "--certs", tmp_path, "--force").status == 0
    assert (tmp_path / "ca.pem").read_bytes() != before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--name", "no name"), "neither a DNS name nor an IP address"),
        (("--days", "0"), "expected a whole number from 1 to 36500, found '0'"),
        (("--days", "x"), "expected a whole number"),
        (("--cert", "x"), "did you mean --certs?"),
    ],
)
def test_init_with_wrong_options(command, tmp_path: Path, arguments, words):
    done = command("certs", "init", "--certs", tmp_path / "c", *arguments)
    assert done.status == 2
    assert words in done.err
    assert not (tmp_path / "c").exists()


def test_a_folder_that_cannot_be_made(command, tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = command("certs", "init", "--certs", tmp_path / "file" / "certs")
    assert done.status == 1
    where = tmp_path / "file" / "certs"
    assert done.err == (
        f"docker-gateway: {where} cannot be made: File exists; name another folder\n"
    )


def test_a_full_disk_is_one_line(command, tmp_path: Path, monkeypatch):
    def full(path: Path, content: bytes, mode: int) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(layout, "_write_new", full)
    done = command("certs", "init", "--certs", tmp_path)
    assert done.status == 1
    assert re.fullmatch(r"docker-gateway: \S+: No space left on device\n", done.err)


def test_issue_a_client(command, tmp_path: Path):
    command("certs", "init", "--certs", tmp_path)
    done = command("certs", "issue", "bob", "--certs", tmp_path)
    assert done.status == 0
    assert f"DOCKER_CERT_PATH={tmp_path}/bob" in done.out
    assert {path.name for path in (tmp_path / "bob").iterdir()} == {"ca.pem", "cert.pem", "key.pem"}
    assert command("certs", "issue", "bob", "--certs", tmp_path).status == 1


def test_issue_a_server(command, tmp_path: Path):
    command("certs", "init", "--certs", tmp_path)
    done = command(
        "certs", "issue", "far.example", "--server", "--name", "10.0.0.9", "--certs", tmp_path
    )
    assert done.status == 0
    assert f"serve --certs {tmp_path}/far.example" in done.out
    shown = command("certs", "show", "--certs", tmp_path).out
    assert "names        localhost, 127.0.0.1, ::1, far.example, 10.0.0.9" in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("../bob",), "NAME: not usable as a name of a certificate and a folder: '../bob'"),
        (("bob", "--name", "x"), "--name: a client's certificate has no names; add --server"),
        (("two words", "--server"), "NAME: not usable as a name"),
        (("under_@score", "--server"), "NAME: neither a DNS name nor an IP address"),
    ],
)
def test_issue_with_wrong_options(command, tmp_path: Path, arguments, problem):
    command("certs", "init", "--certs", tmp_path)
    (found,) = command("certs", "issue", "--certs", tmp_path, *arguments).problems
    assert found.startswith(problem)


def test_issue_without_an_authority(command, tmp_path: Path):
    done = command("certs", "issue", "bob", "--certs", tmp_path)
    assert done.status == 1
    assert f"certs init --certs {tmp_path}" in done.err


def test_show(command, tmp_path: Path):
    command("certs", "init", "--certs", tmp_path, "--days", "10")
    command("certs", "issue", "bob", "--certs", tmp_path)
    done = command("certs", "show", "--certs", tmp_path)
    assert done.status == 0
    blocks = done.out.strip().split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == [
        f"{tmp_path}/{name}" for name in ("ca.pem", "server-cert.pem", "cert.pem", "bob/cert.pem")
    ]
    server = blocks[1]
    assert "subject      CN=localhost" in server
    assert "(verified)" in server
    assert "usage        serverAuth" in server
    assert "(9 days left)" in server
    assert "fingerprint  SHA256:" in server
    assert "key          server-key.pem matches" in server
    assert "usage        authority" in blocks[0] and "issued by    itself" in blocks[0]


def test_show_never_prints_a_key(command, tmp_path: Path):
    command("certs", "init", "--certs", tmp_path)
    out = command("certs", "show", "--certs", tmp_path).out
    for path in tmp_path.glob("*key.pem"):
        assert not any(line in out for line in path.read_text().splitlines())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "key.pem").write_bytes(make_authority().key_pem), "DOES NOT MATCH"),
        (lambda f: (f / "key.pem").write_text("x"), "does not hold a private key"),
        (lambda f: (f / "key.pem").chmod(0o644), "others can read it (mode 0644, not 0600)"),
        (lambda f: (f / "cert.pem").write_text("x"), "does not hold a certificate"),
        (
            lambda f: write_files(f, {"ca.pem": make_authority().certificate_pem}, force=True),
            "NOT VERIFIED against ca.pem",
        ),
    ],
)
def test_show_finds_what_is_wrong(command, tmp_path: Path, spoil, words: str):
    command("certs", "init", "--certs", tmp_path)
    spoil(tmp_path)
    done = command("certs", "show", "--certs", tmp_path)
    assert done.status == 1
    assert words in done.out


def test_show_without_the_authority_s_key_is_well(command, tmp_path: Path):
    command("certs", "init", "--certs", tmp_path)
    (tmp_path / "ca-key.pem").unlink()
    done = command("certs", "show", "--certs", tmp_path)
    assert done.status == 0
    assert "key          ca-key.pem is not here" in done.out


@pytest.mark.parametrize("name", ["", "no-such-folder"])
def test_show_nothing(command, tmp_path: Path, name: str):
    done = command("certs", "show", "--certs", tmp_path / name)
    assert done.status == 1
    assert "docker-gateway certs init --certs" in done.err
