"""Version 1.4 (Docker 0.5.1): `top` is a table; a pull names each layer that it loads."""

from __future__ import annotations

from gateway.api.message import Json, Request
from gateway.api.version import ApiVersion
from gateway.emulate.push_credentials import registry_host
from gateway.versions.port_mapping import flat
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 4)

FLAT_PORTS = "the client is of release 0.4"
"""The fact that a client says so: v1.3 was spoken by 0.4.5 to 0.4.8, and by 0.5.0."""

_COLUMNS = (
    ("PID", ("PID",)),
    ("Tty", ("TTY", "TT")),
    ("Time", ("TIME",)),
    ("Cmd", ("CMD", "COMMAND")),
)
"""A key of a process, and the titles that its column may have."""


class TopIsAList(Change):
    """Top: the answer is a list of processes with `PID`, `Tty`, `Time` and `Cmd`; no `ps_args`.

    API document v1.3 against v1.4. `Cmd` is the command without its arguments (server.go at Docker
    0.5.0). Engine 1.6.2 refused the route to these clients.
    """

    routes = ("ContainerTop",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Leave the arguments out: their columns may be any."""
        kept = [pair for pair in request.parameters() if pair[0] != "ps_args"]
        return request.with_parameters(kept)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make an object of each row."""
        titles = document["Titles"]
        columns = [
            (key, next((titles.index(name) for name in names if name in titles), None))
            for key, names in _COLUMNS
        ]
        found = []
        for row in document["Processes"] or ():
            process = {key: "" if at is None else row[at] for key, at in columns}
            process["Cmd"] = process["Cmd"].partition(" ")[0]
            found.append(process)
        return found


class LayersInTheText(Change):
    """Pull and push: a record has no `id` of a layer; it is part of the text.

    API document v1.4: layers were loaded one after the other before, now all at once. Clients up
    to 0.5.0 print `status` and `progress` alone (commands.go at Docker 0.4.8), so that lines of
    several layers would be mixed up.
    """

    routes = ("ImageCreate", "ImagePush")

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Put it before the text."""
        layer = record.pop("id", None)
        if layer and record.get("status"):
            record["status"] = f"{layer}: {record['status']}"
        return record


class PullFromRegistry(Change):
    """Pull: the registry may be named apart from the image, as `registry`.

    commands.go at Docker 0.4.8; from 0.5.0 on it is part of the name. The image has the whole name
    afterwards. Usually the parameter is empty.
    """

    routes = ("ImageCreate",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Put it before the name."""
        parameters = request.parameters()
        registry = request.parameter("registry")
        if registry is None:
            return request
        host = registry_host(registry)
        return request.with_parameters(
            (name, f"{host}/{value}" if name == "fromImage" and host and value else value)
            for name, value in parameters
            if name != "registry"
        )


class PortMappingOfRelease04(Change):
    """Container inspect: for clients of release 0.4 `PortMapping` is one object.

    v1.3 was spoken by Docker 0.4.5 to 0.4.8 and by 0.5.0, which differ in it and fail on the other
    form (network.go at 0.4.8 and 0.5.0; 0.4.8, tried); the User-Agent tells which it is.
    """

    routes = ("ContainerInspect",)

    def up_request(self, request: Request, facts: Facts) -> Request:
        """Note whether it is one."""
        agent = request.headers.get("User-Agent") or ""
        facts[FLAT_PORTS] = agent.startswith("Docker-Client/0.4.")
        return request

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Take the ports of TCP alone."""
        return flat(document) if facts.get(FLAT_PORTS) else document


CHANGES = (TopIsAList, LayersInTheText, PullFromRegistry, PortMappingOfRelease04)
