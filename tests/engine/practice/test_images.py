import pytest

from gateway.api.version import ApiVersion
from gateway.engine.practice.events import EventLog
from gateway.engine.practice.images import LABEL, Images, full
from gateway.engine.practice.replies import Refused


@pytest.fixture
def images(clock):
    return Images(clock, EventLog(clock))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a", "a:latest"),
        ("a:1", "a:1"),
        ("docker.io/library/a", "a:latest"),
        ("host:5000/a", "host:5000/a:latest"),
    ],
)
def test_full_names(written, meant):
    assert full(written) == meant


def test_images_are_found_by_name_and_by_id(images):
    busybox = images.get("busybox")
    for reference in ("busybox:latest", busybox.id, busybox.id[7:19]):
        assert images.get(reference) is busybox
    for reference in ("busybox:2", "bus", "ffff0000ffff"):
        with pytest.raises(Refused) as refused:
            images.get(reference)
        assert refused.value.status == 404


def test_every_image_says_what_it_is(images):
    for image in images:
        assert LABEL in image.listed(ApiVersion(1, 44), 0)["Labels"]
        assert LABEL in image.inspected(ApiVersion(1, 44))["Config"]["Labels"]


def test_the_shapes_of_versions(images):
    image = images.get("busybox")
    assert image.listed(ApiVersion(1, 43), 0)["VirtualSize"] == image.size
    assert "VirtualSize" not in image.listed(ApiVersion(1, 44), 0)
    assert image.listed(ApiVersion(1, 50), 3)["Containers"] == -1
    assert image.listed(ApiVersion(1, 51), 3)["Containers"] == 3
    assert "ContainerConfig" in image.inspected(ApiVersion(1, 44))
    assert "ContainerConfig" not in image.inspected(ApiVersion(1, 45))
    assert "Tty" in image.inspected(ApiVersion(1, 49))["Config"]
    assert "Tty" not in image.inspected(ApiVersion(1, 50))["Config"]
    assert "Parent" in image.inspected(ApiVersion(1, 51))
    assert "Parent" not in image.inspected(ApiVersion(1, 52))
    image.tags.clear()
    assert image.listed(ApiVersion(1, 42), 0)["RepoTags"] == ["<none>:<none>"]
    assert image.listed(ApiVersion(1, 43), 0)["RepoTags"] == []


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 4),
        ({"reference": ["busybox"]}, 1),
        ({"reference": ["*:latest"]}, 3),
        ({"reference": ["nope"]}, 0),
        ({"label": [LABEL]}, 4),
        ({"label": ["other"]}, 0),
        ({"dangling": ["true"]}, 0),
        ({"dangling": ["false"]}, 4),
    ],
)
def test_lists_can_be_filtered(images, filters, count):
    assert len(images.selected(filters)) == count


def test_an_unknown_filter_is_refused(images):
    with pytest.raises(Refused, match="invalid filter 'nope'"):
        images.selected({"nope": ["1"]})


def test_a_pull_makes_an_image_once(images):
    first, new = images.make("team/app:1")
    again, same = images.make("team/app:1")
    assert (new, same, first is again) == (True, False, True)
    assert first.digests[0].startswith("team/app@sha256:")
    with pytest.raises(Refused, match="invalid reference format"):
        images.make("Not A Name")


def test_tags_move(images):
    busybox, nginx = images.get("busybox"), images.get("nginx")
    images.tag(busybox, "mine")
    assert images.get("mine") is busybox
    images.tag(nginx, "mine")
    assert (images.get("mine"), "mine:latest" in busybox.tags) == (nginx, False)


def test_deleting_takes_names_and_then_the_image(images):
    images.tag(images.get("busybox"), "mine:1")
    id = images.get("mine:1").id
    assert images.delete("mine:1", None, False) == [{"Untagged": "mine:1"}]
    assert images.delete("busybox", None, False) == [
        {"Untagged": "busybox:latest"},
        {"Deleted": id},
    ]
    assert images.find(id) is None


def test_images_in_use_or_with_several_names_are_kept(images):
    with pytest.raises(Refused, match="container c0ffee is using its referenced image"):
        images.delete("busybox", "c0ffee", False)
    images.tag(images.get("nginx"), "mine:1")
    with pytest.raises(Refused, match="referenced in multiple repositories"):
        images.delete(images.get("nginx").id, None, False)
    assert images.delete("busybox", "c0ffee", True) == [{"Untagged": "busybox:latest"}]
