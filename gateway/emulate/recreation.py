"""What a stand-in is made of: the container before it, as inspect gives it, and a new HostConfig.

Checked step by step on Engine 20.10.24. Bodies and documents are of the version that the
engine is spoken to at.
"""

from __future__ import annotations

from posixpath import commonpath

from gateway.api.message import Json
from gateway.emulate.stand_ins import (
    CREATED,
    ID,
    IMAGE,
    IMAGE_NAME,
    NAME,
    VOLUMES,
    known_id,
    without_labels,
)

_NEVER = "0001-01-01T00:00:00Z"
_OWN_SETTINGS = ("IPAMConfig", "Links", "Aliases", "DriverOpts")


def has_run(container: Json) -> bool:
    """Whether the container was ever started."""
    return bool(container["State"].get("StartedAt", _NEVER) != _NEVER)


def is_fresh(container: Json) -> bool:
    """Whether its HostConfig is still the one that it was created with, by the client."""
    labels = container["Config"].get("Labels")
    return not has_run(container) and known_id(labels, container["Image"]) is None


def stored_host_config(container: Json) -> dict[str, Json]:
    """Its HostConfig, without what making it anew has put in."""
    host = dict(container["HostConfig"])
    labels = container["Config"].get("Labels") or {}
    if host.get("VolumesFrom") and known_id(labels, container["Image"]) is not None:
        host["VolumesFrom"] = [one for one in host["VolumesFrom"] if one != labels.get(VOLUMES)]
    return host


def wrote_outside_mounts(container: Json, changes: Json) -> bool:
    """Whether its file system holds more than its image's and the places of its mounts.

    `changes` is the answer to `GET /containers/{id}/changes`, null for none.
    """
    mounts = [mount["Destination"] for mount in container.get("Mounts") or ()]
    return any(
        change["Kind"] == 2
        or not any(commonpath((change["Path"], mount)) == change["Path"] for mount in mounts)
        for change in changes or ()
    )


def creation(
    container: Json,
    host: dict[str, Json],
    image: str,
    image_id: str,
    image_config: Json,
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Give the body that creates the stand-in, and the endpoints of further networks by name.

    `image` is what it is made from, `image_id` the id of that, `image_config` the `Config` of the
    image that the container was made from. `host` is changed.
    """
    config = dict(container["Config"])
    if config.get("Entrypoint") is None and (image_config or {}).get("Entrypoint"):
        # The client cleared it; null would bring the image's back.
        config["Entrypoint"] = [""]
    config["Labels"] = _labels(container, image_id)
    if config["Image"] != image:
        config["Labels"][IMAGE_NAME] = config["Labels"].get(IMAGE_NAME, config["Image"])
        config["Image"] = image
    if container.get("Mounts"):
        # They move on with the volumes that have no name, which stay nameless so.
        host["VolumesFrom"] = [container["Id"], *(host.get("VolumesFrom") or ())]
        config["Labels"][VOLUMES] = container["Id"]
    _leave_out_conflicts(config, host)
    endpoints = _endpoints(container, host)
    body = {**config, "HostConfig": host}
    first = _network(host.get("NetworkMode"))
    if first in endpoints:
        # One goes into the create itself; engines before v1.44 take no more.
        body["NetworkingConfig"] = {"EndpointsConfig": {first: endpoints.pop(first)}}
    return body, endpoints


def _labels(container: Json, image_id: str) -> dict[str, Json]:
    before = container["Config"].get("Labels") or {}
    known = known_id(before, container["Image"])
    labels = without_labels(before)
    labels[ID] = known or container["Id"]
    labels[CREATED] = before.get(CREATED) if known else container["Created"]
    labels[IMAGE] = image_id
    labels[NAME] = container["Name"]
    if known and IMAGE_NAME in before:
        labels[IMAGE_NAME] = before[IMAGE_NAME]
    return labels


def _leave_out_conflicts(config: dict[str, Json], host: dict[str, Json]) -> None:
    """Leave out what a create refuses and a start did not mind (runconfig/hostconfig_unix.go)."""
    mode = host.get("NetworkMode", "")
    if mode.startswith("container:"):
        config["Hostname"] = ""
        config["ExposedPorts"] = {}
        for name in ("Dns", "ExtraHosts", "PortBindings", "PublishAllPorts"):
            host.pop(name, None)
    if mode.startswith("container:") or mode == "host":
        config["MacAddress"] = ""
        host.pop("Links", None)
    if host.get("UTSMode") == "host":
        config["Hostname"] = ""


def _endpoints(container: Json, host: dict[str, Json]) -> dict[str, Json]:
    """What the container has of its own in its networks; nothing when it moves to another."""
    first = _network(host.get("NetworkMode"))
    if first != _network(container["HostConfig"].get("NetworkMode")):
        return {}
    found = {}
    for name, settings in (container["NetworkSettings"].get("Networks") or {}).items():
        own = {key: settings[key] for key in _OWN_SETTINGS if settings.get(key)}
        own["Aliases"] = [
            alias for alias in own.get("Aliases") or () if not container["Id"].startswith(alias)
        ]
        if not own["Aliases"]:
            del own["Aliases"]
        if own or name != first:
            found[name] = own
    return found


def _network(mode: Json) -> str:
    return "bridge" if mode in (None, "", "default") else str(mode)


def superseded(container: Json, host: dict[str, Json]) -> list[str]:
    """Name the nameless volumes of a container that never ran over which a bind is laid."""
    if has_run(container):
        return []
    bound = {bind.split(":")[1] for bind in host.get("Binds") or () if ":" in bind}
    return [
        mount["Name"]
        for mount in container.get("Mounts") or ()
        if mount.get("Type") == "volume"
        and mount["Destination"] in bound
        and len(mount.get("Name", "")) == 64
    ]
