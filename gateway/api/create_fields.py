"""The fields of a container's `Config` and `HostConfig`, and what kind of value each has.

Source: the API documents v1.0 to v1.24 and api/types/container of Docker 1.12; newer fields are
not here, because only older clients need the table: engines up to 1.6 read bodies loosely and
took a field of `HostConfig` from the top level, too.
"""

from __future__ import annotations

from enum import Enum

from gateway.api.message import Json


class Kind(Enum):
    """What kind of JSON value a field has."""

    NUMBER = "a whole number"
    TEXT = "a string"
    TRUTH = "a boolean"
    TEXTS = "a list of strings"
    ITEMS = "a list of objects"
    MAP = "an object"

    def fits(self, value: Json) -> bool:
        """Whether a value is of this kind; null, which means "not set", is of none."""
        if self is Kind.NUMBER:
            return type(value) is int
        if self is Kind.TEXT:
            return isinstance(value, str)
        if self is Kind.TRUTH:
            return isinstance(value, bool)
        if self is Kind.MAP:
            return isinstance(value, dict)
        member = str if self is Kind.TEXTS else dict
        return isinstance(value, list) and all(isinstance(item, member) for item in value)


def _table(**names: str) -> dict[str, Kind]:
    return {name: Kind[kind] for kind, words in names.items() for name in words.split()}


CONFIG = _table(
    NUMBER="Memory MemorySwap CpuShares",
    TEXT="Hostname Domainname User Image WorkingDir Cpuset MacAddress VolumeDriver StopSignal",
    TRUTH="AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce NetworkDisabled",
    TEXTS="Env Cmd Entrypoint OnBuild PortSpecs",
    MAP="ExposedPorts Volumes Labels",
)
"""The fields of a configuration; those of its `HostConfig` stand in HOST_CONFIG."""

HOST_CONFIG = _table(
    NUMBER="Memory MemorySwap MemoryReservation KernelMemory MemorySwappiness CpuShares CpuPeriod"
    " CpuQuota BlkioWeight OomScoreAdj ShmSize PidsLimit IOMaximumBandwidth IOMaximumIOps CpuCount"
    " CpuPercent",
    TEXT="ContainerIDFile NetworkMode IpcMode PidMode UTSMode UsernsMode CpusetCpus CpusetMems"
    " CgroupParent VolumeDriver Isolation Runtime Cgroup",
    TRUTH="Privileged PublishAllPorts ReadonlyRootfs OomKillDisable AutoRemove",
    TEXTS="Binds Links Dns DnsSearch DnsOptions ExtraHosts VolumesFrom CapAdd CapDrop SecurityOpt"
    " GroupAdd",
    ITEMS="Devices Ulimits BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps"
    " BlkioDeviceReadIOps BlkioDeviceWriteIOps",
    MAP="PortBindings RestartPolicy LogConfig Tmpfs Sysctls StorageOpt",
)
"""The fields of a `HostConfig`, as of Docker 1.12 (v1.24)."""

FILLED_IN = {"Memory": 0, "MemorySwap": 0, "CpuShares": 0, "CpusetCpus": "", "VolumeDriver": ""}
"""Fields that engines take from the top level even beside a `HostConfig`, where that has what is
given here (runconfig/hostconfig at Docker 1.7 to 26: `Cpuset` is `CpusetCpus` then)."""
