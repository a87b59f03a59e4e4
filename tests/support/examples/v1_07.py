from __future__ import annotations

from support.examples import Example

from gateway.versions.v1_07 import (
    HistoryWithoutEmptyTags,
    ImagesPerTag,
    PrivilegedInConfig,
    SearchInCapitals,
)

EXAMPLES = (
    Example(
        ImagesPerTag,
        "down_document",
        "1.6",
        "ImageList",
        [{"Id": "sha256:" + "a" * 64, "RepoTags": ["b:1", "b:2"], "Created": 3, "Size": 4}],
        [
            {
                "Id": "a" * 64,
                "Repository": "b",
                "Tag": tag,
                "Created": 3,
                "Size": 4,
                "VirtualSize": 4,
            }
            for tag in ("1", "2")
        ],
    ),
    Example(
        HistoryWithoutEmptyTags,
        "down_document",
        "1.6",
        "ImageHistory",
        [{"Id": "a", "Tags": []}, {"Id": "b", "Tags": ["busybox:latest"]}],
        [{"Id": "a", "Tags": None}, {"Id": "b", "Tags": ["busybox:latest"]}],
    ),
    Example(
        SearchInCapitals,
        "down_document",
        "1.6",
        "ImageSearch",
        [{"name": "a/b", "description": "c", "star_count": 3}],
        [{"name": "a/b", "description": "c", "star_count": 3, "Name": "a/b", "Description": "c"}],
    ),
    Example(
        PrivilegedInConfig,
        "up_document",
        "1.6",
        "ContainerCreate",
        {"Image": "busybox", "Privileged": True},
        {"Image": "busybox", "HostConfig": {"Privileged": True}},
    ),
)
