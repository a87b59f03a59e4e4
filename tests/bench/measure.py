"""Runs the loads against the servers, in turn and in rounds, and collects the figures."""

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench import machine
from bench.client import Broken, Client, client_context
from bench.figures import Results, percentile
from bench.load_bulk import run_download, run_upload
from bench.load_handshakes import PING, run_handshakes
from bench.load_requests import run_requests
from bench.load_tunnels import attach, run_echo, run_round_trips
from bench.peers import Peer
from bench.probe import Cost, Outcome, Probe
from bench.rows import CONNECTIONS, FRAMINGS, PATHS, cpu, rate
from OpenSSL import SSL

QUIET = 0.1
"""A run is not repeated when other programs took less than this share of either core."""

Load = Callable[[int, SSL.Context, Probe], Outcome]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how much; `groups` are keys of rows.GROUPS.

    `tries` is how often a load is run at most in a round while other programs disturb it.
    """

    rounds: int
    tries: int
    seconds: float
    bulk_bytes: int
    echo_bytes: int
    round_trips: int
    tunnels: int
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A load and which figures are taken of it: `key` as in rows, `kind` says how to read it."""

    key: str
    kind: str
    load: Load


@dataclass(slots=True)
class Shares:
    """Who was busy during the measurements of one key and server (shares of a core, a round)."""

    server: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    generator_us: list[float] = field(default_factory=list)
    stub_us: list[float] = field(default_factory=list)


def measurements(plan: Plan) -> Iterable[Measurement]:
    """Everything but memory, in the order of the report."""
    if "requests" in plan.groups:
        for count in CONNECTIONS:
            requests = partial(run_requests, connections=count, seconds=plan.seconds)
            yield Measurement(f"requests-{count}", "requests", requests)
    if "handshakes" in plan.groups:
        for resume in (False, True):
            key = f"handshakes-{'resumed' if resume else 'full'}"
            handshakes = partial(run_handshakes, resume=resume, seconds=plan.seconds)
            yield Measurement(key, "handshakes", handshakes)
    if "bulk" in plan.groups:
        for key, load in bulk_loads(plan.bulk_bytes).items():
            yield Measurement(key, "bytes", load)
    if "hijack" in plan.groups:
        yield Measurement("echo", "bytes", partial(run_echo, size=plan.echo_bytes))
        yield Measurement("trip", "trips", partial(run_round_trips, count=plan.round_trips))


def bulk_loads(size: int) -> dict[str, Load]:
    """Down and up, by length and chunked."""
    loads: dict[str, Load] = {}
    for framing in FRAMINGS:
        chunked = framing == "chunked"
        loads[f"down-{framing}"] = partial(run_download, size=size, chunked=chunked)
        loads[f"up-{framing}"] = partial(run_upload, size=size, chunked=chunked)
    return loads


def figures_of(measurement: Measurement, outcome: Outcome, cost: Cost) -> dict[str, float]:
    """The figures of one run, by row."""
    key, units = measurement.key, outcome.units
    if measurement.kind == "bytes":
        # Bytes per nanosecond are GB/s.
        return {rate(key): units / cost.wall * 1e3, cpu(key): cost.server / units}
    figures = {cpu(key): cost.server / units / 1e3}
    if measurement.kind != "trips":
        figures[rate(key)] = units / cost.wall * 1e9
    if measurement.kind != "handshakes":
        figures[f"{key}-p50"] = percentile(outcome.latencies, 0.50) / 1e3
        figures[f"{key}-p99"] = percentile(outcome.latencies, 0.99) / 1e3
    return figures


