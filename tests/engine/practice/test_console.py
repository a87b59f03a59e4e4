from hypothesis import given
from hypothesis import strategies as st
from support.practice import ManualClock

from gateway.engine.practice.console import LOG_BYTES, Console, framed


def test_output_goes_to_whoever_is_attached_at_once(clock):
    console, got, ended = Console(clock), [], []
    leave = console.attach(lambda stream, data: got.append((stream, data)), lambda: ended.append(1))
    console.write(1, b"par")
    console.write(2, b"err\n")
    assert got == [(1, b"par"), (2, b"err\n")]
    leave()
    leave()
    console.write(1, b"tial\n")
    console.end()
    assert (len(got), ended) == (2, [])


def test_the_log_has_lines_each_with_its_time(clock):
    console = Console(clock)
    console.write(1, b"a\nb")
    clock.advance(1)
    console.write(2, b"e\n")
    console.write(1, b"c")
    console.end()
    first, second, third = console.lines()
    assert [(one.stream, one.data) for one in (first, second, third)] == [
        (1, b"a\n"),
        (2, b"e\n"),
        (1, b"bc"),
    ]
    assert second.moment - first.moment == 1_000_000_000


def test_followers_get_lines_and_the_end(clock):
    console, got, ended = Console(clock), [], []
    console.follow(lambda line: got.append(line.data), lambda: ended.append(1))
    console.write(1, b"a\nb")
    assert got == [b"a\n"]
    console.end()
    console.end()
    assert (got, ended) == ([b"a\n", b"b"], [1])


def test_the_log_is_bounded(clock):
    console = Console(clock)
    for _ in range(40):
        console.write(1, b"x" * 65535 + b"\n")
    assert sum(len(line.data) for line in console.lines()) <= LOG_BYTES


@given(st.lists(st.binary(max_size=10)))
def test_no_byte_is_lost(pieces):
    console = Console(ManualClock())
    for piece in pieces:
        console.write(1, piece)
    console.end()
    assert b"".join(line.data for line in console.lines()) == b"".join(pieces)


def test_frames():
    assert framed(2, b"abc", tty=False) == b"\x02\0\0\0\0\0\0\x03abc"
    assert framed(2, b"abc", tty=True) == b"abc"
