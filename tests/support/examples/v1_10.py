from __future__ import annotations

from support.examples import Example, typed

from gateway.api.message import Answer
from gateway.versions.v1_10 import RecordsWithoutEnd

EXAMPLES = (
    Example(
        RecordsWithoutEnd,
        "write_record",
        "1.9",
        "ImageBuild",
        {"stream": "Step 0 : FROM busybox\n"},
        b'{"stream":"Step 0 : FROM busybox\\n"}',
    ),
    Example(
        RecordsWithoutEnd,
        "down_error",
        "1.9",
        "ImageBuild",
        Answer(200, typed("application/json"), b'{"stream":"a"}\r\n{"error":"no"}\r\n'),
        Answer(200, typed("application/json"), b'{"stream":"a"}{"error":"no"}'),
    ),
)
