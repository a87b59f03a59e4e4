"""The practice engine's answers about networks and volumes: names, with nothing behind them."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.engine.practice.documents import network_mode
from gateway.engine.practice.replies import Call, Refused, Reply, empty, json_answer
from gateway.engine.practice.state import Named, Routes, State

ROUTES = Routes()

_BUILT_IN = ("bridge", "host", "none")


def _network(named: Named) -> Json:
    document = named.document
    return {
        "Name": document["Name"],
        "Id": named.id,
        "Created": named.created,
        "Scope": "local",
        "Driver": document.get("Driver") or "bridge",
        "EnableIPv4": True,
        "EnableIPv6": bool(document.get("EnableIPv6")),
        "IPAM": document.get("IPAM") or {"Driver": "default", "Options": None, "Config": []},
        "Internal": bool(document.get("Internal")),
        "Attachable": bool(document.get("Attachable")),
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {},
        "Options": document.get("Options") or {},
        "Labels": document.get("Labels") or {},
    }


def _find(state: State, id: str) -> Named:
    for name, named in state.networks.items():
        if id in (name, named.id) or (len(id) >= 4 and named.id.startswith(id)):
            return named
    raise Refused(404, f"network {id} not found")


@ROUTES.on("GET", "/networks")
def _networks(state: State, call: Call) -> Reply:
    names = call.filters().get("name")
    found = [
        named
        for name, named in state.networks.items()
        if not names or any(wanted in name for wanted in names)
    ]
    return json_answer([_network(named) for named in found])


@ROUTES.on("POST", "/networks/create")
def _create_network(state: State, call: Call) -> Reply:
    document = call.mapping()
    name = document.get("Name")
    if not name:
        raise Refused(400, "invalid network name: name is empty")
    if name in state.networks:
        raise Refused(409, f"network with name {name} already exists")
    named = state.networks[name] = state.named(document)
    state.events.emit("network", "create", named.id, {"name": name, "type": "bridge"})
    return json_answer({"Id": named.id, "Warning": ""}, 201)


@ROUTES.on("POST", "/networks/prune")
def _prune_networks(_state: State, _call: Call) -> Reply:
    return json_answer({"NetworksDeleted": None})


@ROUTES.on("GET", "/networks/{id}")
def _inspect_network(state: State, _call: Call, id: str) -> Reply:
    return json_answer(_network(_find(state, id)))


@ROUTES.on("DELETE", "/networks/{id}")
def _remove_network(state: State, _call: Call, id: str) -> Reply:
    named = _find(state, id)
    name = named.document["Name"]
    if name in _BUILT_IN:
        raise Refused(403, f"{name} is a pre-defined network and cannot be removed")
    if any(network_mode(one) in (name, named.id) for one in state.containers if one.running):
        raise Refused(403, f"error while removing network: network {name} has active endpoints")
    del state.networks[name]
    state.events.emit("network", "destroy", named.id, {"name": name, "type": "bridge"})
    return empty()


def _volume(named: Named) -> Json:
    return {
        "Name": named.document["Name"],
        "Driver": "local",
        "Mountpoint": "",
        "CreatedAt": named.created,
        "Labels": named.document.get("Labels") or {},
        "Scope": "local",
        "Options": named.document.get("DriverOpts"),
    }


@ROUTES.on("GET", "/volumes")
def _volumes(state: State, _call: Call) -> Reply:
    return json_answer(
        {"Volumes": [_volume(named) for named in state.volumes.values()], "Warnings": None}
    )


@ROUTES.on("POST", "/volumes/create")
def _create_volume(state: State, call: Call) -> Reply:
    document = call.mapping()
    name = document.get("Name") or f"{state.random.getrandbits(256):064x}"
    if name not in state.volumes:
        state.volumes[name] = state.named({**document, "Name": name})
        state.events.emit("volume", "create", name, {"driver": "local"})
    return json_answer(_volume(state.volumes[name]), 201)


@ROUTES.on("POST", "/volumes/prune")
def _prune_volumes(_state: State, _call: Call) -> Reply:
    return json_answer({"VolumesDeleted": None, "SpaceReclaimed": 0})


@ROUTES.on("GET", "/volumes/{id}")
def _inspect_volume(state: State, _call: Call, id: str) -> Reply:
    if id not in state.volumes:
        raise Refused(404, f"get {id}: no such volume")
    return json_answer(_volume(state.volumes[id]))


@ROUTES.on("DELETE", "/volumes/{id}")
def _remove_volume(state: State, call: Call, id: str) -> Reply:
    if state.volumes.pop(id, None) is None:
        if call.flag("force"):
            return empty()
        raise Refused(404, f"get {id}: no such volume")
    state.events.emit("volume", "destroy", id, {"driver": "local"})
    return empty()
