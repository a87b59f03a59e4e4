"""A name that another image has."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from gateway.api.message import Answer, EngineCall, Forward, Headers, Request
from gateway.api.router import Match, match
from gateway.api.version import ApiVersion
from gateway.emulate.tag_conflict import TagConflict
from gateway.emulate.vocabulary import Context
from gateway.stream.json import dumps, loads

CONTEXT = Context(ApiVersion(1, 18), ApiVersion(1, 41))
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
IMAGES = {"busybox": A, "busybox:latest": A, "r/one:x": B, "r/one:latest": A}


def tag(name: str, query: str) -> Answer | Forward:
    path = f"/images/{name}/tag"
    found = match("POST", path)
    assert isinstance(found, Match)
    flow = TagConflict().run(found, Request("POST", path, query), b"", CONTEXT)
    try:
        step = next(flow)
        while True:
            assert isinstance(step, EngineCall)
            words = unquote(step.path).removeprefix("/images/").removesuffix("/json")
            known = IMAGES.get(words)
            body = b"nonsense" if words == "broken:latest" else dumps({"Id": known})
            step = flow.send(Answer(200 if known or b"nonsense" in body else 404, Headers(), body))
    except StopIteration as end:
        result: Answer | Forward = end.value
        return result


def test_another_images_name_is_refused() -> None:
    refused = tag("busybox", "repo=r/one&tag=x")
    assert isinstance(refused, Answer)
    assert refused.status == 409
    assert loads(refused.body)["message"] == (
        f"Conflict: Tag x is already set to image {'b' * 64}, if you want to replace it, please use"
        " -f option"
    )


@pytest.mark.parametrize(
    ("name", "query", "forwarded"),
    [
        ("busybox", "repo=r/one&tag=x&force=1", "repo=r%2Fone&tag=x"),
        ("busybox", "repo=r/one&tag=y&force=0", "repo=r%2Fone&tag=y"),
        ("busybox", "repo=r/one", "repo=r%2Fone"),
        ("busybox", "repo=broken", "repo=broken"),
        ("nope", "repo=r/one&tag=x", "repo=r%2Fone&tag=x"),
        ("busybox", "", ""),
    ],
)
def test_what_is_no_conflict_is_forwarded(name: str, query: str, forwarded: str) -> None:
    result = tag(name, query)
    assert isinstance(result, Forward)
    assert result.request.path == f"/images/{name}/tag"
    assert result.request.query == forwarded
