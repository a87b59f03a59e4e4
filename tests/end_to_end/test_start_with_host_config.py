"""Clients from before v1.15 in front of an engine that takes no HostConfig at start."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.clients import DOCKER_PY_0_7, PythonClient
from support.docker_cli import environment_of, run_script
from support.engine import Engine
from support.gateway import Gateway
from support.waiting import wait_until
from support.wire import Answer, Wire, client_context, connect_tls, outputs

pytestmark = pytest.mark.engine

DOCKER_PY_1_1 = PythonClient(
    "docker-py-1.1.0",
    tuple(
        "docker-py==1.1.0" if one.startswith("docker-py") else one
        for one in DOCKER_PY_0_7.requirements
    ),
)
SCRIPT = Path(__file__).parent / "scripts" / "start_with_host_config.py"
LABEL = "io.docker-gateway."


class Old:
    """An old client of one version; every request over a connection of its own."""

    def __init__(self, gateway: Gateway, version: str) -> None:
        self.gateway, self.version = gateway, version
        self._open: list[Wire] = []

    def connect(self) -> Wire:
        """A connection that is closed with the test."""
        context = client_context(self.gateway.certificates)
        self._open.append(Wire(connect_tls(self.gateway.port, context)))
        return self._open[-1]

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        with self.connect() as wire:
            return wire.request(method, f"/v{self.version}{path}", body)

    def hijack(self, path: str, headers: dict[str, str] | None = None) -> Wire:
        """An attach that the gateway has agreed to."""
        wire = self.connect()
        method = "GET" if path.split("?")[0].endswith("/ws") else "POST"
        answer = wire.hijack(method, f"/v{self.version}{path}", headers=headers)
        assert answer.status in (101, 200), answer
        return wire

    def create(self, name: str, script: str, **config: Any) -> str:
        """A container that runs a shell script; its id."""
        body = {"Image": "busybox", "Cmd": ["sh", "-c", script], **config}
        made = self("POST", f"/containers/create?name={name}", body)
        assert made.status == 201, made
        return str(made.json()["Id"])

    def inspect(self, identity: str) -> Any:
        """A container's document."""
        answer = self("GET", f"/containers/{identity}/json")
        assert answer.status == 200, answer
        return answer.json()

    def identity(self, identity: str) -> str:
        """The id that inspect gives."""
        found = self.inspect(identity)
        return str(found.get("Id") or found["ID"])

    def wait(self, identity: str) -> int:
        """The status with which the container ends."""
        answer = self("POST", f"/containers/{identity}/wait")
        assert answer.status == 200, answer
        return int(answer.json()["StatusCode"])

    def close(self) -> None:
        """Close all connections."""
        for wire in self._open:
            wire.stream.close()


@pytest.fixture(scope="module")
def gateways(engine: Engine, certificates: Path, tmp_path_factory: Any) -> Iterator[Any]:
    """Gateways by the version that they forward at; they are started once."""
    started: dict[str, Gateway] = {}

    def by_version(forward: str) -> Gateway:
        if forward not in started:
            folder = tmp_path_factory.mktemp("gateway")
            options = ("--forward", forward)
            started[forward] = Gateway(certificates, engine.address, folder, *options)
        return started[forward]

    yield by_version
    for running in started.values():
        running.stop()


@pytest.fixture
def old(gateways: Callable[[str], Gateway]) -> Iterator[Callable[..., Old]]:
    """Clients: `old(version, forward)`."""
    made: list[Old] = []

    def client(version: str, forward: str = "1.41", gateway: Gateway | None = None) -> Old:
        made.append(Old(gateway or gateways(forward), version))
        return made[-1]

    yield client
    for one in made:
        one.close()


@pytest.fixture
def clean(engine: Engine) -> Iterator[None]:
    """Every container and volume that a test leaves behind is removed, whatever came of it."""
    yield
    left = engine.docker("ps", "--all", "--quiet").split()
    if left:
        engine.docker("rm", "--force", "--volumes", *left)
    engine.docker("volume", "prune", "--force")


@pytest.fixture
def target(engine: Engine, clean: None) -> str:
    """The name of a container that runs, to link to."""
    engine.docker("run", "--detach", "--name", "target", "busybox", "sleep", "600")
    return "target"


