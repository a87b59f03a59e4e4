"""The kinds of values that keys have: how each is read from TOML and from an option's text.

Every reader gives the value or raises ValueError, whose text goes on after "FILE:LINE: KEY: " and
names what is expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.api.version import NEWEST, OLDEST, ApiVersion

LOG_LEVELS = ("debug", "info", "warn", "error")
"""From most to fewest lines."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    `types` are the TOML types that it is written in, `read` makes the value of those. `text` makes
    of an option's text what TOML would give. `expected` and `example` are for messages.
    """

    expected: str
    example: str
    types: tuple[type, ...]
    read: Callable[[Any], Any]
    text: Callable[[str], Any] = str

    def from_toml(self, value: object) -> Any:
        """Read a value that the TOML file has."""
        if not isinstance(value, self.types) or (
            isinstance(value, bool) and bool not in self.types
        ):
            raise ValueError(f"expected {self.expected}, found {type_name(value)}")
        return self.read(value)

    def from_text(self, text: str) -> Any:
        """Read what stands behind an option."""
        try:
            value = self.text(text)
        except ValueError:
            raise ValueError(f"expected {self.expected}, found {text!r}") from None
        return self.read(value)


def type_name(value: object) -> str:
    """Say what kind of TOML value this is; strings and numbers with their value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the string {value!r}"
    if isinstance(value, int | float):
        return f"the number {value!r}"
    if isinstance(value, list):
        return "an array"
    return "a table" if isinstance(value, dict) else "a date or time"


def integer(lowest: int, highest: int, usual: int) -> Kind:
    """Whole numbers from `lowest` to `highest`; `usual` is the example in messages."""
    expected = f"a whole number from {lowest} to {highest}"

    def read(value: int) -> int:
        if not lowest <= value <= highest:
            raise ValueError(f"expected {expected}, found {value}")
        return value

    return Kind(expected, str(usual), (int,), read, int)


def seconds(lowest: float, highest: float, usual: float) -> Kind:
    """A time in seconds, fractions allowed; `usual` is the example in messages."""
    expected = f"a time in seconds from {lowest:g} to {highest:g}"

    def read(value: float) -> float:
        if not math.isfinite(value) or not lowest <= value <= highest:
            raise ValueError(f"expected {expected}, found {value}")
        return float(value)

    return Kind(expected, f"{usual:g}", (int, float), read, float)


def _read_text(value: str) -> str:
    if not value or any(not c.isprintable() for c in value):
        raise ValueError("expected text that is not empty and has no control characters")
    return value


def _read_path(value: str) -> Path:
    if not value or "\0" in value:
        raise ValueError("expected the path of a file or folder, found an empty one")
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"expected a path, found {value!r}, whose ~ names nobody") from None


def _read_version(value: str) -> ApiVersion:
    version = ApiVersion.parse(value)
    if not OLDEST <= version <= NEWEST:
        raise ValueError(f"expected an API version from {OLDEST} to {NEWEST}, found {value!r}")
    return version


def _read_forward(value: str) -> str:
    if value in {"nearest", "newest"}:
        return value
    try:
        return str(_read_version(value))
    except ValueError:
        raise ValueError(
            f'expected "nearest", "newest" or an API version from {OLDEST} to {NEWEST},'
            f" found {value!r}"
        ) from None


def _read_log_level(value: str) -> str:
    if value not in LOG_LEVELS:
        raise ValueError(f"expected one of {', '.join(LOG_LEVELS)}, found {value!r}")
    return value


def _read_mode(value: str) -> int:
    """A file mode in octal. Not as a number: TOML's `mode = 440` would be 0670 unnoticed."""
    if re.fullmatch(r"0?[0-7]{3}", value, re.ASCII) is None:
        raise ValueError(f'expected a file mode such as "0660", found {value!r}')
    return int(value, 8)


def _read_switch(value: bool) -> bool:
    return value


TEXT = Kind("a string", "", (str,), _read_text)
PATH = Kind("a string (a path)", "/etc/docker-gateway", (str,), _read_path)
SWITCH = Kind("true or false", "true", (bool,), _read_switch)
VERSION = Kind('a string such as "1.41"', "1.41", (str,), _read_version)
FORWARD = Kind(
    'a string, "nearest", "newest" or for instance "1.41"', "nearest", (str,), _read_forward
)
LOG_LEVEL = Kind("a string", "info", (str,), _read_log_level)
MODE = Kind('a string such as "0660"', "0660", (str,), _read_mode)
