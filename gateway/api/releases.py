"""Which API version a client means that writes none into its path.

Docker's own client of 2013 to 2016 tells its release in the User-Agent, and each of those
releases speaks one version. That matters because the clients 0.11 to 1.2 leave the version out
of every streamed call (pull, push, build, logs, events, import, export, save, load) while they
write it into the others (catalogue of v1.0 to v1.12, fact 12 and T-2).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TypeAlias

from gateway.api.version import ApiVersion

Release: TypeAlias = tuple[int, int, int]
"""A release of Docker, `0.9.1` as (0, 9, 1)."""

_USER_AGENT = re.compile(r"Docker-Client/([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?", re.ASCII)

_FIRST_OF: tuple[tuple[Release, ApiVersion], ...] = (
    ((0, 3, 3), ApiVersion(1, 0)),
    ((0, 3, 4), ApiVersion(1, 1)),
    ((0, 4, 1), ApiVersion(1, 2)),
    ((0, 4, 5), ApiVersion(1, 3)),
    ((0, 5, 1), ApiVersion(1, 4)),
    ((0, 6, 2), ApiVersion(1, 5)),
    ((0, 6, 4), ApiVersion(1, 6)),
    ((0, 6, 7), ApiVersion(1, 7)),
    ((0, 7, 1), ApiVersion(1, 8)),
    ((0, 8, 0), ApiVersion(1, 9)),
    ((0, 9, 0), ApiVersion(1, 10)),
    ((0, 11, 0), ApiVersion(1, 11)),
    ((0, 12, 0), ApiVersion(1, 12)),
    ((1, 1, 0), ApiVersion(1, 13)),
    ((1, 2, 0), ApiVersion(1, 14)),
    ((1, 3, 0), ApiVersion(1, 15)),
    ((1, 4, 0), ApiVersion(1, 16)),
    ((1, 5, 0), ApiVersion(1, 17)),
    ((1, 6, 0), ApiVersion(1, 18)),
    ((1, 7, 0), ApiVersion(1, 19)),
    ((1, 8, 0), ApiVersion(1, 20)),
    ((1, 9, 0), ApiVersion(1, 21)),
    ((1, 10, 0), ApiVersion(1, 22)),
    ((1, 11, 0), ApiVersion(1, 23)),
    ((1, 12, 0), ApiVersion(1, 24)),
)
"""The first release that speaks each version.

From the constants in the releases' code: catalogue of v1.0 to v1.12, section 2 (0.3.4 says 1.1,
0.4.0 too, whatever the founding changelog says), and catalogue of v1.13 to v1.24, section 1.
"""

_RELEASES = tuple(release for release, _ in _FIRST_OF)

_NEGOTIATING: Release = (1, 13, 0)
"""From here on the client asks the engine for its version, so its release tells nothing."""

_MULTIPART_BUILD = ApiVersion(1, 1)


def release_of_client(user_agent: str) -> Release | None:
    """Read the release out of `Docker-Client/0.9.1` or `Docker-Client/1.12.6 (linux)`.

    What follows the numbers (`-dev`, `-rc2`, the platform) is ignored. None for other programs
    and for development builds without a number.
    """
    found = _USER_AGENT.match(user_agent)
    if found is None:
        return None
    major, minor, patch = found.groups()
    return int(major), int(minor), int(patch or 0)


def version_of_client(user_agent: str) -> ApiVersion | None:
    """Give the API version that Docker's client of the release in `user_agent` speaks.

    None where that does not tell: other programs, releases before 0.3.3 (whose API had no
    version) and from 1.13 on (which negotiate).
    """
    release = release_of_client(user_agent)
    if release is None or not _RELEASES[0] <= release < _NEGOTIATING:
        return None
    return _FIRST_OF[bisect_right(_RELEASES, release) - 1][1]


def version_of_request(
    user_agent: str, method: str, path: str, content_type: str
) -> ApiVersion | None:
    """Give the API version that a request without a version prefix means, or None.

    First the release in the User-Agent. Then the body: only the clients 0.3.4 to 0.4.2 send a
    build as `multipart/form-data`, always without a version and under the User-Agent of Go's
    library; that is v1.1 (catalogue of v1.0 to v1.12, T-2). After None comes the configured
    default.
    """
    version = version_of_client(user_agent)
    if version is not None:
        return version
    media_type = content_type.partition(";")[0].strip().lower()
    if method == "POST" and path == "/build" and media_type == "multipart/form-data":
        return _MULTIPART_BUILD
    return None