def no_swap_is_left(engine: Engine) -> bool:
    """Whether no container has a temporary name."""
    return "docker-gateway" not in engine.docker("ps", "--all", "--format", "{{.Names}}")


@pytest.mark.parametrize("forward", ["1.41", "1.24"])
@pytest.mark.parametrize("version", ["1.3", "1.7", "1.12", "1.14"])
def test_run_with_input_volumes_ports_and_links(
    old: Any, engine: Engine, target: str, tmp_path: Path, version: str, forward: str
) -> None:
    client = old(version, forward)
    (tmp_path / "file").write_text("bound\n")
    identity = client.create(
        "run",
        "echo early; cat; cat /b/file; echo $Y_NAME >&2; ls /data; exit 3",
        OpenStdin=True,
        StdinOnce=True,
        AttachStdin=True,
        AttachStdout=True,
        AttachStderr=True,
        ExposedPorts={"80/tcp": {}},
        Volumes={"/data": {}},
    )
    with client.hijack(f"/containers/{identity}/attach?stream=1&stdin=1&stdout=1&stderr=1") as wire:
        wire.stream.send(b"from the client\n")
        wire.stream.end()
        host = {
            "Binds": [f"{tmp_path}:/b"],
            "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
            "Links": [f"{target}:y"],
            "LxcConf": [],
            "ContainerIDFile": "",
            "Privileged": False,
            "PublishAllPorts": False,
        }
        assert client("POST", f"/containers/{identity}/start", host).status == 204
        said = wire.rest()
    out = b"early\nfrom the client\nbound\n"
    err = b"/run/y\n"
    if float(version[2:]) < 6:
        assert sorted(said.splitlines()) == sorted((out + err).splitlines())
        assert said.startswith(b"early\n")
    else:
        assert outputs(said) == (out, err)
    assert client.wait(identity) == 3
    for name in (identity, identity[:12], identity[:5], "run"):
        assert client.identity(name) == identity
    found = client.inspect(identity)
    assert found["Config"].get("Labels") in (None, {})
    assert found["Config"]["Hostname"] == identity[:12]
    if version != "1.3":
        assert found["HostConfig"]["Binds"] == [f"{tmp_path}:/b"]
        assert found["HostConfig"]["VolumesFrom"] is None
        assert list(found["HostConfig"]["PortBindings"]) == ["80/tcp"]
    listed = client("GET", "/containers/json?all=1").json()
    assert [one for one in listed if one["Id"] == identity]
    assert LABEL not in json.dumps(listed)
    changes = client("GET", f"/containers/{identity}/changes")
    assert changes.status == 200
    logs = client("POST", f"/containers/{identity}/attach?logs=1&stdout=1&stderr=1")
    if float(version[2:]) < 6:
        assert sorted(logs.body) == sorted(said)
    else:
        assert outputs(logs.body) == (out, err)
    assert client("DELETE", f"/containers/{identity}?v=1").status == 204
    assert client("GET", f"/containers/{identity}/json").status == 404
    assert engine.docker("volume", "ls", "--quiet") == ""
    assert no_swap_is_left(engine)


def test_two_gateways_and_a_restart(
    old: Any, serve: Any, engine: Engine, clean: None, gateways: Any
) -> None:
    first, second = old("1.12", "1.41"), old("1.12", "1.24")
    identity = first.create("pair", "echo early; cat", OpenStdin=True, StdinOnce=True)
    attach = f"/containers/{identity}/attach?stream=1&stdin=1&stdout=1&stderr=1"
    watcher = second.connect()
    watcher.send_request("GET", "/v1.22/events")
    assert watcher.read_head().status == 200
    with second.hijack(attach) as wire, first.hijack(attach) as other:
        wire.stream.send(b"over the second\n")
        wire.stream.end()
        host = {"Dns": ["192.0.2.1"], "CapAdd": ["NET_ADMIN"]}
        assert first("POST", f"/containers/{identity}/start", host).status == 204
        assert outputs(wire.rest()) == (b"early\nover the second\n", b"")
        assert outputs(other.rest()) == (b"early\nover the second\n", b"")
    later = old("1.12", gateway=serve(engine.address, "--forward", "1.41"))
    assert later.wait(identity) == 0
    assert later.identity(identity) == identity
    assert later.inspect(identity)["HostConfig"]["Dns"] == ["192.0.2.1"]
    assert later("DELETE", f"/containers/{identity}").status == 204
    said: list[Any] = []
    while not said or said[-1]["Action"] != "destroy":
        said += [json.loads(text) for text in watcher.read_chunk().splitlines()]
    containers = [one for one in said if one["Type"] == "container"]
    assert {one["id"] for one in containers} == {identity}
    assert LABEL not in json.dumps(said)
    actions = [one["Action"] for one in containers if one["Action"] != "attach"]
    assert actions == ["start", "die", "destroy"]
    assert {one["Actor"]["Attributes"].get("container", identity) for one in said} == {identity}


