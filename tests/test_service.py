"""The service: it starts, says so, survives its engine, and stops with what it has begun."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.gateways import ask, beside, running
from support.turning import failure_of, leftovers, reactor, result_of, turn_until
from twisted.logger import globalLogPublisher

from gateway.config.model import Config, EngineConfig, ListenConfig
from gateway.engine.practice.faults import Fault, FaultKind
from gateway.net.listener import ListenFailed
from gateway.service import GatewayService

PING = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(autouse=True)
def clean_reactor() -> Iterator[None]:
    yield
    left = leftovers()
    assert not left, f"left on the reactor: {left}"


@pytest.fixture
def log() -> Iterator[list[str]]:
    lines: list[str] = []

    def observe(event: Any) -> None:
        lines.append(event["log_format"].format(**event))

    globalLogPublisher.addObserver(observe)
    yield lines
    globalLogPublisher.removeObserver(observe)


def service_on(folder: Path, *listen: str, engine: str = "engine.sock") -> GatewayService:
    config = Config(
        engine=EngineConfig(f"unix://{folder}/{engine}"),
        listen=tuple(ListenConfig(one) for one in listen),
    )
    return GatewayService(config, reactor)


def test_it_is_ready_once_it_listens_whether_the_engine_is_there_or_not(
    tmp_path: Path, log: list[str]
) -> None:
    service = service_on(tmp_path, "tcp://127.0.0.1:0")
    service.startService()
    (address,) = result_of(service.ready)
    assert address.startswith("tcp://127.0.0.1:")
    assert f"listening on {address} for the engine at unix://{tmp_path}/engine.sock" in log
    turn_until(
        lambda: any("does not answer: No such file or directory" in line for line in log),
        "the log's word on the engine",
    )
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        told = beside(lambda: ask(client, PING))
    assert told.startswith(b"HTTP/1.1 503 ") and b"does not answer" in told
    result_of(service.stopService())


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = service_on(tmp_path, f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        service.startService()
        assert "another program listens there" in str(failure_of(service.ready, ListenFailed))
        result_of(service.stopService())


def test_warnings_of_the_configuration_are_logged(tmp_path: Path, log: list[str]) -> None:
    config = Config(engine=EngineConfig(f"unix://{tmp_path}/x"), listen=())
    service = GatewayService(replace(config, warnings=("mind the gap",)), reactor)
    service.startService()
    result_of(service.ready)
    assert "mind the gap" in log
    result_of(service.stopService())


def test_stopping_before_it_started(tmp_path: Path) -> None:
    service = service_on(tmp_path)
    result_of(service.stopService())


def test_stopping_waits_for_a_request_under_way(tmp_path: Path) -> None:
    with running(tmp_path, "tcp://127.0.0.1:0") as front:
        front.faults.add(Fault(FaultKind.SLOW, path="/info", seconds=0.3))
        busy, idle = front.connect("tcp"), front.connect("tcp")
        busy.sendall(b"GET /info HTTP/1.1\r\nHost: x\r\n\r\n")
        frontend = front.service.frontend
        assert frontend is not None
        turn_until(lambda: frontend.busy, "the request")
        turn_until(lambda: len(frontend._open) == 2, "both connections")
        stopped = front.stop()
        assert beside(lambda: idle.recv(10)) == b""
        with pytest.raises(ConnectionRefusedError):
            front.connect("tcp")
        assert not stopped.called
        told = beside(lambda: busy.recv(65536))
        assert told.startswith(b"HTTP/1.1 200 OK\r\n")
        result_of(stopped)
        busy.close()
        idle.close()
        assert not frontend._open


def test_stopping_does_not_wait_for_tunnels(tmp_path: Path) -> None:
    with running(tmp_path, "tcp://127.0.0.1:0") as front:
        client = front.connect("tcp")
        body = b'{"Image":"busybox","Cmd":["cat"],"OpenStdin":true,"AttachStdin":true}'
        create = b"POST /containers/create?name=one HTTP/1.1\r\nHost: x\r\n"
        create += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        assert beside(lambda: ask(client, create + body)).startswith(b"HTTP/1.1 201 ")
        attach = b"POST /containers/one/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: x\r\n"
        upgrade = b"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
        assert beside(lambda: ask(client, attach + upgrade)).startswith(b"HTTP/1.1 101 ")
        frontend = front.service.frontend
        assert frontend is not None and frontend.counters.tunnels == 1
        result_of(front.stop(), seconds=2)
        client.close()


def test_stopping_waits_only_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.service.DRAIN_SECONDS", 0.2)
    with running(tmp_path, "tcp://127.0.0.1:0") as front:
        front.faults.add(Fault(FaultKind.SILENT, path="/info"))
        client = front.connect("tcp")
        client.sendall(b"GET /info HTTP/1.1\r\nHost: x\r\n\r\n")
        frontend = front.service.frontend
        assert frontend is not None
        turn_until(lambda: frontend.busy, "the request")
        result_of(front.stop(), seconds=5)
        client.close()
        assert not frontend._open
