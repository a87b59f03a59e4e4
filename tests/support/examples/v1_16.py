from __future__ import annotations

from support.examples import Example

from gateway.api.message import Request
from gateway.versions.v1_16 import BuildDoesNotPull

EXAMPLES = (
    Example(
        BuildDoesNotPull,
        "up_request",
        "1.15",
        "ImageBuild",
        Request("POST", "/build", "t=x&pull=1"),
        Request("POST", "/build", "t=x"),
    ),
)
