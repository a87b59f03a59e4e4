"""What clients of different versions are told, and that nothing else is changed."""

import json
import subprocess
from collections.abc import Callable

import pytest
from support.clients import clean_environment
from support.engine import IMAGE, Engine
from support.gateway import Gateway
from support.wire import Answer, Wire, connect_unix, outputs

pytestmark = pytest.mark.engine

Connect = Callable[[], Wire]


def ask_engine(engine: Engine, method: str, path: str) -> Answer:
    """What the engine itself answers."""
    with Wire(connect_unix(engine.socket)) as direct:
        return direct.request(method, path)


# Answers that stay the same while nothing happens.
SAME = [
    "/_ping",
    "/images/json",
    "/images/json?all=1&digests=1",
    f"/images/{IMAGE}/json",
    f"/images/{IMAGE}/history",
    "/images/none/of/that/name/json",
    "/containers/none/json",
    "/containers/json?limit=x",
    "/networks/none",
    "/volumes/none",
    "/no/such/thing",
    '/containers/json?filters={"nonsense":["x"]}',
]


def in_order(body: bytes) -> object:
    """The body; a list of images in the order of their ids.

    An engine sorts by the second of their making, and those of one second come as they like.
    """
    if not body.startswith(b'[{"Containers":-1'):
        return body
    return sorted(json.loads(body), key=lambda image: str(image["Id"]))


@pytest.mark.parametrize("version", ["1.19", "1.23", "1.24", "1.30", "1.41", None])
@pytest.mark.parametrize("path", SAME)
def test_from_v1_19_on_the_engines_own_answer_is_passed_on(
    engine: Engine, wire: Connect, version: str | None, path: str
) -> None:
    path = path.replace('"', "%22")
    path = path if version is None else f"/v{version}{path}"
    ours, theirs = wire().request("GET", path), ask_engine(engine, "GET", path)
    assert (ours.status, ours.reason) == (theirs.status, theirs.reason)
    assert in_order(ours.body) == in_order(theirs.body)
    for name in ("Content-Type", "Api-Version", "Docker-Experimental", "Ostype", "Server"):
        assert ours.header(name) == theirs.header(name), name


@pytest.mark.parametrize("version", ["1.12", "1.23"])
def test_errors_are_text_before_v1_24(wire: Connect, version: str) -> None:
    answer = wire().request("GET", f"/v{version}/containers/none/json")
    assert answer.status == 404
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.body == b"No such container: none\n"


@pytest.mark.parametrize("prefix", ["", "/v1.24", "/v1.41"])
def test_errors_are_json_from_v1_24_on_and_without_a_version(wire: Connect, prefix: str) -> None:
    answer = wire().request("GET", f"{prefix}/containers/none/json")
    assert answer.status == 404
    assert answer.header("Content-Type") == "application/json"
    assert answer.json() == {"message": "No such container: none"}


@pytest.mark.parametrize("version", ["1.42", "1.99"])
def test_a_version_that_is_too_new_is_refused_as_the_engine_does(
    engine: Engine, wire: Connect, version: str
) -> None:
    path = f"/v{version}/containers/json"
    ours, theirs = wire().request("GET", path), ask_engine(engine, "GET", path)
    words = f"client version {version} is too new. Maximum supported API version is 1.41"
    assert (ours.status, ours.json()) == (400, {"message": words})
    assert (ours.status, ours.body) == (theirs.status, theirs.body)
    assert ours.header("Content-Type") == theirs.header("Content-Type")


def test_a_version_that_is_too_old_is_refused_in_text(wire: Connect) -> None:
    answer = wire().request("GET", "/v0.9/containers/json")
    assert answer.status == 400
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    assert answer.text().startswith("client version 0.9 is too old. Minimum supported API version")


def test_the_gateway_speaks_of_its_own_range_everywhere(wire: Connect) -> None:
    ping = wire().request("GET", "/_ping")
    head = wire().request("HEAD", "/_ping")
    version = wire().request("GET", "/version").json()
    assert (ping.status, ping.body) == (200, b"OK")
    assert (head.status, head.body) == (200, b"")
    for name in ("Api-Version", "Docker-Experimental", "Ostype", "Builder-Version"):
        assert head.header(name) == ping.header(name)
    assert ping.header("Api-Version") == version["ApiVersion"] == "1.41"
    details = next(c for c in version["Components"] if c["Name"] == "Engine")["Details"]
    assert version["MinAPIVersion"] == details["MinAPIVersion"]
    # The oldest that it says it serves is served.
    oldest = version["MinAPIVersion"]
    assert wire().request("GET", f"/v{oldest}/version").status == 200
    assert details["ApiVersion"] == "1.41"


@pytest.fixture
def spoke(container: Callable[..., str], engine: Engine) -> str:
    """A container that has said something on both outputs and ended."""
    name = container(IMAGE, "sh", "-c", "echo out; echo err >&2")
    engine.docker("start", name)
    engine.docker("wait", name)
    return name


