"""A life from create to removal, lived twice: what was answered at each step (support.two_ways)."""

from __future__ import annotations

import time
from typing import Any

from support.two_ways import Call, Connect, context, documents, get, made, plain, post
from support.wire import Answer

Story = list[tuple[str, dict[str, Any]]]

_TYPED = {"Content-Type": "application/json"}


class Life:
    """Makes calls one after the other and writes down what was answered."""

    def __init__(self, connect: Connect, version: str) -> None:
        self._connect = connect
        self.version = version
        self.story: Story = []

    def call(self, call: Call) -> Answer:
        answer = made(self._connect, self.version, call)
        self.story.append((str(call).split("?since=")[0], plain(answer, also_ids=True)))
        return answer

    def get(self, path: str, **more: Any) -> Answer:
        return self.call(Call("GET", path, **more))

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.call(post(path, body, **more))

    def delete(self, path: str) -> Answer:
        return self.call(Call("DELETE", path))


def containers(life: Life) -> None:
    """One container through all of its states."""
    life.post(
        "/containers/create?name=tl-one",
        {
            "Image": "busybox",
            "Cmd": ["sh", "-c", "echo out; echo err >&2; sleep 100000"],
            "Env": ["A=B"],
            "Labels": {"life": "1"},
            "Volumes": {"/anonymous": {}},
            "ExposedPorts": {"80/tcp": {}},
            "Memory": 67108864,
            "CpuShares": 1,
            "Cpuset": "0",
            "VolumeDriver": "local",
            "HostConfig": {
                "Binds": ["/tmp:/host:ro", "tl-volume:/named"],
                "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]},
                "CapAdd": ["NET_ADMIN"],
                "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2},
            },
        },
    )
    at = "/containers/tl-one"
    life.get(f"{at}/json")
    life.post(f"{at}/kill")
    life.post(f"{at}/start")
    life.post(f"{at}/start", {})
    life.get(f"{at}/json")
    life.post(f"{at}/resize?h=20&w=60")
    life.post(f"{at}/pause")
    life.get(f"{at}/json")
    life.get("/containers/json?all=1&filters=%7B%22name%22:%5B%22tl-one%22%5D%7D")
    life.post(f"{at}/unpause")
    life.post(f"{at}/update", {"Memory": 134217728, "MemorySwap": -1})
    life.post(f"{at}/rename?name=tl-two")
    at = "/containers/tl-two"
    life.get(f"{at}/top")
    life.call(get(f"{at}/changes"))
    life.post(f"{at}/copy", {"Resource": "/etc/passwd"})
    life.post(f"{at}/copy", {"Resource": "bin/ls"})
    life.post(f"{at}/copy", {"Resource": "/nope"})
    life.call(Call("PUT", f"{at}/archive?path=/tmp", context("put", more="more")))
    life.get(f"{at}/archive?path=/tmp")
    life.call(Call("HEAD", f"{at}/archive?path=/tmp/more"))
    life.post(f"{at}/stop?t=0")
    life.post(f"{at}/stop?t=0")
    life.post(f"{at}/kill")
    life.post(f"{at}/wait")
    life.get(f"{at}/json")
    life.post(f"{at}/restart?t=0")
    life.post(f"{at}/kill?signal=KILL")
    life.post(f"{at}/wait")
    life.delete(f"{at}?v=1")
    life.delete(f"{at}?v=1")
    life.delete("/volumes/tl-volume")


def starts(life: Life) -> None:
    """What a start may be asked with, when it asks for nothing."""
    for number, (body, headers) in enumerate(
        (
            (None, {}),
            ({}, {}),
            (b"null", _TYPED),
            (b"", {"Content-Type": "text/plain"}),
            (b"{}", {}),
        )
    ):
        at = f"/containers/tl-start-{number}"
        document = {"Image": "busybox", "Cmd": ["sleep", "100000"], "Memory": 67108864}
        life.post(f"/containers/create?name=tl-start-{number}", document)
        life.post(f"{at}/start", body, headers=headers)
        life.get(f"{at}/json")
        life.delete(f"{at}?force=1")


def creates(life: Life) -> None:
    """Forms of a create."""
    common = {"Image": "busybox", "Cmd": ["true"]}
    for number, more in enumerate(
        (
            {},
            {"HostConfig": None},
            {"HostConfig": {}},
            {"Memory": 67108864},
            {"Memory": 67108864, "HostConfig": {"Memory": 33554432}},
            {"Memory": 67108864, "HostConfig": {"Binds": ["/tmp:/x"]}},
            {"Cpuset": "0", "HostConfig": {}},
            {"Cpuset": "0"},
            {"CpuShares": 300000},
            {"Privileged": True, "Binds": ["/tmp:/y"]},
            {"Privileged": True, "HostConfig": {"Dns": ["10.0.0.1"]}},
            {"VolumeDriver": "local", "Volumes": {"/v": {}}},
            {"VolumeDriver": "local", "HostConfig": {"VolumeDriver": ""}},
            {"Cmd": "true x", "Entrypoint": "sh"},
            {"PortBindings": {"81/tcp": [{"HostPort": "18181"}]}, "NetworkMode": "none"},
            {"LxcConf": [], "PortSpecs": ["80"], "MacAddress": "02:42:0a:00:00:09"},
            {"HostConfig": {"LxcConf": {"a": "b"}, "CapAdd": "SYS_ADMIN"}},
            {"Links": ["tw-running:x"], "VolumesFrom": ["tw-running"]},
            {"LogConfig": {"Type": "none"}, "Ulimits": [{"Name": "nofile", "Soft": 9, "Hard": 9}]},
            {"NetworkDisabled": True, "Tty": True, "OpenStdin": True, "StdinOnce": True},
            {"Hostname": "h", "Domainname": "d", "User": "0", "WorkingDir": "/w"},
            {"Healthcheck": {"Test": ["CMD", "true"]}, "StopSignal": "SIGINT"},
        )
    ):
        life.post(f"/containers/create?name=tl-form-{number}", {**common, **more})
        life.get(f"/containers/tl-form-{number}/json")
        life.delete(f"/containers/tl-form-{number}?force=1&v=1")


