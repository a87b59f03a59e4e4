"""Version 1.13 (Docker 1.1): a commit pauses the container."""

from __future__ import annotations

from gateway.api.message import Request
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 13)


class CommitDoesNotPause(Change):
    """Commit: the container goes on running unless `pause` is asked for.

    API document v1.13; engines up to 24 look at the client's version (postCommit at Docker 1.1.2
    and 20.10.24), newer ones pause.
    """

    routes = ("ImageCommit",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Say so."""
        if request.parameter("pause") is not None:
            return request
        return request.with_parameters([*request.parameters(), ("pause", "0")])


CHANGES = (CommitDoesNotPause,)
