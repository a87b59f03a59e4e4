"""`GET /auth` and the `POST /auth` that stores, as the API had them before v1.2.

Engines up to 0.4.0 kept one set of credentials for the public index, and pulled and pushed with
them. The gateway keeps them in an engine's place: in memory, for each identity its own, and never
in a log.
"""

from __future__ import annotations

from collections.abc import Generator

from gateway.api.errors import error_answer
from gateway.api.message import Answer, EngineCall, Headers, Json, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.vocabulary import Context, Emulation
from gateway.stream.json import JsonError, dumps, loads

PUBLIC_INDEX = "https://index.docker.io/v1/"
"""The address that credentials without one are for (registry/auth.go at Docker 0.8)."""

_JSON = Headers((("Content-Type", "application/json"),))
_UNAUTHORISED = 401


class AuthStored(Emulation):
    """Login: the credentials are stored, for pull and push, and `GET /auth` shows whose they are.

    API documents v1.0 and v1.1; auth/auth.go and api.go at Docker 0.3.4. The client of the time
    asks for them before it logs in, pulls or pushes, and sends an empty password for "the stored
    one". The password is never given back (0.3.3 did). Credentials that the registry refuses with
    401 are forgotten, as they were then.
    """

    routes = ("AuthGet", "SystemAuth")
    until = ApiVersion(1, 1)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer]:
        """Show the stored credentials, or check new ones and store them."""
        stored: Json = context.credentials.get(PUBLIC_INDEX) or {}
        if match.route.name == "AuthGet":
            shown = {
                "username": stored.get("username", ""),
                "password": "",
                "email": stored.get("email", ""),
            }
            return Answer(200, _JSON, dumps(shown))
        try:
            given = loads(body)
        except JsonError as error:
            return error_answer(None, 500, str(error))
        if not isinstance(given, dict):
            return error_answer(None, 500, "the credentials are no JSON object")
        credentials = {name: given.get(name) or "" for name in ("username", "password", "email")}
        if not credentials["password"] and credentials["username"] == stored.get("username"):
            credentials["password"] = stored["password"]
        checked = yield EngineCall("POST", "/auth", credentials)
        if checked.status >= 400:
            if checked.status == _UNAUTHORISED:
                context.credentials.pop(PUBLIC_INDEX, None)
            return checked
        context.credentials[PUBLIC_INDEX] = credentials
        # Up to 0.4.3 the text brought its own newline; the client prints it as it is.
        return Answer(200, _JSON, dumps({"Status": _status(checked.body) + "\n"}))


def _status(body: bytes) -> str:
    """What the engine said of the login; engines answer 204 without a word when they have none."""
    try:
        status = loads(body)["Status"]
    except (JsonError, LookupError, TypeError):
        status = ""
    return status if isinstance(status, str) and status else "Login Succeeded"


def is_of_public_index(image: str, registry: str | None) -> bool:
    """Whether an image is pulled from, or pushed to, the public index, which has the credentials.

    `registry` is the parameter of that name. The first word of a name is a host when there is a
    dot or a colon in it, or when it is `localhost` (registry.go at Docker 0.5.0).
    """
    first, slash, _ = image.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return not registry and not is_host


EMULATIONS = (AuthStored(),)
