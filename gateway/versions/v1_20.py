"""Version 1.20 (Docker 1.8): mounts are a list; a signal to a stopped container is an error."""

from __future__ import annotations

from gateway.api.message import Answer, Json
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 20)


class MountsAreMaps(Change):
    """Container inspect: `Volumes` and `VolumesRW` are maps by destination; there is no `Mounts`.

    API document v1.20; Engine 20.10.24, tried at v1.19: each entry of `Mounts` gives its source
    and whether it may be written. Mounts of type tmpfs are among them, with an empty source.
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make the two maps of the list."""
        mounts = document.pop("Mounts", None) or ()
        document["Volumes"] = {mount["Destination"]: mount.get("Source", "") for mount in mounts}
        document["VolumesRW"] = {mount["Destination"]: mount.get("RW", False) for mount in mounts}
        return document


class LimitsInConfig(Change):
    """Container inspect: the limits of memory and processors stand in `Config`, too.

    `Memory`, `MemorySwap`, `CpuShares` and `Cpuset` as `HostConfig` has them, where the last is
    called `CpusetCpus` (Engine 20.10.24, tried at v1.19; daemon/inspect_linux.go).
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Copy the four into `Config`."""
        config, host = document["Config"], document.get("HostConfig") or {}
        config["Memory"] = host.get("Memory", 0)
        config["MemorySwap"] = host.get("MemorySwap", 0)
        config["CpuShares"] = host.get("CpuShares", 0)
        config["Cpuset"] = host.get("CpusetCpus", "")
        return document


class KillOfStopped(Change):
    """A signal to a container that does not run is no error: 204.

    Engine 1.6.2, recorded; Engine 20.10.24, tried at v1.19. From v1.20 on it is a 409 (a 500 up to
    Docker 1.12), with words that end in "is not running".
    """

    routes = ("ContainerKill",)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Say 204 when that is the only complaint; a bad signal stays one."""
        if answer.status not in (409, 500) or b"is not running" not in answer.body:
            return answer
        return Answer(204, answer.headers.without("Content-Type", "X-Content-Type-Options"))


CHANGES = (MountsAreMaps, LimitsInConfig, KillOfStopped)
