"""Errors in the shape of each version, and an engine's words for a version out of range."""

from __future__ import annotations

import orjson

from gateway.api.message import Answer, Headers
from gateway.api.version import JSON_ERRORS, ApiVersion

_REFUSED_WITH_400 = ApiVersion(1, 19)
"""From here on (Docker 1.7) a version out of range is a 400; before, it was a 404."""


def error_answer(version: ApiVersion | None, status: int, message: str) -> Answer:
    """Make an error that a client of `version` understands; None is the unversioned path.

    Below v1.24 the body is the message and a newline, `text/plain; charset=utf-8`: a client of
    that time prints whatever it is given. From v1.24 on, and without a version, it is
    `{"message": …}` and a newline, with a content type of exactly `application/json`: the Go
    client reads no JSON where a charset is added (catalogue of v1.19 to v1.56, H-4; catalogue of
    v1.0 to v1.12, T-9).
    """
    if version is not None and version < JSON_ERRORS:
        content_type = "text/plain; charset=utf-8"
        body = message.encode("utf-8", "replace") + b"\n"
    else:
        content_type = "application/json"
        # orjson takes no lone surrogates, which a path that was not UTF-8 may bring along.
        clean = message.encode("utf-8", "replace").decode("utf-8")
        body = orjson.dumps({"message": clean}, option=orjson.OPT_APPEND_NEWLINE)
    return Answer(status, Headers((("Content-Type", content_type),)), body)


def too_new(client: ApiVersion, newest: ApiVersion) -> Answer:
    """Refuse a client whose version lies above `newest`, the newest that is served.

    Engine 20.10 and later: 400, "client version 1.99 is too new. Maximum supported API version
    is 1.41". Below v1.19 the engines of the time (0.8 to 1.6.2) answered 404 with other words,
    which the clients of the time are given; those up to 0.7.6 gave a 404 without any text, for
    which a client from 0.8.1 on prints a hint of its own, so a gateway gives the text to them as
    well (catalogue of v1.0 to v1.12, T-3; catalogue of v1.13 to v1.24, R1.19-1 and section 9).
    """
    if client < _REFUSED_WITH_400:
        words = f"client and server don't have same version (client : {client}, server: {newest})"
        return error_answer(client, 404, words)
    words = f"client version {client} is too new. Maximum supported API version is {newest}"
    return error_answer(client, 400, words)


def too_old(client: ApiVersion, oldest: ApiVersion) -> Answer:
    """Refuse a client whose version lies below `oldest`, the oldest that is served.

    Always 400 with the words of Engine 1.9 and later: up to Engine 1.6 no version was too old, so
    clients of that time have no words of their own, and Engine 20.10 gives them the 400 too
    (catalogue of v1.0 to v1.12, T-1; catalogue of v1.13 to v1.24, section 9).
    """
    words = (
        f"client version {client} is too old. Minimum supported API version is {oldest}, "
        "please upgrade your client to a newer version"
    )
    return error_answer(client, 400, words)
