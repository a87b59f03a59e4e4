import pytest

from gateway.engine.practice.process import Process
from gateway.engine.practice.programs import Surroundings
from gateway.engine.practice.shell import find, run


class Ran:
    def __init__(self, clock, *command, given=None, tty=False):
        self.written = {1: b"", 2: b""}
        self.statuses = []
        around = Surroundings(clock, ["NAME=value"], "box")
        self.process = Process(
            clock,
            lambda process: run(process, around, list(command)),
            tty=tty,
            output=self.output,
            exited=self.statuses.append,
        )
        if given is not None:
            self.process.feed(given)
            self.process.end_input()
        self.process.begin()

    def output(self, stream, data):
        self.written[stream] += data


@pytest.mark.parametrize(
    ("script", "out", "err", "status"),
    [
        ("echo a; echo b >&2; exit 3", b"a\n", b"b\n", 3),
        ("echo a 1>&2", b"", b"a\n", 0),
        ("echo a >/dev/null && echo b", b"b\n", b"", 0),
        ("nosuch 2>/dev/null; echo $?", b"127\n", b"", 0),
        ("nosuch", b"", b"sh: nosuch: not found\n", 127),
        ("nosuch 2>&1", b"sh: nosuch: not found\n", b"", 127),
        ("false || echo b; true && echo c", b"b\nc\n", b"", 0),
        ("false && echo b || echo c", b"c\n", b"", 0),
        ("echo 'a  $NAME' \"$NAME b\" ${NAME}c", b"a  $NAME value b valuec\n", b"", 0),
        ("X=1; echo $X; exec echo d; echo never", b"1\nd\n", b"", 0),
        ("echo a\n# a comment\necho b", b"a\nb\n", b"", 0),
        ("/bin/sh -c 'echo in; exit 2'; echo $?", b"in\n2\n", b"", 0),
        ("exit", b"", b"", 0),
        ("", b"", b"", 0),
        ("echo 'open", b"", b"sh: syntax error\n", 2),
    ],
)
def test_scripts(clock, script, out, err, status):
    ran = Ran(clock, "sh", "-c", script, given=b"")
    assert (ran.written[1], ran.written[2], ran.statuses) == (out, err, [status])


@pytest.mark.parametrize("script", ["echo a | cat", "while true; do echo; done", "sleep 9 &"])
def test_what_it_cannot_do_it_says(clock, script):
    ran = Ran(clock, "sh", "-c", script, given=b"")
    assert b"no pipes, loops or conditions" in ran.written[2]
    assert ran.statuses == [2]


def test_input_is_read_by_commands(clock):
    ran = Ran(clock, "sh", "-c", "cat >/dev/null; echo after", given=b"in")
    assert ran.written[1] == b"after\n"
    assert Ran(clock, "sh", "-c", "read x; echo $x", given=b"line\n").written[1] == b"line\n"
    assert Ran(clock, "sh", "-c", "cat", given=b"in").written[1] == b"in"
    assert Ran(clock, "sh", "-c", "cat </dev/null", given=b"in").written[1] == b""


def test_sleep_takes_its_time(clock):
    ran = Ran(clock, "sh", "-c", "sleep 1; echo late")
    assert ran.written[1] == b""
    clock.advance(1)
    assert ran.written[1] == b"late\n"


def test_a_shell_without_a_script_reads_lines(clock):
    ran = Ran(clock, "sh", given=b"echo a\necho b\nexit 4\necho c\n")
    assert (ran.written[1], ran.statuses) == (b"a\nb\n", [4])


def test_there_is_a_prompt_at_a_terminal(clock):
    ran = Ran(clock, "sh", tty=True)
    ran.process.feed(b"echo a\r")
    assert ran.written[1] == b"/ # echo a\r\na\r\n/ # "
    ran.process.feed(b"\x04")
    assert ran.statuses == [0]


def test_what_is_on_the_path():
    assert find("/bin/cat") == "cat"
    assert find("sh") == "sh"
    assert find("nosuch") is None
