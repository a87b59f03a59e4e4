"""A client's connection to the practice engine: HTTP/1.1 with keep-alive, streams and hijacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.api.message import Answer, AnswerHead, Headers
from gateway.engine.practice.faults import Fault, FaultKind, Faults
from gateway.engine.practice.faults_api import PATH
from gateway.engine.practice.replies import (
    TEXT,
    Hijacked,
    Peer,
    Reply,
    Streaming,
    json_answer,
)
from gateway.http.fields import MalformedMessage
from gateway.http.writer import answer_head
from gateway.net.practice_answer import AnswerWriter, fields_of
from gateway.net.practice_requests import Incoming, RequestReader

_AHEAD = 1 << 20
"""How much a client may send ahead of an answer before reading from it pauses."""


class _HijackSink:
    """The engine's output on a connection that it took over."""

    def __init__(self, connection: PracticeConnection, fault: Fault | None) -> None:
        self._connection = connection
        self._left = fault.after if fault is not None and fault.kind is FaultKind.CUT else None
        self._half = fault is not None and fault.kind is FaultKind.HALF_CLOSE
        self._ended = False

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._ended:
            return
        if self._left is not None and len(data) >= self._left:
            self._connection.wire.write(data[: self._left])
            self.end()
            return
        if self._left is not None:
            self._left -= len(data)
        self._connection.wire.write(data)

    def end(self) -> None:
        """The output has ended: engines close the connection."""
        if not self._ended:
            self._ended = True
            self._connection.hijack_ended(self._half)


