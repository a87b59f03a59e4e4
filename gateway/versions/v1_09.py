"""Version 1.9 (Docker 0.8): a build has the credentials of all registries, not of one."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode

from gateway.api.message import Json, Request
from gateway.api.version import ApiVersion
from gateway.stream.json import JsonError, dumps, loads
from gateway.versions.registry_refusals import REQUIRED, UNAUTHORISED, error_record, refused
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 9)

PUBLIC_INDEX = "https://index.docker.io/v1/"
"""The address of credentials that name none (registry/auth.go at Docker 0.8)."""

_TRUTHS = ("Debug", "MemoryLimit", "SwapLimit", "IPv4Forwarding")


class BuildCredentials(Change):
    """Build: `X-Registry-Auth` holds the credentials for one registry.

    API document v1.9 against v1.8. They become the one entry of an `X-Registry-Config`. The
    clients 0.7.2 to 0.7.6 put all of their credentials there, and `null` when they have none; what
    cannot be read means none (api.go at 0.7.6).
    """

    routes = ("ImageBuild",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Make the other header of it."""
        given = request.headers.get("X-Registry-Auth")
        if given is None:
            return request
        headers = request.headers.without("X-Registry-Auth")
        config = _config_file(read_credentials(given))
        if config and headers.get("X-Registry-Config") is None:
            headers = headers.having("X-Registry-Config", write_credentials(config))
        return Request(request.method, request.path, request.query, headers)


def read_credentials(header: str) -> Json:
    """Read the JSON of a header of credentials; None for what is none.

    Both alphabets of base64 are taken, with padding and without.
    """
    text = header.strip().translate(str.maketrans("+/", "-_")).rstrip("=")
    try:
        return loads(b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (JsonError, ValueError):
        return None


def write_credentials(document: Json) -> str:
    """Write a header of credentials: base64 of its JSON in the alphabet for URLs, padded."""
    return urlsafe_b64encode(dumps(document)).decode("ascii")


def _config_file(credentials: Json) -> dict[str, Json] | None:
    if not isinstance(credentials, dict):
        return None
    configs = credentials.get("configs")
    if isinstance(configs, dict):
        return {"configs": configs} if configs else None
    if not credentials.get("username"):
        return None
    return {"configs": {credentials.get("serveraddress") or PUBLIC_INDEX: credentials}}


class InfoHasTruths(Change):
    """`/info`: `Debug`, `MemoryLimit`, `SwapLimit` and `IPv4Forwarding` are true or false.

    API documents v1.0 to v1.8. Engines 0.7.2 to 1.6 gave 1 and 0, at which clients up to 0.7.1
    fail; those after it take either (Docker 0.4.8, 0.5.3 and 0.6.7, tried).
    """

    routes = ("SystemInfo",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make truths of the numbers."""
        for name in _TRUTHS:
            if name in document:
                document[name] = bool(document[name])
        return document


class KillByNumber(Change):
    """Kill: `signal` is a number, and 0 is the same as none.

    API documents v1.6 and v1.9; newer engines call 0 invalid (pkg/signal at Docker 20.10).
    """

    routes = ("ContainerKill",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Leave a 0 out."""
        parameters = request.parameters()
        kept = [(name, value) for name, value in parameters if (name, value) != ("signal", "0")]
        return request if len(kept) == len(parameters) else request.with_parameters(kept)


class RefusalsHaveACode(Change):
    """Pull and push: a registry that wants a login is an error of code 401.

    Clients 0.6.0 to 0.7.6 ask for the login when they see the code (registry/registry.go and
    commands.go at Docker 0.6.7; 0.6.7, tried); newer engines only say it in words.
    """

    routes = ("ImageCreate", "ImagePush")

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Put the words of the time, and the code."""
        return record if refused(record) is None else error_record(REQUIRED, UNAUTHORISED)


CHANGES = (BuildCredentials, InfoHasTruths, KillByNumber, RefusalsHaveACode)
