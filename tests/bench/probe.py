"""What a stretch of load costs: time, CPU of server, stub and generator, and the cores' use."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench import machine


@dataclass(slots=True)
class Outcome:
    """What a load did while the probe ran: requests, handshakes, bytes or round trips."""

    units: int
    latencies: list[int] = field(default_factory=list)  # nanoseconds, one per unit


@dataclass(frozen=True, slots=True)
class Cost:
    """Nanoseconds of a stretch; `server_core` and `load_core` are the cores' own accounts."""

    wall: int
    server: int
    stub: int
    generator: int
    server_core_idle: int
    server_core_busy: int
    load_core_idle: int
    load_core_busy: int
    stub_beside_generator: bool = True

    @property
    def others(self) -> float:
        """The share of the server's core that programs other than the server took."""
        return max(0.0, (self.server_core_busy - self.server) / self.wall)

    @property
    def disturbance(self) -> float:
        """The larger of the shares that other programs took of the two cores.

        Where generator and stub have a core each, the stub is not on the one that is looked at.
        """
        ours = self.generator + (self.stub if self.stub_beside_generator else 0)
        return max(self.others, (self.load_core_busy - ours) / self.wall)

    @property
    def load_share(self) -> float:
        """The share of its core (or cores) that generator and stub used."""
        return (self.stub + self.generator) / self.wall

    @property
    def server_share(self) -> float:
        """The share of its core that the server used."""
        return self.server / self.wall


class Probe:
    """Started and stopped by the load itself, so that setting up is not counted."""

    def __init__(
        self, server: Callable[[], int], stub: Callable[[], int], cores: machine.Cores
    ) -> None:
        self._server = server
        self._stub = stub
        self._cores = cores
        self._before: tuple[int, int, int, int, machine.CoreTime, machine.CoreTime] | None = None
        self.cost: Cost | None = None

    def _now(self) -> tuple[int, int, int, int, machine.CoreTime, machine.CoreTime]:
        return (
            time.perf_counter_ns(),
            self._server(),
            self._stub(),
            time.process_time_ns(),
            machine.core_time(self._cores.server),
            machine.core_time(self._cores.generator),
        )

    def start(self) -> None:
        self.cost = None
        self._before = self._now()

    def stop(self) -> None:
        if self._before is None:
            raise RuntimeError("stopped before it was started")
        wall, server, stub, generator, first, second = self._now()
        wall0, server0, stub0, generator0, first0, second0 = self._before
        self.cost = Cost(
            wall=wall - wall0,
            server=server - server0,
            stub=stub - stub0,
            generator=generator - generator0,
            server_core_idle=first.idle - first0.idle,
            server_core_busy=first.busy - first0.busy,
            load_core_idle=second.idle - second0.idle,
            load_core_busy=second.busy - second0.busy,
            stub_beside_generator=self._cores.stub == self._cores.generator,
        )
