"""Version 1.19 ends what was the same for all older clients: Engine 1.6's own ways."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import pytest
from support.recordings import steps

import gateway.versions
from gateway.api.routes import ROUTES, Route
from gateway.api.version import ApiVersion
from gateway.versions.engine_1_6_errors import ErrorsOfEngine16
from gateway.versions.plan import Planner
from gateway.versions.v1_19 import CHANGES, VERSION
from gateway.versions.vocabulary import Change, overrides

MODULES = [
    import_module(f"gateway.versions.{module.name}")
    for module in pkgutil.iter_modules(gateway.versions.__path__)
    if module.name.startswith("engine_1_6_")
]
PLANNER = Planner(ApiVersion(1, 12), ApiVersion(1, 41), "newest")


def test_every_change_of_engine_1_6_is_here_once() -> None:
    defined = {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Change)
        if value.__module__ == module.__name__
    }
    assert len(CHANGES) == len(set(CHANGES))
    assert set(CHANGES) == defined


def test_downward_the_errors_of_every_route_come_last() -> None:
    of_errors = [change for change in CHANGES if overrides(change, "down_error")]
    assert of_errors[0] is ErrorsOfEngine16


def of_rung(client: int, route: Route | None) -> set[type]:
    plan = PLANNER.plan(ApiVersion(1, client), route, emulated=False)
    return {type(change) for change in plan.changes} & set(CHANGES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_from_v1_19_on_nothing_of_it_applies(route: Route) -> None:
    assert of_rung(VERSION.minor, route) == set()
    assert of_rung(24, route) == set()


@pytest.mark.parametrize("client", range(19))
def test_all_older_clients_have_the_same_of_it(client: int) -> None:
    for route in ROUTES:
        if route.serves(ApiVersion(1, client)) and route.serves(ApiVersion(1, 18)):
            assert of_rung(client, route) == of_rung(18, route)


def shape(value: Any) -> Any:
    """The answer of a step as far as it is the same in every run."""
    head = {name.lower(): text for name, text in value["headers"]}
    return value.get("status"), head.get("content-type"), head.get("job-name"), value["framing"]


@pytest.mark.parametrize("name", sorted(set(steps("1.12")) & set(steps("1.18"))))
def test_clients_of_v1_12_and_v1_18_were_answered_alike(name: str) -> None:
    older, newer = steps("1.12")[name], steps("1.18")[name]
    if "status" in older and "framing" in older:
        assert shape(older) == shape(newer)
