"""A client's request, rewritten for the engine: the head that goes up."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.api.message import Request
from gateway.http.fields import serialise
from gateway.http.request import HOST, RequestFields, RequestLine, request_framing
from gateway.versions.answering import encoded, headers_of
from gateway.versions.plan import Plan
from gateway.versions.vocabulary import Facts


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: its line and fields, and its path without the version."""

    line: RequestLine
    fields: RequestFields
    path: str

    def request(self) -> Request:
        """The request as a value."""
        return Request(
            self.line.method.decode("ascii"),
            self.path,
            self.line.query[1:].decode("latin-1"),
            headers_of(self.fields.fields),
        )

    def head(
        self, plan: Plan, facts: Facts, target: bytes, body: bytes | None, extra: bytes = b""
    ) -> bytes:
        """Write the head for the engine, its empty line included.

        `target` is what to ask for if the plan does not rewrite the request. `body` is the
        rewritten body, None when the client's own passes with its framing. `extra` are field
        lines that ask for an upgrade.
        """
        fields, length = self.fields.fields, self.fields.length
        if body is not None:
            length = len(body)
            fields = tuple(pair for pair in fields if pair[0].lower() != b"expect")
        if plan.rewrites_request:
            request = plan.request(self.request(), facts)
            mark = "?" if request.query else ""
            target = f"/v{plan.forward}{request.path}{mark}{request.query}".encode("latin-1")
            fields = encoded(request.headers)
        no_body = not length and self.line.method in (b"GET", b"HEAD")
        return b"%b %b HTTP/1.1\r\n%b%b%b%b\r\n" % (
            self.line.method,
            target,
            HOST,
            serialise(fields),
            b"" if no_body else request_framing(length),
            extra,
        )