def tar_with(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def test_what_was_put_into_it_before_is_there(old: Any, engine: Engine, clean: None) -> None:
    client, newer = old("1.14"), old("1.20")
    identity = client.create("put", "cat /data/in /root/out", Volumes={"/data": {}})
    for folder, name in (("/data", "in"), ("/root", "out")):
        data = tar_with(name, f"{name}\n".encode())
        answer = newer("PUT", f"/containers/{identity}/archive?path={folder}", data)
        assert answer.status == 200
    volumes = engine.docker("volume", "ls", "--quiet")
    assert client("POST", f"/containers/{identity}/start", {"Dns": ["192.0.2.1"]}).status == 204
    assert client.wait(identity) == 0
    logs = client("GET", f"/containers/{identity}/logs?stdout=1")
    assert outputs(logs.body)[0] == b"in\nout\n"
    assert engine.docker("volume", "ls", "--quiet") == volumes
    found = client.inspect(identity)
    assert found["HostConfig"]["Dns"] == ["192.0.2.1"]
    assert found["Config"]["Image"] == "busybox"
    # Once more, now that it has run, and with another one.
    written = tar_with("out", b"written\n")
    assert newer("PUT", f"/containers/{identity}/archive?path=/root", written).status == 200
    assert client("POST", f"/containers/{identity}/start", {"CapAdd": ["NET_ADMIN"]}).status == 204
    assert client.wait(identity[:20]) == 0
    logs = client("GET", f"/containers/{identity}/logs?stdout=1")
    assert outputs(logs.body)[0] == b"in\nwritten\n"
    found = client.inspect("put")
    assert found["Id"] == identity
    assert not found["HostConfig"]["Dns"]
    assert found["HostConfig"]["CapAdd"] == ["NET_ADMIN"]
    assert found["HostConfig"]["VolumesFrom"] is None
    assert found["Config"]["Image"] == "busybox"
    assert client("DELETE", f"/containers/{identity}?v=1").status == 204
    assert engine.docker("volume", "ls", "--quiet") == ""
    assert no_swap_is_left(engine)


def test_a_failure_leaves_the_container_as_it_was(old: Any, engine: Engine, clean: None) -> None:
    client = old("1.12")
    identity = client.create("kept", "true")
    before = engine.docker("inspect", "kept")
    refused = client("POST", f"/containers/{identity}/start", {"Links": ["nobody:x"]})
    assert refused.status >= 400
    assert refused.header("Content-Type") == "text/plain; charset=utf-8"
    assert b"nobody" in refused.body
    assert engine.docker("inspect", "kept") == before
    assert no_swap_is_left(engine)
    assert client("POST", f"/containers/{identity}/start", {"Dns": ["192.0.2.1"]}).status == 204


def test_a_start_that_fails_leaves_it_with_the_new_configuration(
    old: Any, engine: Engine, clean: None
) -> None:
    engine.docker("run", "--detach", "--publish", "8081:80", "busybox", "sleep", "600")
    client = old("1.14")
    identity = client.create("taken", "true", ExposedPorts={"80/tcp": {}})
    with client.hijack(f"/containers/{identity}/attach?stream=1&stdout=1") as wire:
        ports = {"80/tcp": [{"HostPort": "8081"}]}
        failed = client("POST", f"/containers/{identity}/start", {"PortBindings": ports})
        assert failed.status == 500
        assert b"port is already allocated" in failed.body
        ports = {"80/tcp": [{"HostPort": "8082"}]}
        assert (
            client("POST", f"/containers/{identity}/start", {"PortBindings": ports}).status == 204
        )
        assert wire.stream is not None
    assert client.wait(identity) == 0
    found = client.inspect(identity)
    assert found["Id"] == identity
    assert found["HostConfig"]["PortBindings"]["80/tcp"][0]["HostPort"] == "8082"
    assert client("DELETE", f"/containers/{identity}").status == 204


def test_two_starts_at_once_by_two_gateways(old: Any, engine: Engine, clean: None) -> None:
    clients = [old("1.12", "1.41"), old("1.12", "1.24")]
    identity = clients[0].create("many", "sleep 600")

    def start(client: Old) -> int:
        host = {"Dns": ["192.0.2.1"]}
        return client("POST", f"/containers/{identity}/start", host).status

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(start, clients))
    # Documented from v1.13 on; Engine 1.6.2, recorded, says 304 at every version.
    assert statuses == [204, 304]
    assert engine.docker("ps", "--all", "--format", "{{.Names}}").split() == ["many"]
    assert clients[0].inspect(identity)["State"]["Running"] is True


