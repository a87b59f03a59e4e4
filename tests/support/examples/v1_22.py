from __future__ import annotations

from support.examples import Example, typed

from gateway.api.message import Request
from gateway.versions.v1_22 import ExecStartUntyped

EXAMPLES = (
    Example(
        ExecStartUntyped,
        "up_request",
        "1.21",
        "ExecStart",
        Request("POST", "/exec/x/start", headers=typed("text/plain")),
        Request("POST", "/exec/x/start", headers=typed("application/json")),
    ),
)
