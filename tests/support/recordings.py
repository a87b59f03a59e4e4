"""Reads the recordings of a real Docker Engine 1.6.2 (tests/oracle/recordings)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "oracle" / "recordings" / "docker-1.6.2"


@cache
def steps(version: str) -> dict[str, dict[str, Any]]:
    """The steps of the scenario under one version prefix, by name, in order."""
    recorded = json.loads((FOLDER / f"v{version}.json").read_text(encoding="utf-8"))
    return {step["step"]: step for step in recorded["steps"]}


def body(version: str, step: str) -> bytes:
    """The bytes of a recorded answer whose body is text."""
    text: str = steps(version)[step]["body"]["text"]
    return text.encode()


def document(version: str, step: str) -> Any:
    """The JSON document of a recorded answer."""
    return json.loads(body(version, step))


def headers(version: str, step: str) -> tuple[tuple[str, str], ...]:
    """The recorded fields, without those that frame the body, and without Date."""
    left_out = {"content-length", "transfer-encoding", "date", "connection", "upgrade"}
    recorded = steps(version)[step]["headers"]
    return tuple((name, value) for name, value in recorded if name.lower() not in left_out)
