"""A build by a form: one tar is made of its fields."""

from __future__ import annotations

import bz2
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gateway.emulate.multipart_build as module
from gateway.api.message import Answer, Forward, Headers, Request
from gateway.api.router import match
from gateway.api.version import ApiVersion
from gateway.emulate.multipart_build import MultipartBuild, form_fields, with_dockerfile
from gateway.emulate.vocabulary import Context, Pause

BOUNDARY = "xxBOUNDARYxx"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def form(*fields: tuple[str, bytes], end: str = f"--{BOUNDARY}--\r\n") -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in fields
    ]
    return b"".join([*parts, end.encode()])


def tar(**files: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return held.getvalue()


def untar(data: bytes) -> list[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = []
        for member in archive:
            held = archive.extractfile(member)
            assert held is not None
            found.append((member.name, held.read()))
        return found


def run(body: bytes, content_type: str = FORM) -> Forward | Answer:
    found = match("POST", "/build")
    assert found is not None
    headers = Headers((("Content-Type", content_type),))
    request = Request("POST", "/build", "t=a", headers)
    context = Context(ApiVersion(1, 1), ApiVersion(1, 41))
    flow = MultipartBuild().run(found, request, body, context)
    try:
        step = next(flow)
        while True:
            assert step == Pause(0)
            step = flow.send(Answer(204))
    except StopIteration as end:
        result: Forward | Answer = end.value
        return result


def built(body: bytes) -> list[tuple[str, bytes]]:
    result = run(body)
    assert isinstance(result, Forward)
    assert result.request.query == "t=a"
    assert result.request.headers.get("Content-Type") == "application/tar"
    return untar(result.body)


def test_a_dockerfile_alone() -> None:
    assert built(form(("Dockerfile", b"FROM a\n"))) == [("Dockerfile", b"FROM a\n")]


@pytest.mark.parametrize("compressed", [False, True])
def test_the_context_comes_first_and_is_kept(compressed: bool) -> None:
    context = tar(a=b"1", b=b"2" * 3_000_000)
    sent = bz2.compress(context) if compressed else context
    assert built(form(("Context", sent), ("Dockerfile", b"FROM a\n"))) == [
        ("a", b"1"),
        ("b", b"2" * 3_000_000),
        ("Dockerfile", b"FROM a\n"),
    ]


def test_the_field_counts_more_than_the_file_in_the_context() -> None:
    files = built(form(("Dockerfile", b"FROM new"), ("Context", tar(Dockerfile=b"FROM old"))))
    assert files[-1] == ("Dockerfile", b"FROM new")


@pytest.mark.parametrize("content_type", ["application/tar", "plain/text", ""])
def test_a_tar_passes(content_type: str) -> None:
    result = run(b"a tar", content_type)
    assert isinstance(result, Forward)
    assert (result.body, result.request.headers.content_type) == (b"a tar", content_type)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (form(("Context", b"")), FORM, b"no such file"),
        (form(("Dockerfile", b"")), "multipart/form-data", b"no multipart boundary"),
        (form(("Dockerfile", b"a"), end=""), FORM, b"no end"),
        (b"", FORM, b"no end"),
        (f"--{BOUNDARY}\r\nnothing".encode(), FORM, b"no end"),
        (form(("Context", b"x" * 999), ("Dockerfile", b"")), FORM, b"cannot be read"),
        (form(("Context", bz2.compress(b"a")[:-3]), ("Dockerfile", b"")), FORM, b"too early"),
        (form(("Context", b"BZh9nonsense"), ("Dockerfile", b"")), FORM, b"cannot be read"),
    ],
)
def test_what_is_no_form_is_an_error(body: bytes, content_type: str, words: bytes) -> None:
    result = run(body, content_type)
    assert isinstance(result, Answer)
    assert result.status == 500
    assert words in result.body


def test_a_context_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 1 << 20)
    result = run(form(("Context", bz2.compress(bytes(1 << 23))), ("Dockerfile", b"")))
    assert isinstance(result, Answer)
    assert result.status == 413


NAME = st.text("abcXYZ", min_size=1, max_size=5)


@given(st.lists(st.tuples(NAME, st.binary(max_size=99)), max_size=4, unique_by=lambda f: f[0]))
def test_every_field_is_read_as_it_was_written(fields: list[tuple[str, bytes]]) -> None:
    assert form_fields(f'multipart/form-data; boundary="{BOUNDARY}"', form(*fields)) == dict(fields)


@given(st.dictionaries(NAME, st.binary(max_size=99), max_size=4), st.binary(max_size=99))
def test_a_dockerfile_is_added_at_the_end(files: dict[str, bytes], dockerfile: bytes) -> None:
    made = untar(with_dockerfile(tar(**files), dockerfile))
    assert made == [*files.items(), ("Dockerfile", dockerfile)]
