"""How old clients recognise that a registry wants a login first.

The clients of Docker 0.6.0 to 0.7.6 look at the `code` of a record's `errorDetail`, those of 0.8
to 1.6 for the words `Status 401` in the error's text (api/client.go at 0.8.1, api/client/
commands.go at 1.0.1); what they see makes them ask for a login and try again.
"""

from __future__ import annotations

import re

from gateway.api.message import Json
from gateway.versions.record_text import error_message

_REFUSED = re.compile(
    r"unauthorized|denied: requested access|authentication required|no basic auth credentials"
    r"|pull access denied|Status 401|status: 401",
    re.IGNORECASE,
)

UNAUTHORISED = 401
REQUIRED = "Authentication is required."
"""What registry clients of 0.6.0 to 0.7.6 said (registry/registry.go at 0.6.7)."""


def is_refusal(words: str) -> bool:
    """Whether an error's words are a registry's refusal for want of credentials."""
    return _REFUSED.search(words) is not None


def refused(record: Json) -> str | None:
    """The words of a record that is a registry's refusal; None for any other record."""
    words = error_message(record)
    return words if words is not None and is_refusal(words) else None


def error_record(words: str, code: int | None = None) -> dict[str, Json]:
    """A record that is an error, in both forms that clients read."""
    detail: dict[str, Json] = {"message": words}
    if code is not None:
        detail["code"] = code
    return {"errorDetail": detail, "error": words}
