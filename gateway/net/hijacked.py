"""A request that may take its connection over: attach, exec start, WebSocket, BuildKit's h2c.

The client's bytes behind the request are its input, and are held until the engine has switched:
an engine reads them away with the request's head otherwise, and loses them. If it answers with
something else, that is passed on as an ordinary answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.api.message import AnswerHead
from gateway.api.routes import Hijack
from gateway.http.answer import AnswerFields
from gateway.http.writer import answer_head
from gateway.net.held_attach import HeldTunnel
from gateway.net.tls_transport import TLSTransport
from gateway.net.translated import TranslatedExchange
from gateway.net.tunnel import Tunnel
from gateway.versions.answering import encoded, headers_of
from gateway.versions.asking import Asked
from gateway.versions.following import FOLLOWED
from gateway.versions.vocabulary import Facts

if TYPE_CHECKING:
    from gateway.api.router import Match

_RAW_STREAM = "application/vnd.docker.raw-stream"
_MOST_EARLY = 65536

ASKED_FOR = {
    Hijack.TCP: b"tcp",
    Hijack.WEBSOCKET: b"websocket",
    Hijack.H2C: b"h2c",
}
"""What `Upgrade` says for each kind of hijack."""


class HijackedExchange(TranslatedExchange):
    """An exchange that becomes a tunnel when the engine agrees."""

    def __init__(self, *args: Any, found: Match | None, path: str, kind: Hijack) -> None:
        super().__init__(*args, found=found, path=path)
        self.kind = kind
        self.hijacks = True
        self._early = b""
        transport = self.client.transport
        if isinstance(transport, TLSTransport):
            # Its input may end so before the engine has switched.
            transport.tolerate_bare_end()

    def upgrade_fields(self) -> bytes:
        """Ask the engine for the upgrade always, whether the client did or not."""
        return b"Connection: Upgrade\r\nUpgrade: %b\r\n" % ASKED_FOR[self.kind]

    def early(self, data: bytes) -> None:
        """Hold what the client sends before the engine has switched."""
        self._early += data
        if len(self._early) > _MOST_EARLY:
            self.client.pause()

    def is_last(self, status: int) -> bool:
        """After an error nothing that follows can be trusted to be a request.

        Old clients copy whatever comes until the end of the connection, so there must be one; and
        what they send is the input of a process (catalogue of v1.0 to v1.12, T-12).
        """
        return status >= 400 or bool(self._early)

    def whole(self, answer: AnswerFields, data: bytes) -> None:
        """Pass an ordinary answer on."""
        self.client.close_after = self.client.close_after or bool(self._early)
        super().whole(answer, data)

    def upgraded(self, answer: AnswerFields, early: bytes) -> None:
        """Tell the client in the way that it asked for, and splice."""
        client, connection = self.client, self.connection
        if connection is None:
            return
        # An engine may switch before it has read the body; the rest is bytes like all others.
        self._end_upload()
        head = AnswerHead(answer.status, headers_of(answer.fields), answer.reason.decode("latin-1"))
        rewrite = None
        if self.kind is Hijack.TCP:
            rewrite = self.plan.stream(head, self._facts)
            if self.plan.rewrites_head:
                head = self.plan.head(head, self._facts)
        client.transport.write(self._head_for_client(head))
        # From here on the two connections are the tunnel's.
        self.answering = True
        self.connection = None
        followed = self._facts.get(FOLLOWED)
        if followed is None:
            Tunnel(client, connection, rewrite).start(self._early, early)
            return
        prefix = f"/v{self.plan.forward}"
        held = HeldTunnel(client, connection, rewrite, followed, self._attach_to, prefix)
        held.start(self._early, early)

    def _attach_to(self, container: str, logs: bool) -> bytes:
        """Write the request that attaches to another container in the same way."""
        ending = "/attach/ws" if self.kind is Hijack.WEBSOCKET else "/attach"
        asked = self._asked.request
        if logs:
            others = [pair for pair in asked.parameters() if pair[0] != "logs"]
            asked = asked.with_parameters([*others, ("logs", "1")])
        asked = replace(asked, path=f"/containers/{container}{ending}")
        return Asked(asked, 0, None).head(self.plan, Facts(), None, self.upgrade_fields())

    def _head_for_client(self, head: AnswerHead) -> bytes:
        """101 for a client that asked for an upgrade; for others 200, and then raw bytes."""
        asked = self.fields.upgrade
        headers = head.headers
        if self.kind is Hijack.TCP and headers.get("Content-Type") is None:
            headers = headers.having("Content-Type", _RAW_STREAM)
        if not asked:
            return answer_head(200, encoded(headers), b"", b"OK")
        framing = b"Connection: Upgrade\r\nUpgrade: %b\r\n" % asked
        reason = head.reason.encode("latin-1") if head.status == 101 else b""
        return answer_head(101, encoded(headers), framing, reason or b"UPGRADED")
