import pytest

from gateway.api.message import Answer, AnswerHead, Headers
from gateway.engine.practice.faults import Fault, FaultKind
from gateway.net.practice_answer import AnswerWriter, fields_of


class Wire:
    def __init__(self):
        self.data = b""
        self.lost = False

    def write(self, data):
        assert not self.lost
        self.data += data

    def loseConnection(self):
        self.lost = True

    @property
    def head(self):
        return self.data.partition(b"\r\n\r\n")[0] + b"\r\n"

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]


def writer(method="GET", minor=1, keep_alive=True, fault=None):
    wire, kept = Wire(), []
    made = AnswerWriter(
        wire, kept.append, method=method, minor=minor, keep_alive=keep_alive, fault=fault
    )
    return made, wire, kept


def test_a_small_answer_has_a_length():
    made, wire, kept = writer()
    made.whole(Answer(200, Headers((("Content-Type", "text/plain"),)), b"OK"))
    assert wire.data.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: ")
    assert b"\r\nContent-Length: 2\r\n" in wire.head
    assert (wire.body, wire.lost, kept) == (b"OK", False, [True])


def test_a_large_one_is_chunked_but_not_in_http_1_0():
    made, wire, _ = writer()
    made.whole(Answer(200, body=b"x" * 2049))
    assert wire.body == b"801\r\n" + b"x" * 2049 + b"\r\n0\r\n\r\n"
    made, wire, kept = writer(minor=0, keep_alive=False)
    made.whole(Answer(200, body=b"x" * 2049))
    assert (wire.body, wire.lost, kept) == (b"x" * 2049, True, [False])
    assert b"Connection: close" in wire.head


@pytest.mark.parametrize(
    ("method", "status", "length"), [("HEAD", 200, True), ("GET", 204, False), ("GET", 304, False)]
)
def test_answers_without_a_body(method, status, length):
    made, wire, kept = writer(method)
    made.whole(Answer(status, body=b"OK" if method == "HEAD" else b""))
    assert (wire.body, kept) == (b"", [True])
    assert (b"Content-Length: 2" in wire.head) is length
    assert b"Transfer-Encoding" not in wire.head


def test_a_stream_has_a_chunk_for_each_write():
    made, wire, kept = writer()
    made.begin(AnswerHead(200))
    made.write(b"a\n")
    made.write(b"")
    made.write(b"b\n")
    assert kept == []
    made.end()
    made.end()
    made.write(b"late")
    assert (wire.body, kept) == (b"2\r\na\n\r\n2\r\nb\n\r\n0\r\n\r\n", [True])


def test_a_stream_in_http_1_0_ends_with_the_connection():
    made, wire, kept = writer(minor=0)
    made.begin(AnswerHead(200))
    made.write(b"a\n")
    made.end()
    assert (wire.body, wire.lost, kept) == (b"a\n", True, [False])


def test_nothing_is_written_for_a_client_that_is_gone():
    made, wire, kept = writer()
    made.begin(AnswerHead(200))
    made.abandon()
    before = wire.data
    made.write(b"a")
    made.end()
    assert (wire.data, kept) == (before, [])


def spoilt(kind, body=b"0123456789", **fields):
    made, wire, kept = writer(fault=Fault(kind, **fields))
    made.whole(Answer(200, body=body))
    return wire, kept


def test_cuts():
    wire, kept = spoilt(FaultKind.CUT, after=4)
    assert (wire.body, wire.lost, kept) == (b"0123", True, [False])
    assert b"Content-Length: 10" in wire.head
    wire, _ = spoilt(FaultKind.CUT, b"x" * 3000, after=7)
    assert (wire.body, wire.lost) == (b"bb8\r\nxx", True)
    wire, _ = spoilt(FaultKind.CUT_HEAD, after=9)
    assert (wire.data, wire.lost) == (b"HTTP/1.1 ", True)


def test_wrong_framings():
    wire, _ = spoilt(FaultKind.TWO_LENGTHS)
    assert b"Content-Length: 10\r\nContent-Length: 11\r\n" in wire.head
    wire, _ = spoilt(FaultKind.LENGTH_AND_CHUNKS)
    assert b"Transfer-Encoding: chunked\r\nContent-Length: 10\r\n" in wire.head
    wire, _ = spoilt(FaultKind.BAD_CHUNK)
    assert wire.body.startswith(b"zz\r\n")


def test_ends_of_the_connection():
    wire, kept = spoilt(FaultKind.CLOSE_IDLE)
    assert (wire.body, wire.lost, kept) == (b"0123456789", True, [False])
    assert b"Connection" not in wire.head
    wire, _ = spoilt(FaultKind.CLOSE_DELIMITED)
    assert (wire.body, wire.lost) == (b"0123456789", True)
    assert b"Content-Length" not in wire.head


def test_a_huge_head():
    wire, kept = spoilt(FaultKind.HUGE_HEAD, after=70000)
    assert len(wire.head) > 70000
    assert (wire.body, kept) == (b"0123456789", [True])


def test_every_head_has_a_date():
    fields = dict(fields_of(AnswerHead(200, Headers((("A", "b"),)))))
    assert fields[b"A"] == b"b"
    assert fields[b"Date"].endswith(b" GMT")