class Bench:
    """The servers, the stub and the results of one run of the program."""

    def __init__(
        self,
        peers: list[Peer],
        stub_pid: int,
        cores: machine.Cores,
        certs: Path,
        plan: Plan,
        say: Callable[[str], None],
    ) -> None:
        self._peers = peers
        self._stub_pid = stub_pid
        self._cores = cores
        self._context = client_context(certs, verify=False)
        self._verifying = client_context(certs)
        self._plan = plan
        self._say = say
        self.results = Results()
        self.shares: dict[tuple[str, str], Shares] = {}

    def run(self) -> None:
        """All rounds, then memory. A load that fails is noted, and the others go on."""
        todo = list(measurements(self._plan))
        if todo:
            for peer in self._peers:
                peer.start()
            try:
                for peer in self._peers:
                    self._check(peer)
                for number in range(self._plan.rounds):
                    for measurement in todo:
                        turn = (number + todo.index(measurement)) % len(self._peers)
                        for peer in self._peers[turn:] + self._peers[:turn]:
                            self._one(measurement, peer)
                    self._say(f"round {number + 1} of {self._plan.rounds}")
            finally:
                for peer in self._peers:
                    peer.stop()
        if "memory" in self._plan.groups:
            for peer in self._peers:
                self._memory(peer)
                self._say(f"memory of {peer.title}")

    def _check(self, peer: Peer) -> None:
        """One request with the server's certificate verified, which the loads leave out."""
        client = Client(peer.port, self._verifying)
        try:
            client.ask(PING)
        finally:
            client.close()

    def _probe(self, peer: Peer) -> Probe:
        return Probe(peer.cpu_ns, lambda: machine.cpu_ns(self._stub_pid), self._cores)

    def _one(self, measurement: Measurement, peer: Peer) -> None:
        try:
            outcome, cost = self._quietest(measurement, peer)
        except (Broken, OSError, SSL.Error) as problem:
            self._fail(peer, measurement.key, problem)
            for row in (rate, cpu):
                self.results.add(row(measurement.key), peer.name, None)
            return
        for row_key, value in figures_of(measurement, outcome, cost).items():
            self.results.add(row_key, peer.name, value)
        shares = self.shares.setdefault((measurement.key, peer.name), Shares())
        shares.server.append(cost.server_share)
        shares.load.append(cost.load_share)
        shares.others.append(cost.others)
        shares.generator_us.append(cost.generator / outcome.units / 1e3)
        shares.stub_us.append(cost.stub / outcome.units / 1e3)

    def _quietest(self, measurement: Measurement, peer: Peer) -> tuple[Outcome, Cost]:
        """Run a load, again while other programs disturb it; the least disturbed run counts."""
        best: tuple[Outcome, Cost] | None = None
        for _ in range(self._plan.tries):
            probe = self._probe(peer)
            gc.collect()
            gc.disable()
            try:
                outcome = measurement.load(peer.port, self._context, probe)
            finally:
                gc.enable()
            cost = probe.cost
            if cost is None or not outcome.units:
                raise Broken("nothing was measured")
            if best is None or cost.disturbance < best[1].disturbance:
                best = outcome, cost
            if cost.disturbance < QUIET:
                break
        if best is None:
            raise Broken("no try was allowed")
        return best

    def _fail(self, peer: Peer, what: str, problem: Exception) -> None:
        text = f"{peer.title}, {what}: {type(problem).__name__}: {problem}"
        self.results.failures.append(text)
        self._say(text)

    def _memory(self, peer: Peer) -> None:
        """In one fresh process the idle tunnels, in a second one the large transfers."""
        for part in (self._tunnels, self._peaks):
            peer.start()
            try:
                self._check(peer)
                part(peer)
            except (Broken, OSError, SSL.Error) as problem:
                self._fail(peer, "memory", problem)
            finally:
                peer.stop()

    def _tunnels(self, peer: Peer) -> None:
        idle = _settled(peer)
        clients: list[Client] = []
        try:
            while len(clients) < self._plan.tunnels:
                clients.append(attach(peer.port, self._context))
            full = _settled(peer)
        finally:
            for client in clients:
                client.close()
        per_tunnel = (full.rss - idle.rss) / self._plan.tunnels
        self.results.add("idle-rss", peer.name, idle.rss / 1e6)
        self.results.add("idle-pss", peer.name, idle.pss / 1e6)
        self.results.add("tunnels-rss", peer.name, full.rss / 1e6)
        self.results.add("tunnels-pss", peer.name, full.pss / 1e6)
        self.results.add("tunnel-kb", peer.name, per_tunnel / 1e3)

    def _peaks(self, peer: Peer) -> None:
        size = self._plan.bulk_bytes
        loads = bulk_loads(size)
        loads["echo"] = partial(run_echo, size=size)
        peaks = []
        for path in PATHS:
            machine.forget_peak(peer.pids())
            loads[path](peer.port, self._context, self._probe(peer))
            peaks.append(machine.memory(peer.pids()).peak / 1e6)
            self.results.add(f"peak-{path}", peer.name, peaks[-1])
        self.results.add("peak", peer.name, max(peaks))


def _settled(peer: Peer) -> machine.Memory:
    """Memory once two looks, a quarter of a second apart, show the same."""
    now = machine.memory(peer.pids())
    for _ in range(20):
        time.sleep(0.25)
        before, now = now, machine.memory(peer.pids())
        if abs(now.rss - before.rss) < 65536:
            break
    return now
