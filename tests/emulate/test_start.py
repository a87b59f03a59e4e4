"""The flow of a start with a HostConfig, in front of an engine that is played by a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.api.message import Answer, EngineCall, Forward, Headers, Request
from gateway.api.router import match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.stand_ins import COMMENT, CREATED, ID, IMAGE, IMAGE_NAME, NAME, temporary_name
from gateway.emulate.start import StartWithHostConfig
from gateway.emulate.vocabulary import Context, Pause, Swapped
from gateway.versions.plan import Planner

OLD, NEW, FIRST, IMAGE_ID = "a" * 64, "b" * 64, "f" * 64, "sha256:" + "c" * 64
TEMPORARY = temporary_name(OLD)
FOUND = Answer(200, body=b"{}")
NO = Answer(404, body=b'{"message":"no such"}')


def answer(document: Any, status: int = 200) -> Answer:
    return Answer(status, body=json.dumps(document).encode())


def container(**changed: Any) -> dict[str, Any]:
    return {
        "Id": OLD,
        "Name": "/web",
        "Created": "then",
        "Image": IMAGE_ID,
        "State": {"StartedAt": "0001-01-01T00:00:00Z"},
        "Config": {"Image": "busybox", "Labels": None, "Cmd": ["true"], "Entrypoint": None},
        "HostConfig": {"NetworkMode": "default"},
        "NetworkSettings": {"Networks": {}},
        "Mounts": None,
    } | changed


class Engine:
    """Answers calls by their method and path; what is not in the table succeeds with nothing.

    A table's value is an Answer, or a list of them, one for each time.
    """

    def __init__(self, **changed: Any) -> None:
        self.table: dict[str, Any] = {
            "GET /containers/json": answer([]),
            f"GET /containers/{OLD}/json": answer(container(**changed)),
            "GET /images/busybox/json": answer({"Id": IMAGE_ID, "Config": {}}),
            f"GET /containers/{OLD}/changes": answer(None),
            "POST /containers/create": answer({"Id": NEW}, 201),
        }
        self.calls: list[str] = []
        self.bodies: dict[str, Any] = {}
        self.pauses = 0

    def __call__(self, step: Any) -> Answer:
        if isinstance(step, Pause):
            self.pauses += 1
            return Answer(204)
        if isinstance(step, Swapped):
            self.calls.append(f"swapped {step.before[0]} {step.after[0]}")
            return Answer(204)
        assert isinstance(step, EngineCall)
        path, _, query = step.path.partition("?")
        call = f"{step.method} {path}"
        self.calls.append(f"{call}?{query}" if query and step.method != "GET" else call)
        self.bodies[call] = step.body
        given = self.table.get(call, Answer(204))
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        assert isinstance(given, Answer)
        return given

    @property
    def changes(self) -> list[str]:
        """The calls that are no questions."""
        return [call for call in self.calls if not call.startswith("GET")]


def start(
    engine: Callable[[Any], Answer],
    host: Any,
    identity: str = OLD,
) -> Answer | Forward:
    path = f"/containers/{identity}/start"
    found = match("POST", path)
    assert found is not None
    headers = Headers((("Content-Type", "application/json"), ("X-Kept", "1")))
    body = host if isinstance(host, bytes) else json.dumps(host).encode()
    context = Context(ApiVersion(1, 14), ApiVersion(1, 41))
    flow = StartWithHostConfig().run(found, Request("POST", path, "q=1", headers), body, context)
    try:
        step = next(flow)
        while True:
            step = flow.send(engine(step))
    except StopIteration as end:
        result: Answer | Forward = end.value
        return result


def plain(identity: str) -> Forward:
    headers = Headers((("X-Kept", "1"),))
    return Forward(Request("POST", f"/containers/{identity}/start", "q=1", headers))


HOST = {"Dns": ["192.0.2.1"]}
MADE = [
    f"POST /containers/create?name={TEMPORARY}",
    f"DELETE /containers/{OLD}?v=0&force=0",
    f"POST /containers/{NEW}/rename?name=web",
    "swapped a b",
]


def test_a_start_without_a_body_asks_nothing() -> None:
    engine = Engine()
    for body in (b"", b"{}", b'{"Nonsense":"nothing"}'):
        assert start(engine, body, "web/db") == plain("web/db")
    assert engine.calls == []


def test_a_body_that_is_none_is_refused() -> None:
    refused = start(Engine(), b'{"Dns": nothing}')
    assert isinstance(refused, Answer) and refused.status == 500


def test_a_body_that_changes_nothing_is_a_plain_start() -> None:
    engine = Engine()
    assert start(engine, {"NetworkMode": "bridge", "LxcConf": []}) == plain(OLD)
    assert engine.changes == []


def test_the_container_is_made_anew() -> None:
    engine = Engine()
    assert start(engine, HOST) == plain(NEW)
    assert engine.changes == MADE
    body = engine.bodies["POST /containers/create"]
    assert body["HostConfig"] == {"Dns": ["192.0.2.1"], "NetworkMode": "default"}
    assert body["Labels"] == {ID: OLD, CREATED: "then", IMAGE: IMAGE_ID, NAME: "/web"}


@pytest.mark.parametrize(
    "state", [{"Running": True}, {"Paused": True, "Running": True}, {"Status": "removing"}]
)
def test_the_engine_says_what_is_wrong_with_its_state(state: dict[str, Any]) -> None:
    engine = Engine(State=state)
    assert start(engine, HOST) == plain(OLD)
    assert engine.changes == []


def test_the_engine_says_that_there_is_none() -> None:
    engine = Engine()
    engine.table["GET /containers/gone/json"] = NO
    assert start(engine, HOST, "gone") == plain("gone")


def stand_in(name: str = "/web") -> dict[str, Any]:
    marks = {ID: FIRST, CREATED: "then", IMAGE: IMAGE_ID, NAME: "/web"}
    config = {"Image": "busybox", "Labels": marks, "Entrypoint": None}
    return container(Name=name, Config=config)


def listed(name: str = "/web") -> Answer:
    labels = {ID: FIRST, IMAGE: IMAGE_ID}
    return answer([{"Id": OLD, "ImageID": IMAGE_ID, "Names": [name], "Labels": labels}])


def test_a_stand_in_is_found_by_the_id_of_old_and_can_be_made_anew_again() -> None:
    engine = Engine()
    engine.table["GET /containers/json"] = listed()
    engine.table[f"GET /containers/{FIRST[:5]}/json"] = NO
    engine.table[f"GET /containers/{FIRST}/json"] = NO
    engine.table[f"GET /containers/{OLD}/json"] = answer(stand_in())
    assert start(engine, HOST, FIRST[:5]) == plain(NEW)
    assert engine.bodies["POST /containers/create"]["Labels"][ID] == FIRST
    assert start(engine, {"Dns": []}, FIRST) == plain(OLD)
    engine.table[f"GET /containers/{OLD}/json"] = NO
    assert start(engine, HOST, FIRST) == plain(FIRST)


def test_limits_are_updated() -> None:
    engine = Engine()
    assert start(engine, {"RestartPolicy": {"Name": "always"}}) == plain(OLD)
    assert engine.changes == [f"POST /containers/{OLD}/update"]
    # An engine that will not is not the last word.
    engine.table[f"POST /containers/{OLD}/update"] = answer({"message": "no"}, 409)
    assert start(engine, {"RestartPolicy": {"Name": "always"}}) == plain(NEW)


def test_a_create_that_fails_changes_nothing() -> None:
    engine = Engine()
    engine.table["POST /containers/create"] = answer({"message": "no such x"}, 400)
    assert start(engine, HOST) == engine.table["POST /containers/create"]
    assert engine.changes == MADE[:1]


def test_the_error_has_the_form_of_the_clients_version() -> None:
    plan = Planner(ApiVersion(1, 24), ApiVersion(1, 41), "newest").plan(
        ApiVersion(1, 14), ROUTE["ContainerStart"]
    )
    assert isinstance(plan.emulation, StartWithHostConfig)
    given = plan.emulated(answer({"message": "no such x"}, 404))
    assert given.body == b"no such x\n"


def test_a_container_that_cannot_be_removed_is_kept() -> None:
    engine = Engine()
    engine.table[f"DELETE /containers/{OLD}"] = answer({"message": "busy"}, 500)
    assert start(engine, HOST) == engine.table[f"DELETE /containers/{OLD}"]
    assert engine.changes == [*MADE[:2], f"DELETE /containers/{NEW}?v=0&force=1"]


def test_somebody_else_may_start_it_meanwhile() -> None:
    engine = Engine()
    running = answer(container(State={"Running": True}))
    engine.table[f"GET /containers/{OLD}/json"] = [
        engine.table[f"GET /containers/{OLD}/json"],
        running,
    ]
    engine.table[f"DELETE /containers/{OLD}"] = answer({"message": "running"}, 409)
    assert start(engine, HOST) == plain(OLD)
    assert engine.changes == [*MADE[:2], f"DELETE /containers/{NEW}?v=0&force=1"]


def test_it_does_not_try_for_ever() -> None:
    engine = Engine()
    engine.table[f"DELETE /containers/{OLD}"] = answer({"message": "running"}, 409)
    given = start(engine, HOST)
    assert isinstance(given, Answer) and given.status == 409


TAKEN = answer({"message": f'Conflict. The container name "/{TEMPORARY}" is in use'}, 409)


def test_of_two_the_second_waits() -> None:
    engine = Engine()
    engine.table["POST /containers/create"] = TAKEN
    engine.table[f"GET /containers/{TEMPORARY}/json"] = [FOUND, FOUND, NO]
    engine.table[f"GET /containers/{OLD}/json"] = [
        answer(container()),
        answer(container(State={"Running": True})),
    ]
    assert start(engine, HOST) == plain(OLD)
    assert engine.pauses == 3
    assert engine.changes == MADE[:1]


def test_what_somebody_left_behind_is_removed() -> None:
    engine = Engine()
    engine.table["POST /containers/create"] = [TAKEN, answer({"Id": NEW}, 201)]
    engine.table[f"GET /containers/{TEMPORARY}/json"] = FOUND
    assert start(engine, HOST) == plain(NEW)
    assert engine.changes == [
        MADE[0],
        f"DELETE /containers/{TEMPORARY}?v=0&force=1",
        *MADE,
    ]
    assert engine.pauses == 50


def test_another_conflict_is_an_error() -> None:
    engine = Engine()
    engine.table["POST /containers/create"] = answer({"message": "conflicting options"}, 409)
    assert start(engine, HOST) == engine.table["POST /containers/create"]


def test_a_stand_in_without_its_name_is_waited_for() -> None:
    engine = Engine()
    engine.table["GET /containers/json"] = listed("/" + TEMPORARY)
    engine.table[f"GET /containers/{FIRST}/json"] = NO
    unnamed, named = answer(stand_in("/" + TEMPORARY)), answer(stand_in())
    engine.table[f"GET /containers/{OLD}/json"] = [unnamed, unnamed, named]
    assert start(engine, {"Dns": []}, FIRST) == plain(OLD)
    assert engine.pauses == 2 and engine.changes == []
    # Nobody comes to name it.
    engine.table[f"GET /containers/{OLD}/json"] = [unnamed] * 51 + [named]
    assert start(engine, {"Dns": []}, FIRST) == plain(OLD)
    assert engine.changes == [f"POST /containers/{OLD}/rename?name=web"]
    engine.table[f"GET /containers/{OLD}/json"] = [unnamed, NO]
    assert start(engine, {"Dns": []}, FIRST) == plain(FIRST)


def test_a_name_that_was_taken_meanwhile_is_an_error() -> None:
    engine = Engine()
    engine.table[f"POST /containers/{NEW}/rename"] = answer({"message": "in use"}, 409)
    assert start(engine, HOST) == engine.table[f"POST /containers/{NEW}/rename"]


def test_what_was_written_is_committed() -> None:
    engine = Engine()
    engine.table[f"GET /containers/{OLD}/changes"] = answer([{"Path": "/root/x", "Kind": 1}])
    engine.table["POST /commit"] = answer({"Id": "sha256:committed"}, 201)
    assert start(engine, HOST) == plain(NEW)
    assert engine.changes[0].startswith(f"POST /commit?container={OLD}&pause=0&comment=")
    assert COMMENT.split()[0].rstrip(":") in engine.changes[0]
    body = engine.bodies["POST /containers/create"]
    assert (body["Image"], body["Labels"][IMAGE]) == ("sha256:committed", "sha256:committed")
    assert body["Labels"][IMAGE_NAME] == "busybox"
    engine.table["POST /commit"] = answer({"message": "no space"}, 500)
    assert start(engine, HOST) == engine.table["POST /commit"]


def test_an_image_whose_name_has_moved_on_is_named_by_its_id() -> None:
    engine = Engine()
    engine.table["GET /images/busybox/json"] = answer({"Id": "sha256:other", "Config": {}})
    entrypoint = {"Id": IMAGE_ID, "Config": {"Entrypoint": ["sh"]}}
    engine.table[f"GET /images/{IMAGE_ID}/json"] = answer(entrypoint)
    assert start(engine, HOST) == plain(NEW)
    body = engine.bodies["POST /containers/create"]
    assert (body["Image"], body["Entrypoint"]) == (IMAGE_ID, [""])


def test_networks_are_joined_and_nameless_volumes_removed() -> None:
    engine = Engine(
        HostConfig={"NetworkMode": "mine"},
        NetworkSettings={"Networks": {"mine": {}, "more": {}}},
        Mounts=[{"Type": "volume", "Name": "0" * 64, "Destination": "/b"}],
    )
    assert start(engine, {"NetworkMode": "mine", "Binds": ["/a:/b"]}) == plain(NEW)
    assert engine.changes == [
        MADE[0],
        "POST /networks/more/connect",
        *MADE[1:3],
        f"DELETE /volumes/{'0' * 64}",
        MADE[3],
    ]
