"""API versions of the Docker Engine: `1.0` … `1.56`, and how they are written.

A version is compared as two numbers, so 1.10 comes after 1.9. Engines up to 0.8 read it as a
float; nothing here does.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_WRITTEN = re.compile(r"v?([0-9]{1,3})(?:\.([0-9]{1,6}))?\Z", re.ASCII)


class ApiVersion(NamedTuple):
    """One version of the Engine API, ordered by major, then minor number."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: str) -> ApiVersion:
        """Read `1.41`, `v1.41`, `1` (1.0) or `1.000000` (1.0).

        The last is how the client of Docker 0.3.3 writes its version into every path: as a float
        with six decimals. Raises ValueError for anything else.
        """
        match = _WRITTEN.match(text)
        if match is None:
            raise ValueError(f"not an API version: {text!r} (expected for instance 1.41)")
        major, minor = match.groups()
        if minor is not None and len(minor) > 3:
            if minor.strip("0"):
                raise ValueError(f"not an API version: {text!r} (expected for instance 1.41)")
            minor = "0"
        return cls(int(major), int(minor or 0))


OLDEST = ApiVersion(1, 0)
"""The oldest version that the gateway takes: the one of Docker 0.3.3, May 2013."""

NEWEST = ApiVersion(1, 56)
"""The newest version whose routes and differences the gateway knows."""

JSON_ERRORS = ApiVersion(1, 24)
"""From here on an error's body is JSON, `{"message": …}`; before, plain text and a newline."""
