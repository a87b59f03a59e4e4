from functools import partial

import pytest
from support.practice import Talk

from gateway.engine.practice.faults import Fault, FaultKind, Faults
from gateway.engine.practice.faults_api import control
from gateway.net.practice_connection import PracticeConnection
from gateway.stream.frames import frame

GET = "GET {} HTTP/1.1\r\nHost: d\r\n\r\n"
PING = GET.format("/_ping").encode()


class Transport:
    """A transport that keeps what happens to it."""

    def __init__(self):
        self.data = b""
        self.reading = True
        self.lost = self.aborted = self.half_closed = False
        self.producer = None

    def write(self, data):
        assert not self.lost
        self.data += data

    def loseConnection(self):
        assert self.producer is None, "a registered producer would keep it open"
        self.lost = True

    def abortConnection(self):
        self.aborted = True

    def loseWriteConnection(self):
        self.half_closed = True

    def registerProducer(self, producer, streaming):
        self.producer = producer

    def unregisterProducer(self):
        self.producer = None

    def pauseProducing(self):
        self.reading = False

    def resumeProducing(self):
        self.reading = True

    def taken(self):
        data, self.data = self.data, b""
        return data


class Line:
    """A connection with its engine, its faults and a clock that is moved by hand."""

    def __init__(self):
        self.talk = Talk()
        self.faults = Faults()
        self.transport = Transport()
        self.connection = PracticeConnection(
            self.talk.engine.answer, self.faults, partial(control, self.faults), self.later
        )

    def later(self, seconds, call, *arguments):
        return self.talk.clock.later(seconds, lambda: call(*arguments))

    def made(self, *faults):
        for fault in faults:
            self.faults.add(fault)
        self.connection.makeConnection(self.transport)
        return self

    def send(self, data):
        self.connection.dataReceived(data)
        self.talk.clock.advance()
        return self.transport.taken()


@pytest.fixture
def line():
    return Line()


def test_requests_on_one_connection_are_answered_in_order(line):
    line.made()
    assert line.send(PING).endswith(b"\r\n\r\nOK")
    data = line.send(PING + GET.format("/nope").encode())
    assert data.index(b"200 OK") < data.index(b"404 Not Found")
    assert not line.transport.lost


