"""The published API documents v1.0 … v1.56, read where they are; they are not in this project.

They are looked for in the folder that DOCKER_API_DOCUMENTS names, else in
`../shared/reference/api` beside the project. Up to v1.24 a document is Markdown with one line
like `` `GET /containers/(id)/json` `` per endpoint; from v1.25 on it is OpenAPI in YAML, whose
fixed indentation is read line by line.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from gateway.api.version import ApiVersion

_FILE = re.compile(r"v([0-9]+\.[0-9]+)\.(md|yaml)")
_MARKDOWN = re.compile(r"^\s*`(GET|POST|PUT|DELETE|HEAD|OPTIONS) (/[^`?\n]*)", re.MULTILINE)
_YAML_PATH = re.compile(r'  "?(/[^":]*)"?:\s*')
_YAML_METHOD = re.compile(r"    (get|post|put|delete|head|options):\s*")
_YAML_OPERATION = re.compile(r'      operationId: "?(\w+)"?\s*')
_YAML_MEDIA = re.compile(r"      (consumes|produces):(.*)")
_YAML_MEDIA_ITEM = re.compile(r'        - "?([\w./+-]+)"?\s*')


def folder() -> Path:
    """Where the documents should be."""
    beside = Path(__file__).parents[2].parent / "shared" / "reference" / "api"
    return Path(os.environ.get("DOCKER_API_DOCUMENTS") or beside)


@dataclass
class Endpoint:
    """One endpoint of one document; the last three are known from v1.25 on only."""

    method: str
    path: str
    operation: str = ""
    has_body: bool = False
    media: dict[str, set[str]] = field(
        default_factory=lambda: {"consumes": set(), "produces": set()}
    )

    @property
    def key(self) -> tuple[str, str]:
        return self.method, shape_of(self.path)


def shape_of(path: str) -> str:
    """`/containers/{id}/json` and `/containers/(id or name)/json` as `/containers/{}/json`."""
    return re.sub(r"\{[^}]*\}|\([^)]*\)", "{}", path.removesuffix(" HTTP/1.1").strip())


def read_all() -> dict[ApiVersion, list[Endpoint]]:
    """Every document of the folder, in the order of versions; empty where there is no folder."""
    found: dict[ApiVersion, list[Endpoint]] = {}
    where = folder()
    for path in sorted(where.iterdir()) if where.is_dir() else ():
        name = _FILE.fullmatch(path.name)
        if name is not None:
            read = _read_markdown if name[2] == "md" else _read_yaml
            found[ApiVersion.parse(name[1])] = read(path.read_text("utf-8"))
    return dict(sorted(found.items()))


def _read_markdown(text: str) -> list[Endpoint]:
    return [Endpoint(method, path) for method, path in _MARKDOWN.findall(text)]


def _read_yaml(text: str) -> list[Endpoint]:
    endpoints: list[Endpoint] = []
    path = ""
    listing = None
    for line in text.partition("\npaths:\n")[2].splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            break
        if found := _YAML_PATH.fullmatch(line):
            path = found[1]
        elif found := _YAML_METHOD.fullmatch(line):
            endpoints.append(Endpoint(found[1].upper(), path))
            listing = None
        elif found := _YAML_OPERATION.fullmatch(line):
            endpoints[-1].operation = found[1]
        elif found := _YAML_MEDIA.fullmatch(line):
            listing = endpoints[-1].media[found[1]]
            listing.update(re.findall(r'"([^"]+)"', found[2]))
        elif listing is not None and (found := _YAML_MEDIA_ITEM.fullmatch(line)):
            listing.add(found[1])
        elif re.search(r'\bin: "?body"?', line):
            endpoints[-1].has_body = True
            listing = None
        elif re.fullmatch(r"      \w.*", line):
            listing = None
    return endpoints
