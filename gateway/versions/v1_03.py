"""Version 1.3 (Docker 0.4.5): sizes of containers are told when they are asked for."""

from __future__ import annotations

from gateway.api.message import Json, Request
from gateway.api.version import ApiVersion
from gateway.versions.port_mapping import flat
from gateway.versions.v1_02 import NO_SIZES
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 3)


class SizesUnasked(Change):
    """The list of containers has the sizes of every container, without `size=1`.

    API document v1.3 against v1.2. Before v1.2 there were no sizes at all.
    """

    routes = ("ContainerList",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Ask for them."""
        if facts.get(NO_SIZES) or request.parameter("size") is not None:
            return request
        return request.with_parameters([*request.parameters(), ("size", "1")])

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Engines of today leave a size of 0 out."""
        if not facts.get(NO_SIZES):
            for container in document:
                container.setdefault("SizeRw", 0)
                container.setdefault("SizeRootFs", 0)
        return document


class PortMappingIsFlat(Change):
    """Container inspect: `PortMapping` is one object, private port to public port.

    network.go at Docker 0.4.8 against 0.5.0, which has one for TCP and one for UDP; the clients
    fail on the other form (0.4.8 and 0.5.3, tried).
    """

    routes = ("ContainerInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Take the ports of TCP alone, as then."""
        return flat(document)


class LoginEndsItsLine(Change):
    """Login: the text in `Status` ends with a newline, which the client does not add.

    auth/auth.go at Docker 0.4.3 against 0.4.5.
    """

    routes = ("SystemAuth",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Add it."""
        status = document.get("Status")
        if status and not status.endswith("\n"):
            document["Status"] = status + "\n"
        return document


CHANGES = (SizesUnasked, PortMappingIsFlat, LoginEndsItsLine)
