"""The body that creates a stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.emulate.recreation import (
    creation,
    has_run,
    is_fresh,
    stored_host_config,
    superseded,
    wrote_outside_mounts,
)
from gateway.emulate.stand_ins import CREATED, ID, IMAGE, IMAGE_NAME, NAME, VOLUMES

OLD, FIRST, IMAGE_ID = "a" * 64, "f" * 64, "sha256:" + "c" * 64
NEVER = "0001-01-01T00:00:00Z"


def container(**changed: Any) -> dict[str, Any]:
    """A container as Engine 20.10.24 gives it at v1.41, as far as it matters."""
    return {
        "Id": OLD,
        "Name": "/web",
        "Created": "2026-01-02T03:04:05.6Z",
        "Image": IMAGE_ID,
        "State": {"StartedAt": NEVER},
        "Config": {
            "Image": "busybox",
            "Hostname": OLD[:12],
            "Cmd": ["true"],
            "Entrypoint": None,
            "Labels": {"mine": "1"},
            "ExposedPorts": {"80/tcp": {}},
        },
        "HostConfig": {"NetworkMode": "default", "VolumesFrom": None},
        "NetworkSettings": {"Networks": {"bridge": {"Aliases": None, "IPAMConfig": None}}},
        "Mounts": [],
    } | changed


def made(host: dict[str, Any] | None = None, image: str = "busybox", **changed: Any) -> Any:
    given = {"NetworkMode": "default"} if host is None else host
    return creation(container(**changed), given, image, IMAGE_ID, None)


def test_it_is_the_container_with_labels() -> None:
    body, networks = made()
    assert body == {
        "Image": "busybox",
        "Hostname": OLD[:12],
        "Cmd": ["true"],
        "Entrypoint": None,
        "Labels": {
            "mine": "1",
            ID: OLD,
            CREATED: "2026-01-02T03:04:05.6Z",
            IMAGE: IMAGE_ID,
            NAME: "/web",
        },
        "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {"NetworkMode": "default"},
    }
    assert networks == {}


def test_the_second_stand_in_stands_for_the_first_id() -> None:
    labels = {ID: FIRST, CREATED: "then", IMAGE: IMAGE_ID, NAME: "/x", IMAGE_NAME: "busybox"}
    config = {"Image": IMAGE_ID, "Labels": {"mine": "1", **labels, VOLUMES: "gone"}}
    body, _ = made(image=IMAGE_ID, Config=config)
    assert body["Labels"] == {"mine": "1", **labels, NAME: "/web"}


def test_labels_that_came_with_an_image_count_for_nothing() -> None:
    config = {"Image": "heir", "Labels": {ID: FIRST, CREATED: "then", IMAGE: "another"}}
    assert made(image="heir", Config=config)[0]["Labels"][ID] == OLD
    assert is_fresh(container(Config=config))


def test_another_image_keeps_the_name_of_the_first() -> None:
    body, _ = made(image="sha256:new")
    assert (body["Image"], body["Labels"][IMAGE_NAME]) == ("sha256:new", "busybox")


def test_an_entrypoint_that_was_cleared() -> None:
    image = {"Entrypoint": ["sh"]}
    body, _ = creation(container(), {}, "busybox", IMAGE_ID, image)
    assert body["Entrypoint"] == [""]


def test_mounts_move_on() -> None:
    mounts = [{"Type": "volume", "Name": "0" * 64, "Destination": "/data"}]
    body, _ = made({"VolumesFrom": ["db"]}, Mounts=mounts)
    assert body["HostConfig"]["VolumesFrom"] == [OLD, "db"]
    assert body["Labels"][VOLUMES] == OLD


@pytest.mark.parametrize(
    ("host", "config", "left"),
    [
        (
            {"NetworkMode": "container:x", "Links": ["a:b"], "Dns": ["1"], "PortBindings": {}},
            {"Hostname": "", "ExposedPorts": {}, "MacAddress": ""},
            {"NetworkMode": "container:x"},
        ),
        (
            {"NetworkMode": "host", "Links": ["a:b"], "Dns": ["1"]},
            {"Hostname": OLD[:12], "MacAddress": ""},
            {"NetworkMode": "host", "Dns": ["1"]},
        ),
        ({"UTSMode": "host"}, {"Hostname": ""}, {"UTSMode": "host"}),
    ],
)
def test_what_a_create_would_refuse_is_left_out(
    host: dict[str, Any], config: dict[str, Any], left: dict[str, Any]
) -> None:
    body, _ = made(host)
    assert body["HostConfig"] == left
    assert {name: body[name] for name in config} == config


def test_endpoints_of_its_own_are_kept_while_the_network_is() -> None:
    networks = {
        "mine": {"Aliases": [OLD[:12], "w"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}},
        "more": {"Aliases": [OLD[:12]], "IPAMConfig": None},
    }
    changed = {
        "HostConfig": {"NetworkMode": "mine"},
        "NetworkSettings": {"Networks": networks},
    }
    body, others = made({"NetworkMode": "mine"}, **changed)
    own = {"Aliases": ["w"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}}
    assert body["NetworkingConfig"] == {"EndpointsConfig": {"mine": own}}
    assert others == {"more": {}}
    body, others = made({"NetworkMode": "default"}, **changed)
    assert "NetworkingConfig" not in body and others == {}


def test_what_was_stored_is_without_the_gateways_own() -> None:
    labels = {ID: FIRST, IMAGE: IMAGE_ID, VOLUMES: FIRST}
    config = {"Image": "x", "Labels": labels}
    stood = container(Config=config, HostConfig={"VolumesFrom": [FIRST, "db"]})
    assert stored_host_config(stood) == {"VolumesFrom": ["db"]}
    assert not is_fresh(stood)
    assert stored_host_config(container())["VolumesFrom"] is None


def test_whether_it_ran() -> None:
    assert not has_run(container()) and is_fresh(container())
    ran = container(State={"StartedAt": "2026-01-02T03:04:05Z"})
    assert has_run(ran) and not is_fresh(ran)


MOUNTED = container(Mounts=[{"Destination": "/data/deep"}])


@pytest.mark.parametrize(
    ("changes", "wrote"),
    [
        (None, False),
        ([], False),
        ([{"Path": "/data", "Kind": 1}, {"Path": "/data/deep", "Kind": 1}], False),
        ([{"Path": "/data/deeper", "Kind": 1}], True),
        ([{"Path": "/data/x", "Kind": 1}], True),
        ([{"Path": "/data", "Kind": 2}], True),
        ([{"Path": "/root", "Kind": 0}, {"Path": "/root/x", "Kind": 1}], True),
    ],
)
def test_whether_it_wrote(changes: Any, wrote: bool) -> None:
    assert wrote_outside_mounts(MOUNTED, changes) is wrote


def test_volumes_without_a_name_under_binds_are_nobodys() -> None:
    mounts = [
        {"Type": "volume", "Name": "0" * 64, "Destination": "/b"},
        {"Type": "volume", "Name": "named", "Destination": "/c"},
        {"Type": "volume", "Name": "1" * 64, "Destination": "/d"},
    ]
    host = {"Binds": ["/x:/b", "/y:/c:ro", "/z"]}
    assert superseded(container(Mounts=mounts), host) == ["0" * 64]
    ran = {"StartedAt": "2026-01-02T03:04:05Z"}
    assert superseded(container(Mounts=mounts, State=ran), host) == []
