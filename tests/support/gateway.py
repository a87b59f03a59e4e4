"""The program under test, as a process: `python -m gateway …`."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
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
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *_python("-m", "gateway", *serve, *options)],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            wait_until(self._listens, f"the gateway to listen on {listen}", seconds=30)
        except AssertionError:
            self.process.kill()
            self.process.wait()
            raise

    def _listens(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the gateway ended by itself:\n{self.log.read_text()}")
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
        assert self.process.poll() is None, f"the gateway died:\n{self.log.read_text()}"
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the gateway did not end within 30 s of SIGTERM") from None
        log = self.log.read_text()
        assert status == 0, f"the gateway ended with status {status}:\n{log}"
        for sign in ("Traceback", "Unhandled"):
            assert sign not in log, f"{sign} in the gateway's log:\n{log}"
