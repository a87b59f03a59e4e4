"""An emulation binds to routes that exist and says whom it serves."""

from __future__ import annotations

import pytest

from gateway.api.message import Request
from gateway.api.router import Match
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.emulate.images_viz import ImagesViz
from gateway.emulate.ping_head import PingHead
from gateway.emulate.vocabulary import Context, Emulation, emulations


def test_an_emulation_without_a_route_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="Nowhere binds to no route"):

        class Nowhere(Emulation):
            """Has no route."""


def test_an_emulation_of_an_unknown_route_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="ImageLost"):

        class Lost(Emulation):
            """Has a route that does not exist."""

            routes = ("ImageLost",)


def test_an_emulation_without_a_docstring_fails_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="no docstring"):

        class Silent(Emulation):
            routes = ("ImageInsert",)


class Insert(Emulation):
    """Only says whom it would serve."""

    routes = ("ImageInsert",)
    until = ApiVersion(1, 11)


def test_whom_it_serves() -> None:
    emulation = Insert()
    old, new = ApiVersion(1, 11), ApiVersion(1, 12)
    assert emulation.serves(old, new)
    assert not emulation.serves(old, old)  # the engine still has the route
    assert not emulation.serves(new, new)
    assert emulation.gone(old) is None
    assert emulation.gone(new) is None  # the engine's own 404 will do
    with pytest.raises(NotImplementedError):
        emulation.run(
            Match(ROUTE["ImageInsert"], {}),
            Request("POST", "/"),
            b"",
            Context(ApiVersion(1, 6), ApiVersion(1, 24)),
        )


def test_all_are_found() -> None:
    assert {type(emulation) for emulation in emulations()} >= {ImagesViz, PingHead}
