from gateway.api.version import ApiVersion
from gateway.engine.practice.documents import inspected, listed, networks, processes, stats


def container(talk, id):
    return talk.engine.state.containers.get(id)


def test_a_list_entry(talk):
    id = talk.run(
        "sleep",
        "9",
        name="box",
        Labels={"a": "b"},
        HostConfig={"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
    )
    entry = listed(container(talk, id))
    assert (entry["Id"], entry["Names"], entry["Command"]) == (id, ["/box"], "sleep 9")
    assert (entry["State"], entry["Image"]) == ("running", "busybox")
    assert entry["Labels"]["a"] == "b"
    assert entry["Ports"] == [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}
    ]


def test_an_inspection_shows_what_create_was_given(talk):
    one = container(talk, talk.create("echo", "a", Tty=True, HostConfig={"Memory": 7}))
    document = inspected(one, ApiVersion(1, 44))
    assert (document["Path"], document["Args"]) == ("echo", ["a"])
    assert document["Config"]["Tty"] is True
    assert document["HostConfig"]["Memory"] == 7
    assert document["State"]["Status"] == "created"
    assert document["State"]["StartedAt"] == "0001-01-01T00:00:00Z"


def test_flat_network_fields_are_there_below_1_52_on_the_bridge_only(talk):
    one = container(talk, talk.run("sleep", "9"))
    old = inspected(one, ApiVersion(1, 51))["NetworkSettings"]
    assert old["IPAddress"] == old["Networks"]["bridge"]["IPAddress"] != ""
    assert "IPAddress" not in inspected(one, ApiVersion(1, 52))["NetworkSettings"]
    other = container(talk, talk.run("sleep", "9", HostConfig={"NetworkMode": "mine"}))
    assert "IPAddress" not in inspected(other, ApiVersion(1, 51))["NetworkSettings"]


def test_a_stopped_container_has_no_address(talk):
    assert networks(container(talk, talk.create("true")))["bridge"]["IPAddress"] == ""


def test_statistics_follow_one_another_and_invent_nothing(talk):
    one = container(talk, talk.run("sleep", "9"))
    first = stats(one)
    talk.clock.advance(1)
    second = stats(one, first)
    assert (second["preread"], second["precpu_stats"]) == (first["read"], first["cpu_stats"])
    assert second["cpu_stats"]["cpu_usage"]["total_usage"] == 0


def test_processes(talk):
    one = container(talk, talk.run("sleep", "9"))
    made = talk.engine.state.containers.make_exec(one, {"Cmd": ["sleep", "8"]})
    made.start(lambda *_: None, lambda: None)
    document = processes(one)
    assert [row[-1] for row in document["Processes"]] == ["sleep 9", "(exec)"]
    assert all(len(row) == len(document["Titles"]) for row in document["Processes"])
