"""The committed page is what the changes say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.api.version import NEWEST, OLDEST
from gateway.emulate.vocabulary import emulations
from gateway.versions.compatibility import ORACLE, PAGE, main, page
from gateway.versions.every_version import every_version
from gateway.versions.registry import RUNGS


def test_the_committed_page_is_current() -> None:
    assert main(["--check"]) == 0, "run: python -m gateway.versions.compatibility"
    assert PAGE.read_text(encoding="utf-8") == page()


def test_everything_is_on_the_page() -> None:
    text = page()
    changes = [change for rung in RUNGS for change in rung.changes]
    for change in [*changes, *every_version(OLDEST, NEWEST)]:
        assert text.count(change.title()) == 2
        assert change.source() in text
    for emulation in emulations():
        assert emulation.title() in text
    for rung in RUNGS:
        assert f"### v{rung.version}\n" in text
    assert "`POST /containers/{id}/attach`" in text
    assert "Look-up: container has a TTY." in text


def test_the_comparison_with_the_recordings_is_on_the_page() -> None:
    table = json.loads(ORACLE.read_text(encoding="utf-8"))
    text = page()
    for version, differing in table["runs"]["newest"].items():
        agreeing = table["steps"] - len(differing)
        assert f"| v{version} | {agreeing} | " in text
    for entry in [*table["served"], *table["allowed"]]:
        assert entry["reason"] in text


def test_check_finds_an_old_page_and_writing_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "docs" / "page.md"
    assert main(["--check", "--page", str(target)]) == 1
    assert f"{target} is not current" in capsys.readouterr().err
    assert main(["--page", str(target)]) == 0
    assert main(["--check", "--page", str(target)]) == 0
    target.write_text(target.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert main(["--check", "--page", str(target)]) == 1
