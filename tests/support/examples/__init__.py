"""Examples of every rewrite of every change: one module for each version, found by itself.

A module `v1_NN.py` here gives `EXAMPLES` for the changes of `gateway/versions/v1_NN.py`.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from gateway.api.message import AnswerHead, Headers
from gateway.stream.frames import frame
from gateway.versions.v1_06 import MULTIPLEXED_STREAM, RAW_STREAM
from gateway.versions.vocabulary import Change


def typed(content_type: str) -> Headers:
    return Headers((("Content-Type", content_type),))


FRAMED = frame(2, b"err\n") + frame(1, b"out\n")
MULTIPLEXED = AnswerHead(200, typed(MULTIPLEXED_STREAM))
RAW = AnswerHead(200, typed(RAW_STREAM))
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Example:
    """What `step` of the change alone makes of `before`, for a client of version `client`.

    For a byte stream, `before` and `after` are the bytes, behind a head of the raw type. For
    `write_record`, `before` is the record and `after` the bytes.
    """

    change: type[Change]
    step: str
    client: str
    route: str
    before: Any
    after: Any
    facts: dict[str, Any] = field(default_factory=dict)


def all_examples() -> tuple[Example, ...]:
    """The examples of all modules here."""
    found: list[Example] = []
    for module in pkgutil.iter_modules(__path__):
        found += import_module(f"{__name__}.{module.name}").EXAMPLES
    return tuple(found)
