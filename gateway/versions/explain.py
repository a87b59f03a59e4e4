"""Says in words what would be done to a request: `docker-gateway explain`. Calls no engine."""

from __future__ import annotations

import re

from gateway.api.router import match, split_version
from gateway.api.routes import Route
from gateway.api.version import ApiVersion
from gateway.versions.plan import NEAREST, Plan, Planner
from gateway.versions.registry import RUNGS
from gateway.versions.vocabulary import STEPS, Change, overrides

_OLDEST_OF_RELEASES = (
    (ApiVersion(1, 54), ApiVersion(1, 40)),
    (ApiVersion(1, 52), ApiVersion(1, 44)),
    (ApiVersion(1, 44), ApiVersion(1, 24)),
    (ApiVersion(1, 19), ApiVersion(1, 12)),
)
"""Newest version of a Docker release (and of the later ones), and its oldest; 29.3, 29.0, 25, 1.7.

Only for the words of this module: a running gateway asks its engine.
"""

STEP_WORDS = {
    "up_request": "request",
    "up_document": "request's document",
    "down_head": "answer's head",
    "down_document": "answer's document",
    "down_record": "answer's records",
    "write_record": "answer's records as written",
    "down_error": "errors",
    "down_stream": "byte stream",
}
"""What each step of a change rewrites, in words."""


def engine_range(text: str) -> tuple[ApiVersion, ApiVersion]:
    """Read `1.24-1.41`, or `1.41` alone: then the oldest is what Docker's release of it takes.

    Raises ValueError.
    """
    oldest, dash, newest = text.partition("-")
    if dash:
        return ApiVersion.parse(oldest.strip()), ApiVersion.parse(newest.strip())
    version = ApiVersion.parse(text.strip())
    for since, minimum in _OLDEST_OF_RELEASES:
        if version >= since:
            return minimum, version
    return ApiVersion(1, 0), version


def explain(request: str, engine: str, forward: str = NEAREST) -> str:
    """Explain `GET /v1.6/images/json` for an engine of versions `engine` (see `engine_range`).

    `forward` is as in the configuration: nearest, newest or a version. Several lines of text with
    a newline at the end. Raises ValueError, with the reason, when the request is not `METHOD PATH`,
    or a version is none.
    """
    words = request.split()
    if len(words) != 2 or not words[1].startswith("/"):
        raise ValueError(f"not a request: {request!r} (expected for instance GET /v1.6/info)")
    method, target = words[0].upper(), words[1]
    path = re.sub("//+", "/", target.partition("?")[0])
    oldest, newest = engine_range(engine)
    planner = Planner(oldest, newest, forward)
    version, rest = split_version(path)
    found = match(method, rest)
    plan = planner.plan(version or planner.ceiling, found.route if found else None)
    lines = [f"{method} {target}"]
    said = "" if version else " (the path has no version: the engine's newest, unless configured)"
    lines.append(f"  client     {plan.client}{said}")
    lines.append(f"  engine     {oldest} to {newest}, spoken to at {plan.forward} ({forward})")
    lines.append(f"  route      {_route(plan.route)}")
    lines += _what(plan)
    return "\n".join(lines) + "\n"


def _route(route: Route | None) -> str:
    if route is None:
        return "none: the engine answers for itself"
    until = f" to {route.until}" if route.until else ""
    return f"{route.name} ({route.method} {route.pattern}, from {route.since}{until})"


def _what(plan: Plan) -> list[str]:
    if plan.refusal is not None:
        words = plan.refusal.body.decode("utf-8", "replace").strip()
        return [
            f"  refused    {plan.refusal.status}: {words}",
            "             The engine is not asked.",
        ]
    if plan.untouched:
        return ["  untouched  Nothing is parsed or rewritten; the bytes pass."]
    lines: list[str] = []
    if plan.emulation is not None:
        lines.append(f"  emulated   {plan.emulation.title()}")
    for change in plan.changes:
        lines.append(f"  {came_with(change):<10} {change.title()}")
        lines.append(f"             rewrites: {', '.join(rewrites(type(change)))}")
    lines += [f"  look-up    {look.name} (one more call to the engine)" for look in plan.lookups]
    lines += [f"  note       {note.name} (read from the request's document)" for note in plan.notes]
    if all(overrides(type(change), "down_error") for change in plan.changes) and not plan.emulation:
        lines.append("             A successful answer passes untouched.")
    return lines


def came_with(change: Change) -> str:
    """The version that a change came with, as text; `always` for those of every version."""
    for rung in RUNGS:
        if change in rung.changes:
            return f"v{rung.version}"
    return "always"


def rewrites(change: type[Change]) -> list[str]:
    """What a change rewrites, in words."""
    return [STEP_WORDS[step] for step in STEPS if overrides(change, step)]
