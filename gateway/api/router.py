"""From a method and a path to a route, and from a path to its version prefix.

How engines match is followed where it can be seen: the path is decoded first, a literal word
goes before a parameter, and the last words of the path are its verb, so that names with raw
slashes need no quoting (`/images/host:5000/a/b:t/push`; catalogue of v1.0 to v1.12, T-18).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from gateway.api.routes import ROUTES, Route
from gateway.api.version import ApiVersion

_VERSION_WORD = re.compile(r"v[0-9.]+\Z", re.ASCII)

_SLASHED = frozenset(
    {"containers", "exec", "images", "distribution", "volumes", "networks", "plugins"}
)
"""Where a parameter may hold slashes, as in the engines' own patterns (`{name:.*}`).

Containers too: `/web/db` is a link's name, which inspect takes and `DELETE …?link=1` needs.
Services, nodes, tasks, secrets and configs take one word.
"""

_MOST_REMEMBERED_WORDS = 8
"""Longer paths are not worth remembering; with this bound a memory of shapes stays small."""


@dataclass(frozen=True, slots=True)
class Match:
    """A route, and what its parameter stands for in one path (decoded; empty without one)."""

    route: Route
    parameters: dict[str, str]


_Suffix = tuple[str, ...]


def _compile() -> tuple[
    dict[tuple[str, str], Match], dict[tuple[str, str], dict[_Suffix, tuple[Route, str]]]
]:
    """Split the table into whole paths and into parameters with what stands behind them.

    ValueError for a pattern that is neither `/word…` nor `/word/{parameter}…`, and for two
    routes with the same method and pattern.
    """
    literals: dict[tuple[str, str], Match] = {}
    suffixes: dict[tuple[str, str], dict[_Suffix, tuple[Route, str]]] = {}
    for route in ROUTES:
        first, *rest = route.pattern[1:].split("/")
        if "{" not in route.pattern:
            if (route.method, route.pattern) in literals:
                raise ValueError(f"two routes for {route.method} {route.pattern}")
            literals[route.method, route.pattern] = Match(route, {})
            continue
        parameter, *suffix = rest
        if "{" not in parameter or any("{" in word for word in (first, *suffix)):
            raise ValueError(f"a pattern that the router cannot match: {route.pattern}")
        known = suffixes.setdefault((route.method, first), {})
        if tuple(suffix) in known:
            raise ValueError(f"two routes for {route.method} {route.pattern}")
        known[tuple(suffix)] = (route, parameter[1:-1])
    return literals, suffixes


_LITERALS, _SUFFIXES = _compile()
_LONGEST_SUFFIX = max(len(suffix) for known in _SUFFIXES.values() for suffix in known)


def match(method: str, path: str) -> Match | None:
    """Find the route of `path`, which has neither version prefix nor query; None when none has it.

    `path` is as it was sent, without doubled slashes. Percent escapes are decoded before
    anything is compared, as engines do it: `/containers/%6Ason` is the list of containers.
    The route is found whatever the version; ask `Route.serves` for that.
    """
    if "%" in path:
        path = unquote(path, errors="surrogateescape")
    literal = _LITERALS.get((method, path))
    if literal is not None:
        return literal
    empty, *words = path.split("/")
    if empty or not words or "" in words:
        return None
    first = words[0]
    suffixes = _SUFFIXES.get((method, first))
    if suffixes is None:
        return None
    for length in range(min(_LONGEST_SUFFIX, len(words) - 2), -1, -1):
        end = len(words) - length
        found = suffixes.get(tuple(words[end:]))
        if found is None:
            continue
        if end > 2 and first not in _SLASHED:
            continue
        route, parameter = found
        return Match(route, {parameter: "/".join(words[1:end])})
    return None


def _decided_by_last_word() -> frozenset[str]:
    """Name the routes with one word behind the parameter that no longer suffix can contradict."""
    names: set[str] = set()
    for suffixes in _SUFFIXES.values():
        for suffix, (route, _) in suffixes.items():
            rivals = [other for other in suffixes if len(other) > 1 and other[-1:] == suffix]
            if len(suffix) == 1 and not rivals:
                names.add(route.name)
    return frozenset(names)


_LITERAL_NAMES = frozenset(found.route.name for found in _LITERALS.values())
_DECIDED = _decided_by_last_word()


def remembers(match: Match, path: str) -> bool:
    """Tell whether the shape of `path` decides its route, so that a caller may remember it.

    The shape is the method, the number of words, the first word and the last word. True: every
    path of this shape has the route of `match` (the parameters differ), as long as it holds no
    encoded slash. `match` is what `match(method, path)` gave.

    Also False where that holds but the last word is a name (`DELETE /images/busybox`): a memory
    keyed by it would grow with the names that clients send.
    """
    if "%" in path:
        return False
    if match.route.name in _LITERAL_NAMES:
        return True
    return match.route.name in _DECIDED and path.count("/") <= _MOST_REMEMBERED_WORDS


def split_version(path: str) -> tuple[ApiVersion | None, str]:
    """Split `/v1.41/x` into 1.41 and `/x`; a path without a version gives None and itself.

    A version is `v` and then digits and points, as in the engines' own pattern: `/v1` is 1.0,
    `/v1.000000` is 1.0 (the client of Docker 0.3.3), `/v1.1` is not `/v1.10`, and `/version`
    and `/volumes` are no versions (catalogue of v1.0 to v1.12, T-1). ValueError for what looks
    like a version and is none (`/v1.2.3/info`).
    """
    if not path.startswith(("/v", "/%")):
        return None, path
    word, slash, rest = path[1:].partition("/")
    if "%" in word:
        word = unquote(word, errors="surrogateescape")
    if _VERSION_WORD.match(word) is None:
        return None, path
    return ApiVersion.parse(word), slash + rest or "/"
