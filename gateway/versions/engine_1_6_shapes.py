"""The keys of the documents of Docker Engine 1.6 (v1.18), as they were recorded.

Up to v1.18 no key of these documents depends on the version: engines up to 1.6 hardly looked at
it, so all clients below v1.19 are given the same. `Shape.of` makes a document of that shape from
a newer one: keys that were not there are left out, and those that are gone have their value for
"nothing".
"""

from __future__ import annotations

from gateway.api.message import Json

_SHA256 = "sha256:"


def bare(identity: Json) -> Json:
    """An image's id without `sha256:`, which it has since Docker 1.10; all else as it is."""
    if isinstance(identity, str) and identity.startswith(_SHA256):
        return identity[len(_SHA256) :]
    return identity


class Shape:
    """Keys with what they have when nothing is set.

    A key whose value for nothing is None is None for an empty list or object too: Go writes a
    list that was never made as null, and newer engines make more of them.
    """

    def __init__(self, **nothing: Json) -> None:
        self._nothing = tuple(nothing.items())

    def of(self, document: Json) -> dict[str, Json]:
        """The document in this shape; None and a missing document are an empty one."""
        given = document or {}
        shaped = {}
        for key, nothing in self._nothing:
            value = given.get(key, nothing)
            shaped[key] = (
                nothing if value is None else (value or None) if nothing is None else value
            )
        return shaped


CONFIG = Shape(
    AttachStderr=False,
    AttachStdin=False,
    AttachStdout=False,
    Cmd=None,
    CpuShares=0,
    Cpuset="",
    Domainname="",
    Entrypoint=None,
    Env=None,
    ExposedPorts=None,
    Hostname="",
    Image="",
    Labels=None,
    MacAddress="",
    Memory=0,
    MemorySwap=0,
    NetworkDisabled=False,
    OnBuild=None,
    OpenStdin=False,
    PortSpecs=None,
    StdinOnce=False,
    Tty=False,
    User="",
    Volumes=None,
    WorkingDir="",
)

HOST_CONFIG = Shape(
    Binds=None,
    CapAdd=None,
    CapDrop=None,
    CgroupParent="",
    ContainerIDFile="",
    CpuShares=0,
    CpusetCpus="",
    Devices=None,
    Dns=None,
    DnsSearch=None,
    ExtraHosts=None,
    IpcMode="",
    Links=None,
    LogConfig={"Config": None, "Type": "json-file"},
    LxcConf=None,
    Memory=0,
    MemorySwap=0,
    NetworkMode="",
    PidMode="",
    PortBindings=None,
    Privileged=False,
    PublishAllPorts=False,
    ReadonlyRootfs=False,
    RestartPolicy={"MaximumRetryCount": 0, "Name": ""},
    SecurityOpt=None,
    Ulimits=None,
    VolumesFrom=None,
)

STATE = Shape(
    Dead=False,
    Error="",
    ExitCode=0,
    FinishedAt="0001-01-01T00:00:00Z",
    OOMKilled=False,
    Paused=False,
    Pid=0,
    Restarting=False,
    Running=False,
    StartedAt="0001-01-01T00:00:00Z",
)

NETWORK_SETTINGS = Shape(
    Bridge="",
    Gateway="",
    GlobalIPv6Address="",
    GlobalIPv6PrefixLen=0,
    IPAddress="",
    IPPrefixLen=0,
    IPv6Gateway="",
    LinkLocalIPv6Address="",
    LinkLocalIPv6PrefixLen=0,
    MacAddress="",
    PortMapping=None,
)
"""Without `Ports`, which is `{}` for a container that runs and publishes nothing."""

CONTAINER = Shape(
    AppArmorProfile="",
    Args=[],
    Created="0001-01-01T00:00:00Z",
    Driver="",
    ExecDriver="native-0.2",
    ExecIDs=None,
    HostnamePath="",
    HostsPath="",
    Id="",
    LogPath="",
    MountLabel="",
    Name="",
    Path="",
    ProcessLabel="",
    ResolvConfPath="",
    RestartCount=0,
    Volumes={},
    VolumesRW={},
)
"""Without what has a shape of its own, and without `Image`."""

IMAGE = Shape(
    Architecture="",
    Author="",
    Comment="",
    Container="",
    Created="0001-01-01T00:00:00Z",
    DockerVersion="",
    Os="",
    Size=0,
    VirtualSize=0,
)
"""Without the two configurations and the ids."""

VERSION_KEYS = ("ApiVersion", "Arch", "GitCommit", "GoVersion", "KernelVersion", "Os", "Version")
"""The keys of `/version`."""

INFO = Shape(
    Containers=0,
    Debug=False,
    DockerRootDir="",
    Driver="",
    DriverStatus=None,
    ID="",
    IPv4Forwarding=False,
    Images=0,
    IndexServerAddress="",
    InitPath="",
    InitSha1="",
    KernelVersion="",
    Labels=None,
    MemTotal=0,
    MemoryLimit=False,
    NCPU=0,
    NEventsListener=0,
    NFd=0,
    NGoroutines=0,
    Name="",
    OperatingSystem="",
    SwapLimit=False,
    SystemTime="",
)
"""Without `ExecutionDriver`, `RegistryConfig` and the proxies, which only come when one is set."""
