from __future__ import annotations

from support.examples import Example

from gateway.api.message import Request
from gateway.versions.v1_13 import CommitDoesNotPause

EXAMPLES = (
    Example(
        CommitDoesNotPause,
        "up_request",
        "1.12",
        "ImageCommit",
        Request("POST", "/commit", "container=x"),
        Request("POST", "/commit", "container=x&pause=0"),
    ),
)
