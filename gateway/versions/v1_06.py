"""Version 1.6 (Docker 0.6.5): stdout and stderr come apart, in frames; ports are bound at start."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from gateway.api.message import Answer, AnswerHead, EngineCall, Json
from gateway.api.router import Match
from gateway.api.version import ApiVersion
from gateway.stream.frames import Merge, MergeIfFramed
from gateway.stream.json import loads
from gateway.versions.port_mapping import nested
from gateway.versions.vocabulary import Change, Facts, Lookup, Note, StreamRewrite

VERSION = ApiVersion(1, 6)

RAW_STREAM = "application/vnd.docker.raw-stream"
MULTIPLEXED_STREAM = "application/vnd.docker.multiplexed-stream"

_TYPE_TELLS = ApiVersion(1, 42)
"""From here on an engine's content type says whether a stream is framed (API document v1.42)."""


def _inspect_container(match: Match) -> EngineCall:
    return EngineCall("GET", f"/containers/{quote(match.parameters['id'], safe='/')}/json")


def _read_tty(answer: Answer) -> Json:
    return bool(loads(answer.body)["Config"]["Tty"])


def _noted_tty(document: Json) -> Json:
    return isinstance(document, dict) and document.get("Tty") is True


CONTAINER_TTY = Lookup("container has a TTY", _inspect_container, _read_tty)
EXEC_TTY = Note("exec start asks for a TTY", _noted_tty)


def merge_for(head: AnswerHead, name: str, facts: Facts) -> StreamRewrite | None:
    """Give what merges the stream behind `head`, or None when it is not framed.

    The content type decides where it tells; then the fact `name`; and if the engine would not say
    either (the look-up failed), the stream's first bytes.
    """
    content_type = head.headers.content_type
    if content_type == MULTIPLEXED_STREAM:
        return Merge()
    tty = facts.get(name)
    if tty is None:
        told = name not in facts and content_type == RAW_STREAM
        return None if told else MergeIfFramed()
    return None if tty else Merge()


class AttachMerged(Change):
    """Attach: stdout and stderr of a container without a TTY come merged, not in frames.

    API document v1.6; Engine 1.6.2, recorded at v1.5 and v1.6. The WebSocket attach was never
    framed. Before v1.42 nothing in an engine's answer tells whether there is a TTY.
    """

    routes = ("ContainerAttach",)
    lookups = (CONTAINER_TTY,)

    @classmethod
    def needs(cls, forward: ApiVersion) -> tuple[Lookup, ...]:
        """No look-up where the engine's content type tells."""
        return () if forward >= _TYPE_TELLS else cls.lookups

    def down_stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        """Merge the frames."""
        return merge_for(head, CONTAINER_TTY.name, facts)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """The type of a merged stream is the raw one's."""
        return replace(head, headers=head.headers.having("Content-Type", RAW_STREAM))


class LogsMerged(Change):
    """Logs: stdout and stderr of a container without a TTY come merged, and are text.

    Engine 1.6.2, recorded at v1.5: `text/plain; charset=utf-8`. The route is newer (v1.11), but
    engines served it under every version.
    """

    routes = ("ContainerLogs",)
    lookups = (CONTAINER_TTY,)

    @classmethod
    def needs(cls, forward: ApiVersion) -> tuple[Lookup, ...]:
        """No look-up where the engine's content type tells."""
        return () if forward >= _TYPE_TELLS else cls.lookups

    def down_stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        """Merge the frames."""
        return merge_for(head, CONTAINER_TTY.name, facts)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """The type is text."""
        headers = head.headers.having("Content-Type", "text/plain; charset=utf-8")
        return replace(head, headers=headers)


class ExecMerged(Change):
    """Exec start: stdout and stderr come merged, not in frames, unless it asks for a TTY.

    Engine 1.6.2, recorded at v1.5. Engines look at `Tty` of the start's own body when they choose
    between frames and plain bytes, not at what the exec was created with (tried on Engine 20.10.24
    with all four combinations, at v1.12 and v1.41).
    """

    routes = ("ExecStart",)
    notes = (EXEC_TTY,)

    def down_stream(self, head: AnswerHead, facts: Facts) -> StreamRewrite | None:
        """Merge the frames."""
        return merge_for(head, EXEC_TTY.name, facts)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """The type of a merged stream is the raw one's; a detached start has none."""
        if head.headers.content_type != MULTIPLEXED_STREAM:
            return head
        return replace(head, headers=head.headers.having("Content-Type", RAW_STREAM))


class PortSpecColonMeansSame(Change):
    """Create: in `PortSpecs`, `:80` publishes port 80 as port 80.

    parseNat in container.go at Docker 0.5.3; from 0.6.5 on an empty public port is one that the
    engine chooses (nat.ParsePortSpecs).
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Say the public port."""
        specs = document.get("PortSpecs") if isinstance(document, dict) else None
        if isinstance(specs, list):
            document["PortSpecs"] = [same_port(spec) for spec in specs]
        elif isinstance(specs, str):
            document["PortSpecs"] = [same_port(specs)]
        return document


def same_port(spec: Json) -> Json:
    """Write `:80/udp` as `80:80/udp`; anything else stays."""
    if not isinstance(spec, str) or not spec.startswith(":"):
        return spec
    return f"{spec[1:].partition('/')[0]}{spec}"


class PortMappingFilled(Change):
    """Container inspect: `PortMapping` has the published ports, private to public.

    API document v1.5; network.go at Docker 0.6.4 against 0.6.5, from where on it is null and
    `Ports` is there. Engine 1.6.2 gave null to these clients, too, with which `docker port` of the
    time finds nothing. `Ports` stays.
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Fill it in."""
        return nested(document)


CHANGES = (AttachMerged, LogsMerged, ExecMerged, PortSpecColonMeansSame, PortMappingFilled)
