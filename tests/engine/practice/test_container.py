import pytest

from gateway.engine.practice.replies import Refused


def container(talk, id):
    return talk.engine.state.containers.get(id)


def test_a_life(talk):
    one = container(talk, talk.create("sleep", "10"))
    assert (one.status, one.up()) == ("created", "Created")
    assert (one.start(), one.start()) == (True, False)
    talk.clock.advance(3)
    assert (one.status, one.up()) == ("running", "Up 3 seconds")
    one.pause()
    assert (one.status, one.up()) == ("paused", "Up 3 seconds (Paused)")
    talk.clock.advance(60)
    assert one.running
    one.unpause()
    assert (one.status, one.exit_code) == ("exited", 0)
    talk.clock.advance(60)
    assert one.up() == "Exited (0) About a minute ago"
    assert one.start()


def test_stopping_and_killing(talk):
    one = container(talk, talk.run("sleep", "10"))
    assert one.stop()
    assert (one.exit_code, one.stop()) == (143, False)
    with pytest.raises(Refused) as refused:
        one.kill(9)
    assert refused.value.status == 409


def test_pausing_what_does_not_run_is_refused(talk):
    one = container(talk, talk.create("true"))
    for call in (one.pause, one.unpause):
        with pytest.raises(Refused):
            call()


def test_an_unknown_program_fails_the_start(talk):
    one = container(talk, talk.create("nosuch"))
    told = []
    one.wait("next-exit", told.append)
    with pytest.raises(Refused, match="executable file not found"):
        one.start()
    assert (one.exit_code, one.status, told) == (127, "exited", [127])


def test_input_before_the_start_is_kept(talk):
    one = container(talk, talk.create("cat", OpenStdin=True))
    one.feed(b"early")
    one.end_input()
    one.start()
    talk.clock.advance()
    assert [line.data for line in one.console.lines()] == [b"early"]
    assert one.status == "exited"


def test_without_an_open_input_there_is_none(talk):
    one = container(talk, talk.create("cat"))
    one.feed(b"lost")
    one.start()
    talk.clock.advance()
    assert (list(one.console.lines()), one.status) == ([], "exited")


def test_waiting(talk):
    one = container(talk, talk.create("sleep", "1", HostConfig={"AutoRemove": True}))
    told = []
    for condition in ("not-running", "next-exit", "removed"):
        one.wait(condition, lambda status, condition=condition: told.append(condition))
    leave = one.wait("removed", lambda status: told.append("called off"))
    leave()
    assert told == ["not-running"]
    one.start()
    talk.clock.advance(1)
    assert told == ["not-running", "next-exit", "removed"]
    with pytest.raises(Refused):
        container(talk, one.id)


def test_its_execs_end_with_it(talk):
    one = container(talk, talk.run("sleep", "10"))
    exec_ = talk.engine.state.containers.make_exec(one, {"Cmd": ["sleep", "99"]})
    exec_.start(lambda *_: None, lambda: None)
    talk.clock.advance()
    one.kill(9)
    assert (exec_.exit_code, one.children) == (137, [])
    assert talk.clock.pending == 0


def test_commands(talk):
    entrypoint = container(talk, talk.create("b", Entrypoint=["echo", "a"]))
    assert entrypoint.command == ["echo", "a", "b"]
    assert container(talk, talk.create()).command == ["sh"]
