"""Images as clients before v1.19 see them: the documents of Docker Engine 1.6."""

from __future__ import annotations

from gateway.api.message import AnswerHead, Json
from gateway.versions.engine_1_6_shapes import CONFIG, IMAGE, bare
from gateway.versions.vocabulary import Change, Facts


class ImageListOfEngine16(Change):
    """The list of images has ids of 64 digits alone, and no more keys than Engine 1.6 gave.

    Recorded at v1.7 to v1.18. Clients up to Docker 1.9 cut ids to their first 12 characters, so
    with `sha256:` all images would look alike. `RepoDigests` is a list where there are none.
    """

    routes = ("ImageList",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Take the newer keys away, in place: lists are long."""
        for image in document:
            identity = image["Id"]
            if identity[:7] == "sha256:":
                image["Id"] = identity[7:]
            parent = image.get("ParentId")
            if parent and parent[:7] == "sha256:":
                image["ParentId"] = parent[7:]
            if not image.get("RepoDigests"):
                image["RepoDigests"] = []
            image.pop("Containers", None)
            image.pop("SharedSize", None)
            image.pop("Descriptor", None)
            image.pop("Manifests", None)
        return document


class ImageOfEngine16(Change):
    """Image inspect has the keys that Engine 1.6 gave; ids are 64 digits alone.

    Recorded at v1.12 to v1.18: the two configurations have the keys of a container's, with the
    limits and `PortSpecs`; there are no tags, digests, layers.
    """

    routes = ("ImageInspect",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Give the image in the shape of its time."""
        image = IMAGE.of(document)
        image["Id"] = bare(document["Id"])
        image["Parent"] = bare(document.get("Parent", ""))
        image["VirtualSize"] = image["VirtualSize"] or image["Size"]
        for name in ("Config", "ContainerConfig"):
            given = document.get(name) or {}
            image[name] = configuration = CONFIG.of(given)
            configuration["Image"] = bare(configuration["Image"])
            # What a container had none of is an object here, what nobody ever set is null.
            configuration["Labels"] = given.get("Labels")
        return image


class HistoryOfEngine16(Change):
    """The history of an image has ids of 64 digits alone, and no `Comment` (Engine 1.6.2)."""

    routes = ("ImageHistory",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Take away what came later."""
        for layer in document:
            layer["Id"] = bare(layer["Id"])
            layer.pop("Comment", None)
        return document


class DeletionOfEngine16(Change):
    """What a deletion of images tells has ids of 64 digits alone, and no digests.

    Engine 1.6.2, recorded. From Docker 1.10 on the names of digests are untagged, too.
    """

    routes = ("ImageDelete",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Leave the digests out."""
        return [
            {key: bare(value) for key, value in item.items()}
            for item in document
            if "@" not in item.get("Untagged", "")
        ]


class CommitOfEngine16(Change):
    """The id that a commit gives is 64 digits alone (Engine 1.6.2, recorded)."""

    routes = ("ImageCommit",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Take the prefix away."""
        return {"Id": bare(document["Id"])}


class ImportOfEngine16(Change):
    """The id that an import gives is 64 digits alone (Engine 1.6.2, recorded).

    It is the whole `status` of its last record. In the texts of a pull, digests stay.
    """

    routes = ("ImageCreate",)

    def down_record(self, record: Json, facts: Facts) -> Json:
        """Take the prefix away."""
        if "status" in record:
            record["status"] = bare(record["status"])
        return record


class LoadIsSilent(Change):
    """The answer to a load has no body.

    Docker 1.6, api/server: newer engines tell which images they loaded. An error is still told,
    as a record: the status is out by then.
    """

    routes = ("ImageLoad",)

    def down_head(self, head: AnswerHead, facts: Facts) -> AnswerHead:
        """There is nothing that could have a type."""
        return AnswerHead(head.status, head.headers.without("Content-Type"), head.reason)

    def down_record(self, record: Json, facts: Facts) -> Json | None:
        """Leave out what is no error."""
        return record if "error" in record or "errorDetail" in record else None


class SearchNamesTrusted(Change):
    """Results of a search say `is_trusted` beside `is_automated`.

    API document v1.18 and registry/types.go at Docker 1.6 to 1.11: the older name of the same.
    """

    routes = ("ImageSearch",)

    def down_document(self, document: Json, facts: Facts) -> Json:
        """Say it twice."""
        for result in document or ():
            result["is_trusted"] = result.get("is_automated", False)
        return document
