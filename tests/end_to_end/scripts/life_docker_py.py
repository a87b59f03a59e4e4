"""The life of a container by docker-py 0.7.2 or 1.10.6, whichever the interpreter has.

Arguments: URL, certificates' folder, API version. Prints one JSON object: what each step gave.
Runs in the client's own environment, under docker-py's own rules.
"""

import io
import json
import ssl
import sys
import tarfile

import docker
from docker.tls import TLSConfig

url, certificates, version = sys.argv[1:4]
old = docker.version.startswith("0.")
tls = TLSConfig(
    client_cert=(certificates + "/cert.pem", certificates + "/key.pem"),
    ca_cert=certificates + "/ca.pem",
    verify=True,
    ssl_version=ssl.PROTOCOL_TLSv1_2,
    assert_hostname=False,
)
client = docker.Client(base_url=url, tls=tls, version=version, timeout=30)


class Seen(dict):
    """What was seen; tells of each step at once, so that a script that hangs says where."""

    def __setitem__(self, step, value):
        super().__setitem__(step, value)
        print(step, file=sys.stderr, flush=True)


seen = Seen()


def text(data):
    return data if isinstance(data, str) else data.decode("latin-1")


def tar_of(name, data):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def untar(data, name):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.extractfile(name).read()


seen["client"] = docker.version
seen["ping"] = text(client.ping())
seen["version"] = client.version()["ApiVersion"]
seen["info"] = client.info()["Containers"] >= 0
seen["images"] = [tag for image in client.images("busybox") for tag in image["RepoTags"]]
seen["image ids"] = client.images("busybox", quiet=True)

events = client.events() if old else client.events(decode=True)
# One a while after the other: written at once, the engine may send either first.
script = "read x; echo got $x; sleep 0.3; echo err >&2; exit 3"
made = client.create_container(
    "busybox:latest", ["sh", "-c", script], stdin_open=True, name="life-" + seen["client"]
)
name = made["Id"]
early = None if old else client.attach(name, stdout=True, stderr=False, stream=True)
attached = client.attach_socket(name, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
client.start(name)
raw = getattr(attached, "_sock", attached)
raw.sendall(b"input\n") if hasattr(raw, "sendall") else raw.send(b"input\n")
seen["wait"] = client.wait(name)
# What streams is one message after another, each in a piece of its own.
actions = []
for event in events:
    event = event if isinstance(event, dict) else json.loads(text(event))
    if event.get("id") == name:
        actions.append(event["status"].split(":")[0])
    if actions[-1:] == ["die"]:
        break
seen["events"] = actions
# 1.10.6 under Python 3 finds no socket beneath a 101 unless it streams.
late = client.attach(name, stdout=True, stderr=False, logs=True) if old else b"".join(early)
seen["attach"] = text(late)
seen["logs"] = text(client.logs(name, stdout=True, stderr=True))
seen["logs stdout"] = text(client.logs(name, stdout=True, stderr=False))
seen["logs stream"] = [text(part) for part in client.logs(name, stderr=False, stream=True)]
seen["inspect"] = client.inspect_container(name)["State"]["ExitCode"]
seen["listed"] = [c["Id"] for c in client.containers(all=True)].count(name)
seen["commit"] = client.commit(name, repository="life", tag="committed")["Id"] != ""
seen["tag"] = client.tag("life:committed", "life", "tagged", force=old)
seen["inspect image"] = client.inspect_image("life:tagged")["Author"]
seen["history"] = len(client.history("life:tagged"))

running = client.create_container("busybox:latest", ["sleep", "3600"])["Id"]
client.start(running)
if version == "1.12":
    pass  # exec came with v1.15
elif old:
    seen["exec"] = text(client.execute(running, ["sh", "-c", "echo eo; sleep 0.1; echo ee >&2"]))
    seen["exec stream"] = [text(x) for x in client.execute(running, ["echo", "es"], stream=True)]
else:
    exec_id = client.exec_create(running, ["sh", "-c", "echo eo; sleep 0.1; echo ee >&2; exit 4"])
    seen["exec"] = text(client.exec_start(exec_id))
    seen["exec code"] = client.exec_inspect(exec_id)["ExitCode"]
    exec_id = client.exec_create(running, ["echo", "es"])
    seen["exec stream"] = [text(x) for x in client.exec_start(exec_id, stream=True)]
    client.put_archive(running, "/", tar_of("put", b"archived"))
    stream, stat = client.get_archive(running, "/put")
    seen["archive"] = [stat["name"], text(untar(b"".join(stream), "put"))]
    stats = client.stats(running, decode=True)
    seen["stats"] = "memory_stats" in next(stats)
    seen["networks"] = "bridge" in [network["Name"] for network in client.networks()]
    client.create_volume("life-volume")
    seen["volumes"] = "life-volume" in [v["Name"] for v in client.volumes()["Volumes"]]
    client.remove_volume("life-volume")
if version in ("1.12", "1.16"):
    copied = client.copy(running, "/etc/passwd")
    seen["copy"] = text(untar(copied.read(), "passwd"))[:5]
seen["top"] = [process[-1] for process in client.top(running)["Processes"]]
seen["diff"] = client.diff(running)
client.pause(running)
client.unpause(running)
client.stop(running, timeout=0)
client.restart(running, timeout=0)
client.kill(running)
seen["killed"] = client.wait(running)
export = client.export(running)
seen["export"] = len(export.read() if hasattr(export, "read") else b"".join(export)) > 1000000

dockerfile = b"FROM busybox:latest\nRUN echo built-here > /built\n"
built = client.build(fileobj=io.BytesIO(dockerfile), tag="life:built", rm=True, pull=False)
records = [json.loads(text(line)) for line in built if text(line).strip()]
seen["build"] = [r["stream"].strip() for r in records if "Success" in r.get("stream", "")][-1:]
image = client.get_image("life:built")
saved = image.read() if hasattr(image, "read") else b"".join(image)
client.remove_image("life:built", force=True)
client.load_image(saved)
seen["loaded"] = client.images("life", quiet=False)[0]["RepoTags"] != []

client.remove_container(running)
client.remove_container(name)
for tag in ("life:built", "life:tagged", "life:committed"):
    client.remove_image(tag, force=True)
seen["left"] = client.images("life")
try:
    client.inspect_container("life-nothing")
except docker.errors.APIError as error:
    seen["error"] = [error.response.status_code, text(error.explanation)]
print(json.dumps(seen))
