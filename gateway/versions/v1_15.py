"""Version 1.15 (Docker 1.3): a container is created with its HostConfig."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.versions.port_specs import publish
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 15)


class PortSpecsPublish(Change):
    """Create: `PortSpecs` lists the ports to expose and publish, as texts like `8080:80/tcp`.

    API documents v1.0 to v1.14. Engines up to 1.7 made `ExposedPorts` and `PortBindings` of it.
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Make them; a text that is no port makes the request untranslatable."""
        if not isinstance(document, dict):
            return document
        specs = document.pop("PortSpecs", None)
        if not specs:
            return document
        exposed = document.get("ExposedPorts")
        host = document.get("HostConfig")
        if exposed is None:
            exposed = document["ExposedPorts"] = {}
        if host is None:
            host = document["HostConfig"] = {}
        bindings = host.get("PortBindings")
        if bindings is None:
            bindings = host["PortBindings"] = {}
        publish(specs if isinstance(specs, list) else [specs], exposed, bindings)
        return document


class LimitsNotInHostConfig(Change):
    """Container inspect: the limits that a container was created with are in `Config` alone.

    Engine 1.6.2, recorded at v1.14 against v1.15: `Memory`, `MemorySwap`, `CpuShares` and
    `CpusetCpus` of `HostConfig` are 0 or empty, as they come with the `HostConfig` of a start that
    does not have them.
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Show none."""
        host = document.get("HostConfig")
        if host:
            host["Memory"] = host["MemorySwap"] = host["CpuShares"] = 0
            host["CpusetCpus"] = ""
        return document


CHANGES = (PortSpecsPublish, LimitsNotInHostConfig)
