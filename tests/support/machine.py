#!/usr/bin/env python3
"""What the tests need of the machine: Debian packages, installed only where they are missing.

Runs under the system's own Python before there is a virtual environment, so it imports the
standard library alone: `python3 tests/support/machine.py [test|bench|venv]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# program or file that tells that a package is there -> the package
TEST = {
    "/usr/sbin/dockerd": "docker.io",
    "/usr/bin/docker": "docker.io",
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "ps": "procps",
    "unshare": "util-linux",
    "/usr/share/doc/busybox-static/copyright": "busybox-static",
    "openssl": "openssl",
    "curl": "curl",
    "node": "nodejs",
    "npm": "npm",
}
BENCH = {
    "haproxy": "haproxy",
    "nginx": "nginx-core",
    "openssl": "openssl",
}
# `python3 -m venv` needs ensurepip, which Debian packs apart.
VENV = {"python3": "python3-venv"}
WANTED = {"test": TEST, "bench": BENCH, "venv": VENV}

# Debian's programs of root are not on everybody's path.
PATH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"


def privileged(command: list[str]) -> list[str]:
    """The command as it must be started to run as root."""
    return command if os.geteuid() == 0 else ["sudo", "-n", *command]


def missing(wanted: dict[str, str]) -> list[str]:
    """The packages whose program or file is not there."""

    def found(sign: str) -> bool:
        if sign.startswith("/"):
            return Path(sign).exists()
        return shutil.which(sign, path=PATH) is not None

    return sorted({package for sign, package in wanted.items() if not found(sign)})


def install(packages: list[str]) -> None:
    """Install Debian packages; CalledProcessError when apt fails."""
    print(f"machine: installing {' '.join(packages)}", flush=True)
    environment = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    apt = [*environment, "apt-get", "-q"]
    subprocess.run(privileged([*apt, "update"]), check=True)
    # Recommended packages would bring a service that starts a second engine's helpers, and git.
    options = ["install", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run(privileged([*apt, *options, *packages]), check=True)


def main(arguments: list[str]) -> int:
    """Install what the named sets lack; exit status 1 with a word on what to do if that fails."""
    wanted: dict[str, str] = {}
    for name in arguments or ["test"]:
        wanted.update(WANTED[name])
    packages = sorted(set(WANTED["venv"].values())) if arguments == ["venv"] else missing(wanted)
    if not packages:
        return 0
    if shutil.which("apt-get") is None:
        print(f"machine: no apt-get here; install these yourself: {' '.join(packages)}")
        return 1
    try:
        install(packages)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"machine: {error}; install these yourself: {' '.join(packages)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
