from __future__ import annotations

from support.examples import Example, typed
from support.recordings import document

from gateway.api.message import AnswerHead
from gateway.versions.engine_1_6_images import (
    CommitOfEngine16,
    DeletionOfEngine16,
    HistoryOfEngine16,
    ImageListOfEngine16,
    ImageOfEngine16,
    ImportOfEngine16,
    LoadIsSilent,
    SearchNamesTrusted,
)

_ID = "921ad132ee1c7479df7a557726449fb2e49996dbe97818e85579bba57262fe63"
_RECORDED = document("1.18", "image-inspect")

EXAMPLES = (
    Example(
        ImageListOfEngine16,
        "down_document",
        "1.18",
        "ImageList",
        [
            {
                "Id": f"sha256:{_ID}",
                "ParentId": f"sha256:{_ID}",
                "RepoDigests": None,
                "RepoTags": ["a:b"],
                "Containers": -1,
                "SharedSize": -1,
            }
        ],
        [{"Id": _ID, "ParentId": _ID, "RepoDigests": [], "RepoTags": ["a:b"]}],
    ),
    Example(
        ImageOfEngine16,
        "down_document",
        "1.18",
        "ImageInspect",
        _RECORDED | {"Id": f"sha256:{_ID}", "RepoTags": ["a:b"], "RootFS": {"Type": "layers"}},
        _RECORDED,
    ),
    Example(
        HistoryOfEngine16,
        "down_document",
        "1.18",
        "ImageHistory",
        [{"Id": f"sha256:{_ID}", "Size": 3, "Tags": None, "Comment": "x"}],
        [{"Id": _ID, "Size": 3, "Tags": None}],
    ),
    Example(
        DeletionOfEngine16,
        "down_document",
        "1.18",
        "ImageDelete",
        [{"Untagged": "a:b"}, {"Untagged": f"a@sha256:{_ID}"}, {"Deleted": f"sha256:{_ID}"}],
        [{"Untagged": "a:b"}, {"Deleted": _ID}],
    ),
    Example(
        CommitOfEngine16,
        "down_document",
        "1.18",
        "ImageCommit",
        {"Id": f"sha256:{_ID}"},
        {"Id": _ID},
    ),
    Example(
        ImportOfEngine16,
        "down_record",
        "1.18",
        "ImageCreate",
        {"status": f"sha256:{_ID}"},
        {"status": _ID},
    ),
    Example(
        LoadIsSilent,
        "down_head",
        "1.18",
        "ImageLoad",
        AnswerHead(200, typed("application/json"), "OK"),
        AnswerHead(200, reason="OK"),
    ),
    Example(
        LoadIsSilent, "down_record", "1.18", "ImageLoad", {"stream": "Loaded image: a:b\n"}, None
    ),
    Example(
        SearchNamesTrusted,
        "down_document",
        "1.18",
        "ImageSearch",
        [{"name": "a", "is_automated": True}],
        [{"name": "a", "is_automated": True, "is_trusted": True}],
    ),
)
