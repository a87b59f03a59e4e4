"""Figures of a run, and the accounts of this machine."""

import os
from dataclasses import replace

import pytest
from bench import machine
from bench.measure import Measurement, Plan, figures_of, measurements
from bench.probe import Cost, Outcome, Probe
from bench.rows import GROUPS, ROWS

PLAN = Plan(1, 1, 0.1, 65536, 32768, 10, 10, tuple(GROUPS))
COST = Cost(
    wall=2_000_000_000,
    server=1_000_000_000,
    stub=200_000_000,
    generator=400_000_000,
    server_core_idle=500_000_000,
    server_core_busy=1_500_000_000,
    load_core_idle=0,
    load_core_busy=0,
)


def made(kind: str, outcome: Outcome, key: str) -> dict[str, float]:
    return figures_of(Measurement(key, kind, lambda *_: outcome), outcome, COST)


def test_every_measurement_fills_rows_that_are_reported() -> None:
    outcome = Outcome(4, [1000, 2000, 3000, 4000])
    filled = set()
    for measurement in measurements(PLAN):
        filled |= set(figures_of(measurement, outcome, COST))
    in_process = {"memory", "parsers", "streams"}
    assert filled == {row.key for row in ROWS.values() if row.group not in in_process}


def test_units() -> None:
    requests = made("requests", Outcome(100, [1000] * 99 + [9000]), "requests-1")
    assert requests == {
        "requests-1-rate": 50.0,
        "requests-1-cpu": 10_000.0,
        "requests-1-p50": 1.0,
        "requests-1-p99": 1.0,
    }
    assert made("bytes", Outcome(4_000_000_000), "echo") == {"echo-rate": 2000.0, "echo-cpu": 0.25}


def test_shares() -> None:
    assert (COST.server_share, COST.load_share, COST.others) == (0.5, 0.3, 0.25)


def test_disturbance_is_that_of_the_worse_core() -> None:
    assert COST.disturbance == 0.25
    assert replace(COST, load_core_busy=1_200_000_000).disturbance == pytest.approx(0.3)
    apart = replace(COST, load_core_busy=1_200_000_000, stub_beside_generator=False)
    assert apart.disturbance == pytest.approx(0.4)


def test_a_probe_counts_between_start_and_stop() -> None:
    clock = iter([100, 350])
    cores = machine.Cores(*[min(os.sched_getaffinity(0))] * 3)
    probe = Probe(lambda: next(clock), lambda: 7, cores)
    probe.start()
    probe.stop()
    assert probe.cost is not None
    assert (probe.cost.server, probe.cost.stub) == (250, 0)
    assert probe.cost.wall > 0


def test_accounts_of_this_process() -> None:
    before = machine.cpu_ns(os.getpid())
    sum(range(100_000))
    assert machine.cpu_ns(os.getpid()) > before
    assert os.getpid() in machine.family(os.getpid())
    memory = machine.memory([os.getpid()])
    assert memory.peak >= memory.rss >= memory.pss > 1_000_000
    assert "Linux" in machine.describe()