@implementer(IHalfCloseableProtocol, IPushProducer)
class PracticeConnection(Protocol):
    """One connection.

    `respond` answers a request: method, target, fields, body, and the upgrade asked for.
    `control` answers the calls that set faults, None when there are none. `later` is the
    reactor's callLater.
    """

    wire: Any
    """The transport."""

    def __init__(
        self,
        respond: Callable[[str, str, Headers, bytes, str | None], Reply],
        faults: Faults,
        control: Callable[[str, bytes], Answer] | None,
        later: Callable[..., Any],
    ) -> None:
        self._respond = respond
        self._faults = faults
        self._control = control
        self._later = later
        self._reader = RequestReader(self._begun)
        self._fault: Fault | None = None
        self._busy = False
        self._stop: Callable[[], None] | None = None
        self._writer: AnswerWriter | None = None
        self._peer: Peer | None = None
        self._input_ended = False
        self._output_ended = False
        self._lost = False

    def connectionMade(self) -> None:
        """Take a connection, or drop it when a fault says so."""
        self.wire = self.transport
        if self._faults.take_connection() is not None:
            self.wire.abortConnection()
            return
        self.wire.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """The client reads too slowly: read no more from it."""
        self.wire.pauseProducing()

    def resumeProducing(self) -> None:
        """The client has read on."""
        if not self._input_ended:
            self.wire.resumeProducing()

    def stopProducing(self) -> None:
        """The connection is lost; `connectionLost` sees to it."""

    def dataReceived(self, data: bytes) -> None:
        """Take bytes."""
        if self._peer is not None:
            self._peer.data(data)
            return
        self._reader.feed(data)
        if self._busy and self._reader.ahead > _AHEAD:
            self.wire.pauseProducing()
        self._read()

    def readConnectionLost(self) -> None:
        """The client closed its half.

        On a hijacked connection its input has ended. During a stream Go's server takes it for
        the client's going away, and so the stream ends.
        """
        self._input_ended = True
        if self._peer is not None:
            self._peer.end()
            if self._output_ended:
                self._lose()
        elif self._stop is not None or not self._busy:
            self._lose()

    def writeConnectionLost(self) -> None:
        """Our half is closed; if the client's is too, there is nothing left."""
        if self._input_ended:
            self._lose()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is gone: tell whoever writes to it."""
        self._lost = True
        if self._writer is not None:
            self._writer.abandon()
        self._end_stream()
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.gone()

    def hijack_ended(self, half: bool) -> None:
        """The engine's output has ended; with `half` the client may go on writing."""
        self._output_ended = True
        if half and not self._input_ended:
            self.wire.unregisterProducer()
            self.wire.loseWriteConnection()
        else:
            self._lose()

    def _lose(self) -> None:
        if not self._lost:
            self.wire.unregisterProducer()
            self.wire.loseConnection()

    def loseConnection(self) -> None:
        """End the connection once everything is written; for the writer of an answer."""
        self._lose()

    def write(self, data: bytes) -> None:
        """Send bytes; for the writer of an answer."""
        self.wire.write(data)

    def _read(self) -> None:
        """Read requests for as long as there are whole ones and nothing is being answered."""
        try:
            while not self._busy and not self._lost and self._peer is None:
                incoming = self._reader.next()
                if incoming is None:
                    return
                self._request(incoming)
        except MalformedMessage:
            self._bad_request()

    def _begun(self, incoming: Incoming) -> bool:
        """A request's head is there: find out what goes wrong with it."""
        self._fault = None
        if incoming.target != PATH:
            self._fault = self._faults.take(incoming.method, incoming.target)
        if self._fault is not None and self._fault.kind is FaultKind.EARLY:
            self._busy = True
            early = json_answer({"message": "practice fault: answered early"}, 503)
            self._written(incoming, None, keep_alive=False).whole(early)
            return False
        if incoming.fields.expects_continue and not incoming.tracker.done:
            self.wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _request(self, incoming: Incoming) -> None:
        """A request is whole: answer it, now or when the fault says."""
        self._busy = True
        fault = self._fault
        kind = fault.kind if fault is not None else None
        if fault is not None and kind is FaultKind.SLOW:
            self._later(fault.seconds, self._answer, incoming)
        elif fault is not None and kind is FaultKind.GARBAGE:
            self.wire.write(fault.data)
            self._lose()
        elif kind is FaultKind.CLOSE_ON_REQUEST:
            self._lose()
        elif kind is not FaultKind.SILENT:
            self._answer(incoming)

    def _answer(self, incoming: Incoming) -> None:
        if self._lost:
            return
        fields, body = incoming.fields, incoming.body()
        reply: Reply
        if self._control is not None and incoming.target == PATH:
            reply = self._control(incoming.method, body)
        else:
            headers = Headers(
                tuple((name.decode(), value.decode("latin-1")) for name, value in fields.fields)
            )
            upgrade = fields.upgrade.decode("latin-1") or None
            reply = self._respond(incoming.method, incoming.target, headers, body, upgrade)
        if isinstance(reply, Hijacked):
            self._hijack(reply)
            return
        writer = self._written(incoming, self._fault, fields.keep_alive)
        if isinstance(reply, Streaming):
            self._stream(reply, writer)
        else:
            writer.whole(reply)

    def _written(self, incoming: Incoming, fault: Fault | None, keep_alive: bool) -> AnswerWriter:
        """Make the writer of an answer."""
        self._writer = AnswerWriter(
            self,
            self._answered,
            method=incoming.method,
            minor=incoming.line.minor,
            keep_alive=keep_alive,
            fault=fault,
        )
        return self._writer

    def _stream(self, reply: Streaming, writer: AnswerWriter) -> None:
        writer.begin(reply.head)
        if writer.ended:
            return
        stop = reply.start(writer)
        if writer.ended or self._lost:
            stop()
        else:
            self._stop = stop
            if self._input_ended:
                self._lose()

    def _hijack(self, reply: Hijacked) -> None:
        head = reply.head
        data = answer_head(head.status, fields_of(head)[:-1], b"", head.reason.encode())
        if self._fault is not None and self._fault.kind is FaultKind.CUT_HEAD:
            self.wire.write(data[: self._fault.after])
            self._lose()
            return
        self.wire.write(data)
        self._peer = reply.start(_HijackSink(self, self._fault))
        early = self._reader.rest()
        if early:
            self._peer.data(early)
        if self._input_ended:
            self._peer.end()

    def _answered(self, keep: bool) -> None:
        """An answer is written: the next request may come."""
        self._writer = None
        self._end_stream()
        if keep and not self._lost:
            self._busy = False
            if self._input_ended:
                self._lose()
            else:
                self.wire.resumeProducing()
                self._later(0, self._read)

    def _end_stream(self) -> None:
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def _bad_request(self) -> None:
        """Answer what is no HTTP as Go's server does, and close."""
        self._busy = True
        self.wire.write(
            answer_head(400, fields_of(AnswerHead(400, TEXT)), b"Connection: close\r\n")
            + b"400 Bad Request"
        )
        self._lose()
