"""Attaches that were opened before their container was started.

Old clients attach first and start then, and it may be another container that starts in the end
(see gateway.emulate.start): an attach to the one before stays open and silent for ever. So such a
tunnel leads to the container that is there, keeps the client's input back, and moves to the one
that really starts. A start through this gateway waits for that; one that somebody else makes is
seen in the engine's events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.api.message import EngineCall
from gateway.emulate.recreation import has_run
from gateway.emulate.stand_ins import list_call, read_list
from gateway.http.answer import AnswerFields
from gateway.net.engine_call import call_bytes
from gateway.net.tunnel import Tunnel
from gateway.stream.json import JsonError, loads
from gateway.stream.records import RecordSplitter
from gateway.versions.following import Follower, Step, events_call

if TYPE_CHECKING:
    from gateway.net.client_connection import ClientConnection
    from gateway.net.engine import Engine
    from gateway.net.engine_connection import EngineConnection
    from gateway.versions.vocabulary import StreamRewrite

_MOST_HELD = 65536
_MOST_SECONDS = 10.0
"""So long a start waits for attaches to move; they move in milliseconds."""
_AGAIN_SECONDS = 1.0

log = Logger()


class HeldAttaches:
    """The attaches of one engine that wait for their container's start, by its full id."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._waiting: dict[str, set[HeldTunnel]] = {}

    def add(self, container: str, tunnel: HeldTunnel) -> None:
        """Take note of one that waits."""
        self._waiting.setdefault(container, set()).add(tunnel)

    def discard(self, container: str, tunnel: HeldTunnel) -> None:
        """Forget one that waits no more."""
        waiting = self._waiting.get(container)
        if waiting is not None:
            waiting.discard(tunnel)
            if not waiting:
                del self._waiting[container]

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    async def move(self, before: str, after: str) -> None:
        """Attach to `after` all that are attached to `before`; never raises, nor waits long."""
        moves = [tunnel.move(after) for tunnel in self._waiting.get(before, ())]
        if moves:
            all_moved: Deferred[Any] = DeferredList(moves, consumeErrors=True)
            await all_moved.addTimeout(_MOST_SECONDS, self._reactor, lambda outcome, _: None)


