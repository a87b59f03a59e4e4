"""The oracle: what a real Docker Engine 1.6.2 answered, set beside what is answered now.

`judge` gives, for each step of the scenario, every difference between the recorded answer and a
live one. Differences by nature are taken out before (`support.oracle_view`); those that the list
`oracle.allowed` names, with reasons, are kept apart; a step agrees when no other is left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from oracle.allowed import allowed, expected
from support.oracle_replay import Played
from support.oracle_view import View, view


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where an answer is not the recorded one; `expected` and `live` are JSON."""

    step: str
    place: str
    expected: str
    live: str

    def __str__(self) -> str:
        return f"{self.place}: {self.expected} -> {self.live}"


@dataclass(slots=True)
class Verdict:
    """A run of one version: by step, what differs, and what differs but may."""

    version: str
    differences: dict[str, list[Difference]] = field(default_factory=dict)
    excused: dict[str, list[Difference]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def agreeing(self) -> int:
        """How many steps agree."""
        return sum(not found for found in self.differences.values())

    @property
    def differing(self) -> list[str]:
        """The steps that do not."""
        return [step for step, found in self.differences.items() if found]

    @property
    def only_more(self) -> int:
        """How many steps differ by keys alone that the recorded answer has not."""
        return sum(
            bool(found) and all(one.expected == ABSENT for one in found)
            for found in self.differences.values()
        )


ABSENT = "(absent)"


def judge(played: Played) -> Verdict:
    """Set a run beside the recording of its version."""
    verdict = Verdict(played.version, seconds=played.seconds)
    wanted = expected(played.version)
    for step, answer in played.answers.items():
        live = view(step, answer, played)
        found = [
            Difference(step, place, theirs, ours)
            for place, theirs, ours in differences(wanted[step], live)
        ]
        excused = [
            one for one in found if allowed(played.version, step, one.place, one.expected, one.live)
        ]
        verdict.excused[step] = excused
        verdict.differences[step] = [one for one in found if one not in excused]
    return verdict


def differences(
    wanted: View | Any, live: View | Any, place: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Every place where two views differ, with both values as JSON, or "(absent)"."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        for key in [*wanted, *(key for key in live if key not in wanted)]:
            inner = f"{place}.{key}" if place else str(key)
            if key not in live:
                yield inner, _json(wanted[key]), ABSENT
            elif key not in wanted:
                yield inner, ABSENT, _json(live[key])
            else:
                yield from differences(wanted[key], live[key], inner)
    elif (
        isinstance(wanted, list)
        and isinstance(live, list)
        and len(wanted) == len(live)
        and any(isinstance(item, dict) for item in wanted)
    ):
        for index, (theirs, ours) in enumerate(zip(wanted, live, strict=True)):
            yield from differences(theirs, ours, f"{place}[{index}]")
    elif type(wanted) is not type(live) or wanted != live:
        yield place, _json(wanted), _json(live)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
