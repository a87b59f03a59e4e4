from hypothesis import given
from hypothesis import strategies as st

from gateway.engine.practice.tty import LineDiscipline, cooked


class Terminal:
    def __init__(self):
        self.echoed = b""
        self.lines = []
        self.ends = 0
        self.interrupts = 0
        self.discipline = LineDiscipline(self.echo, self.lines.append, self.end, self.interrupt)

    def echo(self, data):
        self.echoed += data

    def end(self):
        self.ends += 1

    def interrupt(self):
        self.interrupts += 1


def test_lines_are_echoed_and_given():
    terminal = Terminal()
    terminal.discipline.feed(b"ab\x7fc\rd\n")
    assert terminal.lines == [b"ac\n", b"d\n"]
    assert terminal.echoed == b"ab\b \bc\r\nd\r\n"


def test_erasing_nothing_echoes_nothing():
    terminal = Terminal()
    terminal.discipline.feed(b"\x7f\x08")
    assert terminal.echoed == b""


def test_control_characters():
    terminal = Terminal()
    terminal.discipline.feed(b"lost\x03")
    assert (terminal.interrupts, terminal.lines) == (1, [])
    terminal.discipline.feed(b"half\x04")
    assert (terminal.ends, terminal.lines) == (0, [b"half"])
    terminal.discipline.feed(b"\x04")
    assert terminal.ends == 1


@given(st.lists(st.binary(max_size=8)))
def test_how_the_bytes_are_cut_makes_no_difference(pieces):
    whole, parts = Terminal(), Terminal()
    whole.discipline.feed(b"".join(pieces))
    for piece in pieces:
        parts.discipline.feed(piece)
    assert (whole.lines, whole.echoed) == (parts.lines, parts.echoed)
    assert (whole.ends, whole.interrupts) == (parts.ends, parts.interrupts)


def test_output_gets_returns():
    assert cooked(b"a\nb") == b"a\r\nb"
