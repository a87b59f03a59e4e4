import pytest
from support.practice import ManualClock

from gateway.engine.practice.process import Read, Sleep
from gateway.engine.practice.programs import PROGRAMS, Surroundings


class Streams:
    tty = False

    def __init__(self):
        self.stdout = b""
        self.stderr = b""

    def out(self, data):
        self.stdout += data

    def err(self, data):
        self.stderr += data


def run(name, *arguments, given=()):
    """Run a program to its end: its streams, its status, and how long it slept."""
    streams, slept, given = Streams(), 0, list(given)
    around = Surroundings(ManualClock(), ["A=b"], "box", "/tmp")
    program = PROGRAMS[name](streams, around, list(arguments))
    try:
        wait = next(program)
        while True:
            if isinstance(wait, Sleep):
                slept += wait.seconds
                wait = program.send(b"")
            else:
                assert wait == Read()
                wait = program.send(given.pop(0) if given else b"")
    except StopIteration as ended:
        return streams, ended.value, slept


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (["echo", "a", "b"], b"a b\n"),
        (["echo", "-n", "a"], b"a"),
        (["printf", r"%s\t%s\n", "a", "b"], b"a\tb\n"),
        (["seq", "3"], b"1\n2\n3\n"),
        (["seq", "4", "5"], b"4\n5\n"),
        (["env"], b"A=b\n"),
        (["pwd"], b"/tmp\n"),
        (["hostname"], b"box\n"),
        (["date"], b"Tue Nov 14 22:13:20 UTC 2023\n"),
    ],
)
def test_what_they_write(words, output):
    streams, status, _ = run(*words)
    assert (streams.stdout, streams.stderr, status) == (output, b"", 0)


def test_cat_copies():
    streams, status, _ = run("cat", given=[b"x", b"y"])
    assert (streams.stdout, status) == (b"xy", 0)


def test_cat_has_no_files():
    assert run("cat", "/dev/null")[1] == 0
    streams, status, _ = run("cat", "/etc/passwd")
    assert (b"No such file" in streams.stderr, status) == (True, 1)


def test_statuses():
    assert [run(name)[1] for name in ("true", "false")] == [0, 1]
    assert run("seq", "x")[1] == 1
    assert run("sleep", "x")[1] == 1


@pytest.mark.parametrize(("text", "seconds"), [("1.5", 1.5), ("2m", 120), ("1h", 3600)])
def test_sleep_sleeps(text, seconds):
    assert run("sleep", text)[1:] == (0, seconds)


def test_the_greeting_is_honest():
    assert b"Nothing here is a real container" in run("hello")[0].stdout


@pytest.mark.parametrize("name", ["nginx", "tail", "top"])
def test_servers_wait_for_ever(name):
    around = Surroundings(ManualClock(), [], "box")
    assert next(PROGRAMS[name](Streams(), around, [])) == Sleep(None)
