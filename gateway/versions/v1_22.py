"""Version 1.22 (Docker 1.10): the type of an exec start's body counts."""

from __future__ import annotations

from dataclasses import replace

from gateway.api.message import Request
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 22)


class ExecStartUntyped(Change):
    """The body of an exec start is JSON whatever its `Content-Type` says, and if there is none.

    Docker's client sends `text/plain` up to 1.9 and `plain/text` up to 1.4. From v1.22 on engines
    answer 400 to that (Engine 20.10.24, tried at v1.21 and v1.22).
    """

    routes = ("ExecStart",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Say that it is JSON."""
        return replace(request, headers=request.headers.having("Content-Type", "application/json"))


CHANGES = (ExecStartUntyped,)
