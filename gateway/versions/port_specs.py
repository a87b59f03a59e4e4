"""`PortSpecs`: the ports of a container in one list of texts, as it was before v1.15.

Engines up to 1.7 made `ExposedPorts` and `PortBindings` of it (migratePortMappings in
daemon/utils.go at Docker 1.6.2, nat.ParsePortSpecs); newer ones ignore it without a word.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.api.message import Json

_PROTOCOLS = ("tcp", "udp")


def parse_port_spec(spec: str) -> tuple[str, dict[str, str]]:
    """Read `[[ip:]public:]private[/protocol]`: the port as `80/tcp`, and its binding.

    A range of ports is no port here, as it was before Docker 1.5. An empty public port is one
    that the engine chooses. Raises ValueError, with the words of nat.ParsePortSpecs.
    """
    ports, slash, protocol = spec.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    if protocol not in _PROTOCOLS:
        raise ValueError(f"Invalid proto: {protocol}")
    parts = ports.rsplit(":", 2)
    private = parts[-1]
    public = parts[-2] if len(parts) > 1 else ""
    address = parts[-3] if len(parts) > 2 else ""
    if not private:
        raise ValueError(f"No port specified: {spec}<empty>")
    if not _is_port(private):
        raise ValueError(f"Invalid containerPort: {private}")
    if public and not _is_port(public):
        raise ValueError(f"Invalid hostPort: {public}")
    return f"{private}/{protocol}", {"HostIp": address, "HostPort": public}


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) < 65536


def publish(specs: Iterable[Json], exposed: dict[str, Json], bindings: dict[str, Json]) -> None:
    """Expose and bind the ports of `specs`, beside what is in `exposed` and `bindings`.

    Libraries sent numbers, too. Raises ValueError for what is no port.
    """
    for spec in specs:
        if isinstance(spec, bool) or not isinstance(spec, str | int):
            raise ValueError(f"Invalid containerPort: {spec}")
        port, binding = parse_port_spec(str(spec))
        exposed.setdefault(port, {})
        bindings[port] = [*(bindings.get(port) or ()), binding]
