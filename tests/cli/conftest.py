"""Fixtures of the commands' tests: certificates, commands in this process, running programs."""

import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.gateway import _environment, _python
from support.waiting import wait_until

from gateway.certs import folder
from gateway.cli import main


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "certs"
    folder.create(path)
    return path


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own Docker settings, and no home to write to."""
    for name in ("DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")


class Outcome:
    """What a command did: its exit status and what it printed."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    @property
    def problems(self) -> list[str]:
        """The problems of a configuration that was refused."""
        assert self.status == 2, self.err
        heading, *lines = self.err.splitlines()
        assert re.match(r"docker-gateway: \d+ problems? to correct first:", heading), self.err
        return [line.removeprefix("  ") for line in lines]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run a command within this process; for those that need no reactor."""

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 1
        return Outcome(status, *capsys.readouterr())

    return run


class Program:
    """A program that runs until it is stopped; `log` is what it has said so far."""

    def __init__(self, path: Path, arguments: list[str], environment: dict[str, str]) -> None:
        self._path = path
        with path.open("wb") as output:
            self.process = subprocess.Popen(
                _python(*arguments),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def log(self) -> str:
        return self._path.read_text()

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until its output has this."""

        def look() -> re.Match[str] | None:
            found = re.search(pattern, self.log)
            if found is None:
                assert self.process.poll() is None, f"it ended by itself:\n{self.log}"
            return found

        found = wait_until(look, f"{pattern!r} in the output", seconds=30)
        assert found is not None
        return found

    def ends(self) -> int:
        """Wait for its end; gives the status."""
        return self.process.wait(timeout=30)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; gives the status that it ends with."""
        self.process.send_signal(number)
        return self.ends()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start `python …` in the background: start("-m", "gateway", "serve", …, VARIABLE="value")."""
    started: list[Program] = []

    def run(*arguments: object, **variables: str) -> Program:
        environment = _environment() | {"XDG_DATA_HOME": str(tmp_path / "data")} | variables
        path = tmp_path / f"output-{len(started)}"
        program = Program(path, [str(argument) for argument in arguments], environment)
        started.append(program)
        return program

    yield run
    for program in started:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()


@pytest.fixture
def practice(start: Callable[..., Program], tmp_path: Path) -> Path:
    """The socket of a practice engine that runs."""
    path = tmp_path / "practice.sock"
    start("-m", "gateway.net.practice_server", path).says("listening on")
    return path


@pytest.fixture
def taken() -> Iterator[int]:
    """A loopback port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A loopback port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
