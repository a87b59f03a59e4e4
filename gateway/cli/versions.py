"""`docker-gateway versions`: the API versions, Docker's releases of each, and what they changed."""

from __future__ import annotations

import argparse

from gateway.api.version import NEWEST, OLDEST, ApiVersion
from gateway.cli.parsers import Commands, add_command

RELEASES = {
    "1.0": "0.3.3",
    "1.1": "0.3.4, 0.4.0",
    "1.2": "0.4.1 - 0.4.4",
    "1.3": "0.4.5 - 0.5.0",
    "1.4": "0.5.1 - 0.6.1",
    "1.5": "0.6.2, 0.6.3",
    "1.6": "0.6.4 - 0.6.6",
    "1.7": "0.6.7, 0.7.0",
    "1.8": "0.7.1 - 0.7.6",
    "1.9": "0.8",
    "1.10": "0.9, 0.10",
    "1.11": "0.11",
    "1.12": "0.12, 1.0",
    "1.13": "1.1",
    "1.14": "1.2",
    "1.15": "1.3",
    "1.16": "1.4",
    "1.17": "1.5",
    "1.18": "1.6",
    "1.19": "1.7",
    "1.20": "1.8",
    "1.21": "1.9",
    "1.22": "1.10",
    "1.23": "1.11",
    "1.24": "1.12",
    "1.25": "1.13.0",
    "1.26": "1.13.1",
    "1.27": "17.03",
    "1.28": "17.04",
    "1.29": "17.05",
    "1.30": "17.06",
    "1.31": "17.07",
    "1.32": "17.09",
    "1.33": "17.10",
    "1.34": "17.11",
    "1.35": "17.12",
    "1.36": "18.02",
    "1.37": "18.03",
    "1.38": "18.06",
    "1.39": "18.09",
    "1.40": "19.03",
    "1.41": "20.10",
    "1.42": "23.0",
    "1.43": "24.0",
    "1.44": "25.0",
    "1.45": "26",
    "1.46": "27.0, 27.1",
    "1.47": "27.2 - 27.5",
    "1.48": "28.0",
    "1.49": "28.1",
    "1.50": "28.2",
    "1.51": "28.3 - 28.5",
    "1.52": "29.0, 29.1",
    "1.53": "29.2",
    "1.54": "29.3 - 29.5",
    "1.55": "29.6, 29.7",
    "1.56": "not released yet",
}
"""Docker's releases whose engine has the version as its newest.

From the constants in the releases' code and the catalogues of v1.0 to v1.12 (section 2), v1.13 to
v1.24 (section 1) and v1.19 to v1.56 (the table of engines).
"""


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "list the API versions, Docker's releases of them, and how much the gateway rewrites"
    add_command(commands, "versions", run, summary)


def run(_: argparse.Namespace) -> int:
    """Print the table."""
    print(table(), end="")
    return 0


def table() -> str:
    """One line for each version.

    The last column counts the differences that are translated for clients older than the version.
    """
    from gateway.versions.registry import RUNGS

    changes = {rung.version: len(rung.changes) for rung in RUNGS}
    lines = [f"{'API':<6}{'Docker':<20}changes translated for older clients\n"]
    version = OLDEST
    while version <= NEWEST:
        releases = RELEASES[str(version)]
        lines.append(f"{version!s:<6}{releases:<20}{changes.get(version) or '-'}\n")
        version = ApiVersion(version.major, version.minor + 1)
    return "".join(lines)