class HeldTunnel(Tunnel):
    """A tunnel to a container that was never started.

    `container` is its full id; `again` writes the request that attaches to another container,
    with or without what it has put out already. `prefix` is the version, `/v1.41`.
    """

    def __init__(
        self,
        client: ClientConnection,
        connection: EngineConnection,
        rewrite: StreamRewrite | None,
        container: str,
        again: Callable[[str, bool], bytes],
        prefix: str,
    ) -> None:
        super().__init__(client, connection, rewrite)
        self._side: Engine = client.engine
        self._container = container
        self._again = again
        self._prefix = prefix
        self._waits = True
        self._input: list[bytes] = []
        self._size = 0
        self._input_ended = False
        self._moving: list[Deferred[None]] | None = None
        self._lost = False
        self._follower = Follower(container)
        self._watch: _Watch | None = None

    def start(self, from_client: bytes, from_engine: bytes) -> None:
        """Splice, but for the client's input, and look out for the start."""
        self._side.held.add(self._container, self)
        self._engine.become_tunnel(self)
        self._client.become_tunnel(self)
        self._client.transport.registerProducer(self._engine.transport, True)
        if from_client:
            self.from_client(from_client)
        if from_engine:
            self.from_engine(from_engine)
        if self._client.transport.read_ended:
            self.client_ended()
        self._open_watch()

    # The client

    def from_client(self, data: bytes) -> None:
        """Keep its input until the container has started."""
        if not self._waits:
            super().from_client(data)
            return
        self._input.append(data)
        self._size += len(data)
        if self._size > _MOST_HELD:
            self._client.pause()

    def client_ended(self) -> None:
        """Its input has ended; that, too, is kept."""
        if self._waits:
            self._input_ended = True
        else:
            super().client_ended()

    def client_lost(self) -> None:
        """The client is gone."""
        self._stop_waiting()
        super().client_lost()

    # The engine

    def from_engine(self, data: bytes) -> None:
        """Output: so the container has started."""
        self._release()
        super().from_engine(data)

    def engine_ended(self) -> None:
        """The attach is over, perhaps only because the container made room for another."""
        if self._waits:
            self._lost = True
            self._look()
        else:
            super().engine_ended()

    def engine_lost(self) -> None:
        """The connection is gone, perhaps for the same reason."""
        if self._waits and not self._over:
            self._lost = True
            self._look()
        else:
            super().engine_lost()

    # Waiting

    def _open_watch(self) -> None:
        if self._waits and not self._over:
            self._watch = _Watch(self)
            data = call_bytes(events_call(self._container), self._prefix)
            connected = self._side.connect()
            connected.addCallbacks(self._watch.begin, self.watch_lost, callbackArgs=(data,))

    def watch_lost(self, failure: Failure | None = None) -> None:
        """The events broke off: ask for them again in a while, if that makes sense by then."""
        self._watch = None
        if self._waits and not self._over:
            self._side.pause(_AGAIN_SECONDS).addCallback(lambda _: self._open_watch())

    def watching(self) -> None:
        """The events are coming from now on; what has happened before is to be looked at."""
        self._look()

    def told(self, record: Any) -> None:
        """An event came."""
        if self._waits:
            self._act(self._follower.told(record))

    def _look(self) -> None:
        """See what has become of the container."""
        looked = Deferred.fromCoroutine(self._look_now())
        looked.addErrback(self._look_failed)

    async def _look_now(self) -> None:
        call = EngineCall("GET", f"/containers/{self._container}/json")
        inspected = await self._side.call(call, self._prefix)
        listed = await self._side.call(list_call(), self._prefix)
        if not self._waits:
            return
        container = loads(inspected.body) if inspected.status < 400 else None
        stand_ins = read_list(listed) if listed.status < 400 else ()
        step = self._follower.looked(container, stand_ins)
        if step is None and self._lost and self._moving is None:
            step = Step.END
        self._act(step)

    def _look_failed(self, failure: Failure) -> None:
        log.debug("{peer}: {why}", peer=self._client.peer, why=failure.getErrorMessage())
        if self._lost:
            self._cut()

    def _act(self, step: Step | str | None) -> None:
        if step is Step.RELEASE:
            self._release()
        elif step is Step.END:
            self._end()
        elif isinstance(step, str):
            self.move(step)

    def _stop_waiting(self) -> None:
        if self._waits:
            self._waits = False
            self._side.held.discard(self._container, self)
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def _release(self) -> None:
        """The container has started, or is about to: its input may flow."""
        if not self._waits or self._moving is not None:
            return
        self._stop_waiting()
        self._engine.transport.registerProducer(self._client.transport, True)
        if self._size > _MOST_HELD:
            self._client.resume()
        for data in self._input:
            super().from_client(data)
        self._input.clear()
        if self._input_ended:
            super().client_ended()
        if self._lost:
            super().engine_ended()

    def _end(self) -> None:
        """The container is gone without having run: so is its output."""
        if not self._over:
            self._stop_waiting()
            self._over = True
            self._client.transport.unregisterProducer()
            self._engine.leave_tunnel()
            self._client.close()

    def _cut(self) -> None:
        if not self._over:
            self._stop_waiting()
            self._over = True
            self._client.transport.unregisterProducer()
            self._engine.leave_tunnel()
            self._client.transport.cut()

    # Moving

    def move(self, container: str) -> Deferred[None]:
        """Attach to the container that starts in the place of the other; fires when that is done.

        Never fails: then the client is cut off, and there is nothing more to wait for.
        """
        moved: Deferred[None] = Deferred()
        if not self._waits:
            moved.callback(None)
        elif self._moving is not None:
            self._moving.append(moved)
        else:
            self._moving = [moved]
            moving = Deferred.fromCoroutine(self._move_to(container))
            moving.addErrback(self._not_moved)
        return moved

    async def _move_to(self, container: str) -> None:
        connection, early = await self._attach(container, False)
        inspect = EngineCall("GET", f"/containers/{container}/json")
        looked = await self._side.call(inspect, self._prefix)
        if looked.status < 400 and has_run(loads(looked.body)):
            # It began before this attach: then from its logs, which hold the first byte.
            connection.give_up()
            connection, early = await self._attach(container, True)
        if self._over:
            connection.give_up()
            return
        self._client.transport.unregisterProducer()
        self._engine.leave_tunnel()
        self._engine, self._lost = connection, False
        connection.become_tunnel(self)
        self._client.transport.registerProducer(connection.transport, True)
        waiting, self._moving = self._moving or [], None
        self._release()
        if early:
            self.from_engine(early)
        connection.transport.resumeProducing()
        for one in waiting:
            one.callback(None)

    async def _attach(self, container: str, logs: bool) -> tuple[EngineConnection, bytes]:
        connection = await self._side.connect()
        request = _Attach(connection)
        connection.request(request, self._again(container, logs))
        return connection, await request.result

    def _not_moved(self, failure: Failure) -> None:
        log.warn(
            "{peer}: an attach could not follow its container: {why}",
            peer=self._client.peer,
            why=failure.getErrorMessage(),
        )
        waiting, self._moving = self._moving or [], None
        self._cut()
        for one in waiting:
            one.callback(None)


