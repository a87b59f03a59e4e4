"""Version 1.5 (Docker 0.6.2): the ports of a list of containers are objects, not text."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 5)


class PortsAreText(Change):
    """The list of containers: `Ports` is a text like `0.0.0.0:49153->80/tcp, 22/tcp`.

    API document v1.5 against v1.4, which has no names and labels in the list either. Clients up to
    0.6.1 fail on anything but a text (0.4.8 and 0.5.3, tried). The form is that of Docker 0.6.5 to
    1.0 for these clients (api_params.go), in order of the text. Engine 1.6.2 gave them an empty
    list.
    """

    routes = ("ContainerList",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Write the ports of each container, and keep the keys of the time."""
        listed = []
        for container in document:
            ports = container.get("Ports")
            entry = {
                "Id": container["Id"],
                "Image": container["Image"],
                "Command": container["Command"],
                "Created": container["Created"],
                "Status": container["Status"],
                "Ports": ports_text(ports) if ports else "",
            }
            if "SizeRw" in container:
                entry["SizeRw"] = container["SizeRw"]
            if "SizeRootFs" in container:
                entry["SizeRootFs"] = container["SizeRootFs"]
            listed.append(entry)
        return listed


def ports_text(ports: Json) -> str:
    """Write ports, objects of `PrivatePort`, `Type` and, when published, `IP` and `PublicPort`."""
    texts = [
        f"{port.get('IP') or '0.0.0.0'}:{port['PublicPort']}->{port['PrivatePort']}/{port['Type']}"
        if port.get("PublicPort")
        else f"{port['PrivatePort']}/{port['Type']}"
        for port in ports
    ]
    texts.sort()
    return ", ".join(texts)


CHANGES = (PortsAreText,)
