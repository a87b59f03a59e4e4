"""One request and its answer, passed on as they are.

The short way: the request's head was decided on and written anew, everything behind it goes
through byte for byte, in both directions at once, with back-pressure from end to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.python.failure import Failure

from gateway.http.answer import UNTIL_CLOSE, AnswerFields
from gateway.http.request import RequestFields, RequestLine
from gateway.http.writer import CHUNKED_FRAMING, CLOSE, LAST_CHUNK, chunk

if TYPE_CHECKING:
    from gateway.net.client_connection import ClientConnection
    from gateway.net.engine_connection import EngineConnection
    from gateway.versions.plan import Plan

NEVER = float("inf")
"""A deadline that does not come."""

_REPEATABLE = frozenset((b"GET", b"HEAD", b"OPTIONS"))
"""Methods whose request may be made a second time when the first got no answer."""


class Exchange:
    """A request that is being answered.

    Towards the engine it is a Requester (see engine_connection). The client's connection calls
    `begin` with what came of the body, then `send` for the rest.
    """

    gathers_request = False
    """The request's body is wanted whole and without its framing."""

    # What most exchanges never change; an instance has its own only where it does.
    hijacks = False
    wants_content = False
    request_sent = False
    answering = False
    uploading = False
    downloading = False
    chunking = False
    repeated = False
    connection: EngineConnection | None = None

    def __init__(
        self,
        client: ClientConnection,
        plan: Plan,
        line: RequestLine,
        fields: RequestFields,
        target: bytes,
        streams: bool,
    ) -> None:
        self.client = client
        self.plan = plan
        self.line = line
        self.fields = fields
        self.target = target
        self.streams = streams
        self.is_head = line.method == b"HEAD"
        self._pending: list[bytes] = []

    # Client to engine

    def begin(self, first: bytes, complete: bool) -> None:
        """Send the request; `first` is what came of its body, `complete` that this is all."""
        self.open(
            b"%b %b HTTP/1.1\r\n%b\r\n%b"
            % (self.line.method, self.target, self.fields.forwarded, first),
            complete,
        )

    def open(self, data: bytes, complete: bool) -> None:
        """Send `data`, the request's beginning, over an idle connection or a new one."""
        self.request_sent = complete
        engine = self.client.engine
        connection = None if self.repeated else engine.take(self.line.method not in _REPEATABLE)
        self._pending = [data]
        if connection is None:
            if not complete:
                self.client.pause()
            engine.connect().addCallbacks(self._connected, self._not_connected)
            return
        self.connection = connection
        connection.request(self, data)
        if not complete:
            self.client.resume()
            self._upload(connection)

    def _connected(self, connection: EngineConnection) -> None:
        if self.client.exchange is not self:
            connection.give_up()
            return
        self.connection = connection
        connection.request(self, b"".join(self._pending))
        if not self.request_sent:
            self.client.resume()
            self._upload(connection)
        elif self.client.transport.read_ended:
            self.client_ended()

    def _upload(self, connection: EngineConnection) -> None:
        self.uploading = True
        self._pending.clear()
        connection.transport.registerProducer(self.client.transport, True)

    def _not_connected(self, failure: Failure) -> None:
        if self.client.exchange is self:
            self.client.engine_unavailable(failure.getErrorMessage())

    def send(self, data: bytes, complete: bool) -> None:
        """Send more of the body; `complete` says that it is the end of it."""
        self.request_sent = complete
        connection = self.connection
        if connection is None:
            self._pending.append(data)
            return
        connection.transport.write(data)
        if complete:
            self._end_upload()

    @property
    def stalled(self) -> bool:
        """Whether what the client sent still waits for the engine to take it."""
        return self.connection is None or self.connection.transport.queued > 0

    def _end_upload(self) -> None:
        if self.uploading:
            self.uploading = False
            if self.connection is not None:
                self.connection.transport.unregisterProducer()
            self.client.resume()

    # Engine to client

    def client_head(self, answer: AnswerFields) -> bytes:
        """The answer's head; a client that asked for the end of the connection is told of it."""
        if self.fields.keep_alive and not self.chunking:
            return answer.head
        framing = CHUNKED_FRAMING if self.chunking else b""
        close = b"" if self.fields.keep_alive else CLOSE
        return b"%b%b%b\r\n" % (answer.head[:-2], framing, close)

    def interim(self, answer: AnswerFields) -> None:
        """Pass `100 Continue` on: it is the engine that asks for the body."""
        if answer.status == 100 and self.fields.expects_continue and not self.answering:
            self.client.transport.write(answer.head)

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """Give the answer that came in one piece."""
        if self.streams:
            # The head of a stream in a write of its own: some clients read the socket beneath
            # their own buffer, and would lose what came together with it.
            self.client.transport.write(self.client_head(answer))
            self.client.transport.write(data)
        else:
            self.client.transport.write(self.client_head(answer) + data)
        self.client.exchange_done(self)

    def head(self, answer: AnswerFields) -> None:
        """Give the head; the body follows."""
        self.answering = True
        # An answer that only the end of the engine's connection ends gets chunks, so that the
        # client's connection can stay, and a broken one be told from a complete one.
        self.chunking = answer.length == UNTIL_CLOSE
        self.client.deadline = NEVER
        self.client.transport.write(self.client_head(answer))
        self.download()

    def download(self) -> None:
        """From here on the client's pace is the engine's."""
        if self.connection is not None:
            self.downloading = True
            self.client.transport.registerProducer(self.connection.transport, True)

    def received(self, data: bytes) -> None:
        """Give a piece of the body."""
        self.client.transport.write(chunk(data) if self.chunking else data)

    def finished(self) -> None:
        """The answer is complete."""
        if self.chunking:
            self.client.transport.write(LAST_CHUNK)
        self.end_download()
        self.client.exchange_done(self)

    def end_download(self) -> None:
        """Let the two connections go their own ways again."""
        if self.downloading:
            self.downloading = False
            self.client.transport.unregisterProducer()
            if self.connection is not None:
                self.connection.transport.resumeProducing()

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        """Not asked for, so it does not come about."""

    # The ends

    def lost(self, reason: str, stale: bool) -> None:
        """The engine's connection broke before the answer was complete."""
        self.connection = None
        self.uploading = False
        if self.downloading:
            self.downloading = False
            self.client.transport.unregisterProducer()
        if self.answering:
            self.client.truncate(reason)
        elif (
            stale
            and not self.fields.length
            and self.line.method in _REPEATABLE
            and not self.repeated
        ):
            # The engine closed an idle connection just as it was used: nothing was lost by it.
            self.client.retry(self)
        else:
            self.client.fail(502, reason)

    def client_ended(self) -> None:
        """The client will send no more: the engine is told, and decides what that means.

        It is how an engine learns that nobody reads `logs -f` or `events` any more.
        """
        connection = self.connection
        waits = connection is not None and connection.requester is self and self.request_sent
        if connection is not None and waits and not self.hijacks:
            connection.end_request()

    def client_lost(self) -> None:
        """The client is gone, or gets no answer from here: the engine shall stop."""
        connection, self.connection = self.connection, None
        if self.downloading:
            self.downloading = False
            self.client.transport.unregisterProducer()
        # A connection that has given its whole answer belongs to others by now.
        if connection is not None and connection.requester is self:
            connection.transport.unregisterProducer()
            connection.give_up()
