import pytest
from support.practice import Talk

from gateway.api.version import ApiVersion
from gateway.engine.practice.replies import Refused


@pytest.fixture
def containers(talk):
    return talk.engine.state.containers


def test_containers_are_found_by_id_beginning_and_name(containers):
    one = containers.create("box", {"Image": "busybox"})
    for reference in (one.id, one.id[:12], "box", "/box"):
        assert containers.get(reference) is one
    for reference in ("bo", "", "nope"):
        with pytest.raises(Refused, match="No such container"):
            containers.get(reference)


def test_an_ambiguous_beginning_is_refused(containers):
    for _ in range(17):
        containers.create("", {"Image": "busybox"})
    first = [one.id[0] for one in containers]
    twice = next(digit for digit in first if first.count(digit) > 1)
    with pytest.raises(Refused, match="multiple IDs found") as refused:
        containers.get(twice)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("name", "document", "status"),
    [
        ("box", {}, 400),
        ("box", {"Image": "nope"}, 404),
        ("-", {"Image": "busybox"}, 400),
        ("taken", {"Image": "busybox"}, 409),
        ("box", {"Image": "busybox", "Cmd": "echo"}, 400),
        ("box", {"Image": "busybox", "Cmd": 5}, 400),
        ("box", {"Image": 5}, 400),
        ("box", {"Image": "busybox", "HostConfig": []}, 400),
        ("box", {"Image": "busybox", "HostConfig": {"PortBindings": 1}}, 400),
    ],
)
def test_bad_creates(containers, name, document, status):
    containers.create("taken", {"Image": "busybox"})
    with pytest.raises(Refused) as refused:
        containers.create(name, document)
    assert refused.value.status == status
    assert len(list(containers)) == 1


def test_engines_up_to_28_take_a_string_as_a_command():
    containers = Talk(newest=ApiVersion(1, 51)).engine.state.containers
    assert containers.create("", {"Image": "busybox", "Cmd": "echo"}).command == ["echo"]


def test_names_are_made_up_and_all_differ(containers):
    made = [containers.create("", {"Image": "busybox"}).name for _ in range(100)]
    assert len(set(made)) == 100


def test_renaming_and_removing(talk, containers):
    one = containers.get(talk.run("sleep", "9", name="box"))
    containers.create("other", {"Image": "busybox"})
    with pytest.raises(Refused):
        containers.rename(one, "other")
    containers.rename(one, "new")
    with pytest.raises(Refused, match='cannot remove container "/new": container is running'):
        containers.remove(one, force=False)
    containers.remove(one, force=True)
    assert [other.name for other in containers] == ["other"]
    assert containers.using(one.image.id) is not None


def test_execs(talk, containers):
    one = containers.get(talk.create("sleep", "9"))
    with pytest.raises(Refused, match="is not running"):
        containers.make_exec(one, {"Cmd": ["echo", "a"]})
    one.start()
    with pytest.raises(Refused, match="No exec command"):
        containers.make_exec(one, {})
    with pytest.raises(Refused, match="wrong type"):
        containers.make_exec(one, {"Cmd": "echo"})
    made = containers.make_exec(one, {"Cmd": ["echo", "a"]})
    got, ended = [], []
    made.start(lambda stream, data: got.append((stream, data)), lambda: ended.append(1))
    with pytest.raises(Refused, match="already running"):
        made.start(lambda *_: None, lambda: None)
    talk.clock.advance()
    assert (got, ended, made.exit_code) == ([(1, b"a\n")], [1], 0)
    one.pause()
    with pytest.raises(Refused, match="is paused"):
        containers.make_exec(one, {"Cmd": ["echo", "a"]})
    containers.remove(one, force=True)
    with pytest.raises(Refused, match="No such exec instance"):
        containers.get_exec(made.id)


def test_an_exec_of_an_unknown_program_says_so_in_its_output(talk, containers):
    made = containers.make_exec(containers.get(talk.run("sleep", "9")), {"Cmd": ["nosuch"]})
    got = []
    made.start(lambda stream, data: got.append(data), lambda: None)
    talk.clock.advance()
    assert b"executable file not found" in got[0]
    assert made.exit_code == 127
