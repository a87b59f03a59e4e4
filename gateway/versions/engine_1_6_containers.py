"""Containers as clients before v1.19 see them: the documents of Docker Engine 1.6."""

from __future__ import annotations

import re

from gateway.api.message import AnswerHead, Json, Request
from gateway.versions.engine_1_6_shapes import (
    CONFIG,
    CONTAINER,
    HOST_CONFIG,
    NETWORK_SETTINGS,
    STATE,
    bare,
)
from gateway.versions.v1_06 import CONTAINER_TTY
from gateway.versions.vocabulary import Change, Facts

_SIZES = "sizes were asked for"
_HEALTH = re.compile(r" \((?:healthy|unhealthy|health: starting)\)\Z")
_DEFAULT_BRIDGE = "docker0"


class ContainerOfEngine16(Change):
    """Container inspect has the keys that Engine 1.6 gave, and their values for "nothing".

    Recorded at v1.0 to v1.18: `ExecDriver`, `PortMapping`, `PortSpecs` and `LxcConf` are there;
    what came later is not; the modes of networks and IPC are empty unless they were set;
    `MemorySwap`, which newer engines set to twice `Memory` by themselves, is 0; the id of the
    image is 64 digits alone; a port is published once, not for IPv6 again; the address of the
    link, which a bridge's MAC address gives, and the default bridge's name stand beside the
    address.
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Give the container in the shape of its time."""
        return container_of_engine_1_6(document)


def container_of_engine_1_6(document: Json) -> dict[str, Json]:
    """The document of a container, as v1.19 has it, in the shape of Engine 1.6."""
    config = document["Config"]
    container = CONTAINER.of(document)
    container["Config"] = shaped = CONFIG.of(config)
    shaped["Image"] = bare(shaped["Image"])
    # Labels that were never set are an object in a container, in an image null.
    shaped["Labels"] = config.get("Labels") or {}
    container["HostConfig"] = host = _host_config(document.get("HostConfig"))
    if not host["MemorySwap"]:
        shaped["MemorySwap"] = 0
    container["Image"] = bare(document.get("Image", ""))
    container["NetworkSettings"] = _network_settings(document.get("NetworkSettings") or {})
    container["State"] = STATE.of(document.get("State"))
    return container


def _host_config(document: Json) -> dict[str, Json]:
    host = HOST_CONFIG.of(document)
    if host["NetworkMode"] == "default":
        host["NetworkMode"] = ""
    if host["IpcMode"] in ("shareable", "private"):
        host["IpcMode"] = ""
    if host["MemorySwap"] == 2 * host["Memory"]:
        host["MemorySwap"] = 0
    log = host["LogConfig"]
    # The clients of 1.6 to 1.9 show no logs but those of `json-file`, whatever can be read.
    kind = "json-file" if log.get("Type") in ("local", "", None) else log["Type"]
    host["LogConfig"] = {"Config": log.get("Config") or None, "Type": kind}
    return host


def _network_settings(document: Json) -> dict[str, Json]:
    settings = NETWORK_SETTINGS.of(document)
    if settings["IPAddress"] and not settings["Bridge"]:
        settings["Bridge"] = _DEFAULT_BRIDGE
    if settings["MacAddress"] and not settings["LinkLocalIPv6Address"]:
        settings["LinkLocalIPv6Address"] = link_local(settings["MacAddress"])
        settings["LinkLocalIPv6PrefixLen"] = 64
    ports = document.get("Ports")
    for port, bindings in (ports or {}).items():
        if bindings:
            ports[port] = _without_ipv6_twins(bindings, "HostIp") or bindings
    settings["Ports"] = ports
    return settings


def link_local(mac_address: str) -> str:
    """The IPv6 address of the link that belongs to a MAC address (RFC 4291, appendix A).

    Empty for what is no MAC address.
    """
    try:
        octets = [int(octet, 16) for octet in mac_address.split(":")]
    except ValueError:
        return ""
    if len(octets) != 6:
        return ""
    octets[0] ^= 2
    groups = (octets[0] << 8 | octets[1], octets[2] << 8 | 0xFF, 0xFE00 | octets[3])
    return "fe80::" + ":".join(f"{group:x}" for group in (*groups, octets[4] << 8 | octets[5]))


def _without_ipv6_twins(bindings: Json, key: str) -> list[Json]:
    return [binding for binding in bindings if binding.get(key) != "::"]


class ListOfEngine16(Change):
    """The list of containers has the keys that Engine 1.6 gave.

    Recorded at v1.7 to v1.18: a name of an image without a tag ends in `:latest`, also one that is
    an id; sizes that were asked for are there when they are 0; the `Status` of a container that
    never ran is empty, and says nothing of health; a port is published once.
    """

    routes = ("ContainerList", "ContainerListPs")

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Note whether sizes are asked for."""
        facts[_SIZES] = request.parameter("size") in ("1", "true", "True")
        return request

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Give each container in the shape of its time."""
        sizes = facts.get(_SIZES)
        listed = []
        for container in document:
            image = container["Image"]
            if image[:7] == "sha256:":
                image = image[7:]
            if ":" not in image.rpartition("/")[2] and "@" not in image:
                image += ":latest"
            status = container["Status"]
            if status[:2] == "Up":
                status = _HEALTH.sub("", status)
            elif status == "Created":
                status = ""
            ports = container.get("Ports") or []
            for port in ports:
                if port.get("IP") == "::":
                    ports = _without_ipv6_twins(ports, "IP") or ports
                    break
            entry = {
                "Command": container["Command"],
                "Created": container["Created"],
                "Id": container["Id"],
                "Image": image,
                "Labels": container.get("Labels"),
                "Names": container["Names"],
                "Ports": ports,
                "Status": status,
            }
            if sizes:
                entry["SizeRootFs"] = container.get("SizeRootFs", 0)
                entry["SizeRw"] = container.get("SizeRw", 0)
            listed.append(entry)
        return listed


class ChangesAreAList(Change):
    """The changes of a container in which nothing changed are an empty list, not null.

    Engine 1.6.2, recorded; newer ones write null.
    """

    routes = ("ContainerChanges",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make the list."""
        return [] if document is None else document


class NoWarningsAreNull(Change):
    """The answer to a create has null for no `Warnings`, not an empty list (Engine 1.6.2)."""

    routes = ("ContainerCreate",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make it null."""
        return {"Id": document["Id"], "Warnings": document.get("Warnings") or None}


class LogsHaveAType(Change):
    """Logs have the type that a look at their first bytes gave.

    Engine 1.6.2, recorded: `application/octet-stream` for frames. A terminal's output is text,
    by the rules of the same look (net/http, DetectContentType); newer engines name no type.
    """

    routes = ("ContainerLogs",)
    lookups = (CONTAINER_TTY,)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Name the type."""
        tty = facts.get(CONTAINER_TTY.name)
        kind = "text/plain; charset=utf-8" if tty else "application/octet-stream"
        return AnswerHead(head.status, head.headers.having("Content-Type", kind), head.reason)


class WaitTellsTheStatus(Change):
    """The answer to a wait has nothing but `StatusCode` (Engine 1.6.2, recorded)."""

    routes = ("ContainerWait",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Leave out the `Error` of newer engines."""
        return {"StatusCode": document["StatusCode"]}


class NothingToDoIsBare(Change):
    """The 304 of a start or a stop has no field that a 204 has not (Engine 1.6.2, recorded)."""

    routes = ("ContainerStart", "ContainerStop")

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Take away what came with Docker 1.12."""
        if head.status != 304:
            return head
        return AnswerHead(304, head.headers.without("X-Content-Type-Options"), head.reason)
