"""`table.json`: how many steps agreed at each version, which did not, and what may differ.

It is written by `python tests/oracle --write` and committed: the page docs/compatibility.md shows
it, and `test_scenario` holds each version to it. It has the keys

- `steps`: how many steps the scenario has;
- `runs`: by name of the run ("newest", "nearest": through the gateway, forwarding so; "native": the
  engine alone), by version, the names of the steps that differ;
- `served` and `allowed`: the lists of `oracle.allowed`, in words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oracle.allowed import ALLOWED, SERVED
from support.oracle import Verdict

TABLE = Path(__file__).with_name("table.json")


def read() -> dict[str, Any]:
    """The committed table."""
    if not TABLE.exists():
        return {"steps": 0, "runs": {}}
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def lists() -> dict[str, list[dict[str, str]]]:
    """What may differ, in words."""
    return {
        "served": [
            {
                "steps": ", ".join(entry.steps),
                "clients": f"before v1.{entry.before}",
                "reason": entry.reason,
            }
            for entry in SERVED
        ],
        "allowed": [{"steps": ", ".join(entry.steps), "reason": entry.reason} for entry in ALLOWED],
    }


def written(table: dict[str, Any], name: str, verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """The table with one run put in."""
    verdicts = list(verdicts)
    runs = dict(table["runs"])
    runs[name] = {
        **runs.get(name, {}),
        **{one.version: one.differing for one in verdicts},
    }
    return {"steps": len(verdicts[0].differences), "runs": runs, **lists()}


def write(name: str, verdicts: Iterable[Verdict]) -> None:
    """Put one run into the committed table."""
    document = json.dumps(written(read(), name, verdicts), indent=1, ensure_ascii=False)
    TABLE.write_text(document + "\n", encoding="utf-8")
