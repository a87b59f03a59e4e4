"""A folder of certificates in Docker's layout, and how files get into it.

`ca.pem cert.pem key.pem` are what a client finds under DOCKER_CERT_PATH, `server-cert.pem
server-key.pem` what dockerd's own guide calls the server's, `ca-key.pem` is the authority's key
(Docker's documentation, "Protect the Docker daemon socket"). The certificates of a further client
NAME are in the folder NAME within, so that it serves as that client's DOCKER_CERT_PATH.

Private keys are created with mode 0600 and never have another. Files appear whole or not at all,
and what is there already is not replaced unless that is asked for.
"""

from __future__ import annotations

import datetime
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.certs.issue import (
    AUTHORITY_DAYS,
    LEAF_DAYS,
    Pair,
    make_authority,
    make_client,
    make_server,
)

CA = "ca.pem"
CA_KEY = "ca-key.pem"
SERVER_CERT = "server-cert.pem"
SERVER_KEY = "server-key.pem"
CERT = "cert.pem"
KEY = "key.pem"

PRIVATE = frozenset({CA_KEY, SERVER_KEY, KEY})
"""The names that hold private keys."""

_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\Z", re.ASCII)


class FolderError(Exception):
    """What is asked for cannot be done with this folder; the text says why and what to do."""


def default_folder() -> Path:
    """Where certificates are when no folder is named.

    `$XDG_DATA_HOME/docker-gateway/certs`, and without that variable (or when it isn't absolute,
    which the XDG specification says to ignore) `~/.local/share/docker-gateway/certs`.
    """
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():
        data = Path.home() / ".local" / "share"
    return data / "docker-gateway" / "certs"


def create(
    folder: Path,
    names: Sequence[str] = (),
    *,
    days: int = LEAF_DAYS,
    force: bool = False,
    client: str = "client",
) -> list[Path]:
    """Write a new authority, a server's and a first client's certificates into `folder`.

    `names` are further DNS names and IP addresses of the server, `days` the lifetime of the two
    leaf certificates. Gives the files written. Raises FolderError when one of them exists and
    `force` isn't given, ValueError for a bad name.
    """
    authority = make_authority(max(days, AUTHORITY_DAYS))
    server = make_server(authority, names, days)
    first = make_client(authority, client, days)
    files = {
        CA: authority.certificate_pem,
        CA_KEY: authority.key_pem,
        SERVER_CERT: server.certificate_pem,
        SERVER_KEY: server.key_pem,
        CERT: first.certificate_pem,
        KEY: first.key_pem,
    }
    make_private_folder(folder)
    return write_files(folder, files, force=force)


def issue(
    folder: Path,
    identity: str,
    names: Sequence[str] = (),
    *,
    days: int = LEAF_DAYS,
    server: bool = False,
    force: bool = False,
) -> list[Path]:
    """Write a further certificate, signed by the authority in `folder`, into `folder/identity`.

    A client's, with `identity` as its common name; or a `server`'s, for the name `identity` (when
    it can be one), `names`, and those that every server has. Gives the files written. Raises
    FolderError when there is no usable authority or when files exist and `force` isn't given,
    ValueError for a bad name.
    """
    if _IDENTITY.match(identity) is None:
        raise ValueError(
            f"not usable as a name of a certificate and a folder: {identity!r}"
            " (letters, digits, and . _ @ - within; at most 64)"
        )
    authority = read_authority(folder)
    files = {CA: authority.certificate_pem}
    if server:
        pair = make_server(authority, (identity, *names), days, common_name=identity)
        files |= {SERVER_CERT: pair.certificate_pem, SERVER_KEY: pair.key_pem}
    else:
        pair = make_client(authority, identity, days)
        files |= {CERT: pair.certificate_pem, KEY: pair.key_pem}
    target = folder / identity
    make_private_folder(target)
    return write_files(target, files, force=force)


def read_authority(folder: Path) -> Pair:
    """Read the authority of `folder`. Raises FolderError when it is not there or not usable."""
    missing = [name for name in (CA, CA_KEY) if not (folder / name).exists()]
    if missing:
        raise FolderError(
            f"{folder} has no {' and no '.join(missing)}, so nothing can be signed with it."
            f" Make an authority first: docker-gateway certs init --certs {folder}"
        )
    try:
        certificate = x509.load_pem_x509_certificate((folder / CA).read_bytes())
        key = serialization.load_pem_private_key((folder / CA_KEY).read_bytes(), password=None)
        identifier = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound) as error:
        raise FolderError(f"the authority in {folder} cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise FolderError(f"{folder / CA_KEY} is no elliptic-curve key; sign with your own tools")
    if key.public_key() != certificate.public_key() or not identifier.value.digest:
        raise FolderError(f"{folder / CA_KEY} is not the key of {folder / CA}")
    if certificate.not_valid_after_utc <= datetime.datetime.now(datetime.UTC):
        raise FolderError(
            f"{folder / CA} expired on {certificate.not_valid_after_utc:%Y-%m-%d}."
            f" Replace everything: docker-gateway certs init --force --certs {folder}"
        )
    return Pair(certificate, key)


def make_private_folder(folder: Path) -> None:
    """Create `folder` with mode 0700 unless it exists; the folders above it as the umask says.

    Raises FolderError when that cannot be done.
    """
    if folder.is_dir():
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise FolderError(f"{folder} cannot be made: {why}; name another folder") from None


def write_files(folder: Path, files: Mapping[str, bytes], *, force: bool) -> list[Path]:
    """Write `files` (name to content) into `folder`, each whole or not at all; give their paths.

    Without `force` nothing is written when one of them exists: FolderError names them. All
    contents are on disk under temporary names before the first gets its own name.
    """
    taken = [name for name in files if os.path.lexists(folder / name)]
    if taken and not force:
        raise FolderError(
            f"{folder} has {', '.join(taken)} already and nothing was written."
            " Name another folder, or replace them with --force"
            " (what was issued before stops working when its authority is replaced)"
        )
    waiting: dict[Path, Path] = {}
    try:
        for name, content in files.items():
            temporary = folder / f".{name}.{secrets.token_hex(8)}"
            waiting[temporary] = folder / name
            _write_new(temporary, content, 0o600 if name in PRIVATE else 0o644)
        for temporary, path in waiting.items():
            if force:
                temporary.replace(path)
            else:
                _link_new(temporary, path)
    finally:
        for temporary in waiting:
            temporary.unlink(missing_ok=True)
    return [folder / name for name in files]


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """Create `path` with `mode` from the start, write `content` and have it on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if mode != 0o600:
            os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)


def _link_new(temporary: Path, path: Path) -> None:
    """Give a file its own name, unless somebody else has taken it in the meantime."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise FolderError(f"{path} has appeared meanwhile and was left as it is") from None