def test_a_container_that_has_its_configuration_already_is_not_made_anew(
    old: Any, engine: Engine, clean: None
) -> None:
    client = old("1.12")
    identity = client.create("plain", "true", Memory=16777216, Dns=["192.0.2.1"])
    defaults = {"Binds": None, "LxcConf": [], "PublishAllPorts": False, "NetworkMode": "bridge"}
    assert client("POST", f"/containers/{identity}/start", defaults).status == 204
    assert client.wait(identity) == 0
    assert engine.docker("inspect", "--format", "{{.Id}}", "plain").strip() == identity
    # Limits are updated where it is.
    identity = client.create("limits", "true")
    host = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    assert client("POST", f"/containers/{identity}/start", host).status == 204
    assert engine.docker("inspect", "--format", "{{.Id}}", "limits").strip() == identity
    policy = client.inspect(identity)["HostConfig"]["RestartPolicy"]
    assert policy == {"Name": "on-failure", "MaximumRetryCount": 2}


def test_others_are_named_by_their_old_ids(old: Any, engine: Engine, clean: None) -> None:
    client = old("1.14")
    first = client.create("first", "echo x > /data/y; sleep 600", Volumes={"/data": {}})
    assert client("POST", f"/containers/{first}/start", {"CapAdd": ["NET_ADMIN"]}).status == 204
    wait_until(lambda: "y" in engine.docker("exec", "first", "ls", "/data").split(), "the file")
    second = client.create("second", "cat /data/y; echo $F_NAME")
    host = {"VolumesFrom": [first[:12]], "Links": [f"{first}:f"]}
    assert client("POST", f"/containers/{second}/start", host).status == 204
    assert client.wait(second) == 0
    logs = client("GET", f"/containers/{second}/logs?stdout=1")
    assert outputs(logs.body)[0] == b"x\n/second/f\n"
    third = client.create("third", "true")
    mode = f"container:{first}"
    assert client("POST", f"/containers/{third}/start", {"NetworkMode": mode}).status == 204
    assert client.wait(third) == 0
    assert client.inspect(third)["HostConfig"]["NetworkMode"] == mode
    newer = old("1.20")
    body = {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"VolumesFrom": [first]}}
    assert newer("POST", "/containers/create", body).status == 201
    since = newer("GET", f"/containers/json?all=1&since={first}").json()
    assert {one["Id"] for one in since} >= {second, third}
    commit = newer("POST", f"/commit?container={first}&repo=of-first", {})
    assert commit.status == 201
    image = newer("GET", "/images/of-first/json").json()
    assert image["Container"] == first and LABEL not in json.dumps(image)
    # What is made from that image has its labels, but is somebody of its own.
    heir = engine.docker("create", "of-first").strip()
    assert old("1.14").identity(heir) == heir
    assert client.identity(first) == first
    execute = newer("POST", f"/containers/{first}/exec", {"Cmd": ["true"]})
    assert execute.status == 201
    document = old("1.22")("GET", f"/exec/{execute.json()['Id']}/json").json()
    assert document["ContainerID"] == first


