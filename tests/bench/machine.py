"""This machine: its cores, and what processes use of them (from /proc)."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_CPUCLOCK_SCHED = 2


@dataclass(frozen=True, slots=True)
class Cores:
    """Which core does what."""

    server: int
    generator: int
    stub: int


def choose_cores() -> Cores:
    """One core for the server; another for generator and stub, or one each if there are three."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("bench: needs two cores: one for the server, one for the load")
    return Cores(cores[0], cores[1], cores[2] if len(cores) > 2 else cores[1])


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found.extend(int(child) for child in task.read_text().split())
            except FileNotFoundError:  # a thread that just ended
                continue
    return found


def cpu_ns(pid: int) -> int:
    """CPU time of all threads of a process in nanoseconds.

    The clock of `clock_getcpuclockid(3)`: the scheduler's own account, not the ticks of
    /proc/PID/stat, which come in 10 ms.
    """
    return time.clock_gettime_ns((~pid << 3) | _CPUCLOCK_SCHED)


@dataclass(frozen=True, slots=True)
class CoreTime:
    """Nanoseconds a core has spent since boot."""

    busy: int
    idle: int


def core_time(core: int) -> CoreTime:
    """How long a core has been busy and idle (in ticks of 10 ms; good for half a second up)."""
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, idle, iowait, irq, softirq, steal = map(int, line.split()[1:9])
            busy = user + nice + system + irq + softirq + steal
            return CoreTime(busy * _TICK_NS, (idle + iowait) * _TICK_NS)
    raise LookupError(f"no core {core}")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes resident: RSS counts shared pages in each process, PSS once in all."""

    rss: int
    pss: int
    peak: int


def memory(pids: list[int]) -> Memory:
    """Resident memory of processes together; `peak` since `forget_peak`."""
    rss = pss = peak = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                rss += int(line.split()[1]) * 1024
            elif line.startswith("Pss:"):
                pss += int(line.split()[1]) * 1024
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                peak += int(line.split()[1]) * 1024
    return Memory(rss, pss, peak)


def forget_peak(pids: list[int]) -> None:
    """Start a new account of the highest RSS (Linux: proc(5), clear_refs)."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def describe() -> str:
    """Processor, cores, memory and system in one line."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    total = 0
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal:"):
            total = int(line.split()[1]) // 1024 // 1024
    name = "Linux"
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            name = line.partition("=")[2].strip('"')
    return (
        f"{model}, {os.cpu_count()} cores, {total} GiB, {name}, Linux {platform.release()}, "
        f"CPython {platform.python_version()}"
    )
