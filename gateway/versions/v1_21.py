"""Version 1.21 (Docker 1.9): containers are in several networks; volumes have drivers."""

from __future__ import annotations

from gateway.api.message import Json, Request
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 21)

_OF_BRIDGE = (
    "EndpointID",
    "Gateway",
    "GlobalIPv6Address",
    "GlobalIPv6PrefixLen",
    "IPAddress",
    "IPPrefixLen",
    "IPv6Gateway",
    "MacAddress",
)

_COUNTERS = (
    "rx_bytes",
    "rx_packets",
    "rx_errors",
    "rx_dropped",
    "tx_bytes",
    "tx_packets",
    "tx_errors",
    "tx_dropped",
)

_NEVER = "0001-01-01T00:00:00Z"


def no_traffic() -> dict[str, Json]:
    """The counters of a container that is in no network."""
    return dict.fromkeys(_COUNTERS, 0)


class OneNetwork(Change):
    """Container inspect: `NetworkSettings` has one address, that of the network `bridge`.

    Engine 20.10.24, tried at v1.20: the fields of the network called `bridge` stand in
    `NetworkSettings` itself, empty for a container that is only in others; `Networks` is not
    there; `Ports` is null where nothing is published because nothing runs in a network.
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Flatten the networks."""
        settings = document["NetworkSettings"]
        networks = settings.pop("Networks", None) or {}
        bridge = networks.get("bridge")
        if bridge is not None:
            for name in _OF_BRIDGE:
                if name in bridge:
                    settings[name] = bridge[name]
        for name in _OF_BRIDGE:
            settings.setdefault(name, 0 if name.endswith("Len") else "")
        running = (document.get("State") or {}).get("Running")
        if not settings.get("Ports") and not (running and settings.get("SandboxKey")):
            settings["Ports"] = None
        return document


class NoSizesInInspect(Change):
    """Container inspect: there are no sizes; `size` is no parameter.

    API document v1.21; Engine 20.10.24, tried at v1.20.
    """

    routes = ("ContainerInspect",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Do not ask for them: that costs the engine much."""
        if not request.query:
            return request
        return request.with_parameters(pair for pair in request.parameters() if pair[0] != "size")


class EmptyKeysInConfig(Change):
    """Container inspect: four keys of `Config` are there even when they are empty.

    `ExposedPorts` (null), `MacAddress`, `NetworkDisabled`, and `VolumeDriver`, which is the one of
    `HostConfig` (Engine 20.10.24, tried at v1.20; daemon/inspect_linux.go).
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Fill in what is not there."""
        config = document["Config"]
        config.setdefault("ExposedPorts", None)
        config.setdefault("MacAddress", "")
        config.setdefault("NetworkDisabled", False)
        config["VolumeDriver"] = (document.get("HostConfig") or {}).get("VolumeDriver", "")
        return document


class OneNetworkInStats(Change):
    """Statistics: `network` holds the sums over all interfaces, in the place of `networks`.

    API document v1.20 against v1.21; Engine 20.10.24, tried at v1.20: zeros for a container in no
    network, neither `id` nor `name`. The one record of a container that does not run, which was
    never read, is as it is at every version.
    """

    routes = ("ContainerStats",)

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Sum up."""
        if record.get("read") == _NEVER:
            return record
        networks = (record.pop("networks", None) or {}).values()
        record.pop("id", None)
        record.pop("name", None)
        record["network"] = {
            counter: sum(interface.get(counter, 0) for interface in networks)
            for counter in _COUNTERS
        }
        return record


class VolumeDriverInConfig(Change):
    """Create: the `VolumeDriver` stands in the configuration itself, not in its `HostConfig`.

    API documents v1.20 and v1.21; engines up to 26 take it in both places, that of `HostConfig`
    first; newer ones only there (api/types/container at Engine 27.1).
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Move it, unless `HostConfig` has one."""
        driver = document.get("VolumeDriver")
        if isinstance(driver, str):
            del document["VolumeDriver"]
            host = document.get("HostConfig")
            if driver and not host:
                document["HostConfig"] = {"VolumeDriver": driver}
            elif driver and isinstance(host, dict) and not host.get("VolumeDriver"):
                host["VolumeDriver"] = driver
        return document


CHANGES = (
    OneNetwork,
    NoSizesInInspect,
    EmptyKeysInConfig,
    OneNetworkInStats,
    VolumeDriverInConfig,
)
