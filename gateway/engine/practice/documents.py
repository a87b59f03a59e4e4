"""The documents in which the practice engine shows its containers."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.engine.practice.clock import SECOND, written
from gateway.engine.practice.container import FIRST_PID, Container

_FLAT = (
    "EndpointID",
    "Gateway",
    "GlobalIPv6Address",
    "GlobalIPv6PrefixLen",
    "IPAddress",
    "IPPrefixLen",
    "IPv6Gateway",
    "MacAddress",
)


def network_mode(container: Container) -> str:
    """The network that a container is on; `bridge` is what `default` means."""
    mode = container.host_config.get("NetworkMode") or "default"
    return "bridge" if mode == "default" else str(mode)


def ports(container: Container) -> list[Json]:
    """Its published ports as lists show them, while it runs."""
    if not container.running:
        return []
    shown: list[Json] = []
    for port, bindings in (container.host_config.get("PortBindings") or {}).items():
        number, _, protocol = port.partition("/")
        for binding in bindings or []:
            host = binding.get("HostPort") or "0"
            shown.append(
                {
                    "IP": binding.get("HostIp") or "0.0.0.0",
                    "PrivatePort": int(number),
                    "PublicPort": int(host) if host.isdecimal() else 0,
                    "Type": protocol or "tcp",
                }
            )
    return shown


def networks(container: Container) -> dict[str, Json]:
    """Its `Networks`: one, with an address that is only made up."""
    mode = network_mode(container)
    live = container.running and mode not in ("none", "host")
    wanted = (container.networking.get("EndpointsConfig") or {}).get(mode) or {}
    return {
        mode: {
            "IPAMConfig": wanted.get("IPAMConfig"),
            "Links": wanted.get("Links"),
            "Aliases": wanted.get("Aliases"),
            "MacAddress": f"02:42:ac:11:00:{container.number % 254 + 2:02x}" if live else "",
            "DriverOpts": wanted.get("DriverOpts"),
            "GwPriority": 0,
            "NetworkID": mode,
            "EndpointID": container.id[::-1] if live else "",
            "Gateway": "172.17.0.1" if live else "",
            "IPAddress": f"172.17.0.{container.number % 252 + 2}" if live else "",
            "IPPrefixLen": 16 if live else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DNSNames": None,
        }
    }


def listed(container: Container) -> Json:
    """Its entry in `GET /containers/json`."""
    return {
        "Id": container.id,
        "Names": ["/" + container.name],
        "Image": container.config["Image"],
        "ImageID": container.image.id,
        "Command": " ".join(container.command),
        "Created": container.created // SECOND,
        "Ports": ports(container),
        "Labels": container.labels,
        "State": container.status,
        "Status": container.up(),
        "HostConfig": {"NetworkMode": network_mode(container)},
        "NetworkSettings": {"Networks": networks(container)},
        "Mounts": [],
    }


def inspected(container: Container, version: ApiVersion) -> Json:
    """Its document in `GET /containers/{id}/json`."""
    command = container.command
    mode = network_mode(container)
    on = networks(container)
    config = {
        "Hostname": container.hostname,
        "Domainname": "",
        "User": "",
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "Tty": False,
        "OpenStdin": False,
        "StdinOnce": False,
        "Volumes": None,
        "WorkingDir": "/",
        **container.config,
        "Env": [*(container.config.get("Env") or []), *container.image.config()["Env"]],
        "Cmd": container.config.get("Cmd") or container.image.command,
        "Entrypoint": container.config.get("Entrypoint"),
        "Labels": container.labels,
    }
    bindings = container.host_config.get("PortBindings") or {}
    network_settings: dict[str, Json] = {
        "SandboxID": "",
        "SandboxKey": "",
        "Ports": bindings if container.running else {},
        "Networks": on,
    }
    if version < ApiVersion(1, 52) and mode == "bridge":
        # G29-1 and R1.52-3: these eight come back below v1.52, and on the bridge only.
        network_settings |= {key: on[mode][key] for key in _FLAT}
    return {
        "Id": container.id,
        "Created": written(container.created),
        "Path": command[0] if command else "",
        "Args": command[1:],
        "State": {
            "Status": container.status,
            "Running": container.running,
            "Paused": container.paused,
            "Restarting": False,
            "OOMKilled": False,
            "Dead": False,
            "Pid": FIRST_PID + container.number if container.running else 0,
            "ExitCode": container.exit_code,
            "Error": container.error,
            "StartedAt": written(container.started),
            "FinishedAt": written(container.finished),
        },
        "Image": container.image.id,
        "ResolvConfPath": "",
        "HostnamePath": "",
        "HostsPath": "",
        "LogPath": "",
        "Name": "/" + container.name,
        "RestartCount": 0,
        "Driver": "practice",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": list(container.execs) or None,
        "HostConfig": {
            "Binds": None,
            "LogConfig": {"Type": "json-file", "Config": {}},
            "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            "AutoRemove": False,
            "PortBindings": {},
            **container.host_config,
            "NetworkMode": mode,
        },
        "GraphDriver": {"Name": "practice", "Data": {}},
        "Mounts": [],
        "Config": config,
        "NetworkSettings": network_settings,
    }


def stats(container: Container, previous: Json = None) -> Json:
    """One record of its statistics. All counters are 0: nothing is measured, and none is made up.

    `previous` is the record before, whose CPU counters become `precpu_stats`.
    """
    now = container.clock.now()
    cpu = {
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "system_cpu_usage": now,
        "online_cpus": 1,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }
    before = {
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }
    return {
        "name": "/" + container.name,
        "id": container.id,
        "os_type": "linux",
        "read": written(now),
        "preread": previous["read"] if previous else written(None),
        "pids_stats": {"current": 1 + len(container.children)} if container.running else {},
        "blkio_stats": {"io_service_bytes_recursive": None, "io_serviced_recursive": None},
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": cpu,
        "precpu_stats": previous["cpu_stats"] if previous else before,
        "memory_stats": {"usage": 0, "limit": 0, "stats": {}} if container.running else {},
        "networks": {},
    }


def processes(container: Container) -> Json:
    """Its document in `GET /containers/{id}/top`: the first process and those of execs."""
    titles = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    started = written(container.started)[11:16]
    pid = FIRST_PID + container.number
    tty = "pts/0" if container.tty else "?"
    rows = [["root", str(pid), "1", "0", started, tty, "00:00:00", " ".join(container.command)]]
    for at, _ in enumerate(container.children, 1):
        rows.append(["root", str(pid * 10 + at), "1", "0", started, "?", "00:00:00", "(exec)"])
    return {"Titles": titles, "Processes": rows}
