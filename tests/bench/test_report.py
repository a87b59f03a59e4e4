"""The tables and the page."""

from bench import report
from bench.figures import Results, Row, Target
from bench.measure import Shares
from bench.rows import GROUPS, ROWS, TARGETS

RATE = Row("rate", "requests", "requests/s", "/s", higher_is_better=True)
CPU = Row("cpu", "requests", "CPU", "µs", higher_is_better=False, digits=1)
NAMES = {"gateway": "gateway", "haproxy": "HAProxy"}


def results() -> Results:
    made = Results()
    for ours, theirs in ((9000.0, 12000.0), (11000.0, 12000.0)):
        made.add("rate", "gateway", ours)
        made.add("rate", "haproxy", theirs)
    return made


def test_a_table_has_even_columns() -> None:
    text = report.table(["", "unit"], [["a long title", "µs"], ["b", "MB/s"]])
    assert text.splitlines() == [
        "|              | unit |",
        "| ------------ | ---: |",
        "| a long title |   µs |",
        "| b            | MB/s |",
    ]


def test_comparison_has_medians_and_both_ratios_and_no_empty_rows() -> None:
    lines = report.comparison(results(), [RATE, CPU], NAMES, "haproxy").splitlines()
    assert [cell.strip() for cell in lines[0].split("|")[1:-1]] == [
        "",
        "unit",
        "gateway",
        "HAProxy",
        "ratio to HAProxy",
        "best",
    ]
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "requests/s",
        "/s",
        "10,000",
        "12,000",
        "0.83",
        "0.92",
    ]
    assert len(lines) == 3


def test_comparison_without_its_base_has_no_ratio() -> None:
    assert "ratio" not in report.comparison(results(), [RATE], {"gateway": "gateway"}, "haproxy")


def test_verdicts_shout_only_misses() -> None:
    targets = [Target("easy", RATE, 0.5, True, "haproxy"), Target("hard", RATE, 2, True, "haproxy")]
    text = report.verdicts(results(), targets)
    assert "| easy   |   0.83 | 0.92 | pass |" in text
    assert "| hard   |   0.83 | 0.92 | MISS |" in text


def test_what_limited_a_rate() -> None:
    assert report.limit(server=0.99, load=0.99, others=0.0) == "server"
    assert report.limit(server=0.70, load=0.60, others=0.25) == "server, others"
    assert report.limit(server=0.80, load=0.98, others=0.0) == "generator"
    assert report.limit(server=0.40, load=0.45, others=0.0) == "waiting"


def test_a_disturbed_run_says_so() -> None:
    shares = {
        ("requests-64", "gateway"): Shares(others=[0.0, 0.3]),
        ("requests-64", "haproxy"): Shares(others=[0.5]),
    }
    assert report.disturbance(shares) == 0.3
    assert "30% of the server's core" in report.warning(0.3)
    assert report.disturbance({}) == 0.0
    assert report.warning(report.TOO_DISTURBED) == ""


def test_the_page_says_how_it_came_to_be_and_what_failed() -> None:
    made = results()
    made.failures.append("nginx, echo: Broken: the tunnel stands still")
    shares = {("requests-64", "haproxy"): Shares([0.9], [0.8], [0.0], [9.0], [4.0])}
    about = report.About("a machine", ["one 1", "two 2"], "today", "make bench", 1, "Short.")
    costs = report.generator_cost(shares, "requests-64", "haproxy")
    page = report.document(
        about, made, TARGETS, [("Requests", "table")], report.busy(shares, NAMES), costs
    )
    for part in (
        "a machine",
        "one 1; two 2",
        "today",
        "1 round;",
        "Short.",
        "## Requests\n\ntable",
    ):
        assert part in page
    assert "9.0 µs + 4.0 µs" in page
    assert "- nginx, echo: Broken: the tunnel stands still" in page
    assert report.generator_cost(shares, "requests-1", "haproxy") == "not measured"


def test_every_row_has_a_table_and_every_target_a_row() -> None:
    assert {row.group for row in ROWS.values()} == set(GROUPS)
    assert all(target.row.key in ROWS for target in TARGETS)
    assert all(target.at_least is target.row.higher_is_better for target in TARGETS)
