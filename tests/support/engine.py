"""A real Docker Engine in a box of its own.

Debian's dockerd runs in its own network, mount and process namespaces, with its own data, socket
and control group, so that nothing of the machine's is touched and nothing is left behind.
"""

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from support.machine import PATH, privileged
from support.waiting import wait_until

DOCKERD = "/usr/sbin/dockerd"
# Debian's own: elsewhere on the path there may be a newer one, which a fresh machine has not.
DOCKER = "/usr/bin/docker"
BUSYBOX = "/bin/busybox"

IMAGE = "busybox:latest"
SECOND_TAG = "busybox:1.35"

_BOX = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
# In a container the control groups may not be mounted at all.
_START = (
    "ip link set lo up; "
    "mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup; "
    'exec "$@"'
)


def why_not() -> str | None:
    """Why no engine can be run here, or None when one can."""
    if not sys.platform.startswith("linux"):
        return "a Docker Engine needs Linux"
    for program in (DOCKERD, DOCKER, BUSYBOX):
        if not Path(program).exists():
            return f"there is no {program}: `python3 tests/support/machine.py` installs it"
    for program in ("unshare", "setpriv", "runc", "iptables", "ip"):
        if shutil.which(program, path=PATH) is None:
            return f"there is no {program}: `python3 tests/support/machine.py` installs it"
    try:
        box = subprocess.run(privileged([*_BOX, "true"]), capture_output=True, text=True)
    except OSError as error:
        return f"neither root nor sudo: {error}"
    if box.returncode != 0:
        return f"no namespaces of our own to be had: {box.stderr.strip()}"
    return None


def busybox_image() -> bytes:
    """A root file system with nothing but busybox and a link to it for each applet, as tar."""
    listing = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:

        def add(name: str, kind: bytes, mode: int, data: bytes = b"", link: str = "") -> None:
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.linkname = kind, mode, link
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))

        for folder in ("bin", "dev", "etc", "proc", "root", "sys"):
            add(folder, tarfile.DIRTYPE, 0o755)
        add("tmp", tarfile.DIRTYPE, 0o1777)
        add("etc/passwd", tarfile.REGTYPE, 0o644, b"root:x:0:0:root:/root:/bin/sh\n")
        add("etc/group", tarfile.REGTYPE, 0o644, b"root:x:0:\n")
        add("bin/busybox", tarfile.REGTYPE, 0o755, Path(BUSYBOX).read_bytes())
        for applet in listing.stdout.split():
            if applet != "busybox":
                add(f"bin/{applet}", tarfile.SYMTYPE, 0o777, link="busybox")
    return buffer.getvalue()


class Engine:
    """A dockerd, started with `start` and ended with `stop`.

    `socket` is the path of its unix socket and `address` the same as a URL.
    """

    def __init__(self) -> None:
        # Short, because the paths of unix sockets must be.
        self.folder = Path(tempfile.mkdtemp(prefix="dgw-", dir="/tmp"))
        self.socket = self.folder / "docker.sock"
        self.address = f"unix://{self.socket}"
        self.log = self.folder / "log"
        self._cgroup = self.folder.name
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, wait until it answers, give it its images."""
        # What one that was killed left behind.
        for left in ("exec", "pid", "docker.sock"):
            subprocess.run(privileged(["rm", "-rf", str(self.folder / left)]), check=True)
        configuration = self.folder / "daemon.json"
        configuration.write_text("{}")
        dockerd = [
            DOCKERD,
            f"--config-file={configuration}",
            f"--data-root={self.folder}/data",
            f"--exec-root={self.folder}/exec",
            f"--pidfile={self.folder}/pid",
            f"--host={self.address}",
            f"--group={os.getgid()}",
            f"--cgroup-parent=/{self._cgroup}",
            "--exec-opt=native.cgroupdriver=cgroupfs",
            "--shutdown-timeout=1",
        ]
        # The box ends with the tests, however they end.
        box = ["setpriv", "--pdeathsig", "KILL", *_BOX, "env", f"PATH={PATH}"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                privileged([*box, "sh", "-c", _START, "sh", *dockerd]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "the engine's answer to /_ping", seconds=60)
        self.docker("import", "-", IMAGE, input=busybox_image())
        self.docker("tag", IMAGE, SECOND_TAG)

    def docker(self, *arguments: str, input: bytes | None = None) -> str:
        """Run Debian's docker CLI on the engine itself; its output, or AssertionError."""
        done = subprocess.run(
            [DOCKER, "--host", self.address, *arguments],
            input=input,
            stdin=None if input is not None else subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            last = "\n".join(self.log.read_text().splitlines()[-25:])
            raise AssertionError(f"the engine ended by itself; the end of its log:\n{last}")
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.0 200")
        except OSError:
            return False

    def kill(self) -> None:
        """Kill it and all that runs in it, as a power cut would; `start` starts it again."""
        assert self._process is not None
        subprocess.run(privileged(["kill", "-KILL", str(self._process.pid)]), check=True)
        self._process.wait(timeout=20)
        self._process = None

    def stop(self) -> None:
        """End it and all that ran in it; remove its files and control groups."""
        process = self._process
        if process is not None:
            self._process = None
            # Containers that heed no SIGTERM would hold it up.
            with contextlib.suppress(AssertionError):
                self.docker("kill", *self.docker("ps", "--quiet").split())
            # unshare passes no signals on; its only child is dockerd.
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            for child in children.read_text().split() if children.exists() else ():
                subprocess.run(privileged(["kill", "-TERM", child]), check=False)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                subprocess.run(privileged(["kill", "-KILL", str(process.pid)]), check=False)
                process.wait(timeout=20)
        subprocess.run(privileged(["rm", "-rf", str(self.folder)]), check=True)
        self._remove_control_groups()

    def _remove_control_groups(self) -> None:
        root = Path("/sys/fs/cgroup")
        for top in (root / self._cgroup, *root.glob(f"*/{self._cgroup}")):
            below = sorted((p for p in top.glob("**/") if p.is_dir()), reverse=True)
            for folder in below:
                subprocess.run(privileged(["rmdir", str(folder)]), check=False)
