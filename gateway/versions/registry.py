"""Finds the modules `v1_NN.py` of this package: adding a version is adding its file.

They are imported when this module is, so that a broken one stops the program at its start.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import gateway.versions
from gateway.api.version import ApiVersion
from gateway.versions.vocabulary import Change

_MODULE = re.compile(r"v([0-9]+)_([0-9]+)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rung:
    """The changes that came with one version, in the order in which they go up."""

    version: ApiVersion
    changes: tuple[Change, ...]


def read_rung(module: ModuleType) -> Rung:
    """Read `VERSION` and `CHANGES` (classes or instances of Change) of a module.

    Raises TypeError when one is missing or of a wrong type, when there is no change, or when the
    module's name says another version.
    """
    name = module.__name__.rpartition(".")[2]
    named = _MODULE.match(name)
    version: object = getattr(module, "VERSION", None)
    changes: object = getattr(module, "CHANGES", None)
    if named is None or version != (int(named[1]), int(named[2])):
        raise TypeError(f"gateway.versions.{name}: VERSION is {version}, not what the name says")
    if not isinstance(changes, tuple) or not changes:
        raise TypeError(f"gateway.versions.{name}: CHANGES is no tuple of at least one change")
    return Rung(ApiVersion(int(named[1]), int(named[2])), instances(name, changes))


def instances(name: str, changes: Iterable[object]) -> tuple[Change, ...]:
    """Make instances of those changes that are classes; TypeError for what is no change."""
    made: list[Change] = []
    for change in changes:
        if isinstance(change, type) and issubclass(change, Change):
            made.append(change())
        elif isinstance(change, Change):
            made.append(change)
        else:
            raise TypeError(f"gateway.versions.{name}: {change!r} in CHANGES is no Change")
    return tuple(made)


def find_rungs() -> tuple[Rung, ...]:
    """Import every `v1_NN` module of this package and give their rungs, oldest version first."""
    modules = [
        import_module(f"gateway.versions.{found.name}")
        for found in pkgutil.iter_modules(gateway.versions.__path__)
        if _MODULE.match(found.name)
    ]
    return tuple(sorted(map(read_rung, modules), key=lambda rung: rung.version))


RUNGS: tuple[Rung, ...] = find_rungs()
"""All rungs, oldest version first."""
