"""The tables: printed, and written to docs/performance.md. Pure: figures in, text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from bench.figures import Results, Row, Target, Verdict

MISSING = "-"


class SharesLike(Protocol):
    """Lists of one figure a round: see measure.Shares."""

    server: list[float]
    load: list[float]
    others: list[float]
    generator_us: list[float]
    stub_us: list[float]


@dataclass(frozen=True, slots=True)
class About:
    """What the report says of how it came to be."""

    machine: str
    versions: Sequence[str]
    date: str
    command: str
    rounds: int
    load: str


def number(value: float | None, digits: int = 0) -> str:
    """A figure with thousands separated by commas; MISSING for none."""
    return MISSING if value is None else f"{value:,.{digits}f}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of even width: first to the left, the others to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(header))]

    def written(line: Sequence[str]) -> str:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([written(lines[0]), written(rule), *map(written, lines[1:])])


def comparison(
    results: Results,
    rows: Sequence[Row],
    subjects: Mapping[str, str],
    base: str | None,
) -> str:
    """Medians of all subjects, and the first subject as a ratio to `base`: median and best."""
    first = next(iter(subjects))
    header = ["", "unit", *subjects.values()]
    compared = base is not None and base in subjects and base != first
    if compared:
        header += [f"ratio to {subjects[base or '']}", "best"]
    lines = []
    for row in rows:
        line = [row.title, row.unit]
        line += [number(results.median(row.key, subject), row.digits) for subject in subjects]
        if compared and base is not None:
            line.append(number(results.ratio(row.key, first, base), 2))
            line.append(number(results.best_ratio(row, first, base), 2))
        if results.samples.get(row.key):
            lines.append(line)
    return table(header, lines)


def verdicts(results: Results, targets: Sequence[Target]) -> str:
    """Every target with its value (median and best of the rounds) and whether it is met."""
    lines = []
    for target in targets:
        value, best = target.value(results), target.best(results)
        digits = 2 if target.base is not None else max(target.row.digits, 0)
        verdict = target.verdict(results)
        shown = verdict.value.upper() if verdict is Verdict.MISS else verdict.value
        lines.append([target.title, number(value, digits), number(best, digits), shown])
    return table(["target", "median", "best", ""], lines)


def busy(shares: Mapping[tuple[str, str], SharesLike], subjects: Mapping[str, str]) -> str:
    """Who used the cores during each load: medians of the rounds."""
    lines = []
    keys = dict.fromkeys(key for key, _ in shares)
    for key, name in ((key, name) for key in keys for name in subjects):
        seen = shares.get((key, name))
        if seen is None:
            continue
        lines.append(
            [
                f"{key}, {subjects[name]}",
                f"{median(seen.server):.0%}",
                f"{median(seen.load):.0%}",
                f"{median(seen.others):.0%}",
                limit(median(seen.server), median(seen.load), median(seen.others)),
            ]
        )
    header = ["load, server", "server", "generator + stub", "other programs", "limited by"]
    return table(header, lines)


def limit(server: float, load: float, others: float) -> str:
    """What kept a rate from being higher; `others` is their share of the server's core."""
    if server + others >= 0.93:
        return "server" if server >= 0.93 else "server, others"
    if load >= 0.93:
        return "generator"
    return "waiting"


TOO_DISTURBED = 0.2
"""Where other programs took more than this share of the server's core, rates mean little."""


def disturbance(shares: Mapping[tuple[str, str], SharesLike]) -> float:
    """The share of the server's core that other programs took, median over all loads."""
    seen = [share for one in shares.values() for share in one.others]
    return median(seen) if seen else 0.0


def warning(disturbed: float) -> str:
    """What stands above the verdicts of a run that was disturbed; else empty."""
    if disturbed <= TOO_DISTURBED:
        return ""
    return (
        f"**Other programs took {disturbed:.0%} of the server's core during half of the loads: the "
        "rates and latencies of this run, and verdicts on them, mean little.** CPU per unit and "
        "memory stand.\n\n"
    )


def generator_cost(shares: Mapping[tuple[str, str], SharesLike], key: str, name: str) -> str:
    """CPU that generator and stub spent per unit of a load."""
    seen = shares.get((key, name))
    if seen is None:
        return "not measured"
    return f"{median(seen.generator_us):.1f} µs + {median(seen.stub_us):.1f} µs"


_INTRODUCTION = """\
# Performance

<!-- Written by `make bench`. Changes by hand are lost with its next run. -->

One worker of the gateway beside HAProxy, nginx and Envoy: each on the same core, with the same
mutual TLS (TLS 1.3, X25519, ECDSA P-256, client certificate required), in front of the same stub of
an engine on a unix socket. Generator and stub share another core.
{rounds}; within a round the servers take turns at every single load, and a load that other programs
disturbed is run again, up to three times, and its least disturbed run counts.
{load}

- Machine: {machine}
- Servers: {versions}
- Date: {date}
- Command: `{command}`

**How to read it.** Figures are medians of the rounds. "Ratio" is the median of the ratios within
each round, "best" is best round to best round. Rates depend on what else the machine does; CPU per
unit (the scheduler's account of the server's processes, in nanoseconds) hardly does, and is the
figure to trust. The same program measured twice in one run differs by up to a tenth. The last table
says what limited each rate: where it was not the server, its true rate is higher, and the ratio is
a lower bound for the faster one of the two.
"""


def document(
    about: About,
    results: Results,
    targets: Sequence[Target],
    tables: Sequence[tuple[str, str]],
    busy_table: str,
    costs: str,
    disturbed: float = 0.0,
) -> str:
    """The whole page: `tables` are titles and tables in order."""
    parts = [
        _INTRODUCTION.format(
            rounds="1 round" if about.rounds == 1 else f"{about.rounds} rounds",
            load=about.load,
            machine=about.machine,
            versions="; ".join(about.versions),
            date=about.date,
            command=about.command,
        ),
        f"## Targets\n\n{warning(disturbed)}{verdicts(results, targets)}\n",
    ]
    parts += [f"## {title}\n\n{text}\n" for title, text in tables]
    parts.append(
        "## Who was busy\n\n"
        "Shares of one core, medians of the rounds. CPU of generator and stub per request at 64 "
        f"connections to HAProxy: {costs}.\n\n{busy_table}\n"
    )
    if results.failures:
        failures = "\n".join(f"- {text}" for text in results.failures)
        parts.append(f"## Loads that failed\n\n{failures}\n")
    return "\n".join(parts)
