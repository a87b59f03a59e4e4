"""A client's request, rewritten for the engine: the head that goes up."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.api.message import Forward, Request
from gateway.http.fields import serialise
from gateway.http.request import HOST, RequestFields, RequestLine, request_framing
from gateway.versions.answering import encoded, headers_of
from gateway.versions.plan import Plan
from gateway.versions.vocabulary import Facts


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to prepare for the engine: what is asked, and the length of its body.

    `length` is in bytes or CHUNKED. `target` is what is asked for as it stands, when no change
    rewrites the request; None for a request that an emulation made.
    """

    request: Request
    length: int
    target: bytes | None

    @classmethod
    def by_client(cls, line: RequestLine, fields: RequestFields, path: str, target: bytes) -> Asked:
        """What a client asked; `path` is without the version."""
        query = line.query[1:].decode("latin-1")
        method = line.method.decode("ascii")
        request = Request(method, path, query, headers_of(fields.fields))
        return cls(request, fields.length, target)

    @classmethod
    def by_emulation(cls, forward: Forward) -> Asked:
        """What an emulation asks in the client's place."""
        return cls(forward.request, len(forward.body), None)

    def head(self, plan: Plan, facts: Facts, body: bytes | None, extra: bytes = b"") -> bytes:
        """Write the head for the engine, its empty line included.

        `body` is the body that is sent with it, None when the client's own passes with its
        framing. `extra` are field lines that ask for an upgrade. Raises Untranslatable.
        """
        request, length, target = self.request, self.length, self.target
        if plan.rewrites_request:
            request, target = plan.request(request, facts), None
        headers = request.headers
        if body is not None:
            # It is complete, so nobody is to be asked for it.
            length, headers = len(body), headers.without("Expect")
        if target is None:
            mark = "?" if request.query else ""
            target = f"/v{plan.forward}{request.path}{mark}{request.query}".encode("latin-1")
        no_body = not length and request.method in ("GET", "HEAD")
        return b"%b %b HTTP/1.1\r\n%b%b%b%b\r\n" % (
            request.method.encode("ascii"),
            target,
            HOST,
            serialise(encoded(headers)),
            b"" if no_body else request_framing(length),
            extra,
        )
