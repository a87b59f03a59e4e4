"""What the end-to-end tests stand on: a real engine, certificates, gateways in front of it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import engine as engines
from support.clients import Client, ensure
from support.docker_cli import DockerCli
from support.engine import Engine
from support.gateway import Gateway, make_certificates
from support.wire import Wire, client_context, connect_tls

HERE = Path(__file__).parent
_left_out = pytest.StashKey[tuple[int, str]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where no engine can be run, leave these tests out and say so; in CI, fail."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    reason = engines.why_not() if ours else None
    if reason is None:
        return
    if os.environ.get("CI"):
        raise pytest.UsageError(f"end-to-end tests cannot run: {reason}")
    config.stash[_left_out] = (len(ours), reason)
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in set(ours)]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The loud notice."""
    if _left_out in config.stash:
        count, reason = config.stash[_left_out]
        terminalreporter.section("END-TO-END TESTS NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{count} tests with a real engine were left out: {reason}")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Debian's dockerd, in a box of its own."""
    real = Engine()
    try:
        real.start()
        yield real
    finally:
        real.stop()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as DOCKER_CERT_PATH, made by `docker-gateway certs init`."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def gateway(engine: Engine, certificates: Path, tmp_path_factory: Any) -> Iterator[Gateway]:
    """The gateway with default settings in front of the engine."""
    running = Gateway(certificates, engine.address, tmp_path_factory.mktemp("gateway"))
    yield running
    running.stop()


@pytest.fixture
def serve(certificates: Path, tmp_path: Path) -> Iterator[Callable[..., Gateway]]:
    """Start more gateways: `serve(engine_address, *options)`."""
    started: list[Gateway] = []

    def start(address: str, *options: str) -> Gateway:
        started.append(Gateway(certificates, address, tmp_path, *options))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture(scope="session")
def installed() -> Callable[[Client], Client]:
    """Install a client unless it is there already."""

    def install(client: Client) -> Client:
        ensure(client)
        return client

    return install


@pytest.fixture
def docker(gateway: Gateway, tmp_path: Path) -> DockerCli:
    """The docker CLI, asking for the API version it likes best."""
    return DockerCli(gateway, tmp_path)


@pytest.fixture
def wire(gateway: Gateway) -> Iterator[Callable[[], Wire]]:
    """Connections of our own, with the client's certificate."""
    open_ones: list[Wire] = []

    def connect() -> Wire:
        open_ones.append(Wire(connect_tls(gateway.port, client_context(gateway.certificates))))
        return open_ones[-1]

    yield connect
    for one in open_ones:
        one.stream.close()


@pytest.fixture
def container(engine: Engine) -> Iterator[Callable[..., str]]:
    """Make a container on the engine itself: `container(*docker create's arguments)` -> its id.

    All are removed afterwards.
    """
    made: list[str] = []

    def create(*arguments: str) -> str:
        made.append(engine.docker("create", *arguments).strip())
        return made[-1]

    yield create
    if made:
        engine.docker("rm", "--force", "--volumes", *made)
