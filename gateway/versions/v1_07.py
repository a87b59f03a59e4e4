"""Version 1.7 (Docker 0.6.7): the list of images has one entry per image, not one per tag."""

from __future__ import annotations

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change, Facts

VERSION = ApiVersion(1, 7)

_UNTAGGED = ("<none>:<none>",)


class ImagesPerTag(Change):
    """The list of images has one entry per tag, with `Repository` and `Tag`.

    API document v1.6 against v1.7 (`RepoTags`); Engine 1.6.2, recorded at v1.6: an image without
    a tag is one entry of `<none>` twice, ids are 64 digits alone. `VirtualSize`, which is gone
    from v1.44 on, is `Size`, as it is on every engine since 1.10.
    """

    routes = ("ImageList",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make one entry per tag; what is no list passes."""
        if not isinstance(document, list):
            return document
        entries: list[Json] = []
        add = entries.append
        for image in document:
            identity = image["Id"]
            if identity.startswith("sha256:"):
                identity = identity[7:]
            created = image.get("Created") or 0
            size = image.get("Size") or 0
            virtual = image.get("VirtualSize") or size
            for name in image.get("RepoTags") or _UNTAGGED:
                repository, _, tag = name.rpartition(":")
                if not repository or "/" in tag:
                    repository, tag = name, "<none>"  # the colon was a registry's port's, or none
                add(
                    {
                        "Created": created,
                        "Id": identity,
                        "Repository": repository,
                        "Size": size,
                        "Tag": tag,
                        "VirtualSize": virtual,
                    }
                )
        return entries


class HistoryWithoutEmptyTags(Change):
    """History: `Tags` of a layer without one are null, never an empty list.

    Clients 0.4.5 to 0.6.5 take the first element of any list (CmdHistory in commands.go), and end
    with a panic at an empty one (0.4.8, tried). Engine 1.6.2, recorded: null.
    """

    routes = ("ImageHistory",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Make null of empty lists."""
        for layer in document or ():
            if not layer.get("Tags"):
                layer["Tags"] = None
        return document


class SearchInCapitals(Change):
    """Search: a result has `Name` and `Description`.

    API documents v1.6 and v1.7; api_params.go at Docker 0.6.5. The later keys are given, too.
    Nothing found is an empty list.
    """

    routes = ("ImageSearch",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Add them."""
        for found in document or ():
            found["Name"] = found.get("name", "")
            found["Description"] = found.get("description", "")
        return document or []


class PrivilegedInConfig(Change):
    """Create: `Privileged` stands in the configuration.

    API documents v1.4 and v1.5; container.go at Docker 0.6.1 against 0.6.6, where it is part of the
    `HostConfig` of a start.
    """

    routes = ("ContainerCreate",)

    def up_document(self, document: Json, facts: Facts) -> Json:
        """Move it into `HostConfig`."""
        if not isinstance(document, dict) or document.pop("Privileged", None) is not True:
            return document
        host = document.get("HostConfig")
        if host is None:
            host = document["HostConfig"] = {}
        if isinstance(host, dict):
            host.setdefault("Privileged", True)
        return document


CHANGES = (ImagesPerTag, HistoryWithoutEmptyTags, SearchInCapitals, PrivilegedInConfig)
