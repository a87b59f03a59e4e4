"""`POST /build` with a form, as it was before API v1.3: the fields `Dockerfile` and `Context`."""

from __future__ import annotations

import io
import tarfile
from bz2 import BZ2Decompressor
from collections.abc import Generator
from dataclasses import replace

from gateway.api.errors import error_answer
from gateway.api.message import Answer, Forward, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation, Pause, Step

_FORM = "multipart/form-data"
_BZIP2 = b"BZh"
_AT_ONCE = 1 << 20
"""How much is decompressed before others have their turn, in bytes."""
_MOST = 1 << 28
"""The longest context, decompressed, in bytes: it is held whole."""


class _BadForm(Exception):
    """A form is not what a client of the time sent; str() says why."""


class MultipartBuild(Emulation):
    """Build: the Dockerfile and the context are fields of a form; a tar as the body is taken, too.

    Clients 0.3.4 to 0.4.4 (CmdBuild in commands.go) send first `Context`, a tar that may be
    compressed with bzip2, then `Dockerfile`; without a context only the latter. The API documents
    v1.0 to v1.2 show a tar. Engine 1.6.2 refused the form. The field `Dockerfile` counts, also
    where the context has such a file. A context longer than 256 MiB is refused with 413.
    """

    routes = ("ImageBuild",)
    until = ApiVersion(1, 2)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[Step, Answer, Answer | Forward]:
        """Make one tar of the fields."""
        if request.headers.content_type != _FORM:
            return Forward(request, body)
        try:
            fields = form_fields(request.headers.get("Content-Type") or "", body)
            dockerfile = fields.get("Dockerfile")
            if dockerfile is None:
                raise _BadForm("http: no such file")  # what net/http says of an absent field
            tar = fields.get("Context", b"")
            if tar.startswith(_BZIP2):
                tar = yield from _decompressed(tar)
                if len(tar) > _MOST:
                    return error_answer(None, 413, f"the context is longer than {_MOST} bytes")
            whole = with_dockerfile(tar, dockerfile)
        except (_BadForm, OSError, EOFError, tarfile.TarError) as error:
            return error_answer(None, 500, f"the form of the build cannot be read: {error}")
        headers = request.headers.having("Content-Type", "application/tar")
        return Forward(replace(request, headers=headers), whole)


def _decompressed(data: bytes) -> Generator[Step, Answer, bytes]:
    """Decompress in pieces; what is longer than _MOST is cut soon behind it."""
    decompressor, pieces, size = BZ2Decompressor(), [], 0
    while not decompressor.eof and size <= _MOST:
        piece = decompressor.decompress(data, _AT_ONCE)
        data = b""
        if not piece and decompressor.needs_input:
            raise EOFError("the context ends too early")
        pieces.append(piece)
        size += len(piece)
        yield Pause(0)
    return b"".join(pieces)


def with_dockerfile(tar: bytes, dockerfile: bytes) -> bytes:
    """Put a file `Dockerfile` at the end of a tar, where it counts more than one before it.

    An empty `tar` is one without members. Raises tarfile.TarError for what is no tar.
    """
    held = io.BytesIO(tar)
    member = tarfile.TarInfo("Dockerfile")
    member.size = len(dockerfile)
    with tarfile.open(fileobj=held, mode="a" if tar else "w") as archive:
        archive.addfile(member, io.BytesIO(dockerfile))
    return held.getvalue()


def form_fields(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a form (RFC 7578) by name; the first of a name counts. Raises _BadForm."""
    boundary = _parameter(content_type, "boundary")
    if not boundary:
        raise _BadForm("no multipart boundary param in Content-Type")
    mark = b"\r\n--" + boundary.encode("latin-1")
    parts = (b"\r\n" + body).split(mark)
    fields: dict[str, bytes] = {}
    for part in parts[1:]:
        if part.startswith(b"--"):
            return fields
        head, found, content = part.partition(b"\r\n\r\n")
        if not found:
            break
        for line in head.decode("latin-1").split("\r\n"):
            key, _, value = line.partition(":")
            if key.strip().lower() == "content-disposition":
                fields.setdefault(_parameter(value, "name"), content)
    raise _BadForm("multipart: the form has no end")


def _parameter(field: str, wanted: str) -> str:
    """One parameter of a field like `form-data; name="a"`; empty when it is absent."""
    for part in field.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == wanted:
            return value.strip().strip('"')
    return ""


EMULATIONS = (MultipartBuild(),)
