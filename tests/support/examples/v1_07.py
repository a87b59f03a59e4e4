from __future__ import annotations

from support.examples import Example

from gateway.versions.v1_07 import ImagesPerTag

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
)
