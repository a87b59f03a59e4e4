"""Files of practice containers as archives: what `docker cp` and `docker diff` need."""

from __future__ import annotations

import base64
import io
import posixpath
import tarfile

import orjson

from gateway.api.message import Json
from gateway.engine.practice.clock import SECOND, written
from gateway.engine.practice.container import Container
from gateway.engine.practice.replies import Refused

_FOLDERS = ("/", "/bin", "/dev", "/etc", "/proc", "/root", "/tmp", "/usr", "/var")
_DIRECTORY_MODE = 0o755 | 1 << 31
"""A directory's mode as Go writes it: `os.ModeDir` is the highest bit."""


def _folders(container: Container) -> set[str]:
    found = set(_FOLDERS)
    for path in container.files:
        while (path := posixpath.dirname(path)) not in found:
            found.add(path)
    return found


def _clean(path: str) -> str:
    return posixpath.normpath("/" + path.lstrip("/"))


def _missing(container: Container, path: str) -> Refused:
    return Refused(404, f"Could not find the file {path} in container {container.id}")


def stat(container: Container, path: str) -> str:
    """The value of `X-Docker-Container-Path-Stat`: base64 of JSON. Refused with 404."""
    clean = _clean(path)
    folder = clean in _folders(container)
    if not folder and clean not in container.files:
        raise _missing(container, path)
    document = {
        "name": posixpath.basename(clean) or "/",
        "size": 4096 if folder else len(container.files[clean]),
        "mode": _DIRECTORY_MODE if folder else 0o644,
        "mtime": written(container.created),
        "linkTarget": "",
    }
    return base64.b64encode(orjson.dumps(document)).decode()


def pack(container: Container, path: str) -> bytes:
    """A tar of a file or a folder. Refused with 404 when it is not there."""
    clean = _clean(path)
    folder = clean in _folders(container)
    if not folder and clean not in container.files:
        raise _missing(container, path)
    base = posixpath.basename(clean) or "."
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:

        def add(name: str, data: bytes | None) -> None:
            info = tarfile.TarInfo(name)
            info.mtime = container.created // SECOND
            info.mode = 0o755 if data is None else 0o644
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.size = len(data or b"")
            tar.addfile(info, io.BytesIO(data or b""))

        if not folder:
            add(base, container.files[clean])
        else:
            add(base, None)
            prefix = clean.rstrip("/") + "/"
            for name in sorted(_folders(container) - {clean}):
                if name.startswith(prefix):
                    add(posixpath.join(base, name[len(prefix) :]), None)
            for name in sorted(container.files):
                if name.startswith(prefix):
                    add(posixpath.join(base, name[len(prefix) :]), container.files[name])
    return packed.getvalue()


def unpack(container: Container, path: str, body: bytes) -> None:
    """Put the regular files of a tar below a folder. Refused with 404 or, for no tar, 400."""
    clean = _clean(path)
    if clean not in _folders(container):
        raise _missing(container, path)
    try:
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is not None:
                    container.files[_clean(posixpath.join(clean, member.name))] = content.read()
    except tarfile.TarError as error:
        raise Refused(400, f"not an archive: {error}") from None


def changes(container: Container) -> Json:
    """The document of `GET /containers/{id}/changes`: 0 a folder that changed, 1 a new file."""
    added = sorted(container.files)
    touched = sorted({posixpath.dirname(path) for path in added} - {"/"})
    return [
        *({"Path": path, "Kind": 0 if path in _FOLDERS else 1} for path in touched),
        *({"Path": path, "Kind": 1} for path in added),
    ]