def test_an_entrypoint_that_was_cleared_stays_so(old: Any, engine: Engine, clean: None) -> None:
    engine.docker("create", "--name", "echo", "busybox", "true")
    engine.docker("commit", "--change", 'ENTRYPOINT ["echo", "wrong"]', "echo", "echo:image")
    client = old("1.14")
    identity = client.create("cleared", "echo right", Image="echo:image", Entrypoint=[""])
    assert client("POST", f"/containers/{identity}/start", {"Dns": ["192.0.2.1"]}).status == 204
    assert client.wait(identity) == 0
    logs = client("GET", f"/containers/{identity}/logs?stdout=1")
    assert outputs(logs.body)[0] == b"right\n"


def test_a_held_attach_ends_with_its_container(old: Any, engine: Engine, clean: None) -> None:
    client = old("1.12")
    identity = client.create("gone", "true")
    with client.hijack(f"/containers/{identity}/attach?stream=1&stdout=1") as wire:
        assert old("1.12", "1.24")("DELETE", f"/containers/{identity}").status == 204
        assert wire.rest() == b""


def test_a_held_attach_of_a_plain_start(old: Any, engine: Engine, clean: None) -> None:
    client = old("1.12")
    for command in ("start through the gateway", "start by somebody else"):
        identity = client.create("plain", "echo early; cat", OpenStdin=True, StdinOnce=True)
        path = f"/containers/{identity}/attach?stream=1&stdin=1&stdout=1"
        with client.hijack(path, {"Connection": "Upgrade", "Upgrade": "tcp"}) as wire:
            wire.stream.send(b"input\n")
            wire.stream.end()
            if command == "start through the gateway":
                assert client("POST", f"/containers/{identity}/start").status == 204
            else:
                engine.docker("start", identity)
            assert outputs(wire.rest()) == (b"early\ninput\n", b"")
        assert client("DELETE", f"/containers/{identity}").status == 204


def test_a_websocket_that_was_opened_before(old: Any, engine: Engine, clean: None) -> None:
    client = old("1.14")
    identity = client.create("socket", "sleep 0.2; echo through the socket")
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": "http://localhost",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    with client.hijack(f"/containers/{identity}/attach/ws?stream=1&stdout=1", headers) as wire:
        assert client("POST", f"/containers/{identity}/start", {"Dns": ["192.0.2.1"]}).status == 204
        wait_until(lambda: b"through the socket\n" in _read_more(wire), "the output")


def _read_more(wire: Wire) -> bytes:
    wire.read += wire.stream.receive()
    return wire.read


@pytest.mark.clients
@pytest.mark.parametrize(
    ("client", "version"),
    [(DOCKER_PY_0_7, "1.12"), (DOCKER_PY_1_1, "1.14"), (DOCKER_PY_1_1, "1.17")],
    ids=lambda value: getattr(value, "name", value),
)
@pytest.mark.parametrize("forward", ["1.41", "1.24"])
def test_docker_py(
    installed: Any,
    gateways: Any,
    engine: Engine,
    target: str,
    tmp_path: Path,
    client: PythonClient,
    version: str,
    forward: str,
) -> None:
    (tmp_path / "file").write_text("bound\n")
    gateway = gateways(forward)
    python = installed(client).program("python")
    arguments = [gateway.url, str(gateway.certificates), version, str(tmp_path), target]
    done = run_script([python, SCRIPT, *arguments], environment_of(gateway, tmp_path))
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    name = f"docker-py-{seen.pop('client')}"
    text = f"bound\n/{name}/y\n"
    ports = seen.pop("ports")
    assert [one["HostIp"] for one in ports["80/tcp"]] == ["127.0.0.1"]
    assert seen == {
        "attached": text,
        "status": 0,
        "logs": text,
        "id": True,
        "binds": True,
        "listed": True,
        "again": 0,
    }
    assert engine.docker("volume", "ls", "--quiet") == ""
    assert no_swap_is_left(engine)