def terminals(life: Life) -> None:
    """Attach, exec and logs, with a terminal and without."""
    for tty in (False, True):
        at = f"/containers/tl-tty-{tty}"
        document = {"Image": "busybox", "Cmd": ["cat"], "Tty": tty, "OpenStdin": True}
        life.post(
            f"/containers/create?name=tl-tty-{tty}",
            {**document, "StdinOnce": True, "AttachStdin": True, "AttachStdout": True},
        )
        life.post(f"{at}/start")
        upgrade = {"Connection": "Upgrade", "Upgrade": "tcp"} if tty else {}
        life.post(
            f"{at}/attach?stream=1&stdin=1&stdout=1&stderr=1",
            hijacks=True,
            headers=upgrade,
            input=b"\4" if tty else b"hello\n",
        )
        life.post(f"{at}/wait")
        life.get(f"{at}/logs?stdout=1&stderr=1")
        life.post(f"{at}/attach?logs=1&stdout=1&stderr=1", hijacks=True)
        life.post(f"{at}/exec", {"Cmd": ["true"]})
        life.delete(at)
    life.post("/containers/create?name=tl-exec", {"Image": "busybox", "Cmd": ["sleep", "100000"]})
    life.post("/containers/tl-exec/start")
    command = {"Cmd": ["sh", "-c", "echo eo; echo ee >&2; exit 4"], "AttachStdout": True}
    for tty, headers in ((False, {}), (True, _TYPED), (False, {"Content-Type": "text/plain"})):
        made_ = life.post("/containers/tl-exec/exec", {**command, "AttachStderr": True, "Tty": tty})
        at = f"/exec/{made_.json()['Id']}"
        body = b'{"Detach":false,"Tty":%s}' % (b"true" if tty else b"false")
        life.story[-1][1]["body"] = ""
        for path, more in ((f"{at}/start", True), (f"{at}/json", False), (f"{at}/start", True)):
            answer = made(
                life._connect,
                life.version,
                Call("POST", path, body, headers, hijacks=True) if more else get(path),
            )
            life.story.append((path.rpartition("/")[2], plain(answer, also_ids=True)))
    life.delete("/containers/tl-exec?force=1")


def images(life: Life) -> None:
    """Tags, builds, commits, imports, saves and loads."""
    life.post("/images/busybox/tag?repo=tl/one&tag=a", headers={})
    life.post("/images/busybox/tag?repo=tl/one&tag=a&force=1")
    life.get("/images/tl/one:a/json")
    life.get("/images/tl/one:a/history")
    built = context("FROM tl/one:a\nRUN echo built > /built\nENV X=1\nCMD cat /built\n")
    life.post("/build?t=tl/built&nocache=1&rm=1&memory=0&cpushares=0", built)
    life.post("/build?t=tl/built&q=1", built)
    life.post("/build?nocache=1", context("FROM busybox\nRUN echo bad; exit 7\n"))
    life.get("/images/tl/built/json")
    life.get("/images/tl/built/history")
    life.post("/images/tl/built/tag?repo=tl/one&tag=a")
    life.post("/images/busybox/tag?repo=tl/one&tag=a&force=1")
    life.post("/images/create?fromSrc=-&repo=tl/imported&tag=x", context("imported"))
    saved = life.get("/images/tl/built/get")
    life.post("/images/load", saved.body, headers={"Content-Type": "application/x-tar"})
    life.post("/images/load?quiet=0", saved.body)
    life.post("/commit?container=tw-exited&repo=tl/committed&comment=c&author=a", {"Env": ["Q=R"]})
    life.get("/images/json?filter=tl/one")
    for name in ("tl/committed", "tl/imported:x", "tl/built", "tl/one:a", "tl/one:a"):
        life.delete(f"/images/{name}")


def networks(life: Life) -> None:
    """Networks and volumes."""
    life.post("/networks/create", {"Name": "tl-net", "Driver": "bridge", "Options": {}})
    life.post("/containers/create?name=tl-netted", {"Image": "busybox", "Cmd": ["sleep", "9999"]})
    life.post("/networks/tl-net/connect", {"Container": "tl-netted"})
    life.post("/containers/tl-netted/start")
    life.get("/containers/tl-netted/json")
    life.get("/networks/tl-net")
    life.delete("/networks/tl-net")
    life.post("/networks/tl-net/disconnect", {"Container": "tl-netted", "Force": True})
    life.delete("/containers/tl-netted?force=1")
    life.delete("/networks/tl-net")
    life.post("/volumes/create", {"Name": "tl-vol", "Labels": {"a": "b"}})
    life.get("/volumes/tl-vol")
    life.delete("/volumes/tl-vol")


PARTS = (containers, starts, creates, terminals, images, networks)


def lived(connect: Connect, version: str, part: Any, now: float) -> Story:
    """Live one part, and tell the story with the events that came of it since `now`."""
    life = Life(connect, version)
    part(life)
    until = int(time.time()) + 1
    answer = made(connect, version, get(f"/events?since={now:.9f}&until={until}"))
    events = documents(answer.body.decode())
    told = [event.get("status") or event.get("Action") for event in events]
    # Every look at a path mounts the volumes; a `copy` looks whether there is a link first.
    told = [word for word in told if word not in ("mount", "unmount")]
    keys = sorted({tuple(event) for event in events})
    life.story.append(("events", {"keys": keys, "told": sorted(told)}))
    return life.story