@pytest.mark.parametrize("upgrade", [True, False], ids=["101", "200"])
@pytest.mark.parametrize("version", ["1.5", "1.6", "1.41"])
def test_attach_gives_merged_bytes_before_v1_6_and_frames_after(
    wire: Connect, spoke: str, version: str, upgrade: bool
) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "tcp"} if upgrade else {}
    path = f"/v{version}/containers/{spoke}/attach?logs=1&stdout=1&stderr=1"
    connection = wire()
    answer = connection.hijack("POST", path, None, headers)
    assert (answer.status, answer.reason) == ((101, "UPGRADED") if upgrade else (200, "OK"))
    assert answer.header("Content-Type") == "application/vnd.docker.raw-stream"
    assert answer.header("Content-Length") is answer.header("Transfer-Encoding") is None
    data = connection.rest()
    if version == "1.5":
        assert sorted(data.splitlines()) == [b"err", b"out"]
    else:
        assert outputs(data) == (b"out\n", b"err\n")


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_attach_to_a_terminal_is_never_framed(
    wire: Connect, engine: Engine, container: Callable[..., str], version: str
) -> None:
    name = container("-t", IMAGE, "echo", "on a terminal")
    engine.docker("start", name)
    engine.docker("wait", name)
    connection = wire()
    connection.hijack("POST", f"/v{version}/containers/{name}/attach?logs=1&stdout=1")
    assert connection.rest() == b"on a terminal\r\n"


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_a_live_attach_carries_input_and_what_comes_after_its_end(
    wire: Connect, engine: Engine, container: Callable[..., str], version: str
) -> None:
    name = container("-i", IMAGE, "sh", "-c", "cat; sleep 0.2; echo late; echo err >&2")
    connection = wire()
    path = f"/v{version}/containers/{name}/attach?stream=1&stdin=1&stdout=1&stderr=1"
    assert connection.hijack("POST", path).status == 200
    engine.docker("start", name)
    connection.stream.send(b"first ")
    connection.stream.send(b"second\n")
    connection.stream.end()
    data = connection.rest()
    if version == "1.5":
        assert data.startswith(b"first second\n")
        assert sorted(data.splitlines()) == [b"err", b"first second", b"late"]
    else:
        assert outputs(data) == (b"first second\nlate\n", b"err\n")


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_exec_follows_the_same_rule(
    wire: Connect, engine: Engine, container: Callable[..., str], version: str
) -> None:
    name = container(IMAGE, "sleep", "3600")
    engine.docker("start", name)
    command = {"AttachStdout": True, "AttachStderr": True, "Container": name}
    command["Cmd"] = ["sh", "-c", "echo out; sleep 0.1; echo err >&2"]
    made = wire().request("POST", f"/v{version}/containers/{name}/exec", command)
    assert made.status == 201, made.body
    connection = wire()
    start = f"/v{version}/exec/{made.json()['Id']}/start"
    assert connection.hijack("POST", start, {"Detach": False, "Tty": False}).status == 200
    data = connection.rest()
    if version == "1.5":
        assert data == b"out\nerr\n"
    else:
        assert outputs(data) == (b"out\n", b"err\n")


def test_lists_of_images_change_with_v1_7(wire: Connect) -> None:
    old = wire().request("GET", "/v1.6/images/json?filter=busybox").json()
    assert sorted((image["Repository"], image["Tag"]) for image in old) == [
        ("busybox", "1.35"),
        ("busybox", "latest"),
    ]
    assert all(set(i) == {"Repository", "Tag", "Id", "Created", "Size", "VirtualSize"} for i in old)
    new = wire().request("GET", "/v1.7/images/json?filter=busybox").json()
    assert [sorted(image["RepoTags"]) for image in new] == [["busybox:1.35", "busybox:latest"]]
    assert all("Repository" not in image for image in new)


def test_the_picture_of_images_is_for_clients_before_v1_7(wire: Connect) -> None:
    old = wire().request("GET", "/v1.6/images/viz")
    assert old.status == 200
    assert old.text().startswith("digraph docker {\n ")
    assert "\n base -> " in old.text()
    assert r"\nbusybox:1.35" in old.text() and r"\nbusybox:latest" in old.text()
    new = wire().request("GET", "/v1.7/images/viz")
    assert (new.status, new.body) == (404, b"This is now implemented in the client.\n")


def test_one_connection_serves_many_versions_in_order(wire: Connect) -> None:
    """Keep-alive and pipelining, with rewritten and untouched answers by turns."""
    connection = wire()
    versions = ["1.6", "1.41", "1.7", "1.6", "1.24", "1.5"]
    for version in versions:
        connection.send_request("GET", f"/v{version}/images/json")
    for version in versions:
        answer = connection.read_head()
        connection.read_body(answer, "GET")
        assert answer.status == 200
        key = "Repository" if version in ("1.5", "1.6") else "RepoTags"
        assert all(key in image for image in answer.json())


def test_each_message_of_a_stream_is_a_chunk_of_its_own(
    wire: Connect, engine: Engine, container: Callable[..., str]
) -> None:
    """docker-py 0.3 to 0.6 take a chunk for a message."""
    connection = wire()
    connection.send_request("GET", "/v1.12/events")
    answer = connection.read_head()
    assert answer.header("Transfer-Encoding") == "chunked"
    name = container(IMAGE, "true")
    engine.docker("start", name)
    seen = []
    while "die" not in seen:
        event = json.loads(connection.read_chunk())
        if event.get("id") == name:
            seen.append(event["status"])
    assert seen == ["create", "start", "die"]


def test_the_readmes_curl_line(gateway: Gateway) -> None:
    folder = gateway.certificates
    done = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--fail", "--cacert", f"{folder}/ca.pem"),
            *("--cert", f"{folder}/cert.pem", "--key", f"{folder}/key.pem"),
            f"{gateway.url}/v1.6/images/json",
        ],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    images = json.loads(done.stdout)
    assert {"busybox"} == {i["Repository"] for i in images if i["Tag"] == "1.35"}
