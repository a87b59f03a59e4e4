from __future__ import annotations

from support.examples import Example

from gateway.versions.v1_05 import PortsAreText

BEFORE = {
    "Command": "httpd",
    "Created": 1374067924,
    "Id": "a" * 64,
    "Image": "busybox:latest",
    "Labels": {},
    "Names": ["/web"],
    "Status": "Up 3 seconds",
}

EXAMPLES = (
    Example(
        PortsAreText,
        "down_document",
        "1.4",
        "ContainerList",
        [
            BEFORE
            | {
                "Ports": [
                    {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 49153, "Type": "tcp"},
                    {"PrivatePort": 22, "Type": "tcp"},
                ]
            }
        ],
        [
            {
                "Id": "a" * 64,
                "Image": "busybox:latest",
                "Command": "httpd",
                "Created": 1374067924,
                "Status": "Up 3 seconds",
                "Ports": "0.0.0.0:49153->80/tcp, 22/tcp",
            }
        ],
    ),
)
