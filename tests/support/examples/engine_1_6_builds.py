from __future__ import annotations

from base64 import b64encode

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer, Headers, Request
from gateway.versions.engine_1_6_builds import (
    BuildFailsInItsStream,
    BuildOutputOfEngine16,
    RegistryConfigIsWrapped,
)


def _credentials(document: bytes) -> Headers:
    return Headers((("X-Registry-Config", b64encode(document).decode()),))


EXAMPLES = (
    Example(
        BuildOutputOfEngine16,
        "up_request",
        "1.18",
        "ImageBuild",
        Request("POST", "/build", "t=a&q=1"),
        Request("POST", "/build", "t=a"),
    ),
    Example(
        BuildOutputOfEngine16,
        "down_record",
        "1.18",
        "ImageBuild",
        {"stream": "Step 2/4 : ENV X 1"},
        {"stream": "Step 1 : ENV X 1\n"},
    ),
    Example(
        BuildFailsInItsStream,
        "down_error",
        "1.18",
        "ImageBuild",
        Answer(400, typed(TEXT), b"dockerfile parse error line 1: unknown instruction: NOSUCH\n"),
        Answer(
            200,
            typed("application/json"),
            b'{"stream":"Step 0 : NOSUCH \\n"}\r\n{"errorDetail":{"message":"Unknown instruction:'
            b' NOSUCH"},"error":"Unknown instruction: NOSUCH"}\r\n',
        ),
    ),
    Example(
        RegistryConfigIsWrapped,
        "up_request",
        "1.18",
        "ImageBuild",
        Request("POST", "/build", "", _credentials(b'{"configs":{"a":{"username":"u"}}}')),
        Request("POST", "/build", "", _credentials(b'{"a":{"username":"u"}}')),
    ),
)
