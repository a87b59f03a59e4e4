"""What the engine tells of itself and of events, to clients before v1.19."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.stream.json import dumps
from gateway.versions.engine_1_6_shapes import INFO, VERSION_KEYS, bare
from gateway.versions.vocabulary import Change, Facts

_NUMBERS = ("Debug", "IPv4Forwarding", "MemoryLimit", "SwapLimit")
_PROXIES = ("HttpProxy", "HttpsProxy", "NoProxy")

_OF_CONTAINERS = (
    *("create", "start", "stop", "restart", "kill", "die", "destroy"),
    *("export", "pause", "unpause", "oom"),
)
_OF_IMAGES = ("untag", "delete", "pull", "import")
_STATUSES = frozenset((*_OF_CONTAINERS, *_OF_IMAGES))
_STATUSES_WITH_COMMAND = ("exec_create: ", "exec_start: ")


class InfoOfEngine16(Change):
    """`/info` has the keys that Engine 1.6 gave, and 0 or 1 where there are booleans now.

    Recorded at v1.7 to v1.18: `Debug`, `IPv4Forwarding`, `MemoryLimit` and `SwapLimit` are numbers
    (booleans from v1.19 on, API document); `ExecutionDriver`, `InitPath` and `InitSha1` are there;
    proxies only when there are any; lists without anything are null.
    """

    routes = ("SystemInfo",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Give it in the shape of its time."""
        info = INFO.of(document)
        for name in _NUMBERS:
            info[name] = int(bool(info[name]))
        info["ExecutionDriver"] = "native-0.2"
        for name in _PROXIES:
            if document.get(name):
                info[name] = document[name]
        registry = document.get("RegistryConfig") or {}
        info["RegistryConfig"] = {
            "IndexConfigs": {
                name: {**index, "Mirrors": index.get("Mirrors") or None}
                for name, index in (registry.get("IndexConfigs") or {}).items()
            },
            "InsecureRegistryCIDRs": registry.get("InsecureRegistryCIDRs"),
        }
        return info


class VersionOfEngine16(Change):
    """`/version` has seven keys (Engine 1.6.2, recorded; `Experimental` came with v1.19)."""

    routes = ("SystemVersion",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Leave the others out."""
        return {name: document[name] for name in VERSION_KEYS if name in document}


class EventsOfEngine16(Change):
    """Events are of containers and images only, and have four keys; no newline follows them.

    Recorded at v1.3 to v1.18: `status`, `id`, `from` (for containers) and `time`. Ids of images
    are 64 digits alone, the image that a container is from has a tag. What engines before 1.8 did
    not report (attach, commit, copy, rename, resize, tag, …) is left out: a client would see an
    event for its own question. Networks, volumes and the daemon have events since Docker 1.10.
    """

    routes = ("SystemEvents",)

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        """Give the event in the shape of its time, or leave it out."""
        if record.get("Type", "container") not in ("container", "image"):
            return None
        actor = record.get("Actor") or {}
        status = record.get("status") or record.get("Action") or ""
        if status not in _STATUSES and not status.startswith(_STATUSES_WITH_COMMAND):
            return None
        event = {"status": status, "id": bare(record.get("id") or actor.get("ID", ""))}
        origin = record.get("from")
        if origin is None and record.get("Type") == "container":
            origin = (actor.get("Attributes") or {}).get("image")
        if origin:
            event["from"] = with_tag(origin)
        event["time"] = record["time"]
        return event

    def write_record(self, record: Json, facts: Facts) -> bytes:
        """Write it alone."""
        return dumps(record)


def with_tag(image: str) -> str:
    """A name of an image with `:latest` where it has neither tag nor digest; an id alone."""
    image = str(bare(image))
    if ":" in image.rpartition("/")[2] or "@" in image:
        return image
    return f"{image}:latest"
