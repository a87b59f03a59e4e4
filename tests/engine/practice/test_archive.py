import base64
import io
import tarfile

import orjson
import pytest

from gateway.engine.practice import archive
from gateway.engine.practice.replies import Refused


def tar(**files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        for name, data in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def names(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as packed:
        return packed.getnames()


@pytest.fixture
def container(talk):
    return talk.engine.state.containers.get(talk.create("true"))


def test_what_is_unpacked_can_be_packed(container):
    archive.unpack(container, "/tmp", tar(a=b"1", sub__b=b"22"))
    assert container.files == {"/tmp/a": b"1", "/tmp/sub/b": b"22"}
    assert names(archive.pack(container, "/tmp/a")) == ["a"]
    assert names(archive.pack(container, "/tmp")) == ["tmp", "tmp/sub", "tmp/a", "tmp/sub/b"]


def test_names_cannot_climb_out(container):
    archive.unpack(container, "/tmp", tar(**{"..__..__..__x": b"1"}))
    assert list(container.files) == ["/x"]


def test_what_a_path_is(container):
    archive.unpack(container, "/tmp", tar(a=b"123"))
    file = orjson.loads(base64.b64decode(archive.stat(container, "/tmp/a")))
    assert (file["name"], file["size"], file["mode"]) == ("a", 3, 0o644)
    folder = orjson.loads(base64.b64decode(archive.stat(container, "/tmp/")))
    assert folder["mode"] >> 31 == 1


def test_what_is_not_there_is_refused(container):
    for call in (archive.stat, archive.pack):
        with pytest.raises(Refused, match="Could not find the file /nope"):
            call(container, "/nope")
    with pytest.raises(Refused):
        archive.unpack(container, "/nope", tar(a=b""))
    with pytest.raises(Refused, match="not an archive"):
        archive.unpack(container, "/tmp", b"no tar at all")


def test_changes(container):
    assert archive.changes(container) == []
    archive.unpack(container, "/tmp", tar(sub__b=b"22"))
    assert archive.changes(container) == [
        {"Path": "/tmp/sub", "Kind": 1},
        {"Path": "/tmp/sub/b", "Kind": 1},
    ]
