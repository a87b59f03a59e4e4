"""`NetworkSettings.PortMapping`, the published ports of a container before API v1.6.

From 0.5.0 on it is `{"Tcp": {"80": "49153"}, "Udp": {}}`, private port to public port, up to 0.4.8
the inner object for TCP alone (network.go at Docker 0.4.8, 0.5.0 and 0.6.4). It is null for a
container that does not run. The functions change the document of a container in place.
"""

from __future__ import annotations

from gateway.api.message import Json

_PROTOCOLS = {"tcp": "Tcp", "udp": "Udp"}


def nested(container: Json) -> Json:
    """Fill `PortMapping` in from `Ports` of v1.6; the first binding of a port counts."""
    network = container.get("NetworkSettings")
    if not network:
        return container
    ports = network.get("Ports")
    mapping: Json = None
    if ports is not None and (container.get("State") or {}).get("Running"):
        mapping = {"Tcp": {}, "Udp": {}}
        for port, bindings in ports.items():
            private, _, protocol = port.partition("/")
            name = _PROTOCOLS.get(protocol or "tcp")
            if bindings and name:
                mapping[name][private] = _public(bindings)
    network["PortMapping"] = mapping
    return container


def _public(bindings: Json) -> str:
    """The public port, that of an IPv4 address where there is one."""
    first = next((one for one in bindings if ":" not in one.get("HostIp", "")), bindings[0])
    return str(first["HostPort"])


def flat(container: Json) -> Json:
    """Make the form of 0.4 of `PortMapping` of 0.5; any other value stays."""
    network = container.get("NetworkSettings")
    mapping = network.get("PortMapping") if network else None
    if isinstance(mapping, dict) and isinstance(mapping.get("Tcp"), dict):
        network["PortMapping"] = mapping["Tcp"]
    return container
