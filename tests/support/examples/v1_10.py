from __future__ import annotations

from support.examples import Example

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
)
