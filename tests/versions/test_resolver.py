"""From a request line to its plan: golden cases, and a memory that changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.routes import ROUTES, Hijack
from gateway.api.version import ApiVersion
from gateway.http.limits import DEFAULT
from gateway.http.request import (
    RequestFields,
    RequestLine,
    parse_request_fields,
    parse_request_line,
)
from gateway.versions.plan import Planner
from gateway.versions.resolver import Resolved, Resolver, version_in


def v(minor: int) -> ApiVersion:
    return ApiVersion(1, minor)


PLANNER = Planner(v(24), v(41))


def fields(*lines: str) -> RequestFields:
    block = "".join(f"{line}\r\n" for line in ("Host: x", *lines)).encode()
    return parse_request_fields(block, 1, DEFAULT)


def resolve(
    text: str, *lines: str, resolver: Resolver | None = None
) -> tuple[Resolved, RequestLine]:
    line = parse_request_line(f"{text} HTTP/1.1".encode())
    return (resolver or Resolver(PLANNER)).resolve(line, fields(*lines)), line


@pytest.mark.parametrize(
    ("text", "route", "asked", "target", "path"),
    [
        ("GET /v1.41/info", "SystemInfo", v(41), "/v1.41/info", "/info"),
        ("GET /v1.30/info?a=b", "SystemInfo", v(30), "/v1.30/info?a=b", "/info"),
        ("GET /v1.20/info", "SystemInfo", v(20), "/v1.24/info", "/info"),
        ("GET /info", "SystemInfo", None, "/v1.41/info", "/info"),
        ("GET //v1.41//info", "SystemInfo", v(41), "/v1.41/info", "/info"),
        ("GET /v1.000000/info", "SystemInfo", v(0), "/v1.24/info", "/info"),
        (
            "GET /v1.41/containers/x/json",
            "ContainerInspect",
            v(41),
            "/v1.41/containers/x/json",
            "/containers/x/json",
        ),
        (
            "GET /v1.41/images/a/b/c/json",
            "ImageInspect",
            v(41),
            "/v1.41/images/a/b/c/json",
            "/images/a/b/c/json",
        ),
        ("DELETE /v1.41/images/a/b", "ImageDelete", v(41), "/v1.41/images/a/b", "/images/a/b"),
        # What is no route: with a version it is the engine's to answer, at the forwarded one;
        # without one it goes on as it came.
        ("GET /v1.41/nothing/here", None, v(41), "/v1.41/nothing/here", "/nothing/here"),
        ("GET /v1.20/nothing", None, v(20), "/v1.24/nothing", "/nothing"),
        ("GET /metrics", None, None, "/metrics", "/metrics"),
        ("GET /", None, None, "/", "/"),
        # A version and nothing behind it.
        ("GET /v1.41", None, v(41), "/v1.41", "/"),
        ("GET /v1.4", None, v(4), "/v1.24", "/"),
        ("GET /v1.41/", None, v(41), "/v1.41/", "/"),
    ],
)
def test_targets(text: str, route: str | None, asked: ApiVersion, target: str, path: str) -> None:
    resolved, line = resolve(text)
    found = resolved.plan.route
    assert (None if found is None else found.name) == route
    assert resolved.asked == asked
    assert resolved.target(line) == target.encode()
    assert resolved.path(line) == path


@pytest.mark.parametrize("path", ["/v1.2.3/info", "/v1./info", "/v1.1234567/info", "/v1.1234/info"])
def test_what_looks_like_a_version_and_is_none(path: str) -> None:
    with pytest.raises(ValueError):
        resolve(f"GET {path}")


@pytest.mark.parametrize("path", ["/version", "/volumes", "/v/info", "/vx/info"])
def test_what_only_begins_like_a_version(path: str) -> None:
    assert resolve(f"GET {path}")[0].asked is None


@pytest.mark.parametrize(
    ("lines", "default", "client"),
    [
        ((), None, v(41)),
        ((), v(30), v(30)),
        ((), v(10), v(10)),
        (("User-Agent: Docker-Client/0.9.1",), None, v(10)),
        (("User-Agent: Docker-Client/0.9.1",), v(30), v(10)),
        (("User-Agent: curl/8",), v(30), v(30)),
        # What means no version cannot be too new.
        ((), v(50), v(41)),
    ],
)
def test_what_an_unversioned_path_means(
    lines: tuple[str, ...], default: ApiVersion | None, client: ApiVersion
) -> None:
    resolver = Resolver(PLANNER, default)
    for _ in range(2):
        resolved, _ = resolve("GET /events", *lines, resolver=resolver)
        assert resolved.plan.client == client and resolved.asked is None
        assert resolved.plan.refusal is None


def test_the_user_agent_of_one_client_is_not_remembered_for_another() -> None:
    resolver = Resolver(PLANNER)
    for agent, client in (
        ("Docker-Client/0.9.1", v(10)),
        ("x", v(41)),
        ("Docker-Client/1.0", v(12)),
    ):
        resolved, _ = resolve("GET /events", f"User-Agent: {agent}", resolver=resolver)
        assert resolved.plan.client == client


def test_a_multipart_build_without_a_version_is_v1_1() -> None:
    resolved, _ = resolve("POST /build", "Content-Type: multipart/form-data; boundary=x")
    assert resolved.plan.client == v(1)


def test_versions_out_of_range_have_a_refusal() -> None:
    resolved, _ = resolve("GET /v1.42/info")
    assert resolved.plan.refusal is not None and resolved.plan.refusal.status == 400


@pytest.mark.parametrize(
    ("text", "hijack", "streams", "short"),
    [
        ("GET /v1.41/info", Hijack.NONE, False, True),
        ("GET /v1.41/events", Hijack.NONE, True, True),
        ("POST /v1.41/containers/x/attach", Hijack.TCP, True, False),
        ("GET /v1.41/containers/x/attach/ws", Hijack.WEBSOCKET, True, False),
        ("POST /v1.41/session", Hijack.H2C, False, False),
        ("GET /v1.23/info", Hijack.NONE, False, False),
        ("GET /v1.41/version", Hijack.NONE, False, False),
    ],
)
def test_what_the_short_way_must_know(
    text: str, hijack: Hijack, streams: bool, short: bool
) -> None:
    resolved, _ = resolve(text)
    assert resolved.hijack is hijack
    assert resolved.short is short
    if hijack is Hijack.NONE:
        assert resolved.streams is streams


def test_the_route_with_its_parameters() -> None:
    resolver = Resolver(PLANNER)
    resolved, line = resolve("GET /v1.41/images/a/b:1/json", resolver=resolver)
    found = resolver.matched(line, resolved)
    assert found is not None and found.parameters == {"name": "a/b:1"}
    resolved, line = resolve("GET /v1.41/nothing", resolver=resolver)
    assert resolver.matched(line, resolved) is None


WORDS = st.sampled_from(
    sorted(
        {word for route in ROUTES for word in route.pattern.split("/") if word and "{" not in word}
        | {"x", "json", "a1b2", "v1.41", "v1.10", "v1.99", "version", "%6Ason", "a%20b"}
    )
)
PREFIXES = st.sampled_from(["", "/v1.41", "/v1.24", "/v1.23", "/v1.5", "/v1.99", "/v1.000000"])
PATHS = st.builds(
    lambda prefix, words: prefix + "".join(f"/{word}" for word in words) or "/",
    PREFIXES,
    st.lists(WORDS, max_size=5),
)
REAL = st.builds(
    lambda prefix, route, name: (
        prefix + "/".join(name if "{" in word else word for word in route.pattern.split("/"))
    ),
    PREFIXES,
    st.sampled_from(ROUTES),
    st.sampled_from(["x", "json", "a/b", "start", "ps"]),
)
METHODS = st.sampled_from(["GET", "POST", "DELETE", "HEAD", "PUT"])
AGENTS = st.sampled_from(["", "User-Agent: Docker-Client/0.9.1", "User-Agent: x"])


@given(st.lists(st.tuples(METHODS, PATHS | REAL, AGENTS), min_size=2, max_size=40))
def test_what_is_remembered_is_what_would_be_found_anew(
    requests: list[tuple[str, str, str]],
) -> None:
    remembering = Resolver(PLANNER)
    for method, path, agent in requests:
        lines = (agent,) if agent else ()
        try:
            anew, line = resolve(f"{method} {path}", *lines)
        except ValueError:
            continue
        known, _ = resolve(f"{method} {path}", *lines, resolver=remembering)
        assert known.plan == anew.plan
        assert known.target(line) == anew.target(line)
        assert known.path(line) == anew.path(line)
        assert (known.asked, known.hijack, known.streams, known.short) == (
            anew.asked,
            anew.hijack,
            anew.streams,
            anew.short,
        )


def test_the_memory_is_bounded() -> None:
    resolver = Resolver(PLANNER)
    for number in range(300):
        for minor in range(42):
            resolve(f"GET /v1.{minor}/containers/{number}/json", resolver=resolver)
            resolve(f"GET /v1.{minor}/exec/{number}", resolver=resolver)
    assert len(resolver._forms) <= 4096
    for number in range(1000):
        resolve(f"GET /v{number % 1000}.{number}/info", resolver=resolver)
        resolve(f"GET /v{number}.0/containers/json", resolver=resolver)
    assert len(resolver._forms) <= 4096


def test_requests_are_counted_by_form() -> None:
    resolver = Resolver(PLANNER)
    for name in ("a", "b", "c"):
        resolved, _ = resolve(f"GET /v1.41/containers/{name}/json", resolver=resolver)
    assert resolved.count == 3


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b"GET /v1.41/info", v(41)),
        (b"GET //v1.10/info HTTP/1.1\r\nbad", v(10)),
        (b"GET /v1.41", None),
        (b"GET /info", None),
        (b"GET /v1.9999999/x", None),
        (b"\x16\x03", None),
        (b"", None),
    ],
)
def test_the_version_of_what_cannot_be_read(data: bytes, version: ApiVersion | None) -> None:
    assert version_in(data) == version


@given(st.binary(max_size=60))
def test_guessing_a_version_never_fails(data: bytes) -> None:
    version_in(data)
    version_in(b"GET /v" + data)
