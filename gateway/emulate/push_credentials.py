"""`POST /images/{name}/push` as it was before API v1.5: the credentials are not in a header."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Generator
from dataclasses import replace
from urllib.parse import quote, urlencode

from gateway.api.message import Answer, EngineCall, Forward, Json, Request
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.emulate.auth import PUBLIC_INDEX, is_of_public_index
from gateway.emulate.push_of_nothing import refusal
from gateway.emulate.vocabulary import Context, Emulation
from gateway.stream.json import JsonError, dumps, loads

_CREDENTIALS_IN_BODY = ApiVersion(1, 2)
"""The first version whose clients bring them; before, those of `POST /auth` were used."""


class PushCredentials(Emulation):
    """Push: the credentials are the body (v1.2 to v1.4), or those of `POST /auth` (before).

    API documents v1.1 to v1.5; api.go at Docker 0.4.1 and 0.6.2. They become an `X-Registry-Auth`;
    none, or what cannot be read, becomes an empty one, without which engines up to 25 refuse the
    request. Stored credentials go to the public index alone. Clients before v1.4 may name a
    registry apart from the name (`registry=`): the image is given that name and pushed by it
    (server.go at 0.4.8).
    """

    routes = ("ImagePush",)
    until = ApiVersion(1, 4)

    def run(
        self, match: Match, request: Request, body: bytes, context: Context
    ) -> Generator[EngineCall, Answer, Answer | Forward]:
        """Move the credentials into the header, and the registry into the name."""
        name = match.parameters["name"]
        refused = yield from refusal(name)
        if refused is not None:
            return refused
        registry = request.parameter("registry")
        credentials: Json = None
        if context.client >= _CREDENTIALS_IN_BODY:
            credentials = _read(body)
        elif is_of_public_index(name, registry):
            credentials = context.credentials.get(PUBLIC_INDEX)
        headers = request.headers.without("Content-Type")
        if headers.get("X-Registry-Auth") is None:
            encoded = urlsafe_b64encode(dumps(credentials or {})).decode("ascii")
            headers = headers.having("X-Registry-Auth", encoded)
        host = registry_host(registry or "")
        kept = [pair for pair in request.parameters() if pair[0] != "registry"]
        request = replace(request.with_parameters(kept), headers=headers)
        if host and not name.startswith(f"{host}/"):
            there = f"{host}/{name}"
            tag = f"/images/{quote(name, safe='/:')}/tag?{urlencode({'repo': there})}"
            tagged = yield EngineCall("POST", tag)
            if tagged.status >= 400:
                return tagged
            request = replace(request, path=f"/images/{quote(there, safe='/:')}/push")
        return Forward(request)


def registry_host(registry: str) -> str:
    """The host, and port, of what a client up to 0.4.8 named as a registry: with scheme or not."""
    return registry.strip().rpartition("://")[2].partition("/")[0]


def _read(body: bytes) -> Json:
    try:
        document = loads(body)
    except JsonError:
        return None
    return document if isinstance(document, dict) else None


EMULATIONS = (PushCredentials(),)
