"""What runs in containers, as clients before v1.19 see it: statistics and execs of Engine 1.6."""

from __future__ import annotations

from urllib.parse import quote

from gateway.api.message import Answer, AnswerHead, EngineCall, Json, Request
from gateway.api.router import Match
from gateway.stream.json import dumps, loads
from gateway.versions.engine_1_6_containers import container_of_engine_1_6
from gateway.versions.replaced_ids import InspectOfReplaced
from gateway.versions.v1_20 import LimitsInConfig, MountsAreMaps
from gateway.versions.v1_21 import OneNetwork, no_traffic
from gateway.versions.vocabulary import Change, Facts, Lookup

_NEWER = (InspectOfReplaced(), OneNetwork(), LimitsInConfig(), MountsAreMaps())
"""What lies between a container of today and one of v1.19, as far as Engine 1.6 told it."""


def _inspect_exec(match: Match) -> EngineCall:
    return EngineCall("GET", f"/exec/{quote(match.parameters['id'], safe='')}/json")


def _read_container_id(answer: Answer) -> Json:
    return loads(answer.body)["ContainerID"]


def _inspect_container(match: Match, request: Request, facts: Facts) -> EngineCall | None:
    identity = facts.get(EXEC_CONTAINER_ID.name)
    return EngineCall("GET", f"/containers/{identity}/json") if identity else None


def _read_container(answer: Answer) -> Json:
    document = loads(answer.body)
    for change in _NEWER:
        document = change.down_document(document, Facts())
    return document


EXEC_CONTAINER_ID = Lookup("id of the container of an exec", _inspect_exec, _read_container_id)
EXEC_CONTAINER = Lookup(
    "container of an exec", lambda match: None, _read_container, ask=_inspect_container
)


class ExecOfEngine16(Change):
    """Exec inspect has its whole `Container` inside, in the form that the engine itself kept.

    Engine 1.6.2, recorded: `ID`, neither `HostConfig` nor `ExecIDs`. From Docker 1.10 on there is
    `ContainerID` instead. Where the container is gone, so is the key.
    """

    routes = ("ExecInspect",)
    lookups = (EXEC_CONTAINER_ID, EXEC_CONTAINER)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Put it in."""
        process = document.get("ProcessConfig") or {}
        inspected = {
            "ID": document["ID"],
            "Running": document["Running"],
            "ExitCode": document.get("ExitCode") or 0,
            "ProcessConfig": {
                "privileged": process.get("privileged", False),
                "user": process.get("user", ""),
                "tty": process.get("tty", False),
                "entrypoint": process.get("entrypoint", ""),
                "arguments": process.get("arguments") or [],
            },
            "OpenStdin": document.get("OpenStdin", False),
            "OpenStderr": document.get("OpenStderr", False),
            "OpenStdout": document.get("OpenStdout", False),
        }
        container = facts.get(EXEC_CONTAINER.name)
        if isinstance(container, dict):
            inside = container_of_engine_1_6(container)
            inside["ID"] = inside.pop("Id")
            del inside["ExecIDs"], inside["HostConfig"]
            inspected["Container"] = {**inside, "UpdateDns": False, "AppliedVolumesFrom": None}
        return inspected


class StatisticsOfEngine16(Change):
    """Statistics have the five keys of Engine 1.6, and no newline behind them.

    API document v1.18 and api/types/stats.go at Docker 1.6: `read`, `network`, `cpu_stats`,
    `memory_stats` and `blkio_stats`. The parameter `stream` came with v1.19.
    """

    routes = ("ContainerStats",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Always ask for the stream."""
        parameters = request.parameters()
        kept = [pair for pair in parameters if pair[0] not in ("stream", "one-shot")]
        return request if len(kept) == len(parameters) else request.with_parameters(kept)

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Keep the five."""
        processors, memory = record["cpu_stats"], record["memory_stats"]
        processors.pop("online_cpus", None)
        processors.setdefault("system_cpu_usage", 0)
        processors["cpu_usage"].setdefault("percpu_usage", None)
        for name in ("usage", "max_usage", "failcnt", "limit"):
            memory.setdefault(name, 0)
        memory.setdefault("stats", {})
        return {
            "read": record["read"],
            "network": record.get("network") or no_traffic(),
            "cpu_stats": processors,
            "memory_stats": memory,
            "blkio_stats": record["blkio_stats"],
        }

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Name the type, which newer engines leave out of a stream."""
        headers = head.headers.having("Content-Type", "application/json")
        return AnswerHead(head.status, headers, head.reason)

    def write_record(self, record: Json, facts: Facts) -> bytes:
        """Write it alone."""
        return dumps(record)


class ResizeOfEndedExec(Change):
    """The size of a terminal whose command has ended can be set: 200, nothing happens.

    Engine 1.6.2, recorded. Engine 20.10.24 answers 404 `no such exec` then or 500 `cannot resize a
    stopped container`, and 500 when the command has not begun.
    """

    routes = ("ExecResize",)

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        """Say 200, unless the exec is not known or the question is wrong."""
        ended = answer.status == 404 and answer.body.strip() == b"no such exec"
        if not ended and answer.status != 500:
            return answer
        return Answer(200, answer.headers.without("Content-Type", "X-Content-Type-Options"))
