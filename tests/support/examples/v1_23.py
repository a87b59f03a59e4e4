from __future__ import annotations

from support.examples import Example

from gateway.versions.v1_23 import NoIdentityToken

EXAMPLES = (
    Example(
        NoIdentityToken,
        "down_document",
        "1.22",
        "SystemAuth",
        {"Status": "Login Succeeded", "IdentityToken": "secret"},
        {"Status": "Login Succeeded"},
    ),
)
