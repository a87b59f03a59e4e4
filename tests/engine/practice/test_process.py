import pytest

from gateway.engine.practice.process import Process, Read, Sleep, signal_number


class Watched:
    """A process with a record of what it wrote and how it ended."""

    def __init__(self, clock, program, tty=False):
        self.output = []
        self.statuses = []
        self.process = Process(
            clock,
            program,
            tty=tty,
            output=lambda stream, data: self.output.append((stream, data)),
            exited=self.statuses.append,
        )
        self.process.begin()


def copy(process):
    while data := (yield Read()):
        process.out(data)
    process.err(b"end\n")
    return 7


def test_input_reaches_the_program_and_its_end_too(clock):
    watched = Watched(clock, copy)
    watched.process.feed(b"a")
    watched.process.feed(b"b")
    assert watched.output == [(1, b"a"), (1, b"b")]
    watched.process.end_input()
    assert watched.output[-1] == (2, b"end\n")
    assert watched.statuses == [7]
    watched.process.feed(b"late")
    assert len(watched.output) == 3


def test_at_a_terminal_input_is_echoed_and_errors_are_output(clock):
    watched = Watched(clock, copy, tty=True)
    watched.process.feed(b"a\r")
    assert b"".join(data for _, data in watched.output) == b"a\r\na\r\n"
    watched.process.feed(b"\x04")
    assert watched.output[-1] == (1, b"end\r\n")


def test_control_c_interrupts(clock):
    watched = Watched(clock, copy, tty=True)
    watched.process.feed(b"\x03")
    assert watched.statuses == [130]


def sleeper(process):
    yield Sleep(2)
    process.out(b"awake")
    yield Sleep(None)
    return 0


def test_time_moves_a_sleeper(clock):
    watched = Watched(clock, sleeper)
    clock.advance(1.9)
    assert watched.output == []
    clock.advance(0.1)
    assert watched.output == [(1, b"awake")]
    clock.advance(1000)
    assert watched.statuses == []


def test_signals_end_it_once_and_its_timer_with_it(clock):
    watched = Watched(clock, sleeper)
    watched.process.signal(signal_number("WINCH"))
    assert watched.statuses == []
    watched.process.signal(15)
    watched.process.signal(9)
    assert watched.statuses == [143]
    assert clock.pending == 0


def test_a_paused_process_waits(clock):
    watched = Watched(clock, sleeper)
    watched.process.pause()
    clock.advance(5)
    assert watched.output == []
    watched.process.resume()
    assert watched.output == [(1, b"awake")]


def test_a_process_that_was_killed_before_it_began_does_not_begin(clock):
    statuses = []
    process = Process(clock, copy, tty=False, output=lambda *_: None, exited=statuses.append)
    process.signal(9)
    process.begin()
    assert statuses == [137]


@pytest.mark.parametrize(("text", "number"), [("9", 9), ("KILL", 9), ("sigterm", 15)])
def test_signals_have_names(text, number):
    assert signal_number(text) == number


@pytest.mark.parametrize("text", ["", "NO", "0", "65", "-1"])
def test_other_words_are_no_signals(text):
    with pytest.raises(ValueError):
        signal_number(text)
