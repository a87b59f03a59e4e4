import orjson
import pytest
from support.practice import Talk

from gateway.api.version import ApiVersion
from gateway.stream.frames import split_frames

ATTACH = "/v1.44/containers/{}/attach?stream=1&stdin=1&stdout=1&stderr=1"
RAW = "application/vnd.docker.raw-stream"
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"


def interactive(talk, *command, **config):
    return talk.create(*command, **{"OpenStdin": True, "StdinOnce": True, **config})


def test_attach_echoes_in_frames_and_ends_with_the_input(talk):
    id = interactive(talk, "cat")
    attached = talk.hijack(ATTACH.format(id))
    attached.peer.data(b"early ")
    talk.ask("POST", f"/containers/{id}/start")
    talk.clock.advance()
    attached.peer.data(b"late")
    assert split_frames(attached.data) == [(1, b"early "), (1, b"late")]
    attached.peer.end()
    assert attached.ended
    assert talk.state(id)["Status"] == "exited"
    assert talk.state(id)["ExitCode"] == 0
    attached.peer.gone()
    talk.ask("POST", f"/containers/{id}/start")
    talk.clock.advance()
    assert talk.state(id)["Running"], "the client that left must not end the next run's input"


def test_output_goes_on_after_the_input_has_ended(talk):
    id = interactive(talk, "sh", "-c", "cat >/dev/null; sleep 1; echo out; echo err >&2; exit 3")
    attached = talk.hijack(ATTACH.format(id))
    talk.ask("POST", f"/containers/{id}/start")
    talk.clock.advance()
    attached.peer.end()
    assert not attached.ended
    talk.clock.advance(1)
    assert split_frames(attached.data) == [(1, b"out\n"), (2, b"err\n")]
    assert (attached.ended, talk.state(id)["ExitCode"]) == (True, 3)


def test_a_terminal_is_raw_and_its_input_outlives_the_client(talk):
    id = interactive(talk, "cat", Tty=True)
    talk.ask("POST", f"/containers/{id}/start")
    talk.clock.advance()
    attached = talk.hijack(ATTACH.format(id))
    assert attached.head.headers.content_type == RAW
    attached.peer.data(b"a\r")
    assert attached.data == b"a\r\na\r\n"
    attached.peer.end()
    assert (attached.ended, talk.state(id)["Running"]) == (True, True)


def test_detaching_leaves_the_container(talk):
    id = interactive(talk, "cat", Tty=True)
    talk.ask("POST", f"/containers/{id}/start")
    talk.clock.advance()
    attached = talk.hijack(ATTACH.format(id))
    attached.peer.data(b"\x10\x11")
    assert (attached.ended, talk.state(id)["Running"]) == (True, True)


def test_two_clients_see_the_same_and_each_what_it_asked_for(talk):
    id = talk.run("sh", "-c", "sleep 1; echo out; echo err >&2")
    both = talk.hijack(ATTACH.format(id))
    errors = talk.hijack(f"/containers/{id}/attach?stream=1&stderr=1")
    talk.clock.advance(1)
    assert split_frames(both.data) == [(1, b"out\n"), (2, b"err\n")]
    assert split_frames(errors.data) == [(2, b"err\n")]


def test_attach_can_give_the_log_first(talk):
    id = talk.run("echo", "a")
    attached = talk.hijack(f"/containers/{id}/attach?logs=1&stdout=1")
    assert (split_frames(attached.data), attached.ended) == ([(1, b"a\n")], True)


@pytest.mark.parametrize(
    ("version", "upgrade", "status", "kind"),
    [
        ("1.44", "tcp", 101, MULTIPLEXED),
        ("1.41", "tcp", 101, RAW),
        ("1.44", None, 200, RAW),
    ],
)
def test_the_head_of_a_hijack(version, upgrade, status, kind):
    talk = Talk(ApiVersion(1, 24))
    path = f"/v{version}/containers/{talk.create('cat')}/attach?stream=1"
    head = talk.hijack(path, upgrade=upgrade).head
    assert (head.status, head.headers.content_type) == (status, kind)
    assert (head.headers.get("Upgrade") == "tcp") is (status == 101)
    assert head.headers.get("Api-Version") is None


def start_exec(talk, id, *command, **config):
    document = {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True, **config}
    made = orjson.loads(talk.ask("POST", f"/containers/{id}/exec", document).body)["Id"]
    return made, f"/v1.44/exec/{made}/start"


