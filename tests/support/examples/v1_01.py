from __future__ import annotations

from support.examples import TEXT, Example, typed

from gateway.api.message import Answer, AnswerHead
from gateway.versions.v1_01 import ProgressIsTextAlone

EXAMPLES = (
    Example(
        ProgressIsTextAlone,
        "down_head",
        "1.0",
        "ImagePush",
        AnswerHead(200, typed("application/json")),
        AnswerHead(200, typed(TEXT)),
    ),
    Example(
        ProgressIsTextAlone,
        "write_record",
        "1.0",
        "ImageCreate",
        {"status": "Downloading", "progress": "1 kB"},
        b"Downloading 1 kB\r",
    ),
    Example(
        ProgressIsTextAlone,
        "down_error",
        "1.0",
        "ImageCreate",
        Answer(200, typed("application/json"), b'{"status":"Pulling"}{"error":"no"}'),
        Answer(200, typed(TEXT), b"Pulling\r\nError: no\r\n"),
    ),
)
