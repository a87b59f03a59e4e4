"""Images of the practice engine: names, ids and configurations, without any content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from gateway.api.message import Json
from gateway.api.version import ApiVersion
from gateway.engine.practice.clock import SECOND, Clock, written
from gateway.engine.practice.events import EventLog
from gateway.engine.practice.replies import Refused

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LABEL = "docker-gateway.practice"
"""Every image has this label, so that nobody takes one for a real image."""

_REFERENCE = re.compile(r"(?:[\w.-]+(?::[0-9]+)?/)*[a-z0-9._-]+(?::[\w][\w.-]{0,127})?(?:@[\w:]+)?")


def digest(text: str) -> str:
    """A digest that stays the same: ids of images and layers come from names."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def full(reference: str) -> str:
    """A name with its tag, `:latest` when there is none, and without Docker Hub's own prefixes."""
    reference = reference.removeprefix("docker.io/").removeprefix("library/")
    return reference if ":" in reference.rpartition("/")[2] else reference + ":latest"


@dataclass(slots=True)
class Image:
    """One image; `tags` are full names (`busybox:latest`), `size` is what it claims, in bytes."""

    id: str
    tags: list[str]
    created: int
    command: list[str]
    size: int
    digests: list[str] = field(default_factory=list)

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return {LABEL: "no content: an image of the practice engine"}

    def config(self) -> Json:
        """Its `Config`."""
        return {"Env": [PATH], "Cmd": self.command, "WorkingDir": "/", "Labels": self.labels}

    def listed(self, version: ApiVersion, containers: int) -> Json:
        """Its entry in `GET /images/json`."""
        none = [] if version >= ApiVersion(1, 43) else ["<none>:<none>"]
        return {
            "Id": self.id,
            "ParentId": "",
            "RepoTags": list(self.tags) or none,
            "RepoDigests": list(self.digests),
            "Created": self.created // SECOND,
            "Size": self.size,
            "SharedSize": -1,
            **({} if version >= ApiVersion(1, 44) else {"VirtualSize": self.size}),
            "Labels": self.labels,
            "Containers": containers if version >= ApiVersion(1, 51) else -1,
        }

    def inspected(self, version: ApiVersion) -> Json:
        """Its document in `GET /images/{name}/json`."""
        config = self.config()
        if version < ApiVersion(1, 50):
            # R1.50-2: below v1.50 these are there, with zero values.
            zero = dict.fromkeys(("AttachStdin", "AttachStdout", "AttachStderr", "Tty"), False)
            config = {"Hostname": "", "Domainname": "", "User": "", **zero, **config}
            config |= {"OpenStdin": False, "StdinOnce": False, "Image": "", "Volumes": None}
            config |= {"Entrypoint": None, "OnBuild": None}
        document: dict[str, Json] = {
            "Id": self.id,
            "RepoTags": list(self.tags),
            "RepoDigests": list(self.digests),
            "Comment": "practice engine: an image without content",
            "Created": written(self.created),
            "Config": config,
            "Architecture": "amd64",
            "Os": "linux",
            "Size": self.size,
            "GraphDriver": {"Name": "practice", "Data": {}},
            "RootFS": {"Type": "layers", "Layers": [digest("layer of " + self.id)]},
            "Metadata": {"LastTagTime": written(None)},
        }
        if version < ApiVersion(1, 52):
            document |= {"Parent": "", "DockerVersion": "", "Author": ""}
        if version < ApiVersion(1, 45):
            document |= {"Container": "", "ContainerConfig": config}
        if version < ApiVersion(1, 44):
            document["VirtualSize"] = self.size
        return document

    def history(self) -> Json:
        """Its document in `GET /images/{name}/history`: one step."""
        return [
            {
                "Id": self.id,
                "Created": self.created // SECOND,
                "CreatedBy": "practice engine",
                "Tags": list(self.tags) or None,
                "Size": self.size,
                "Comment": "an image without content",
            }
        ]


