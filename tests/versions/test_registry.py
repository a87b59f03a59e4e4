"""Every v1_NN module is found; a broken one stops the program."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gateway.versions
from gateway.api.version import ApiVersion
from gateway.versions import registry
from gateway.versions.registry import RUNGS, find_rungs, read_rung
from gateway.versions.v1_07 import ImagesPerTag


def module(name: str, **contents: Any) -> ModuleType:
    made = ModuleType(f"gateway.versions.{name}")
    vars(made).update(contents)
    return made


def test_every_file_is_a_rung_in_order() -> None:
    files = sorted(Path(registry.__file__).parent.glob("v[0-9]*_[0-9]*.py"))
    assert [f"v{rung.version.major}_{rung.version.minor:02}.py" for rung in RUNGS] == [
        file.name for file in files
    ]
    assert [rung.version for rung in RUNGS] == sorted(rung.version for rung in RUNGS)
    assert {ApiVersion(1, 6), ApiVersion(1, 7), ApiVersion(1, 24)} <= {r.version for r in RUNGS}


def test_adding_a_version_is_adding_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "v1_57.py").write_text(
        '"""Version 1.57."""\n'
        "from gateway.api.version import ApiVersion\n"
        "from gateway.versions.v1_07 import ImagesPerTag\n"
        "VERSION = ApiVersion(1, 57)\n"
        "CHANGES = (ImagesPerTag,)\n"
    )
    monkeypatch.setattr(gateway.versions, "__path__", [*gateway.versions.__path__, str(tmp_path)])
    found = find_rungs()
    assert [rung.version for rung in found] == [r.version for r in RUNGS] + [ApiVersion(1, 57)]
    assert isinstance(found[-1].changes[0], ImagesPerTag)


def test_changes_may_be_classes_or_instances() -> None:
    one = ImagesPerTag()
    rung = read_rung(module("v1_07", VERSION=ApiVersion(1, 7), CHANGES=(ImagesPerTag, one)))
    assert rung.changes[1] is one
    assert isinstance(rung.changes[0], ImagesPerTag)


@pytest.mark.parametrize(
    ("name", "contents", "words"),
    [
        ("v1_57", {"CHANGES": (ImagesPerTag,)}, "VERSION is None"),
        ("v1_57", {"VERSION": ApiVersion(1, 56), "CHANGES": (ImagesPerTag,)}, "VERSION is 1.56"),
        ("v1_57", {"VERSION": ApiVersion(1, 57)}, "no tuple"),
        ("v1_57", {"VERSION": ApiVersion(1, 57), "CHANGES": ()}, "no tuple"),
        ("v1_57", {"VERSION": ApiVersion(1, 57), "CHANGES": (dict,)}, "is no Change"),
    ],
)
def test_a_broken_module_stops_the_program(name: str, contents: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        read_rung(module(name, **contents))
