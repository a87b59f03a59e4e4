"""Version 1.16 (Docker 1.4): a build can ask for newer images."""

from __future__ import annotations

from gateway.api.message import Request
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 16)


class BuildDoesNotPull(Change):
    """Build: `pull` is not known.

    API document v1.16; engines up to 24 look at the client's version (postBuild at Docker 1.6.2
    and 20.10.24).
    """

    routes = ("ImageBuild",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Leave it out."""
        parameters = request.parameters()
        kept = [pair for pair in parameters if pair[0] != "pull"]
        return request if len(kept) == len(parameters) else request.with_parameters(kept)


CHANGES = (BuildDoesNotPull,)
