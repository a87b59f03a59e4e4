"""What the gateway says of its own range of versions, wherever an engine tells its own.

Clients read it in three places, and all three must agree: the `Api-Version` header (Docker's
CLI and the Go client, from `/_ping`), `ApiVersion` and `MinAPIVersion` of `/version` (docker-py's
"auto"), and the same pair once more in the details of the Engine component (catalogue of v1.19
to v1.56, H-2, H-3). `Builder-Version`, `Ostype`, `Docker-Experimental` and `Swarm` are the
engine's to tell and pass as they are (H-6).
"""

from __future__ import annotations

from dataclasses import replace

from gateway.api.message import Answer, Headers, Json
from gateway.api.version import ApiVersion

API_VERSION_HEADER = "Api-Version"


def advertise(headers: Headers, newest: ApiVersion) -> Headers:
    """Put the newest version that the gateway takes into an answer's headers.

    In the place of the engine's own; added where the engine has none (before v1.25, also on its
    404 for an unknown path), which harms no client (H-2; catalogue of v1.0 to v1.12, T-13).
    """
    return headers.having(API_VERSION_HEADER, str(newest))


def answer_head_ping(answer: Answer) -> Answer:
    """Make the answer to `HEAD /_ping` from the engine's answer to `GET /_ping`.

    Engines before 19.03 (v1.40) have no HEAD route there. The newer ones give the same status and
    headers, no body, a length of 0 and `text/plain; charset=utf-8` (H-5).
    """
    headers = answer.headers.without("Content-Length").having(
        "Content-Type", "text/plain; charset=utf-8"
    )
    return replace(answer, headers=headers, body=b"")


def rewrite_version_document(document: Json, oldest: ApiVersion, newest: ApiVersion) -> Json:
    """Make the document of `GET /version` tell the range `oldest` to `newest`.

    `ApiVersion` and `MinAPIVersion` are set whether the engine gave them or not (the second is
    new in v1.25), and once more in the `Details` of every component named `Engine` (v1.35 and
    later). Everything else stays; `document` itself is not changed. What is no object (no engine
    gives that) is given back as it is.
    """
    if not isinstance(document, dict):
        return document
    span = {"ApiVersion": str(newest), "MinAPIVersion": str(oldest)}
    told = {**document, **span}
    components = document.get("Components")
    if isinstance(components, list):
        told["Components"] = [_rewrite_component(component, span) for component in components]
    return told


def _rewrite_component(component: Json, span: dict[str, str]) -> Json:
    if not isinstance(component, dict) or component.get("Name") != "Engine":
        return component
    details = component.get("Details")
    if not isinstance(details, dict):
        return component
    return {**component, "Details": {**details, **span}}