def test_exec_start(talk):
    id = talk.run("sleep", "9")
    made, path = start_exec(talk, id, "cat", AttachStdin=True)
    running = talk.hijack(path, {"Detach": False})
    assert running.head.headers.get("Api-Version") == "1.56"
    running.peer.data(b"a")
    talk.clock.advance()
    assert talk.ask("POST", path, {}).status == 409
    running.peer.end()
    assert (split_frames(running.data), running.ended) == ([(1, b"a")], True)
    assert talk.get(f"/exec/{made}/json")["ExitCode"] == 0


def test_a_detached_exec_is_no_hijack(talk):
    made, path = start_exec(talk, talk.run("sleep", "9"), "sh", "-c", "exit 5")
    assert talk.ask("POST", path, {"Detach": True}).status == 200
    talk.clock.advance()
    assert talk.get(f"/exec/{made}/json")["ExitCode"] == 5


def test_an_exec_in_a_container_that_ended_is_refused(talk):
    id = talk.run("sleep", "9")
    _, path = start_exec(talk, id, "true")
    talk.ask("POST", f"/containers/{id}/stop")
    assert talk.ask("POST", path, {}).status == 409


def test_logs(talk):
    id = talk.run("sh", "-c", "echo a; echo b >&2; sleep 1; echo c; sleep 1; echo d")
    path = f"/v1.44/containers/{id}/logs?stdout=1&stderr=1"
    now = talk.stream("GET", path)
    assert now.head.headers.content_type == MULTIPLEXED
    assert (split_frames(now.data), now.ended) == ([(1, b"a\n"), (2, b"b\n")], True)
    following = talk.stream("GET", path + "&follow=1&tail=1")
    left = talk.stream("GET", path + "&follow=1&tail=0")
    talk.clock.advance(1)
    left.stop()
    talk.clock.advance(1)
    assert split_frames(following.data) == [(2, b"b\n"), (1, b"c\n"), (1, b"d\n")]
    assert following.ended
    assert split_frames(left.data) == [(1, b"c\n")]
    stamped = talk.stream("GET", path + "&timestamps=1&tail=1&since=1700000001")
    assert split_frames(stamped.data) == [(1, b"2023-11-14T22:13:22Z d\n")]
    before = talk.stream("GET", path + "&until=1700000000")
    assert split_frames(before.data) == [(1, b"a\n"), (2, b"b\n")]


@pytest.mark.parametrize("query", ["", "stdout=1&since=soon"])
def test_bad_parameters_of_logs_are_refused(talk, query):
    id = talk.create("true")
    assert talk.ask("GET", f"/containers/{id}/logs?{query}").status == 400


def test_stats_once_and_over_time(talk):
    id = talk.run("sleep", "99", name="box")
    assert talk.get(f"/containers/{id}/stats?stream=false&one-shot=1")["name"] == "/box"
    stream = talk.stream("GET", f"/containers/{id}/stats")
    talk.clock.advance(2)
    assert len(stream.records) == 3
    assert stream.records[2]["preread"] == stream.records[1]["read"]
    talk.ask("DELETE", f"/containers/{id}?force=1")
    assert stream.ended
    stream.stop()
    assert talk.clock.pending == 0


def test_wait_answers_when_the_container_ends(talk):
    id = talk.run("sh", "-c", "sleep 1; exit 4")
    waiting = talk.stream("POST", f"/v1.44/containers/{id}/wait")
    assert not waiting.ended
    talk.clock.advance(1)
    assert (waiting.records, waiting.ended) == ([{"StatusCode": 4}], True)
    assert talk.stream("POST", f"/containers/{id}/wait").records == [{"StatusCode": 4}]
    assert talk.ask("POST", f"/containers/{id}/wait?condition=nope").status == 400


def test_wait_says_that_there_was_no_error_up_to_1_41():
    talk = Talk(ApiVersion(1, 24), ApiVersion(1, 41))
    id = talk.run("true")
    waiting = talk.stream("POST", f"/v1.41/containers/{id}/wait")
    assert waiting.records == [{"StatusCode": 0, "Error": None}]


def test_a_paused_container_cannot_be_attached_to(talk):
    id = talk.run("sleep", "9")
    talk.ask("POST", f"/containers/{id}/pause")
    assert talk.ask("POST", f"/containers/{id}/attach?stream=1").status == 409
