"""The program under test, as a process: `python -m gateway …`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from support.clients import clean_environment
from support.waiting import wait_until

REPOSITORY = Path(__file__).parents[2]


def _python(*arguments: str) -> list[str]:
    """Our own Python; under coverage when the tests themselves run under it."""
    if os.environ.get("COVERAGE_RUN"):
        settings = f"--rcfile={REPOSITORY / 'pyproject.toml'}"
        return [sys.executable, "-m", "coverage", "run", settings, "-p", *arguments]
    return [sys.executable, *arguments]


def _environment() -> dict[str, str]:
    return clean_environment(
        COVERAGE_FILE=str(REPOSITORY / ".coverage"),
        PYTHONPATH=str(REPOSITORY),
        PYTHONUNBUFFERED="1",
    )


def run_gateway(*arguments: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run one of its commands to the end."""
    return subprocess.run(
        _python("-m", "gateway", *arguments),
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def make_certificates(folder: Path) -> Path:
    """A CA, a server's and a client's certificate by the program itself; the folder again."""
    done = run_gateway("certs", "init", "--certs", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(log_path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with log_path.open("wb") as log:
        return subprocess.Popen(
            # It ends with the tests, however they end.
            ["setpriv", "--pdeathsig", "TERM", *_python("-m", "gateway", *arguments)],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _stop(process: subprocess.Popen[bytes], log_path: Path) -> None:
    assert process.poll() is None, f"the gateway died:\n{log_path.read_text()}"
    process.send_signal(signal.SIGTERM)
    try:
        status = process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError("the gateway did not end within 30 s of SIGTERM") from None
    log = log_path.read_text()
    assert status == 0, f"the gateway ended with status {status}:\n{log}"
    for sign in ("Traceback", "Unhandled"):
        assert sign not in log, f"{sign} in the gateway's log:\n{log}"


@contextlib.contextmanager
def start_gateway(log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of its commands that go on, for a while.

    AssertionError unless SIGTERM ends it with status 0 and its log has no tracebacks.
    """
    process = _start(log, *arguments)
    try:
        yield process
    except BaseException:
        process.kill()
        process.wait()
        raise
    _stop(process, log)


class Gateway:
    """A running `serve`; `certificates` serves as DOCKER_CERT_PATH, `host` as DOCKER_HOST."""

    def __init__(self, certificates: Path, engine: str, folder: Path, *options: str) -> None:
        self.certificates = certificates
        self.port = free_port()
        self.host = f"tcp://127.0.0.1:{self.port}"
        self.url = f"https://localhost:{self.port}"
        self.log = folder / f"gateway-{self.port}.log"
        listen = f"tls://127.0.0.1:{self.port}"
        serve = ["serve", "--certs", str(certificates), "--engine", engine, "--listen", listen]
        self.process = _start(self.log, *serve, *options)
        self._stopped = False
        try:
            wait_until(self._listens, f"the gateway to listen on {listen}", seconds=60)
        except AssertionError as error:
            self.process.kill()
            self.process.wait()
            error.add_note(self.log.read_text())
            raise

    def _listens(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError("the gateway ended by itself")
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.settimeout(5)
            probe.connect(("127.0.0.1", self.port))
            return True
        return False

    def resident_bytes(self) -> int:
        """The process's resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """SIGTERM; AssertionError unless it ends with status 0 and a log without tracebacks."""
        if not self._stopped:
            self._stopped = True
            _stop(self.process, self.log)
