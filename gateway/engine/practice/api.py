"""The practice engine as a whole: a request goes in, a reply comes out."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from gateway.api.message import Answer, Headers
from gateway.api.version import NEWEST, ApiVersion
from gateway.engine.practice import (
    containers_api,
    images_api,
    names_api,
    streams_api,
    system_api,
)
from gateway.engine.practice.clock import Clock
from gateway.engine.practice.replies import Call, Hijacked, Refused, Reply, error, json_answer
from gateway.engine.practice.state import State

OLDEST_OF_29 = ApiVersion(1, 44)
"""The oldest version of Engine 29.0, and of the practice engine unless told otherwise."""

_VERSIONED = re.compile(r"/v([0-9]{1,3}\.[0-9]{1,3})(/.*)")
_SLASHES = re.compile("/{2,}")
_TABLES = (
    system_api.ROUTES,
    containers_api.ROUTES,
    streams_api.ROUTES,
    images_api.ROUTES,
    names_api.ROUTES,
)


class PracticeEngine:
    """A Docker Engine in memory that speaks the API versions `oldest` to `newest`."""

    def __init__(
        self,
        clock: Clock,
        oldest: ApiVersion = OLDEST_OF_29,
        newest: ApiVersion = NEWEST,
        random: Random | None = None,
    ) -> None:
        if oldest > newest:
            raise ValueError(f"the range of versions is empty: {oldest} to {newest}")
        self.state = State(clock, oldest, newest, random or Random())

    def answer(
        self,
        method: str,
        target: str,
        headers: Headers | None = None,
        body: bytes = b"",
        upgrade: str | None = None,
    ) -> Reply:
        """Answer one request. Never raises for what a client sends."""
        path, _, query = target.partition("?")
        path = _SLASHES.sub("/", path)
        match = _VERSIONED.fullmatch(path)
        state = self.state
        call = Call(
            method=method,
            path=match[2] if match else path,
            version=ApiVersion.parse(match[1]) if match else state.newest,
            written=match is not None,
            query=query,
            headers=headers or Headers(),
            body=body,
            upgrade=upgrade,
        )
        try:
            refusal = self._out_of_range(call)
            if refusal is not None:
                return self._signed(error(call, 400, refusal))
            reply = None
            for routes in _TABLES:
                reply = reply or routes.answer(state, call)
        except Refused as refused:
            return self._signed(error(call, refused.status, refused.message))
        except ValueError as wrong:
            return self._signed(error(call, 400, f"invalid parameter: {wrong}"))
        if reply is None:
            # Without the version's fields, as engines answer it (H-2).
            return json_answer({"message": "page not found"}, 404)
        return self._signed(reply)

    def _out_of_range(self, call: Call) -> str | None:
        """The words of Engine 20.10 and later for a version that is not served (clients.md 14)."""
        state = self.state
        if call.version < state.oldest:
            return (
                f"client version {call.version} is too old. Minimum supported API version is "
                f"{state.oldest}, please upgrade your client to a newer version"
            )
        if call.version > state.newest:
            return (
                f"client version {call.version} is too new. "
                f"Maximum supported API version is {state.newest}"
            )
        return None

    def _signed(self, reply: Reply) -> Reply:
        """Put the fields on that every routed answer of an engine has."""
        own = (
            ("Api-Version", str(self.state.newest)),
            ("Docker-Experimental", "false"),
            ("Ostype", "linux"),
            ("Server", f"docker-gateway/{system_api.RELEASE} (linux)"),
        )
        if isinstance(reply, Answer):
            return replace(reply, headers=Headers((*own, *reply.headers)))
        if isinstance(reply, Hijacked) and not reply.signed:
            return reply
        head = replace(reply.head, headers=Headers((*own, *reply.head.headers)))
        return replace(reply, head=head)
