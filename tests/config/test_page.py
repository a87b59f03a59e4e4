"""The committed page of the configuration is what the table of keys says."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.keys import KEYS, LISTEN_KEYS, SECTIONS
from gateway.config.page import PAGE, main, page


def test_the_committed_page_is_current() -> None:
    assert main(["--check"]) == 0, "run: python -m gateway.config.page"
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_key_and_option_has_a_row() -> None:
    lines = page().splitlines()
    for key in KEYS:
        rows = [line for line in lines if line.startswith(f"| `{key.name}` | `{key.option}` |")]
        assert len(rows) == 1, key.written
        assert key.kind.expected in rows[0]
    for key in LISTEN_KEYS:
        assert sum(line.startswith(f"| `{key.name}` | {key.kind.expected}") for line in lines) == 1
    for section in SECTIONS:
        assert sum(line.startswith(f"## `[{section}]`") for line in lines) == 1


def test_a_default_has_a_column_of_its_own() -> None:
    lines = page().splitlines()
    [idle] = [line for line in lines if line.startswith("| `idle-seconds`")]
    cells = [cell.strip() for cell in idle.strip("|").split("|")]
    assert cells[3] == "300"
    assert "default" not in cells[4]


def test_every_row_has_as_many_cells_as_its_head() -> None:
    wanted = 0
    for line in page().splitlines():
        if line.startswith("| key |"):
            wanted = line.count("|")
        elif line.startswith("|"):
            assert line.count("|") - 2 * line.count("\\|") == wanted, line


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