class Images:
    """The images that there are."""

    def __init__(self, clock: Clock, events: EventLog) -> None:
        self._clock = clock
        self._events = events
        self._images: list[Image] = []
        for name, command, size in (
            ("busybox:latest", ["sh"], 4_261_550),
            ("alpine:3.20", ["/bin/sh"], 7_797_760),
            ("hello-world:latest", ["/hello"], 13_256),
            ("nginx:latest", ["nginx", "-g", "daemon off;"], 187_680_000),
        ):
            self._images.append(Image(digest(name), [name], clock.now(), command, size))

    def __iter__(self) -> Iterator[Image]:
        return iter(tuple(self._images))

    def find(self, reference: str) -> Image | None:
        """The image of a name, an id or an id's beginning."""
        name = full(reference)
        for image in self._images:
            if name in image.tags or reference in image.digests:
                return image
        short = reference.removeprefix("sha256:")
        if re.fullmatch(r"[0-9a-f]{4,64}", short):
            for image in self._images:
                if image.id.removeprefix("sha256:").startswith(short):
                    return image
        return None

    def get(self, reference: str) -> Image:
        """The same, refused with 404 when there is none."""
        image = self.find(reference)
        if image is None:
            raise Refused(404, f"No such image: {full(reference)}")
        return image

    def selected(self, filters: dict[str, list[str]]) -> list[Image]:
        """Those that pass the filters `reference`, `dangling` and `label`, newest first."""
        for name in filters.keys() - {"reference", "dangling", "label"}:
            raise Refused(400, f"invalid filter '{name}'")
        chosen = []
        for image in self._images:
            references, labels = filters.get("reference"), filters.get("label", [])
            if references and not any(
                fnmatchcase(tag, full(pattern)) or fnmatchcase(tag.rpartition(":")[0], pattern)
                for tag in image.tags
                for pattern in references
            ):
                continue
            if any(label.partition("=")[0] != LABEL for label in labels):
                continue
            dangling = filters.get("dangling")
            if dangling and (dangling[0].lower() in ("true", "1")) == bool(image.tags):
                continue
            chosen.append(image)
        return sorted(chosen, key=lambda image: -image.created)

    def make(self, reference: str) -> tuple[Image, bool]:
        """Make an image of this name, as after a pull; True when it was not there before."""
        if not _REFERENCE.fullmatch(reference):
            raise Refused(400, "invalid reference format")
        name = full(reference)
        present = self.find(name)
        image = present or Image(digest(name), [name], self._clock.now(), ["sh"], 1_000_000)
        if present is None:
            image.digests.append(f"{name.rpartition(':')[0]}@{digest('manifest of ' + name)}")
            self._images.append(image)
        self._events.emit("image", "pull", name, {"name": name.rpartition(":")[0]})
        return image, present is None

    def tag(self, image: Image, reference: str) -> None:
        """Give an image one more name, which another one loses if it had it."""
        if not _REFERENCE.fullmatch(reference):
            raise Refused(400, "invalid reference format")
        name = full(reference)
        for other in self._images:
            if name in other.tags and other is not image:
                other.tags.remove(name)
        if name not in image.tags:
            image.tags.append(name)
        self._events.emit("image", "tag", image.id, {"name": name})

    def delete(self, reference: str, user: str | None, force: bool) -> Json:
        """Take a name away, and the image with its last one.

        `user` is the id of a container that uses the image: then it is refused with 409 unless
        forced. Gives the list of what was untagged and deleted.
        """
        image = self.get(reference)
        name = full(reference)
        by_name = name in image.tags
        if user is not None and not force and len(image.tags) <= 1:
            short, mine = user[:12], image.id.removeprefix("sha256:")[:12]
            what = f'repository reference "{name}"' if by_name else mine
            raise Refused(
                409,
                f"conflict: unable to remove {what} (must force) - container {short} "
                f"is using its referenced image {mine}",
            )
        if not by_name and len(image.tags) > 1 and not force:
            mine = image.id.removeprefix("sha256:")[:12]
            raise Refused(
                409,
                f"conflict: unable to delete {mine} (must be forced) - "
                "image is referenced in multiple repositories",
            )
        gone = [name] if by_name else list(image.tags)
        for one in gone:
            image.tags.remove(one)
            self._events.emit("image", "untag", image.id, {"name": one})
        report: list[Json] = [{"Untagged": one} for one in gone]
        if not image.tags and user is None:
            self._images.remove(image)
            self._events.emit("image", "delete", image.id, {"name": image.id})
            report.append({"Deleted": image.id})
        return report
