"""The shape of the source: who may import whom, a test for each module, short modules."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCE = REPOSITORY / "gateway"
MODULES = sorted(SOURCE.rglob("*.py"))

# What each part of the program may import of the program. Data flows one way: what knows of the
# network stands above what knows of Docker, which stands above what knows of HTTP alone.
MAY_IMPORT = {
    "http": {"http"},
    "api": {"api"},
    "stream": {"stream", "api"},
    "emulate": {"emulate", "api", "stream"},
    "versions": {"versions", "emulate", "api", "stream", "http"},
    "engine": {"engine", "api", "http", "stream"},
    "certs": {"certs"},
    "config": {"config", "certs", "api", "engine"},
    "net": {"net", "http", "api", "stream", "emulate", "versions", "engine", "config", "certs"},
    "service": {"service", "net", "config", "versions", "api", "engine"},
    "cli": {
        *("cli", "service", "net", "config", "certs", "versions", "emulate", "engine", "api"),
        *("http", "stream"),
    },
    "__main__": {"cli"},
    "__init__": set(),
}
# Bytes in, bytes out: nothing here waits, listens or dials, so all of it can be tested without.
PURE = {"http", "api", "stream", "emulate", "versions", "engine"}
IMPURE = {"twisted", "socket", "select", "selectors", "asyncio", "threading", "OpenSSL", "treq"}


def part_of(module: Path) -> str:
    """The package of the program that a module belongs to."""
    return module.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(module: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever it does."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import"
            assert node.module is not None
            for name in node.names:
                yield f"{node.module}.{name.name}"


def parameters() -> list[object]:
    return [pytest.param(m, id=str(m.relative_to(SOURCE))) for m in MODULES]


def test_the_parts_are_those_that_the_rules_name() -> None:
    assert {part_of(module) for module in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("module", parameters())
def test_imports_go_one_way(module: Path) -> None:
    part = part_of(module)
    for name in imports(module):
        words = name.split(".")
        if words[0] == "gateway":
            used = words[1] if len(words) > 1 else "__init__"
            allowed = MAY_IMPORT[part] | {"__version__"}
            assert used in allowed, f"{part} may not import {name}"
        if part in PURE:
            assert words[0] not in IMPURE, f"{part} is pure and may not import {name}"


@pytest.mark.parametrize("module", parameters())
def test_every_module_has_its_twin_test(module: Path) -> None:
    relative = module.relative_to(SOURCE)
    if module.stem in ("__init__", "__main__") and not defines_anything(module):
        return
    stem = {"__init__": f"test_{module.parent.name}", "__main__": "test_main"}.get(
        module.stem, f"test_{module.stem}"
    )
    twin = REPOSITORY / "tests" / relative.parent / f"{stem}.py"
    assert twin.exists(), f"gateway/{relative} wants {twin.relative_to(REPOSITORY)}"
    assert "def test_" in twin.read_text() or "TestCase" in twin.read_text()


def defines_anything(module: Path) -> bool:
    """Has it functions or classes of its own?"""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in ast.parse(module.read_text()).body)


@pytest.mark.parametrize("module", parameters())
def test_modules_are_short(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 450


@pytest.mark.parametrize("module", parameters())
def test_nothing_is_left_for_later(module: Path) -> None:
    text = module.read_text()
    for word in ("TO" + "DO", "FIX" + "ME", "pragma: " + "no cover", "type: ignore\n"):
        assert word not in text
