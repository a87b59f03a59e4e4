"""docker-py 0.7.2 at the versions about the first two rungs: v1.5, v1.6, v1.7.

Arguments: URL, certificates' folder, API version. Prints one JSON object. docker-py itself reads
frames from v1.6 on and plain bytes before. Its path of images/viz lacks a slash: no engine knew it.
"""

import json
import ssl
import sys

import docker
from docker.tls import TLSConfig

url, certificates, version = sys.argv[1:4]
tls = TLSConfig(
    client_cert=(certificates + "/cert.pem", certificates + "/key.pem"),
    ca_cert=certificates + "/ca.pem",
    verify=True,
    ssl_version=ssl.PROTOCOL_TLSv1_2,
    assert_hostname=False,
)
client = docker.Client(base_url=url, tls=tls, version=version, timeout=30)
seen = {"image": client.images("busybox")}
name = client.create_container("busybox:latest", ["sh", "-c", "echo out; sleep 0.1; echo err >&2"])
client.start(name)
seen["wait"] = client.wait(name)
seen["attach"] = client.attach(name, stdout=True, stderr=True, logs=True).decode()
seen["logs"] = client.logs(name).decode()
client.remove_container(name)
if version == "1.5":  # from v1.6 on it looks for frames on a terminal as well
    name = client.create_container("busybox:latest", ["echo", "on a terminal"], tty=True)
    client.start(name)
    client.wait(name)
    seen["terminal"] = client.attach(name, stdout=True, stderr=True, logs=True).decode()
    client.remove_container(name)
print(json.dumps(seen))
