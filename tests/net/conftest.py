"""For the tests of `gateway.net`: the gateway's own reactor, and nothing left behind on it."""

from collections.abc import Iterator

import pytest
from support.turning import leftovers


@pytest.fixture(autouse=True)
def clean_reactor() -> Iterator[None]:
    """Fail a test that leaves a descriptor or a delayed call on the reactor."""
    yield
    left = leftovers()
    assert not left, f"left on the reactor: {left}"
