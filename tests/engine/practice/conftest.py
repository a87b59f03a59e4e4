"""A practice engine for each test, with a clock that only the test moves."""

import pytest
from support.practice import ManualClock, Talk


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def talk() -> Talk:
    return Talk()
