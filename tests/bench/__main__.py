"""`python tests/bench`: the gateway beside HAProxy, nginx and Envoy (see docs/performance.md).

Prints the tables; a whole run (neither --quick nor --only nor --servers) also writes
docs/performance.md, unless other programs disturbed it too much. Exit status 1 when a load failed;
a missed target is reported, no failure.
"""

import argparse
import datetime
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

_TESTS = str(Path(__file__).resolve().parents[1])
# Run as a folder, Python has put the folder itself in front: its modules would hide others'.
sys.path[0] = _TESTS

from bench import machine, micro, report  # noqa: E402
from bench.figures import Results  # noqa: E402
from bench.measure import Bench, Plan  # noqa: E402
from bench.peers import PEERS, ROOT, Peer, Program  # noqa: E402
from bench.rows import GROUPS, ROWS, TARGETS  # noqa: E402

_MIB = 1 << 20
_DEFAULT_SERVERS = "gateway,haproxy,nginx,envoy"
_PAGE = ROOT / "docs" / "performance.md"
_PARSERS = {
    "gateway": "gateway, block seen before",
    "gateway-first": "gateway, first time",
    "httptools": "httptools",
    "h11": "h11",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="short and rough; writes no page")
    parser.add_argument("--only", metavar="GROUPS", help="of " + ",".join(GROUPS))
    parser.add_argument(
        "--servers",
        metavar="NAMES",
        default=_DEFAULT_SERVERS,
        help="of " + ",".join(peer.name for peer in PEERS),
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="default: 5; 1 with --quick")
    parser.add_argument("--certs", type=Path, metavar="DIR", help="use these certificates")
    options = parser.parse_args()
    options.groups = _chosen(parser, options.only or ",".join(GROUPS), list(GROUPS))
    options.names = _chosen(parser, options.servers, [peer.name for peer in PEERS])
    options.rounds = options.rounds or (1 if options.quick else 5)
    return options


def _chosen(parser: argparse.ArgumentParser, text: str, known: list[str]) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            parser.error(f"{name!r} is none of {', '.join(known)}")
    return names


def plan_of(options: argparse.Namespace) -> Plan:
    quick = options.quick
    return Plan(
        rounds=options.rounds,
        tries=1 if quick else 3,
        seconds=0.4 if quick else 1.0,
        bulk_bytes=(128 if quick else 1024) * _MIB,
        echo_bytes=(64 if quick else 512) * _MIB,
        round_trips=500 if quick else 3000,
        tunnels=200 if quick else 1000,
        groups=tuple(options.groups),
    )


def say(text: str) -> None:
    """Progress goes to the standard error, so that the tables can be redirected."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def make_certificates(folder: Path) -> Path:
    """The project's own certificates: `certs init`."""
    certs = folder / "certs"
    command = [sys.executable, "-m", "gateway", "certs", "init", "--certs", str(certs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: certs init failed:\n{done.stdout}{done.stderr}")
    return certs


def allow_connections() -> None:
    """Room for a thousand tunnels' descriptors, also in the servers, which inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16384 if hard == resource.RLIM_INFINITY else min(16384, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def servers(names: list[str]) -> list[type[Peer]]:
    """Their classes; SystemExit says what has to be installed."""
    chosen = [next(peer for peer in PEERS if peer.name == name) for name in names]
    missing = [f"  {peer.title}: {peer.missing()}" for peer in chosen if peer.missing()]
    if missing:
        raise SystemExit("bench: missing:\n" + "\n".join(missing))
    return chosen


def measure(options: argparse.Namespace, plan: Plan, classes: list[type[Peer]]) -> Bench | None:
    """Start the stub and run every load that needs servers; None when there is none to run."""
    if not set(plan.groups) & {"requests", "handshakes", "bulk", "hijack", "memory"}:
        return None
    cores = machine.choose_cores()
    allow_connections()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        certs = options.certs.resolve() if options.certs else make_certificates(folder)
        socket = folder / "engine.sock"
        command = [sys.executable, "-m", "bench.stub", str(socket)]
        environment = {"PYTHONPATH": _TESTS}
        stub = Program(command, cores.stub, folder / "stub-output", environment)
        try:
            stub.wait_for(str(socket))
            os.sched_setaffinity(0, {cores.generator})
            peers = [peer(folder, certs, socket, cores.server) for peer in classes]
            bench = Bench(peers, stub.pid, cores, certs, plan, say)
            bench.run()
            return bench
        finally:
            stub.stop()


def tables_of(results: Results, plan: Plan, subjects: dict[str, str]) -> list[tuple[str, str]]:
    tables = []
    for group in plan.groups:
        rows = [row for row in ROWS.values() if row.group == group]
        if group == "parsers":
            text = report.comparison(results, rows, _PARSERS, "httptools")
        elif group == "streams":
            text = report.comparison(results, rows, {"gateway": "gateway"}, None)
        else:
            text = report.comparison(results, rows, subjects, "haproxy")
        tables.append((GROUPS[group], text))
    return tables


def main() -> int:
    options = arguments()
    plan = plan_of(options)
    classes = servers(options.names)
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    bench = measure(options, plan, classes)
    results = bench.results if bench else Results()
    shares = bench.shares if bench else {}
    tries = 3 if options.quick else 7
    if "parsers" in plan.groups:
        micro.run_parsers(results, 2000 if options.quick else 20000, tries)
    if "streams" in plan.groups:
        micro.run_streams(results, tries)
    subjects = {peer.name: peer.title for peer in classes}
    tables = tables_of(results, plan, subjects)
    about = report.About(
        machine=machine.describe(),
        versions=[peer.version() for peer in classes],
        date=date,
        command="make bench" if options.rounds == 5 else f"tests/bench --rounds {options.rounds}",
        rounds=plan.rounds,
        load=(
            f"Requests and handshakes for {plan.seconds:g} s each, bulk of "
            f"{plan.bulk_bytes // _MIB} MiB, echo of {plan.echo_bytes // _MIB} MiB, "
            f"{plan.round_trips} round trips, {plan.tunnels} idle tunnels."
        ),
    )
    costs = report.generator_cost(shares, "requests-64", "haproxy")
    busy = report.busy(shares, subjects)
    disturbed = report.disturbance(shares)
    page = report.document(about, results, TARGETS, tables, busy, costs, disturbed)
    print(page)
    whole = not options.quick and not options.only and options.servers == _DEFAULT_SERVERS
    if whole and disturbed > report.TOO_DISTURBED:
        say(f"wrote no page: other programs took {disturbed:.0%} of the server's core")
    elif whole:
        _PAGE.write_text(page, encoding="utf-8")
        say(f"wrote {_PAGE.relative_to(ROOT)}")
    return 1 if results.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
