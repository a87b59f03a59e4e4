from __future__ import annotations

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer, AnswerHead
from gateway.versions.v1_08 import BuildIsText, ProgressIsText

EXAMPLES = (
    Example(
        BuildIsText,
        "down_head",
        "1.7",
        "ImageBuild",
        AnswerHead(200, typed("application/json")),
        AnswerHead(200, typed(TEXT)),
    ),
    Example(
        BuildIsText,
        "write_record",
        "1.7",
        "ImageBuild",
        {"stream": "Step 0 : FROM busybox\n"},
        b"Step 0 : FROM busybox\n\r",
    ),
    Example(
        BuildIsText,
        "down_error",
        "1.7",
        "ImageBuild",
        Answer(200, typed("application/json"), b'{"stream":"Step 0 : A \\n"}{"error":"no"}'),
        Answer(200, typed(TEXT), b"Step 0 : A \n\rError: no\r\n"),
    ),
    Example(
        ProgressIsText,
        "down_record",
        "1.7",
        "ImageCreate",
        {"status": "Downloading", "progressDetail": {"current": 1500}, "id": "921ad132ee1c"},
        {"status": "Downloading", "progress": "  1.5 kB", "id": "921ad132ee1c"},
    ),
)
