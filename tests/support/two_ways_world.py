"""The world in which one engine is asked in two ways, and what it is asked (support.two_ways)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from support.engine import Engine
from support.two_ways import Call, context, get, post
from support.wire import Wire, connect_unix

IMAGES = ("busybox", "tw/tags:a", "tw/tags:b", "tw/built", "tw/committed")
"""The images of the world; one more has no name."""

RUNNING = (
    *("tw-running", "tw-tty", "tw-linked", "tw-net", "tw-two-nets", "tw-host", "tw-none"),
    *("tw-shared", "tw-healthy", "tw-limits", "tw-caps"),
)
STILL = ("tw-created", "tw-exited", "tw-paused", "tw-failed")
CONTAINERS = (*RUNNING, *STILL)

_SLEEP = ("busybox", "sleep", "100000")
_BUILT = """\
FROM busybox
LABEL made=here
ENV A=B C="d e"
VOLUME /stuff
EXPOSE 80 53/udp
WORKDIR /tmp
USER 0:0
ONBUILD RUN true
STOPSIGNAL SIGINT
HEALTHCHECK --interval=1h CMD true
RUN echo built > /built
ENTRYPOINT ["sleep"]
CMD ["100000"]
"""


@contextmanager
def world(engine: Engine) -> Iterator[dict[str, str]]:
    """Images, containers, networks and volumes of every make; gives the ids of what has no name."""
    docker = engine.docker
    with Wire(connect_unix(engine.socket)) as wire:
        built = wire.request("POST", "/v1.41/build?t=tw/built", context(_BUILT))
        assert b"Successfully built" in built.body, built.body
    docker("network", "create", "--subnet", "10.77.0.0/16", "--label", "k=v", "tw-net-a")
    docker("volume", "create", "--label", "k=v", "tw-vol-a")
    docker("tag", "busybox", "tw/tags:a")
    docker("tag", "busybox", "tw/tags:b")
    run = ("run", "--detach", "--name")
    docker(
        *(*run, "tw-running", "--publish", "127.0.0.1::80", "--publish", "53/udp"),
        *("--volume", "/anonymous", "--volume", "tw-vol-a:/named:ro", "--volume", "/tmp:/host:ro"),
        *("--tmpfs", "/temporary", "--env", "A=B", "--label", "k=v", "--workdir", "/tmp"),
        *("--mount", "type=volume,source=tw-vol-b,target=/mounted", *_SLEEP),
    )
    docker(*run, "tw-tty", "--tty", "--interactive", "busybox", "sh")
    docker(*run, "tw-linked", "--link", "tw-running:alias", *_SLEEP)
    docker(
        *(*run, "tw-net", "--network", "tw-net-a", "--ip", "10.77.1.2"),
        *("--network-alias", "other", "--publish", "81", *_SLEEP),
    )
    docker(*run, "tw-two-nets", *_SLEEP)
    docker("network", "connect", "tw-net-a", "tw-two-nets")
    docker(*run, "tw-host", "--network", "host", *_SLEEP)
    docker(*run, "tw-none", "--network", "none", *_SLEEP)
    docker(*run, "tw-shared", "--network", "container:tw-running", *_SLEEP)
    docker(*run, "tw-healthy", "tw/built")
    docker(
        *(*run, "tw-limits", "--memory", "64m", "--cpu-shares", "512", "--cpuset-cpus", "0"),
        *(
            "--restart",
            "on-failure:3",
            "--log-opt",
            "max-size=1m",
            "--ulimit",
            "nofile=99",
            *_SLEEP,
        ),
    )
    docker(
        *(*run, "tw-caps", "--cap-add", "NET_ADMIN", "--cap-drop", "MKNOD", "--dns", "10.1.1.1"),
        *("--add-host", "h:10.1.1.2", "--device", "/dev/null:/dev/other", "--read-only"),
        *("--hostname", "host", "--domainname", "domain", "--pid", "host"),
        *("--volumes-from", "tw-running", *_SLEEP),
    )
    docker(
        "create",
        "--name",
        "tw-created",
        "--volume",
        "/data",
        "--mac-address",
        "02:42:0a:0b:0c:0d",
        "--expose",
        "99",
        *_SLEEP,
    )
    docker(*run, "tw-exited", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3")
    docker("wait", "tw-exited")
    docker(*run, "tw-paused", *_SLEEP)
    docker("pause", "tw-paused")
    docker("create", "--name", "tw-failed", "busybox", "/no/such/command")
    with Wire(connect_unix(engine.socket)) as wire:
        wire.request("POST", "/v1.41/containers/tw-failed/start")
        command = {"Cmd": ["sh", "-c", "exit 4"], "AttachStdout": True}
        path = "/v1.41/containers/tw-running/exec"
        ended = wire.request("POST", path, command).json()["Id"]
        wire.request("POST", f"/v1.41/exec/{ended}/start", {"Detach": True})
        waiting = wire.request("POST", path, {**command, "Tty": True, "User": "0"}).json()["Id"]
    nameless = docker("commit", "tw-exited").strip()
    docker(
        "commit",
        "--author",
        "me",
        "--message",
        "hi",
        "--change",
        "ENV X=Y",
        "tw-exited",
        "tw/committed",
    )
    try:
        yield {"nameless": nameless, "ended": ended, "waiting": waiting}
    finally:
        docker("rm", "--force", "--volumes", *CONTAINERS)
        docker("rmi", "--force", *IMAGES[1:], nameless)
        docker("network", "rm", "tw-net-a")
        docker("volume", "rm", "tw-vol-a", "tw-vol-b")


def questions(ids: dict[str, str], now: int) -> list[Call]:
    """Calls that change nothing, over the whole world; `now` is a time in seconds."""
    calls = [get(path) for path in _LISTS]
    for name in CONTAINERS:
        at = f"/containers/{name}"
        calls += [get(f"{at}/json"), get(f"{at}/json?size=1"), get(f"{at}/changes")]
        calls += [get(f"{at}/logs?stdout=1&stderr=1"), get(f"{at}/logs?stdout=1&tail=1")]
        calls += [get(f"{at}/logs"), get(f"{at}/top")]
        calls += [get(f"{at}/archive?path=/etc/passwd"), get(f"{at}/archive?path=/nope")]
        calls += [Call("HEAD", f"{at}/archive?path=/etc"), get(f"{at}/archive")]
        calls += [Call("HEAD", f"{at}/archive?path=/nope")]
    calls.append(get("/containers/tw-running/top?ps_args=-o%20pid,args"))
    calls.append(get("/containers/tw-exited/logs?stdout=1&stderr=1&timestamps=1&since=1"))
    calls.append(get("/containers/tw-exited/export"))
    # Each of these takes two seconds.
    for name in ("tw-running", "tw-two-nets", "tw-none", "tw-exited"):
        calls.append(get(f"/containers/{name}/stats?stream=0"))
    calls.append(Call("GET", "/containers/tw-shared/stats", first=True))
    for name in (*IMAGES, ids["nameless"]):
        at = f"/images/{name}"
        calls += [get(f"{at}/json"), get(f"{at}/history")]
    calls.append(get("/images/tw/built/get"))
    calls += [get(f"/exec/{ids[which]}/json") for which in ("ended", "waiting")]
    for filters in (
        '{"type":["container"]}',
        '{"event":["die"]}',
        '{"container":["tw-exited"]}',
        "",
    ):
        query = f"?since=1&until={now}" + (f"&filters={filters}" if filters else "")
        calls.append(get("/events" + query.replace('"', "%22")))
    calls += [call for call in _WRONG if call.method in ("GET", "HEAD")]
    return calls


def _filtered(path: str, *filters: str) -> list[str]:
    mark = "&" if "?" in path else "?"
    return [f"{path}{mark}filters={text}".replace('"', "%22") for text in filters]


_LISTS = (
    *("/info", "/version", "/_ping", "/containers/json", "/containers/json?all=1"),
    *(
        "/containers/json?all=1&size=1",
        "/containers/json?limit=2",
        "/containers/json?all=1&limit=1",
    ),
    *("/containers/json?before=tw-net", "/containers/json?since=tw-net"),
    *_filtered(
        "/containers/json?all=1",
        *('{"status":["exited"]}', '{"exited":["3"]}', '{"label":["k=v"]}', '{"name":["tw-n"]}'),
        *('{"status":{"paused":true}}', '{"nope":["x"]}', "nonsense", '{"status":["nope"]}'),
    ),
    *(
        "/images/json",
        "/images/json?all=1",
        "/images/json?filter=tw/tags",
        "/images/json?digests=1",
    ),
    *_filtered("/images/json", '{"dangling":["true"]}', '{"label":["made=here"]}', '{"no":["x"]}'),
    *("/networks", "/networks/tw-net-a", "/networks/bridge", "/networks/none"),
    *_filtered("/networks", '{"name":["tw-"]}', '{"type":["custom"]}', '{"nope":["x"]}'),
    *("/volumes", "/volumes/tw-vol-a"),
    *_filtered("/volumes", '{"dangling":["true"]}', '{"name":["tw-"]}'),
)

_WRONG: tuple[Call, ...] = (
    *(
        get(f"/containers/tw-none-such/{verb}")
        for verb in (
            *(
                "json",
                "logs?stdout=1",
                "top",
                "changes",
                "export",
                "archive?path=/",
                "stats?stream=0",
            ),
        )
    ),
    Call("HEAD", "/containers/tw-none-such/archive?path=/"),
    get("/images/tw-none-such/json"),
    get("/images/tw-none-such/history"),
    get("/images/tw-none-such/get"),
    get("/images/search?term=busybox"),
    get("/networks/tw-none-such"),
    get("/volumes/tw-none-such"),
    get("/exec/tw-none-such/json"),
    get("/auth"),
    get("/no/such/path"),
    get("/swarm"),
    get("/nodes"),
    get("/services"),
    get("/plugins"),
    get("/images/viz"),
    get("/events?since=nonsense"),
    Call("PUT", "/info"),
    Call("DELETE", "/containers/tw-none-such"),
    Call("DELETE", "/containers/tw-running"),
    Call("DELETE", "/images/tw-none-such"),
    Call("DELETE", "/images/busybox:latest-none"),
    Call("DELETE", "/networks/bridge"),
    Call("DELETE", "/networks/tw-net-a"),
    Call("DELETE", "/networks/tw-none-such"),
    Call("DELETE", "/volumes/tw-vol-a"),
    Call("DELETE", "/volumes/tw-none-such"),
    *(
        post(f"/containers/tw-none-such/{verb}")
        for verb in (
            *("start", "stop", "restart", "kill", "pause", "unpause", "wait", "resize?h=1&w=1"),
            *("rename?name=x",),
        )
    ),
    post("/containers/tw-none-such/attach?stdout=1&logs=1", hijacks=True),
    post("/containers/tw-none-such/exec", {"Cmd": ["true"]}),
    post("/containers/tw-none-such/update", {}),
    post("/containers/tw-none-such/copy", {"Resource": "/etc"}),
    post("/containers/tw-running/copy", {"Resource": "/nope"}),
    post("/containers/tw-running/copy", {"Resource": ""}),
    post("/containers/tw-running/copy"),
    post("/containers/tw-running/exec", {}),
    post("/containers/tw-running/exec", {"Cmd": 5}),
    post("/containers/tw-paused/exec", {"Cmd": ["true"]}),
    post("/containers/tw-exited/exec", {"Cmd": ["true"]}),
    post("/containers/tw-exited/kill"),
    post("/containers/tw-created/kill"),
    post("/containers/tw-exited/pause"),
    post("/containers/tw-running/kill?signal=NOPE"),
    post("/containers/tw-running/unpause"),
    post("/containers/tw-paused/pause"),
    post("/containers/tw-paused/start"),
    post("/containers/tw-running/start"),
    post("/containers/tw-exited/stop"),
    post("/containers/tw-failed/start"),
    post("/containers/tw-running/rename?name=tw-exited"),
    post("/containers/tw-running/rename?name="),
    post("/containers/tw-running/rename?name=tw-running"),
    post("/containers/tw-running/rename?name=-bad"),
    post("/containers/tw-running/attach", hijacks=True),
    post("/containers/create", {"Image": "tw-none-such", "Cmd": ["true"]}),
    post("/containers/create?name=tw-exited", {"Image": "busybox", "Cmd": ["true"]}),
    post("/containers/create?name=-bad", {"Image": "busybox", "Cmd": ["true"]}),
    post("/containers/create", {"Image": "busybox"}),
    post("/containers/create", b"{nonsense", headers={"Content-Type": "application/json"}),
    post("/containers/create", b'{"Image":"busybox"}'),
    post("/containers/create", b"", headers={"Content-Type": "application/json"}),
    *(
        post("/containers/create", {"Image": "busybox", "Cmd": ["true"], **more})
        for more in (
            {"HostConfig": {"Memory": 1000}},
            {"Memory": 1000},
            {"Memory": "67108864"},
            {"HostConfig": {"Memory": "67108864"}},
            {"HostConfig": {"Links": ["tw-none-such:x"]}},
            {"HostConfig": {"VolumesFrom": ["tw-none-such"]}},
            {"HostConfig": {"Binds": ["relative/path:/x"]}},
            {"HostConfig": {"RestartPolicy": {"Name": "nope"}}},
            {"HostConfig": 5},
            {"VolumesFrom": "tw-running"},
        )
    ),
    post("/exec/tw-none-such/start", {"Detach": True}),
    post("/exec/tw-none-such/start", {"Detach": False}, hijacks=True),
    post("/exec/tw-none-such/resize?h=1&w=1"),
    post("/images/tw-none-such/tag?repo=x"),
    post("/images/busybox/tag?repo=BAD"),
    post("/images/create?fromImage=127.0.0.1:9/x&tag=y"),
    post("/images/create?fromSrc=http://127.0.0.1:9/x"),
    post("/images/tw-none-such/push", headers={"X-Registry-Auth": "e30="}),
    post("/images/load", b"no tar"),
    post("/commit?container=tw-none-such"),
    post("/commit?container=tw-exited&repo=BAD"),
    post("/networks/create", {"Name": "bridge"}),
    post("/networks/create", {"Name": "tw-net-a", "CheckDuplicate": True}),
    post("/networks/tw-none-such/connect", {"Container": "tw-running"}),
    post("/networks/tw-net-a/connect", {"Container": "tw-none-such"}),
    post("/networks/tw-net-a/disconnect", {"Container": "tw-none-such"}),
    post("/volumes/create", {"Name": "/bad"}),
    post("/build", b"no tar", headers={"Content-Type": "application/tar"}),
    post("/build", context("NOSUCH\n"), headers={"Content-Type": "application/tar"}),
    post("/build", context("FROM busybox\nRUN exit 7\n")),
    post("/build?dockerfile=Nope", context("FROM busybox\n")),
    post("/no/such/path"),
    Call("PUT", "/containers/tw-none-such/archive?path=/", context("x")),
    Call("PUT", "/containers/tw-created/archive?path=/nope", context("x")),
)
"""Wrong in some way: nothing is to come of them."""

MISTAKES: tuple[Call, ...] = tuple(call for call in _WRONG if call.method not in ("GET", "HEAD"))
"""Those of them that are no questions."""
