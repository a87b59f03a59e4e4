"""docker-py before 1.2: a container gets its HostConfig when it is started.

Arguments: URL, certificates' folder, API version, a folder to bind, a container to link to.
Prints one JSON object.
"""

import json
import ssl
import sys

import docker
from docker.tls import TLSConfig

url, certificates, version, folder, target = sys.argv[1:6]
tls = TLSConfig(
    client_cert=(certificates + "/cert.pem", certificates + "/key.pem"),
    ca_cert=certificates + "/ca.pem",
    verify=True,
    ssl_version=ssl.PROTOCOL_TLSv1_2,
    assert_hostname=False,
)
client = docker.Client(base_url=url, tls=tls, version=version, timeout=30)
seen = {"client": docker.version}
name = "docker-py-" + docker.version
made = client.create_container(
    "busybox:latest",
    ["sh", "-c", "cat /bound/file; touch /kept/made; echo $Y_NAME; sleep 0.1"],
    name=name,
    volumes=["/bound", "/kept"],
    ports=[80],
)
identity = made["Id"]
attached = client.attach(identity, stdout=True, stderr=True, stream=True, logs=True)
client.start(
    identity,
    binds={folder: {"bind": "/bound", "ro": True}},
    port_bindings={80: ("127.0.0.1", 0)},
    links={target: "y"},
    restart_policy={"MaximumRetryCount": 0, "Name": ""},
)
seen["attached"] = b"".join(attached).decode()
seen["status"] = client.wait(identity)
seen["logs"] = client.logs(identity).decode()
inspected = client.inspect_container(name)
seen["id"] = inspected.get("Id", inspected.get("ID")) == identity
host = inspected["HostConfig"]
seen["binds"] = host["Binds"] == [folder + ":/bound:ro"]
seen["ports"] = host["PortBindings"]
seen["listed"] = identity in [one["Id"] for one in client.containers(all=True)]
client.start(identity)
seen["again"] = client.wait(identity[:12])
client.remove_container(identity, v=True)
print(json.dumps(seen))
