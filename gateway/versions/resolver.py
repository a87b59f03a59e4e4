"""From a request line to its plan, in a few look-ups.

Which route a path is and what its versions ask for is worked out once for every form of path: a
form is the method, the version word, the first and the last word and the count of words. Only
forms for which `router.remembers` says that they decide the route alone are kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.api.releases import version_of_request
from gateway.api.router import Match, match, remembers, split_version
from gateway.api.routes import AnswerKind, Hijack
from gateway.api.version import ApiVersion
from gateway.http.request import RequestFields, RequestLine
from gateway.versions.plan import Plan, Planner

_MOST_FORMS = 4096
_VERSION = re.compile(rb"[A-Z]+ //*v([0-9]+\.[0-9]+)/")
_STREAMS = frozenset((AnswerKind.RECORDS, AnswerKind.FRAMES))


@dataclass(slots=True)
class Resolved:
    """A form of path: its plan, and how the path that is forwarded comes about.

    The forwarded path is `prefix` and what stands behind the first `skip` bytes of the path.
    `asked` is the version that the client named, None for an unversioned path. `streams` tells
    that the answer comes bit by bit, `hijack` how it may take the connection over, and `short`
    that there is nothing to do but to pass everything on. `count` is how many requests came so.
    """

    plan: Plan
    asked: ApiVersion | None
    prefix: bytes
    skip: int
    streams: bool
    hijack: Hijack
    short: bool
    count: int = 0

    def target(self, line: RequestLine) -> bytes:
        """The target to ask the engine for, when the plan does not rewrite the request."""
        return self.prefix + line.path[self.skip :] + line.query

    def path(self, line: RequestLine) -> str:
        """The path without its version."""
        return line.path[self.skip :].decode("latin-1") or "/"


class Resolver:
    """Finds the plan of a request for one engine's range.

    `default` is what an unversioned path means when the User-Agent does not tell; None means the
    newest that is served, as the engine itself does it.
    """

    def __init__(self, planner: Planner, default: ApiVersion | None = None) -> None:
        self._planner = planner
        self._default = planner.ceiling if default is None else default
        self._forms: dict[tuple[bytes, bytes, bytes, bytes, int], Resolved] = {}

    def resolve(self, line: RequestLine, fields: RequestFields) -> Resolved:
        """Find the plan of one request; the engine is not asked for anything.

        Raises ValueError for a path that begins like a version and is none.
        """
        words = line.path.split(b"/")
        count = len(words)
        form = (line.method, words[1], words[2] if count > 2 else b"", words[-1], count)
        known = self._forms.get(form)
        if known is None:
            known = self._work_out(line, fields, form)
        known.count += 1
        return known

    def matched(self, line: RequestLine, resolved: Resolved) -> Match | None:
        """The route with its parameters, for those who need these."""
        return match(line.method.decode("ascii"), resolved.path(line))

    def _work_out(
        self, line: RequestLine, fields: RequestFields, form: tuple[bytes, bytes, bytes, bytes, int]
    ) -> Resolved:
        method, path = line.method.decode("ascii"), line.path.decode("latin-1")
        asked, rest = split_version(path)
        found = match(method, rest)
        meant = asked
        if meant is None:
            user_agent = fields.user_agent.decode("latin-1")
            content_type = fields.content_type.decode("latin-1")
            meant = version_of_request(user_agent, method, rest, content_type) or self._default
            # Who names no version cannot have asked for one that is too new.
            meant = min(meant, self._planner.ceiling)
        plan = self._planner.plan(meant, found.route if found else None)
        route = plan.route
        hijack = Hijack.NONE if route is None else route.hijack
        # What is no route at all goes on as it came: an engine's `/metrics` has no version.
        unknown = asked is None and found is None
        resolved = Resolved(
            plan=plan,
            asked=asked,
            prefix=b"" if unknown else b"/v%b" % str(plan.forward).encode("ascii"),
            skip=0 if asked is None else _end_of_first_word(line.path),
            streams=route is not None and route.answer in _STREAMS,
            hijack=hijack,
            short=plan.untouched and hijack is Hijack.NONE,
        )
        # Without a version in the path the User-Agent has its say, which the form does not tell.
        if asked is not None and found is not None and remembers(found, rest):
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            self._forms[form] = resolved
        return resolved


def _end_of_first_word(path: bytes) -> int:
    end = path.find(b"/", 1)
    return len(path) if end < 0 else end


def version_in(data: bytes) -> ApiVersion | None:
    """Guess the version that the client of a request meant that could not be read."""
    found = _VERSION.match(data)
    if found is None:
        return None
    try:
        return ApiVersion.parse(found[1].decode("ascii"))
    except ValueError:
        return None
