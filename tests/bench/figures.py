"""Figures of a run and what can be said about them: medians, percentiles, ratios, verdicts.

Pure: no clock, no process, no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from statistics import median


def percentile(values: Sequence[int], share: float) -> float:
    """The value that `share` (0 … 1) of the values do not exceed (nearest rank)."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = max(1, min(len(ordered), -(-int(share * 1_000_000) * len(ordered) // 1_000_000)))
    return float(ordered[rank - 1])


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is measured: `group` names its table, `digits` those after the point."""

    key: str
    group: str
    title: str
    unit: str
    higher_is_better: bool
    digits: int = 0


@dataclass(slots=True)
class Results:
    """For every row and subject one figure a round; None where the load failed."""

    samples: dict[str, dict[str, list[float | None]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, row: str, subject: str, value: float | None) -> None:
        self.samples.setdefault(row, {}).setdefault(subject, []).append(value)

    def values(self, row: str, subject: str) -> list[float]:
        """The figures there are."""
        found = self.samples.get(row, {}).get(subject, [])
        return [value for value in found if value is not None]

    def median(self, row: str, subject: str) -> float | None:
        values = self.values(row, subject)
        return median(values) if values else None

    def best(self, row: Row, subject: str) -> float | None:
        values = self.values(row.key, subject)
        if not values:
            return None
        return max(values) if row.higher_is_better else min(values)

    def ratio(self, row: str, subject: str, base: str) -> float | None:
        """The median over the rounds of subject ÷ base, each taken in one and the same round."""
        found = self.samples.get(row, {})
        pairs = zip(found.get(subject, []), found.get(base, []), strict=False)
        ratios = [ours / theirs for ours, theirs in pairs if ours is not None and theirs]
        return median(ratios) if ratios else None

    def best_ratio(self, row: Row, subject: str, base: str) -> float | None:
        """Best of all rounds ÷ best of all rounds."""
        ours, theirs = self.best(row, subject), self.best(row, base)
        return ours / theirs if ours is not None and theirs else None


class Verdict(Enum):
    """What became of a target."""

    PASS = "pass"
    MISS = "miss"
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a row of `subject`, on its own (`base` None) or as a ratio to `base`."""

    title: str
    row: Row
    bound: float
    at_least: bool
    base: str | None = None
    subject: str = "gateway"

    def value(self, results: Results) -> float | None:
        """What is compared with the bound: the median of the rounds."""
        if self.base is None:
            return results.median(self.row.key, self.subject)
        return results.ratio(self.row.key, self.subject, self.base)

    def best(self, results: Results) -> float | None:
        """The same of the best rounds, for comparison."""
        if self.base is None:
            return results.best(self.row, self.subject)
        return results.best_ratio(self.row, self.subject, self.base)

    def verdict(self, results: Results) -> Verdict:
        value = self.value(results)
        if value is None:
            return Verdict.UNKNOWN
        met = value >= self.bound if self.at_least else value <= self.bound
        return Verdict.PASS if met else Verdict.MISS
