import orjson
import pytest

from gateway.engine.practice.replies import JSON


def names(talk, query=""):
    return [one["Names"][0] for one in talk.get(f"/v1.44/containers/json?{query}")]


def test_lists(talk):
    talk.run("sleep", "9", name="up", Labels={"a": "1"})
    talk.create("true", name="new")
    talk.run("sh", "-c", "exit 3", name="done")
    assert names(talk) == ["/up"]
    assert names(talk, "all=1") == ["/done", "/new", "/up"]
    assert names(talk, "limit=1") == ["/done"]
    for filters, found in (
        ('{"status":["created"]}', ["/new"]),
        ('{"exited":["3"]}', ["/done"]),
        ('{"label":["a=1"]}', ["/up"]),
        ('{"label":["a=1","b"]}', []),
        ('{"name":["u"]}', ["/up"]),
        ('{"ancestor":["busybox"],"status":["running"]}', ["/up"]),
        ('{"network":["host"]}', []),
    ):
        assert names(talk, "filters=" + filters) == found
    assert talk.ask("GET", '/containers/json?filters={"nope":["1"]}').status == 400


def test_every_step_of_a_life_has_its_status(talk):
    id = talk.create("sleep", "9", name="box")
    steps = [
        ("POST", "start", 204),
        ("POST", "start", 304),
        ("POST", "pause", 204),
        ("POST", "pause", 409),
        ("POST", "unpause", 204),
        ("GET", "top", 200),
        ("POST", "resize?h=10&w=20", 200),
        ("POST", "resize?h=10", 400),
        ("POST", "kill?signal=NOPE", 400),
        ("POST", "kill?signal=WINCH", 204),
        ("POST", "restart", 204),
        ("POST", "rename?name=other", 204),
        ("POST", "rename", 400),
        ("GET", "changes", 200),
        ("POST", "stop", 204),
        ("POST", "stop", 304),
        ("POST", "kill", 409),
        ("GET", "top", 409),
        ("POST", "resize?h=10&w=20", 409),
        ("POST", "start", 204),
        ("POST", "kill", 204),
    ]
    for method, step, status in steps:
        assert talk.ask(method, f"/v1.44/containers/{id}/{step}").status == status, step
        talk.clock.advance()
    assert talk.state(id)["ExitCode"] == 137
    assert talk.ask("DELETE", f"/containers/{id}").status == 204
    assert talk.ask("GET", f"/containers/{id}/json").status == 404


def test_a_start_with_a_body_is_refused(talk):
    id = talk.create("true")
    assert talk.ask("POST", f"/containers/{id}/start", {"Binds": ["/a:/b"]}).status == 400
    assert talk.ask("POST", f"/containers/{id}/start", {}).status == 204


def test_a_restart_keeps_a_container_that_would_be_removed(talk):
    id = talk.run("sleep", "9", HostConfig={"AutoRemove": True})
    assert talk.ask("POST", f"/containers/{id}/restart").status == 204
    assert talk.state(id)["Running"]
    talk.ask("POST", f"/containers/{id}/stop")
    assert talk.ask("GET", f"/containers/{id}/json").status == 404


def test_removing_a_running_one_needs_force(talk):
    id = talk.run("sleep", "9")
    assert talk.ask("DELETE", f"/containers/{id}").status == 409
    assert talk.ask("DELETE", f"/containers/{id}?force=1").status == 204


def test_prune_removes_what_does_not_run(talk):
    kept = talk.run("sleep", "9")
    gone = talk.create("true", Labels={"a": ""})
    other = talk.create("true")
    answer = talk.ask("POST", '/containers/prune?filters={"label":["a"]}')
    assert orjson.loads(answer.body)["ContainersDeleted"] == [gone]
    talk.ask("POST", "/containers/prune")
    assert talk.ask("GET", f"/containers/{other}/json").status == 404
    assert talk.state(kept)["Running"]


def test_update_and_size(talk):
    id = talk.create("true")
    talk.ask("POST", f"/containers/{id}/update", {"Memory": 5})
    document = talk.get(f"/containers/{id}/json?size=1")
    assert (document["HostConfig"]["Memory"], document["SizeRw"]) == (5, 0)


def test_archives_go_in_and_out(talk):
    id = talk.create("true")
    packed = talk.ask("GET", f"/containers/{id}/archive?path=/tmp")
    assert packed.headers.content_type == "application/x-tar"
    stat = talk.ask("HEAD", f"/containers/{id}/archive?path=/tmp")
    assert stat.headers.get("X-Docker-Container-Path-Stat")
    path = f"/containers/{id}/archive?path=/root"
    assert talk.engine.answer("PUT", path, body=packed.body).status == 200
    assert talk.engine.answer("PUT", path, body=b"?").status == 400


def test_execs_can_be_inspected(talk):
    id = talk.run("sleep", "9")
    answer = talk.ask("POST", f"/containers/{id}/exec", {"Cmd": ["echo", "a"], "Tty": True})
    exec_id = orjson.loads(answer.body)["Id"]
    document = talk.get(f"/exec/{exec_id}/json")
    assert (document["Running"], document["ExitCode"], document["ContainerID"]) == (False, None, id)
    assert document["ProcessConfig"]["arguments"] == ["a"]
    assert talk.get(f"/containers/{id}/json")["ExecIDs"] == [exec_id]
    assert talk.ask("POST", f"/exec/{exec_id}/resize?h=1&w=1").status == 409
    assert talk.ask("GET", "/exec/nope/json").status == 404


@pytest.mark.parametrize("body", [b"[]", b"{", b"{}"])
def test_bad_creates_are_refused(talk, body):
    assert talk.engine.answer("POST", "/containers/create", JSON, body).status == 400
