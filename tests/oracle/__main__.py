"""`python tests/oracle`: replay the recorded scenario and print where the answers differ.

Through the gateway in front of an engine of its own, or of the one at --engine; with --native the
engine alone is asked, without a gateway. A table, and with --list every difference.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import tempfile
from pathlib import Path

# Run as a folder, Python has put the folder itself in front.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from oracle.table import write  # noqa: E402
from support.gateway import Gateway, make_certificates  # noqa: E402
from support.oracle import Verdict, judge  # noqa: E402
from support.oracle_replay import (  # noqa: E402
    VERSIONS,
    Played,
    oracle_engine,
    recorded,
    replay,
    through_gateway,
    tidy,
    to_engine,
)
from support.oracle_view import encoded  # noqa: E402


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/oracle", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--forward", default="nearest", metavar="VERSION", help="nearest, newest or 1.N"
    )
    parser.add_argument("--engine", type=Path, metavar="PATH", help="an engine's unix socket")
    parser.add_argument("--native", action="store_true", help="ask the engine itself")
    parser.add_argument("--versions", default="", metavar="1.N,…", help="default: all recorded")
    parser.add_argument("--show", metavar="STEP", help="print a step's answers, whole")
    parser.add_argument("--list", action="store_true", help="print every difference")
    parser.add_argument("--excused", action="store_true", help="… and those that may be")
    parser.add_argument("--write", action="store_true", help="put the result into table.json")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all of it there")
    return parser.parse_args()


def run(options: argparse.Namespace) -> list[tuple[Played, Verdict]]:
    """Play the versions asked for, one after the other."""
    versions = [v for v in options.versions.split(",") if v] or list(VERSIONS)
    found = []
    with contextlib.ExitStack() as stack:
        path = options.engine or stack.enter_context(oracle_engine()).socket
        if options.native:
            connect = to_engine(path)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            certificates = make_certificates(folder / "certificates")
            gateway = Gateway(certificates, f"unix://{path}", folder, "--forward", options.forward)
            stack.callback(_stop, gateway)
            connect = through_gateway(gateway)
        for version in versions:
            tidy(path)
            played = replay(version, connect)
            found.append((played, judge(played)))
        tidy(path)
    return found


def _stop(gateway: Gateway) -> None:
    try:
        gateway.stop()
    except AssertionError as error:
        print(f"the gateway: {error}", file=sys.stderr)


def table(verdicts: list[Verdict]) -> str:
    """A line per version: how many steps agree, and which do not."""
    lines = ["version  agree  but for more keys  seconds  differing"]
    for one in verdicts:
        names = ", ".join(one.differing)
        lines.append(
            f"v{one.version:6} {one.agreeing:3}/{len(one.differences)}"
            f"  {one.agreeing + one.only_more:3}                {one.seconds:5.1f}    {names}"
        )
    return "\n".join(lines)


def common(verdicts: list[Verdict]) -> str:
    """Each difference with the versions and steps that have it, the most frequent first.

    Those of the items of a list are one, and so are those of fields under one name.
    """
    where: dict[str, set[tuple[str, str]]] = {}
    for verdict in verdicts:
        for step, found in verdict.differences.items():
            for one in found:
                text = re.sub(r"\[\d+\]", "[]", str(one))
                where.setdefault(text, set()).add((verdict.version, step))
    lines = []
    for text, places in sorted(where.items(), key=lambda item: -len(item[1])):
        versions = sorted({version for version, _ in places}, key=_minor)
        steps = list(dict.fromkeys(step for _, step in sorted(places)))
        lines.append(f"{len(places):4}  {text}")
        lines.append(f"      {_range(versions)}: {', '.join(steps)}")
    return "\n".join(lines)


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _range(versions: list[str]) -> str:
    numbers = [_minor(version) for version in versions]
    if numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 1:
        return f"v{versions[0]}…v{versions[-1]}"
    return ", ".join(f"v{version}" for version in versions)


def show(step: str, played: Played, verdict: Verdict) -> str:
    """One step's recorded and live answers, and their differences."""
    parts = [f"=== v{played.version} {step}"]
    for title, answer in (
        ("recorded", recorded(played.version).answers[step]),
        ("live", played.answers[step]),
    ):
        parts.append(f"--- {title}: {answer.status} {answer.reason} {answer.error}")
        parts += [f"{name}: {value}" for name, value in answer.headers]
        try:
            parts.append(json.dumps(json.loads(answer.body), indent=1, sort_keys=True))
        except ValueError:
            parts.append(encoded(answer.body[:4000]))
    parts.append("--- differences")
    parts += [f"  {one}" for one in verdict.differences[step]]
    parts += [f"  (may be) {one}" for one in verdict.excused[step]]
    return "\n".join(parts)


def main() -> None:
    options = arguments()
    runs = run(options)
    verdicts = [verdict for _, verdict in runs]
    if options.show:
        for played, verdict in runs:
            print(show(options.show, played, verdict))
        return
    if options.list:
        print(common(verdicts))
    if options.excused:
        for verdict in verdicts:
            for step, found in verdict.excused.items():
                for one in found:
                    print(f"v{verdict.version} {step} (may be) {one}")
    print(table(verdicts))
    if options.write:
        write("native" if options.native else options.forward, verdicts)
    if options.json:
        document = {
            verdict.version: {
                step: [str(one) for one in found]
                for step, found in verdict.differences.items()
                if found
            }
            for verdict in verdicts
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
