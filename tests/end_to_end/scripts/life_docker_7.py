"""The life of a container by `docker` 7, which finds the gateway by DOCKER_HOST and its like.

Argument: an API version, or "auto". Prints one JSON object: what each step gave.
"""

import io
import json
import sys
import tarfile

import docker

client = docker.from_env(version=sys.argv[1], timeout=30)
api = client.api


class Seen(dict):
    """What was seen; tells of each step at once, so that a script that hangs says where."""

    def __setitem__(self, step, value):
        super().__setitem__(step, value)
        print(step, file=sys.stderr, flush=True)


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


def frame(talk):
    """The next frame of a socket: its stream and its payload.

    docker's own frames_iter polls the socket for the payload when TLS has it already.
    """
    got = b""
    while len(got) < 8 or len(got) < 8 + int.from_bytes(got[4:8], "big"):
        data = talk.recv(4096)
        assert data, "the socket ended"
        got += data
    return got[0], got[8:].decode()


seen = Seen()
seen["version"] = api._version
seen["ping"] = client.ping()
seen["engine"] = client.version()["ApiVersion"]
events = client.events(decode=True, filters={"container": "life-seven"})

seen["run"] = client.containers.run("busybox", ["echo", "ran"], remove=True).decode()
try:
    client.containers.run("busybox", ["sh", "-c", "echo why >&2; exit 5"], remove=True)
except docker.errors.ContainerError as error:
    seen["run error"] = [error.exit_status, error.stderr.decode()]

container = client.containers.create(
    "busybox", ["sh", "-c", "cat; echo err >&2; exit 3"], stdin_open=True, name="life-seven"
)
# StdinOnce is what a hijacked stdin's end needs to end the process's stdin.
once = api.create_container("busybox", ["sh", "-c", "cat; echo late"], stdin_open=True)["Id"]
api.start(once)
attached = api.attach_socket(once, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
attached.sendall(b"by socket\n")
seen["attach socket"] = frame(attached)
attached.close()
api.remove_container(once, force=True)

stream = container.attach(stream=True, logs=False, demux=True)
container.start()
talk = api.attach_socket(container.id, {"stdin": 1, "stream": 1})
talk.sendall(b"told\n")
# cat's echo is in the log before the kill, and so on the attached stream.
for line in container.logs(stream=True, follow=True):
    seen["followed"] = line.decode()
    break
container.kill()
talk.close()
seen["attach"] = [[part and part.decode() for part in parts] for parts in stream]
seen["wait"] = container.wait()["StatusCode"]
seen["logs"] = container.logs().decode()
actions = []
for event in events:
    actions.append(event["Action"].split(":")[0])
    if actions[-1] == "die":
        break
events.close()
seen["events"] = actions
seen["commit"] = container.commit("seven", "committed").tags
seen["tag"] = client.images.get("seven:committed").tag("seven", "tagged")
seen["images"] = sorted(tag for image in client.images.list("seven") for tag in image.tags)

running = client.containers.run("busybox", ["sleep", "3600"], detach=True)
# Many times: output that comes with the head of the answer must not be lost.
codes = [running.exec_run(["sh", "-c", f"echo eo; exit {n}"]) for n in range(8)]
seen["exec"] = [[code, output.decode()] for code, output in codes]
code, (out, err) = running.exec_run(["sh", "-c", "echo o; echo e >&2"], demux=True)
seen["exec apart"] = [out.decode(), err.decode()]
_, talk = running.exec_run(["sh", "-c", "cat; sleep 0.2; echo late"], stdin=True, socket=True)
talk.sendall(b"in\n")
# The ssl module's sockets cannot half-close; what cat says back shows that input arrived.
seen["exec input"] = frame(talk)
talk.close()
terminal = api.exec_create(running.id, ["tty"], tty=True)["Id"]
seen["exec terminal"] = api.exec_start(terminal, tty=True).decode()
seen["stats"] = running.stats(stream=False)["memory_stats"] != {}
seen["stats stream"] = "cpu_stats" in next(running.stats(stream=True, decode=True))
running.put_archive("/", tar_of("put", b"archived" * 100_000))
parts, stat = running.get_archive("/put")
seen["archive"] = [stat["size"], untar(b"".join(parts), "put") == b"archived" * 100_000]
seen["diff"] = running.diff()
seen["top"] = running.top()["Processes"][0][-1]
running.rename("life-renamed")
running.pause()
running.unpause()
running.restart(timeout=0)
seen["export"] = sum(len(part) for part in running.export()) > 1_000_000

dockerfile = io.BytesIO(b"FROM busybox:latest\nRUN echo built-here && touch /built\n")
image, log = client.images.build(fileobj=dockerfile, tag="seven:built", rm=True)
seen["build"] = "built-here\n" in [record.get("stream") for record in log]
saved = b"".join(image.save(named=True))
client.images.remove("seven:built")
seen["load"] = [tag for image in client.images.load(saved) for tag in image.tags]
network = client.networks.create("seven")
network.connect(running)
seen["network"] = [c.id == running.id for c in client.networks.get("seven").containers]
network.disconnect(running, force=True)
network.remove()
volume = client.volumes.create("seven")
seen["volume"] = "seven" in [v.name for v in client.volumes.list()]
volume.remove()

running.stop(timeout=0)
container.remove()
running.remove(force=True)
for tag in ("built", "committed", "tagged"):
    client.images.remove("seven:" + tag, force=True)
try:
    client.containers.get("life-nothing")
except docker.errors.NotFound as error:
    seen["error"] = error.explanation
print(json.dumps(seen))
