"""Medians, percentiles, ratios and verdicts."""

import pytest
from bench.figures import Results, Row, Target, Verdict, percentile

RATE = Row("rate", "requests", "requests/s", "/s", higher_is_better=True)
CPU = Row("cpu", "requests", "CPU", "µs", higher_is_better=False, digits=1)


def results() -> Results:
    made = Results()
    # A round in which the whole machine was slow, one in which ours failed, and a quiet one.
    for ours, theirs in ((40.0, 50.0), (None, 100.0), (95.0, 100.0), (85.0, 100.0)):
        made.add("rate", "gateway", ours)
        made.add("rate", "haproxy", theirs)
    return made


def test_percentile_is_a_value_that_occurred() -> None:
    values = list(range(1, 101))
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile([7], 0.5) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_ratios_are_taken_within_a_round() -> None:
    made = results()
    assert made.ratio("rate", "gateway", "haproxy") == pytest.approx(0.85)
    assert made.best_ratio(RATE, "gateway", "haproxy") == pytest.approx(0.95)
    assert made.median("rate", "gateway") == 85.0


def test_best_is_the_smallest_where_less_is_better() -> None:
    made = Results()
    made.add("cpu", "gateway", 20.0)
    made.add("cpu", "gateway", 18.0)
    assert made.best(CPU, "gateway") == 18.0
    assert made.best(CPU, "nginx") is None
    assert made.median("cpu", "nginx") is None
    assert made.ratio("cpu", "gateway", "nginx") is None
    assert made.best_ratio(CPU, "gateway", "nginx") is None


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target("", RATE, 0.8, True, "haproxy"), Verdict.PASS),
        (Target("", RATE, 0.9, True, "haproxy"), Verdict.MISS),
        (Target("", RATE, 90, False), Verdict.PASS),
        (Target("", RATE, 80, False), Verdict.MISS),
        (Target("", CPU, 1.25, False, "haproxy"), Verdict.UNKNOWN),
        (Target("", RATE, 1.2, True, "envoy"), Verdict.UNKNOWN),
    ],
)
def test_verdicts(target: Target, verdict: Verdict) -> None:
    assert target.verdict(results()) is verdict
