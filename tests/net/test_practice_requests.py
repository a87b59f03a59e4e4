import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.fields import MalformedMessage
from gateway.net import practice_requests
from gateway.net.practice_requests import RequestReader

FIRST = b"POST /a?x=1 HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nabc"
SECOND = (
    b"PUT /b HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
)
THIRD = b"GET /c HTTP/1.1\r\nHost: d\r\n\r\n"


def read(pieces, begun=lambda incoming: True):
    reader, got = RequestReader(begun), []
    for piece in pieces:
        reader.feed(piece)
        while (incoming := reader.next()) is not None:
            got.append((incoming.method, incoming.target, incoming.body()))
    return got, reader


WHOLE = [("POST", "/a?x=1", b"abc"), ("PUT", "/b", b"def"), ("GET", "/c", b"")]


@given(st.lists(st.integers(0, len(FIRST + SECOND + THIRD)), max_size=12))
def test_how_the_bytes_are_cut_makes_no_difference(cuts):
    data, ends = FIRST + SECOND + THIRD, [*sorted(cuts), None]
    pieces = [data[start:end] for start, end in zip([0, *sorted(cuts)], ends, strict=True)]
    got, reader = read(pieces)
    assert (got, reader.ahead) == (WHOLE, 0)


def test_what_follows_can_be_had():
    got, reader = read([THIRD + b"early"])
    assert (got, reader.ahead, reader.rest(), reader.ahead) == (WHOLE[2:], 5, b"early", 0)


def test_it_is_told_of_a_head_and_may_read_no_further():
    begun = []

    def refuse(incoming):
        begun.append(incoming.target)
        return False

    got, _ = read([FIRST], refuse)
    assert (got, begun) == ([], ["/a?x=1"])


def test_a_long_body_is_read_but_not_kept(monkeypatch):
    monkeypatch.setattr(practice_requests, "BODY_BYTES", 4)
    got, reader = read([FIRST[:-3].replace(b": 3", b": 8"), b"abc", b"def", b"gh"])
    assert (got, reader.ahead) == ([("POST", "/a?x=1", b"abc")], 0)


@pytest.mark.parametrize("data", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"x" * 70000])
def test_what_is_no_request_is_refused(data):
    with pytest.raises(MalformedMessage):
        read([data])
