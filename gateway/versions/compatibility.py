"""Writes `docs/compatibility.md`, the page of all differences, from the changes themselves.

`python -m gateway.versions.compatibility` writes it; with `--check` it only compares, and ends
with status 1 when the page is not current.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gateway.api.routes import ROUTE
from gateway.api.version import NEWEST, OLDEST
from gateway.emulate.vocabulary import Emulation, emulations
from gateway.versions.every_version import every_version
from gateway.versions.explain import rewrites
from gateway.versions.registry import RUNGS
from gateway.versions.vocabulary import EVERY_ROUTE, Change

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"
"""Where the page is in a working copy."""

ORACLE = Path(__file__).parents[2] / "tests" / "oracle" / "table.json"
"""What was found beside the recordings (`python tests/oracle --write`), in a working copy."""

_HEAD = f"""\
# Compatibility

The gateway takes clients of API v{OLDEST} to the newest version of the engine behind it, at most
v{NEWEST}. What differs between a client's version and the one that the engine is spoken to at is
rewritten by the changes below: a change of version V applies when the client is older than V and
the engine is spoken to at V or newer. A version that is not listed has no rewrite: its requests and
answers pass as they are. `docker-gateway explain "GET /v1.6/images/json" --engine 1.41` says which
of them meet a request.

This page is generated (`python -m gateway.versions.compatibility`); each entry and its source are
the docstring of the change.
"""


def page() -> str:
    """Make the whole page, as Markdown."""
    parts = [_HEAD, "\n## Versions\n\n", _table()]
    parts.append("\n## Changes and their sources\n")
    for rung in RUNGS:
        parts += [f"\n### v{rung.version}\n\n", *map(_change, rung.changes)]
    parts.append("\n### Every version\n\n")
    parts += map(_change, every_version(OLDEST, NEWEST))
    parts.append("\n## Emulated\n\n")
    parts.append(
        "Answered by the gateway, because the engine has the route no more, or not yet.\n\n"
    )
    parts += map(_emulation, emulations())
    parts.append(_oracle(json.loads(ORACLE.read_text(encoding="utf-8"))))
    return "".join(parts)


def _table() -> str:
    rows = [(f"v{rung.version}", change) for rung in RUNGS for change in rung.changes]
    rows += [("(all)", change) for change in every_version(OLDEST, NEWEST)]
    lines = [
        f"| {before} | {_cell(change.title())} | {_routes(change.routes)} |\n"
        for before, change in rows
    ]
    return "".join(["| client before | what changes for it | routes |\n|---|---|---|\n", *lines])


_RUNS = {
    "newest": "gateway, newest",
    "nearest": "gateway, nearest",
    "native": "engine alone",
}


def _oracle(table: dict[str, Any]) -> str:
    """Make the section on the recordings; the table's shape is told in tests/oracle/table.py."""
    runs, steps = table["runs"], table["steps"]
    parts = [
        "\n## Beside a real engine of the time\n\n"
        f"A Docker Engine 1.6.2 was asked {steps} things under every version that it knew, and its"
        " answers\nwere recorded. The same is asked through the gateway in front of today's"
        " Docker Engine 20.10, and\nthe answers are set side by side: status, content type, hijack,"
        " framing, every key and its type,\nevery value, frames, records and texts. The table"
        f" tells how many of the {steps} agree: through the\ngateway where it speaks to the engine"
        " at the engine's newest version, and where at the version\nnearest to the client's; and"
        " of the engine's own answers at that version.\n\n"
        f"| version | {' | '.join(_RUNS.values())} | what differs (newest) |\n"
        "|---|---|---|---|---|\n"
    ]
    for version, differing in runs["newest"].items():
        counts = [
            str(steps - len(runs[name][version])) if version in runs.get(name, {}) else ""
            for name in _RUNS
        ]
        parts.append(f"| v{version} | {' | '.join(counts)} | {', '.join(differing)} |\n")
    parts.append(
        "\nTwo lists say what may differ and count as agreeing. Where the recorded engine had a"
        " defect, what is\nright is served instead:\n\n"
    )
    parts += [f"- {one['steps']} ({one['clients']}): {one['reason']}\n" for one in table["served"]]
    parts.append(
        "\nThese no engine can give any more, or they tell of the recorded machine; ids, times,"
        " sizes,\naddresses, ports and facts of the machine differ in every answer besides:\n\n"
    )
    parts += [f"- {one['steps']}: {one['reason']}\n" for one in table["allowed"]]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _routes(names: tuple[str, ...]) -> str:
    if names == EVERY_ROUTE:
        return "all"
    return ", ".join(f"`{ROUTE[name].method} {ROUTE[name].pattern}`" for name in names)


def _change(change: Change) -> str:
    asked = [look.name for look in change.lookups]
    look_ups = f" Look-up: {', '.join(asked)}." if asked else ""
    return (
        f"- **{change.title()}** ({_routes(change.routes)}; rewrites the"
        f" {', the '.join(rewrites(type(change)))}.{look_ups})\n  {change.source()}\n"
    )


def _emulation(emulation: Emulation) -> str:
    details = " ".join((emulation.__doc__ or "").strip().partition("\n")[2].split())
    return f"- **{emulation.title()}** ({_routes(emulation.routes)})\n  {details}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gateway.versions.compatibility")
    parser.add_argument("--check", action="store_true", help="only say whether it is current")
    parser.add_argument("--page", type=Path, default=PAGE, help="the file (default: %(default)s)")
    options = parser.parse_args(arguments)
    current = page()
    if not options.check:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        options.page.write_text(current, encoding="utf-8")
        return 0
    if options.page.is_file() and options.page.read_text(encoding="utf-8") == current:
        return 0
    print(
        f"{options.page} is not current: run python -m gateway.versions.compatibility",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
