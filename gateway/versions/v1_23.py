"""Version 1.23 (Docker 1.11): a login may be answered with a token."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 23)


class NoIdentityToken(Change):
    """The answer to a login has a `Status` and no `IdentityToken`.

    API documents v1.22 and v1.23. A client that knows no token goes on with the password, which
    it has; what it would do with a token is to lose it.
    """

    routes = ("SystemAuth",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Leave the token out."""
        document.pop("IdentityToken", None)
        return document


CHANGES = (NoIdentityToken,)
