from __future__ import annotations

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer
from gateway.versions.v1_24 import ErrorsAreText

EXAMPLES = (
    Example(
        ErrorsAreText,
        "down_error",
        "1.23",
        "ContainerInspect",
        Answer(404, typed("application/json"), b'{"message":"No such container: x"}\n'),
        Answer(
            404,
            typed(TEXT).having("X-Content-Type-Options", "nosniff"),
            b"No such container: x\n",
        ),
    ),
)