class _AttachFailed(Exception):
    """The engine did not attach; the text says why."""


class _Attach:
    """An attach of the gateway's own: a Requester; `result` fires with what came behind it."""

    is_head = False
    hijacks = True
    wants_content = True
    request_sent = True

    def __init__(self, connection: EngineConnection) -> None:
        self.result: Deferred[bytes] = Deferred()
        self._connection = connection

    def interim(self, answer: AnswerFields) -> None:
        """Wait for the real answer."""

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """It refused."""
        self._failed(f"it answers {answer.status}")

    def head(self, answer: AnswerFields) -> None:
        """It refuses at length."""
        self._connection.give_up()
        self._failed(f"it answers {answer.status}")

    def received(self, data: bytes) -> None:
        """Nobody reads why."""

    def finished(self) -> None:
        """Nobody reads why."""

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        """It is attached. What comes waits until it is known where to."""
        self._connection.transport.pauseProducing()
        self.result.callback(early)

    def lost(self, reason: str, stale: bool) -> None:
        """The connection broke."""
        self._failed(reason)

    def _failed(self, reason: str) -> None:
        if not self.result.called:
            self.result.errback(_AttachFailed(reason))


class _Watch:
    """The events of one container, for as long as its tunnel waits: a Requester."""

    is_head = False
    hijacks = False
    wants_content = True
    request_sent = True

    def __init__(self, tunnel: HeldTunnel) -> None:
        self._tunnel: HeldTunnel | None = tunnel
        self._records = RecordSplitter()
        self._connection: EngineConnection | None = None

    def begin(self, connection: EngineConnection, data: bytes) -> None:
        """Ask."""
        if self._tunnel is None:
            connection.give_up()
            return
        self._connection = connection
        connection.request(self, data)

    def stop(self) -> None:
        """Nobody listens any more."""
        self._tunnel = None
        connection, self._connection = self._connection, None
        if connection is not None and connection.requester is self:
            connection.give_up()

    def interim(self, answer: AnswerFields) -> None:
        """Wait for the real answer."""

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """Events have no end; this was an error."""
        self.finished()

    def head(self, answer: AnswerFields) -> None:
        """They begin."""
        if self._tunnel is not None and answer.status == 200:
            self._tunnel.watching()

    def received(self, data: bytes) -> None:
        """Some came."""
        try:
            records = [loads(text) for text in self._records.feed(data)]
        except JsonError:
            records = []
        for record in records:
            if self._tunnel is not None:
                self._tunnel.told(record)

    def finished(self) -> None:
        """They broke off."""
        self.lost("", stale=False)

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        """Not asked for, so it does not come about."""

    def lost(self, reason: str, stale: bool) -> None:
        """They broke off."""
        tunnel, self._tunnel = self._tunnel, None
        if tunnel is not None:
            tunnel.watch_lost()
