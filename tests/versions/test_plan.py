"""Which version is forwarded at, which changes apply, in which order, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Answer, AnswerHead, EngineCall, Headers, Json, Request
from gateway.api.router import Match
from gateway.api.routes import ROUTE, ROUTES, Route
from gateway.api.version import NEWEST, ApiVersion
from gateway.emulate.images_viz import ImagesViz
from gateway.versions.plan import Planner
from gateway.versions.registry import RUNGS, Rung
from gateway.versions.vocabulary import (
    EVERY_ROUTE,
    Change,
    Facts,
    Lookup,
    Note,
    StreamRewrite,
    Untranslatable,
)

VERSIONS = st.builds(ApiVersion, st.just(1), st.integers(0, NEWEST.minor))
LIST = ROUTE["ContainerList"]


def v(minor: int) -> ApiVersion:
    return ApiVersion(1, minor)


class Sticks:
    """A stream rewrite that puts its name behind each piece and at the end."""

    def __init__(self, name: str) -> None:
        self.name = name

    def feed(self, data: bytes) -> bytes:
        return data + self.name.encode()

    def finish(self) -> bytes:
        return self.name.upper().encode()


class Marks(Change):
    """Leaves its name in everything that passes."""

    routes = ("ContainerList",)

    def __init__(self, name: str) -> None:
        self.name = name

    def up_request(self, request: Request, facts: Facts) -> Request:
        return replace(request, path=request.path + self.name)

    def up_document(self, document: Json, facts: Facts) -> Json:
        return [*document, self.name]

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        return replace(head, reason=head.reason + self.name)

    def down_document(self, document: Json, facts: Facts) -> Json:
        return [*document, self.name]

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        return None if record == self.name else [*record, self.name]

    def down_error(self, answer: Answer, facts: Facts) -> Answer:
        return replace(answer, body=answer.body + self.name.encode())

    def down_stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        return Sticks(self.name)


MARKED = (
    Rung(v(10), (Marks("a"), Marks("b"))),
    Rung(v(20), (Marks("c"),)),
    Rung(v(30), (Marks("d"),)),
)


def marked(client: int, engine: int = 40) -> list[str]:
    plan = Planner(v(engine), v(engine), rungs=MARKED).plan(v(client), LIST)
    document: list[str] = plan.request_document([], Facts())
    return document


def test_a_change_applies_iff_client_before_version_up_to_forwarded() -> None:
    assert marked(9) == ["a", "b", "c", "d"]
    assert marked(10) == ["c", "d"]
    assert marked(19) == ["c", "d"]
    assert marked(20) == ["d"]
    assert marked(30) == []
    assert marked(9, engine=20) == ["a", "b", "c"]
    assert marked(9, engine=19) == ["a", "b"]
    assert marked(9, engine=9) == []


def test_up_goes_from_old_to_new_and_down_the_other_way() -> None:
    plan = Planner(v(40), v(40), rungs=MARKED).plan(v(1), LIST)
    facts = Facts()
    assert plan.request(Request("GET", "/"), facts).path == "/abcd"
    assert plan.request_document([], facts) == ["a", "b", "c", "d"]
    assert plan.head(AnswerHead(200), facts).reason == "dcba"
    assert plan.document([], facts) == ["d", "c", "b", "a"]
    assert plan.record([], facts) == b'["d","c","b","a"]\r\n'
    assert plan.error(Answer(404), facts).body == b"dcba"
    stream = plan.stream(AnswerHead(200), facts)
    assert stream is not None
    assert stream.feed(b"-") == b"-dcba"
    # What the one nearer to the engine gives at its end goes through those behind it.
    assert stream.finish() == b"DcCbBaA"


def test_one_stream_rewrite_is_not_wrapped() -> None:
    plan = Planner(v(40), v(40), rungs=MARKED[2:]).plan(v(1), LIST)
    assert isinstance(plan.stream(AnswerHead(200), Facts()), Sticks)


def test_a_record_that_is_left_out_goes_no_further() -> None:
    plan = Planner(v(40), v(40), rungs=MARKED).plan(v(1), LIST)
    assert plan.record("d", Facts()) == b""


FLAGS = (
    "rewrites_request",
    "rewrites_request_document",
    "rewrites_head",
    "rewrites_document",
    "rewrites_records",
    "rewrites_stream",
    "rewrites_errors",
)


def test_flags_say_what_there_is_to_do() -> None:
    planner = Planner(v(40), v(40), rungs=MARKED)
    assert all(getattr(planner.plan(v(1), LIST), flag) for flag in FLAGS)
    for untouched in (planner.plan(v(1), ROUTE["SystemInfo"]), planner.plan(v(30), LIST)):
        assert not any(getattr(untouched, flag) for flag in FLAGS)
        assert untouched.untouched


@given(VERSIONS, st.sampled_from([*ROUTES, None]))
def test_a_client_of_the_forwarded_version_is_untouched(
    version: ApiVersion, route: Route | None
) -> None:
    plan = Planner(version, version).plan(version, route)
    own = {"SystemPing", "SystemPingHead", "SystemVersion"}
    assert plan.untouched == (plan.refusal is None and (route is None or route.name not in own))


@given(VERSIONS, VERSIONS, VERSIONS, st.one_of(st.sampled_from(["nearest", "newest"]), VERSIONS))
def test_the_forwarded_version_is_one_that_the_engine_takes(
    client: ApiVersion, one: ApiVersion, other: ApiVersion, forward: str | ApiVersion
) -> None:
    oldest, newest = sorted((one, other))
    planner = Planner(oldest, newest, forward)
    forwarded = planner.plan(client, LIST).forward
    assert oldest <= forwarded <= newest
    if forward == "newest":
        assert forwarded == newest
    elif forward == "nearest" and oldest <= client <= newest:
        assert forwarded == client
    elif isinstance(forward, ApiVersion) and oldest <= forward <= newest:
        assert forwarded == forward


def test_a_written_version_to_forward_at() -> None:
    assert Planner(v(12), v(41), "1.30").forwarded(v(5)) == v(30)
    assert Planner(v(12), v(41), "1.1").forwarded(v(5)) == v(12)
    with pytest.raises(ValueError, match="not an API version: 'latest'"):
        Planner(v(12), v(41), "latest")
    with pytest.raises(ValueError, match=r"range cannot be 1\.41 to 1\.12"):
        Planner(v(41), v(12))


def test_floor_and_ceiling() -> None:
    planner = Planner(v(12), v(41))
    assert (planner.floor, planner.ceiling) == (v(0), v(41))
    # Versions that the gateway does not know are not advertised, unless nothing else is left.
    assert Planner(v(40), v(NEWEST.minor + 9)).ceiling == NEWEST
    assert Planner(v(NEWEST.minor + 2), v(NEWEST.minor + 9)).ceiling == v(NEWEST.minor + 2)


def test_versions_out_of_range_are_refused_in_the_words_of_engines() -> None:
    planner = Planner(v(12), v(41))
    new = planner.plan(v(42), LIST)
    assert new.refusal is not None
    assert new.refusal.status == 400
    assert b"client version 1.42 is too new. Maximum supported API version is 1.41" in (
        new.refusal.body
    )
    old = planner.plan(ApiVersion(0, 9), LIST)
    assert old.refusal is not None
    assert b"client version 0.9 is too old. Minimum supported API version is 1.0" in (
        old.refusal.body
    )
    assert planner.plan(v(41), LIST).refusal is None
    assert planner.plan(v(0), LIST).refusal is None


def test_plans_are_remembered_and_refusals_are_not() -> None:
    planner = Planner(v(12), v(41))
    assert planner.plan(v(5), LIST) is planner.plan(v(5), LIST)
    for minor in range(1000, 1100):
        planner.plan(v(minor), LIST)
        planner.plan(ApiVersion(0, minor), None)
    assert len(planner._plans) == 1


def test_unknown_paths_have_only_what_every_route_has() -> None:
    plan = Planner(v(24), v(41)).plan(v(1), None)
    assert plan.changes
    assert {change.routes for change in plan.changes} == {EVERY_ROUTE}


def inspect(match: Match) -> EngineCall:
    return EngineCall("GET", "/x")


class Asks(Change):
    """Asks the engine, below v1.30."""

    routes = ("ContainerList",)
    lookups = (Lookup("one", inspect, lambda answer: answer.body.decode("ascii")),)
    notes = (Note("two", lambda document: document["two"]),)

    @classmethod
    def needs(cls, forward: ApiVersion) -> tuple[Lookup, ...]:
        return cls.lookups if forward < v(30) else ()

    def down_document(self, document: Json, facts: Facts) -> Json:
        return [facts.get("one"), facts.get("two")]


class AsksToo(Asks):
    """Asks the same."""


def asking(forward: int) -> Planner:
    return Planner(v(forward), v(forward), rungs=(Rung(v(10), (Asks(), AsksToo())),))


def test_a_look_up_is_made_once_and_only_where_needed() -> None:
    assert [look.name for look in asking(29).plan(v(1), LIST).lookups] == ["one"]
    assert asking(30).plan(v(1), LIST).lookups == ()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, Headers(), b"yes"), "yes"),
        (Answer(404, Headers(), b"yes"), None),
        (Answer(200, Headers(), b"\xff"), None),
        (None, None),
    ],
)
def test_what_is_learned(answer: Answer | None, expected: str | None) -> None:
    plan = asking(20).plan(v(1), LIST)
    facts = Facts()
    plan.learn(plan.lookups[0], answer, facts)
    assert facts == {"one": expected}


def test_notes_are_read_from_the_document() -> None:
    plan = asking(20).plan(v(1), LIST)
    assert plan.rewrites_request_document
    facts = Facts()
    assert plan.request_document({"two": 2}, facts) == {"two": 2}
    assert plan.document([], facts) == [None, 2]


class Strict(Change):
    """Stands on a shape."""

    routes = ("ContainerList",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        return replace(request, path=facts["missing"])

    def up_document(self, document: Json, facts: Facts) -> Json:
        return document["a"]["b"]

    def down_document(self, document: Json, facts: Facts) -> Json:
        return document["a"]["b"]

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        return record["a"].lower()


def test_a_message_of_another_shape_is_untranslatable() -> None:
    plan = Planner(v(40), v(40), rungs=(Rung(v(10), (Strict(),)),)).plan(v(1), LIST)
    facts = Facts()
    with pytest.raises(Untranslatable, match=r"request of ContainerList .* 1\.1 and 1\.40"):
        plan.request(Request("GET", "/"), facts)
    wrongs: tuple[Json, ...] = (None, [], {}, {"a": 1}, "x")
    for wrong in wrongs:
        with pytest.raises(Untranslatable, match="request's document of ContainerList"):
            plan.request_document(wrong, facts)
        with pytest.raises(Untranslatable, match="answer's document of ContainerList"):
            plan.document(wrong, facts)
        with pytest.raises(Untranslatable, match="record of ContainerList"):
            plan.record(wrong, facts)


def changes(rungs: Iterable[Rung]) -> list[type[Change]]:
    return [type(change) for rung in rungs for change in rung.changes]


def test_an_emulated_route_has_only_what_every_answer_has() -> None:
    plan = Planner(v(24), v(41)).plan(v(6), ROUTE["ImageViz"])
    assert isinstance(plan.emulation, ImagesViz)
    assert plan.changes
    assert {change.routes for change in plan.changes} == {EVERY_ROUTE}
    json = Headers((("Content-Type", "application/json"),))
    failed = plan.emulated(Answer(500, json, b'{"message":"broken"}\n'))
    assert (failed.status, failed.body) == (500, b"broken\n")
    fine = Answer(200, json, b"graph")
    assert plan.emulated(fine) == fine


def test_the_modules_of_this_package_are_what_is_planned_with() -> None:
    planned = [type(c) for c in Planner(v(56), v(56)).plan(v(0), ROUTE["ImageList"]).changes]
    assert set(planned) < set(changes(RUNGS))
    assert planned
