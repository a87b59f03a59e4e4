"""The range of API versions that an engine takes, read from its own answers."""

from __future__ import annotations

from typing import NamedTuple

from gateway.api.message import Json
from gateway.api.version import ApiVersion

BEFORE_MINIMUMS = ApiVersion(1, 12)
"""What an engine takes at least that does not say so: 1.7 to 1.12 have no MinAPIVersion, and
accept v1.12 and later (engine sources, `MinVersion`)."""


class EngineRange(NamedTuple):
    """The oldest and the newest version that the engine takes, and the release that it says."""

    oldest: ApiVersion
    newest: ApiVersion
    release: str

    def __str__(self) -> str:
        return f"{self.release}, API {self.oldest} to {self.newest}"

    @classmethod
    def of_version_document(cls, document: Json) -> EngineRange:
        """Read what `GET /version` answered (ApiVersion since v1.12, MinAPIVersion since v1.25).

        Raises ValueError when it is no such document.
        """
        try:
            newest = ApiVersion.parse(document["ApiVersion"])
            oldest = ApiVersion.parse(document.get("MinAPIVersion") or str(BEFORE_MINIMUMS))
            release = str(document.get("Version") or "unknown")
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("the answer to /version names no ApiVersion") from error
        return cls(min(oldest, newest), newest, release)
