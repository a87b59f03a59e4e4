"""Execs and statistics before v1.19, against what Engine 1.6.2 gave."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.recordings import document

from gateway.api.message import Answer, AnswerHead, EngineCall, Headers, Request
from gateway.api.router import match
from gateway.versions.engine_1_6_processes import (
    EXEC_CONTAINER,
    EXEC_CONTAINER_ID,
    ExecOfEngine16,
    ResizeOfEndedExec,
    StatisticsOfEngine16,
)
from gateway.versions.v1_21 import no_traffic
from gateway.versions.vocabulary import Facts

VERSIONS = ["1.16", "1.17", "1.18"]


def _container_of_today(version: str) -> dict[str, Any]:
    """The recorded container that the exec ran in, as today's engines tell it."""
    today: dict[str, Any] = document(version, "inspect web")
    writable = today.pop("VolumesRW")
    today["Mounts"] = [
        {"Type": "bind", "Destination": place, "Source": source, "RW": writable[place]}
        for place, source in today.pop("Volumes").items()
    ]
    today["Image"] = f"sha256:{today['Image']}"
    for name in ("Memory", "MemorySwap", "CpuShares", "Cpuset", "PortSpecs"):
        del today["Config"][name]
    today["HostConfig"] |= {
        "MemorySwap": 2 * today["HostConfig"]["Memory"],
        "NetworkMode": "bridge",
    }
    settings = today["NetworkSettings"]
    ports, address = settings["Ports"], {"MacAddress": settings["MacAddress"]}
    for name in ("Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway"):
        address[name] = settings[name]
    today["NetworkSettings"] = {
        "Bridge": "",
        "SandboxKey": "/var/run/docker/netns/a",
        "Ports": ports,
        "Networks": {"bridge": {**address, "NetworkID": "n"}},
    }
    for name in ("ExecDriver", "ExecIDs"):
        del today[name]
    return {**today, "Platform": "linux"}


def _exec_of_today(recorded: dict[str, Any]) -> dict[str, Any]:
    today = {name: value for name, value in recorded.items() if name != "Container"}
    today["ProcessConfig"] = {
        name: value for name, value in today["ProcessConfig"].items() if name != "user"
    }
    return {
        **today,
        "CanRemove": False,
        "ContainerID": recorded["Container"]["ID"],
        "DetachKeys": "",
        "Pid": 0,
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_an_exec_of_today_becomes_the_recorded_one(version: str) -> None:
    recorded = document(version, "exec-inspect")
    today = _exec_of_today(recorded)
    facts = Facts()
    answer = Answer(200, body=json.dumps(today).encode())
    facts[EXEC_CONTAINER_ID.name] = EXEC_CONTAINER_ID.read(answer)
    assert facts[EXEC_CONTAINER_ID.name] == recorded["Container"]["ID"]
    inspected = Answer(200, body=json.dumps(_container_of_today(version)).encode())
    facts[EXEC_CONTAINER.name] = EXEC_CONTAINER.read(inspected)
    assert ExecOfEngine16().down_document(today, facts) == recorded


def test_an_exec_with_nothing_set() -> None:
    after = ExecOfEngine16().down_document({"ID": "a", "Running": False}, Facts())
    assert after["ExitCode"] == 0
    assert after["ProcessConfig"] == {
        "privileged": False,
        "user": "",
        "tty": False,
        "entrypoint": "",
        "arguments": [],
    }
    assert "Container" not in after


def test_the_calls_for_the_container_of_an_exec() -> None:
    found = match("GET", "/exec/a%2Fb/json")
    assert found is not None
    assert EXEC_CONTAINER_ID.call(found) == EngineCall("GET", "/exec/a%2Fb/json")
    assert EXEC_CONTAINER.call(found) is None
    assert EXEC_CONTAINER.ask is not None
    request = Request("GET", "/exec/a/json")
    assert EXEC_CONTAINER.ask(found, request, Facts()) is None
    assert EXEC_CONTAINER.ask(found, request, Facts({EXEC_CONTAINER_ID.name: "c"})) == EngineCall(
        "GET", "/containers/c/json"
    )


@pytest.mark.parametrize("query", ["", "x=1", "a=%2f"])
def test_a_request_for_statistics_without_newer_parameters_is_untouched(query: str) -> None:
    request = Request("GET", "/containers/a/stats", query)
    assert StatisticsOfEngine16().up_request(request, Facts()) is request


def test_statistics_that_are_whole_stay_whole() -> None:
    record: dict[str, Any] = {
        "read": "2026-11-23T08:26:27Z",
        "network": {**no_traffic(), "rx_bytes": 9},
        "cpu_stats": {
            "cpu_usage": {"total_usage": 5, "percpu_usage": [5]},
            "system_cpu_usage": 7,
            "throttling_data": {"periods": 0},
        },
        "memory_stats": {"usage": 1, "max_usage": 2, "failcnt": 3, "limit": 4, "stats": {"rss": 1}},
        "blkio_stats": {},
    }
    before = json.loads(json.dumps(record))
    change = StatisticsOfEngine16()
    assert change.down_record({**record, "precpu_stats": {}, "name": "/a"}, Facts()) == before
    assert json.loads(change.write_record(before, Facts())) == before
    assert b"\n" not in change.write_record(before, Facts())


@pytest.mark.parametrize("fields", [(), (("Content-Type", "text/plain"),)])
def test_statistics_are_json(fields: tuple[tuple[str, str], ...]) -> None:
    head = AnswerHead(200, Headers((("Job", "a"), *fields)), "OK")
    after = StatisticsOfEngine16().down_head(head, Facts())
    json_type = ("Content-Type", "application/json")
    assert after == AnswerHead(200, Headers((("Job", "a"), json_type)), "OK")


@pytest.mark.parametrize(
    ("status", "body", "becomes"),
    [
        (404, b"no such exec\n", 200),
        (500, b"cannot resize a stopped container: a\n", 200),
        (500, b"timeout waiting for exec session ready\n", 200),
        (404, b"No such exec instance: a\n", 404),
        (400, b"strconv.Atoi: parsing\n", 400),
        (409, b"no such exec", 409),
    ],
)
def test_resizes_that_do_nothing(status: int, body: bytes, becomes: int) -> None:
    fields = (("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff"), ("Job", "a"))
    before = Answer(status, Headers(fields), body)
    after = ResizeOfEndedExec().down_error(before, Facts())
    if becomes == status:
        assert after is before
    else:
        assert after == Answer(200, Headers((("Job", "a"),)))
