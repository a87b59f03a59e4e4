"""What has to be done to a request and its answer: computed once per versions and route.

`Planner` knows the engine's range and the setting which version to forward at; `Planner.plan`
gives the `Plan` for a client's version and a route, from a cache. The I/O layer asks a plan's
flags what there is to do, and parses, holds or scans nothing that no flag asks for.

How the I/O layer uses a plan, in this order:

1. `refusal`: answer this, call nothing. 2. `emulation`: run it and give its answer to `emulated`.
3. `lookups`: make them, `learn` their answers. 4. `rewrites_request_document`: parse the body,
call `request_document` (which also puts notes into the facts). 5. `rewrites_request`: `request`.
6. Forward at `forward`. 7. Status >= 400: hold the body (bounded) and call `error` if
`rewrites_errors`. Otherwise: `stream` with the engine's head as it came, `head`, and for the body
`document` or `record`, each only if its flag is set. All of these raise Untranslatable for a
message of a shape that no engine or client of these versions has.

The `Api-Version` header of an ordinary answer is not a plan's: it says the same for every route,
and the hot path sets it itself where it remembers heads, so an ordinary route stays untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from gateway.api.errors import too_new, too_old
from gateway.api.message import Answer, AnswerHead, Json, Request
from gateway.api.routes import Route
from gateway.api.version import NEWEST, OLDEST, ApiVersion
from gateway.emulate.vocabulary import Emulation, emulations
from gateway.stream.json import dumps
from gateway.versions.every_version import every_version
from gateway.versions.registry import RUNGS, Rung
from gateway.versions.vocabulary import (
    EVERY_ROUTE,
    Change,
    Facts,
    Lookup,
    Note,
    StreamRewrite,
    Untranslatable,
    applies_to,
    overrides,
)

_MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError)

NEAREST = "nearest"
NEWEST_OF_ENGINE = "newest"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is done for one client version on one route; immutable and shared.

    `route` is None for a path that is no route's. `changes` are in upward order, the one nearest
    to the client first. `untouched` means: nothing to do at all, not even to errors. When
    `refusal` is set, nothing else is; when `emulation` is, only what concerns every answer.
    """

    client: ApiVersion
    forward: ApiVersion
    route: Route | None
    refusal: Answer | None = None
    emulation: Emulation | None = None
    changes: tuple[Change, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    notes: tuple[Note, ...] = ()
    untouched: bool = field(init=False, default=False)
    rewrites_request: bool = field(init=False, default=False)
    rewrites_request_document: bool = field(init=False, default=False)
    rewrites_head: bool = field(init=False, default=False)
    rewrites_document: bool = field(init=False, default=False)
    rewrites_records: bool = field(init=False, default=False)
    rewrites_stream: bool = field(init=False, default=False)
    rewrites_errors: bool = field(init=False, default=False)
    _requests: tuple[Callable[[Request, Facts], Request], ...] = field(init=False, default=())
    _request_documents: tuple[Callable[[Json, Facts], Json], ...] = field(init=False, default=())
    _heads: tuple[Callable[[AnswerHead, Facts], AnswerHead], ...] = field(init=False, default=())
    _documents: tuple[Callable[[Json, Facts], Json], ...] = field(init=False, default=())
    _records: tuple[Callable[[Json, Facts], Json | None], ...] = field(init=False, default=())
    _writer: Callable[[Json, Facts], bytes] | None = field(init=False, default=None)
    _errors: tuple[Callable[[Answer, Facts], Answer], ...] = field(init=False, default=())
    _streams: tuple[Callable[[AnswerHead, Facts], StreamRewrite | None], ...] = field(
        init=False, default=()
    )

    def __post_init__(self) -> None:
        def having(step: str, changes: Iterable[Change]) -> list[Change]:
            return [change for change in changes if overrides(type(change), step)]

        up, down = self.changes, self.changes[::-1]
        put = object.__setattr__
        put(self, "_requests", tuple(c.up_request for c in having("up_request", up)))
        put(self, "_request_documents", tuple(c.up_document for c in having("up_document", up)))
        put(self, "_heads", tuple(c.down_head for c in having("down_head", down)))
        put(self, "_documents", tuple(c.down_document for c in having("down_document", down)))
        put(self, "_records", tuple(c.down_record for c in having("down_record", down)))
        put(self, "_errors", tuple(c.down_error for c in having("down_error", down)))
        put(self, "_streams", tuple(c.down_stream for c in having("down_stream", down)))
        put(self, "rewrites_request", bool(self._requests))
        put(self, "rewrites_request_document", bool(self._request_documents or self.notes))
        put(self, "rewrites_head", bool(self._heads))
        put(self, "rewrites_document", bool(self._documents))
        # Of those that write records the one nearest to the client counts.
        put(self, "_writer", next((c.write_record for c in having("write_record", up)), None))
        put(self, "rewrites_records", bool(self._records) or self._writer is not None)
        put(self, "rewrites_stream", bool(self._streams))
        put(self, "rewrites_errors", bool(self._errors))
        nothing = not (self.changes or self.lookups or self.notes)
        put(self, "untouched", nothing and self.refusal is None and self.emulation is None)

    def request(self, request: Request, facts: Facts) -> Request:
        """Rewrite path, query and headers, client to engine."""
        try:
            for step in self._requests:
                request = step(request, facts)
        except _MISSHAPEN as error:
            raise self._untranslatable("request", error) from error
        return request

    def request_document(self, document: Json, facts: Facts) -> Json:
        """Put the document's notes into `facts` and rewrite it, client to engine."""
        try:
            for note in self.notes:
                facts[note.name] = note.read(document)
            for step in self._request_documents:
                document = step(document, facts)
        except _MISSHAPEN as error:
            raise self._untranslatable("request's document", error) from error
        return document

    def learn(self, lookup: Lookup, answer: Answer | None, facts: Facts) -> None:
        """Put what a look-up's answer tells into `facts`; None when the call could not be made."""
        value: Json = None
        if answer is not None and answer.status < 400:
            try:
                value = lookup.read(answer)
            except (LookupError, TypeError, ValueError):
                value = None
        facts[lookup.name] = value

    def head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """Rewrite the head of an answer below 400, engine to client."""
        for step in self._heads:
            head = step(head, facts)
        return head

    def document(self, document: Json, facts: Facts) -> Json:
        """Rewrite the JSON document of an answer below 400, engine to client."""
        try:
            for step in self._documents:
                document = step(document, facts)
        except _MISSHAPEN as error:
            raise self._untranslatable("answer's document", error) from error
        return document

    def record(self, record: Json, facts: Facts) -> bytes:
        """Rewrite one record of a stream, engine to client, and write it; empty: it is left out."""
        try:
            for step in self._records:
                record = step(record, facts)
                if record is None:
                    return b""
            if self._writer is not None:
                return self._writer(record, facts)
        except _MISSHAPEN as error:
            raise self._untranslatable("record", error) from error
        return dumps(record) + self._record_end

    @property
    def _record_end(self) -> bytes:
        """What engines write behind a record: progress of build, pull, push, import and load ends
        with CR LF (streamformatter), events and statistics with LF (encoding/json)."""
        lf = self.route is None or self.route.name in ("SystemEvents", "ContainerStats")
        return b"\n" if lf else b"\r\n"

    def error(self, answer: Answer, facts: Facts) -> Answer:
        """Rewrite a whole answer of status 400 or above, engine to client."""
        for step in self._errors:
            answer = step(answer, facts)
        return answer

    def emulated(self, answer: Answer) -> Answer:
        """Bring the answer of the emulation into the shape of the client's version."""
        facts = Facts()
        if answer.status >= 400:
            return self.error(answer, facts)
        return replace(answer, headers=self.head(answer.head, facts).headers)

    def stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        """Give what rewrites the bytes of an answer below 400, or None when they pass.

        `head` is the engine's as it came, before `head()`: its content type tells the framing.
        """
        found = [step(head, facts) for step in self._streams]
        rewrites = [rewrite for rewrite in found if rewrite is not None]
        if len(rewrites) > 1:
            return _Chain(tuple(rewrites))
        return rewrites[0] if rewrites else None

    def _untranslatable(self, what: str, error: Exception) -> Untranslatable:
        route = "no route" if self.route is None else self.route.name
        return Untranslatable(
            f"the {what} of {route} cannot be translated between {self.client} and"
            f" {self.forward}: {type(error).__name__}: {error}"
        )


@dataclass(frozen=True, slots=True)
class _Chain:
    """Several stream rewrites one behind the other, the one nearest to the engine first."""

    rewrites: tuple[StreamRewrite, ...]

    def feed(self, data: bytes) -> bytes:
        for rewrite in self.rewrites:
            data = rewrite.feed(data)
        return data

    def finish(self) -> bytes:
        data = b""
        for rewrite in self.rewrites:
            data = (rewrite.feed(data) if data else b"") + rewrite.finish()
        return data


class Planner:
    """Makes the plans for one engine, and remembers them.

    `oldest` and `newest` are the engine's range. `forward` is "nearest" (the version of the
    engine's range that is nearest to the client's), "newest" (the engine's newest), or one
    version, brought into the engine's range. `rungs` and `emulated` are for tests.
    """

    def __init__(
        self,
        oldest: ApiVersion,
        newest: ApiVersion,
        forward: str | ApiVersion = NEAREST,
        *,
        rungs: tuple[Rung, ...] = RUNGS,
        emulated: tuple[Emulation, ...] | None = None,
    ) -> None:
        """Raise ValueError for a range that is empty or a `forward` that is no setting."""
        if oldest > newest:
            raise ValueError(f"an engine's range cannot be {oldest} to {newest}")
        if isinstance(forward, str) and forward not in (NEAREST, NEWEST_OF_ENGINE):
            forward = ApiVersion.parse(forward)
        self._oldest = oldest
        self._newest = max(oldest, min(newest, NEWEST))
        self._forward = forward
        self._rungs = rungs
        self._always = every_version(self.floor, self.ceiling)
        self._emulated = emulations() if emulated is None else emulated
        self._plans: dict[tuple[ApiVersion, str | None, bool], Plan] = {}

    @property
    def floor(self) -> ApiVersion:
        """The oldest version that the gateway takes and advertises."""
        return OLDEST

    @property
    def ceiling(self) -> ApiVersion:
        """The newest version that it takes and advertises: the engine's, as far as we know it."""
        return self._newest

    def forwarded(self, client: ApiVersion) -> ApiVersion:
        """The version at which the engine is spoken to for a client of version `client`."""
        if self._forward == NEWEST_OF_ENGINE:
            return self._newest
        wanted = client if self._forward == NEAREST else self._forward
        assert isinstance(wanted, ApiVersion)
        return max(self._oldest, min(wanted, self._newest))

    def plan(self, version: ApiVersion, route: Route | None, *, emulated: bool = True) -> Plan:
        """Give the plan for a client of `version` on `route` (None: a path that is no route's).

        Without `emulated` the route is forwarded even if there is an emulation of it: for what an
        emulation itself forwards.
        """
        key = (version, None if route is None else route.name, emulated)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._make(version, route, emulated)
            if self.floor <= version <= self.ceiling:  # bounded: no entry for what is refused
                self._plans[key] = plan
        return plan

    def _make(self, client: ApiVersion, route: Route | None, emulated: bool) -> Plan:
        forward = self.forwarded(client)
        if client > self.ceiling:
            return Plan(client, forward, route, refusal=too_new(client, self.ceiling))
        if client < self.floor:
            return Plan(client, forward, route, refusal=too_old(client, self.floor))
        name = None if route is None else route.name
        emulation = None
        for possible in self._emulated if emulated else ():
            if name not in possible.routes:
                continue
            if possible.serves(client, forward):
                emulation = possible
            gone = possible.gone(client)
            if gone is not None:
                return Plan(client, forward, route, refusal=gone)
        candidates = [
            change
            for rung in self._rungs
            if client < rung.version <= forward
            for change in rung.changes
            # An emulation's answer has the client's shape already, but for what all answers have.
            if emulation is None or emulation.answers_are_engines or change.routes == EVERY_ROUTE
        ]
        # Upward last and downward first: they concern the engine's own words about itself.
        candidates += self._always
        changes = tuple(change for change in candidates if applies_to(change.routes, name))
        lookups = {look.name: look for change in changes for look in change.needs(forward)}
        in_order = sorted(lookups.values(), key=lambda look: look.leads is None)
        notes = {note.name: note for change in changes for note in change.notes}
        return Plan(
            client,
            forward,
            route,
            emulation=emulation,
            changes=changes,
            lookups=tuple(in_order),
            notes=tuple(notes.values()),
        )
