from __future__ import annotations

from support.examples import Example

from gateway.api.message import AnswerHead, Headers
from gateway.versions.every_version import PingTellsTheRange, VersionTellsTheRange

EXAMPLES = (
    Example(
        PingTellsTheRange,
        "down_head",
        "1.41",
        "SystemPing",
        AnswerHead(200, Headers((("Api-Version", "1.99"),))),
        AnswerHead(200, Headers((("Api-Version", "1.41"),))),
    ),
    Example(
        VersionTellsTheRange,
        "down_document",
        "1.41",
        "SystemVersion",
        {"ApiVersion": "1.99", "MinAPIVersion": "1.24"},
        {"ApiVersion": "1.41", "MinAPIVersion": "1.0"},
    ),
)
