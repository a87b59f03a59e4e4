"""The tests here that need a real engine are left out, loudly, where none can be run."""

import os
from pathlib import Path
from typing import Any

import pytest
from support import engine as engines

HERE = Path(__file__).parent
_left_out = pytest.StashKey[tuple[int, str]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where no engine can be run, leave those tests out and say so; in CI, fail."""
    ours = [
        item
        for item in items
        if item.path.is_relative_to(HERE) and item.get_closest_marker("engine")
    ]
    reason = engines.why_not() if ours else None
    if reason is None:
        return
    if os.environ.get("CI"):
        raise pytest.UsageError(f"the oracle cannot be asked: {reason}")
    config.stash[_left_out] = (len(ours), reason)
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in set(ours)]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The loud notice."""
    if _left_out in config.stash:
        count, reason = config.stash[_left_out]
        terminalreporter.section("ORACLE NOT ASKED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{count} tests with a real engine were left out: {reason}")