def test_a_close_is_granted(line):
    line.made()
    data = line.send(PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert b"Connection: close" in data
    assert line.transport.lost


def test_what_is_no_http_is_answered_as_go_does_it(line):
    assert line.made().send(b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert line.transport.lost


def test_a_client_that_asks_is_told_to_go_on(line):
    line.made()
    head = b"POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n"
    assert line.send(head + b"Expect: 100-continue\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert line.send(b"{}").startswith(b"HTTP/1.1 400 ")


def test_a_stream_ends_when_the_client_leaves(line):
    line.made()
    assert b"chunked" in line.send(GET.format("/events").encode())
    assert len(line.talk.engine.state.events) == 1
    line.connection.connectionLost()
    assert len(line.talk.engine.state.events) == 0


def test_a_stream_ends_when_the_client_closes_its_half(line):
    line.made()
    line.send(GET.format("/events").encode())
    line.connection.readConnectionLost()
    assert line.transport.lost


def attach(line, upgrade=b"Connection: Upgrade\r\nUpgrade: tcp\r\n", **config):
    line.made()
    id = line.talk.run("cat", OpenStdin=True, StdinOnce=True, **config)
    target = f"/v1.44/containers/{id}/attach?stream=1&stdin=1&stdout=1".encode()
    return id, b"POST " + target + b" HTTP/1.1\r\nHost: d\r\n" + upgrade + b"\r\n"


@pytest.mark.parametrize(
    ("upgrade", "status"),
    [(b"Connection: Upgrade\r\nUpgrade: tcp\r\n", b"101 UPGRADED"), (b"", b"200 OK")],
)
def test_a_hijack_with_early_bytes_and_a_half_close(line, upgrade, status):
    id, request = attach(line, upgrade)
    head, _, output = line.send(request + b"early").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert b"Transfer-Encoding" not in head
    assert output == frame(1, b"early")
    assert line.send(b"late") == frame(1, b"late")
    line.connection.readConnectionLost()
    assert (line.transport.lost, line.talk.state(id)["Status"]) == (True, "exited")


def test_a_lost_client_ends_its_input(line):
    id, request = attach(line)
    line.send(request)
    line.connection.connectionLost()
    assert line.talk.state(id)["Status"] == "exited"


def test_a_slow_reader_is_not_read_from(line):
    line.made()
    line.transport.producer.pauseProducing()
    assert not line.transport.reading
    line.transport.producer.resumeProducing()
    assert line.transport.reading


def test_who_sends_too_far_ahead_must_wait(line):
    line.made(Fault(FaultKind.SLOW, seconds=1))
    line.connection.dataReceived(PING)
    line.connection.dataReceived(PING + GET.format("/" + "x" * 60000).encode() * 10)
    assert line.transport.reading
    line.connection.dataReceived(GET.format("/" + "x" * 60000).encode() * 10)
    assert not line.transport.reading
    line.talk.clock.advance(1)
    assert line.transport.reading


def test_a_dropped_connection(line):
    line.made(Fault(FaultKind.REFUSE))
    assert line.transport.aborted


def test_faults_in_time(line):
    line.made(Fault(FaultKind.SLOW, seconds=2))
    assert line.send(PING) == b""
    line.talk.clock.advance(2)
    assert line.transport.taken().endswith(b"OK")
    line.faults.add(Fault(FaultKind.SILENT))
    assert line.send(PING) == b""
    line.talk.clock.advance(1000)
    assert (line.transport.data, line.transport.lost) == (b"", False)


def test_faults_instead_of_an_answer(line):
    line.made(Fault(FaultKind.GARBAGE, data=b"?"))
    assert (line.send(PING), line.transport.lost) == (b"?", True)
    other = Line().made(Fault(FaultKind.CLOSE_ON_REQUEST))
    assert (other.send(PING), other.transport.lost) == (b"", True)


def test_an_answer_before_the_body(line):
    line.made(Fault(FaultKind.EARLY))
    head = b"POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 200\r\n\r\n"
    assert line.send(head).startswith(b"HTTP/1.1 503 ")
    assert line.transport.lost
    assert line.send(b"x" * 200) == b""


def test_faults_of_hijacks(line):
    _, request = attach(line)
    line.faults.add(Fault(FaultKind.CUT, path="attach", after=10))
    assert line.send(request + b"early").endswith(frame(1, b"early")[:10])
    assert line.transport.lost
    other = Line()
    _, request = attach(other)
    other.faults.add(Fault(FaultKind.CUT_HEAD, path="attach", after=5))
    assert (other.send(request), other.transport.lost) == (b"HTTP/", True)


def test_the_output_can_end_before_the_input(line):
    id, request = attach(line)
    line.faults.add(Fault(FaultKind.HALF_CLOSE, path="attach"))
    line.send(request)
    line.talk.ask("POST", f"/containers/{id}/kill")
    assert (line.transport.half_closed, line.transport.lost) == (True, False)
    assert line.send(b"still read") == b""
    line.connection.readConnectionLost()
    assert line.transport.lost


def test_faults_are_set_over_http_and_do_not_bear_on_that(line):
    line.made(Fault(FaultKind.SILENT))
    assert b'"silent"' in line.send(GET.format("/practice/faults").encode())
    assert line.send(b"DELETE /practice/faults HTTP/1.1\r\nHost: d\r\n\r\n").startswith(
        b"HTTP/1.1 204 "
    )
    assert line.send(PING).endswith(b"OK")


def test_without_control_there_is_no_such_route(line):
    plain = PracticeConnection(line.talk.engine.answer, line.faults, None, line.later)
    plain.makeConnection(line.transport)
    plain.dataReceived(GET.format("/practice/faults").encode())
    assert b"page not found" in line.transport.data
