"""Engine 20.10 natively at an old version, and through the gateway: equal but for times.

From v1.19 on the engine's own answer at a client's version is the truth; the gateway speaks to it
at a newer one. Two places are left out, because the engine's own answers are worse there than those
of every engine of the time (catalogued as defects of 19.03 and later): the names in the tar of
`copy` of a folder, which lost the folder's name, and what a `copy` of a link to a folder gives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.engine import Engine
from support.gateway import Gateway
from support.two_ways import Call, made, plain
from support.two_ways_life import PARTS, lived
from support.two_ways_world import MISTAKES, questions, world
from support.wire import Wire, client_context, connect_tls, connect_unix

# The two ends of the range; what lies between differs in no answer of that engine that these have
# not, and each version takes a minute.
VERSIONS = ("1.19", "1.23")
FORWARD = ("1.24",)

Connect = Callable[[], Wire]


@pytest.fixture(scope="module")
def native(engine: Engine) -> Connect:
    return lambda: Wire(connect_unix(engine.socket))


@pytest.fixture(scope="module", params=FORWARD)
def through(
    request: pytest.FixtureRequest, engine: Engine, certificates: Any, tmp_path_factory: Any
) -> Iterator[Connect]:
    """Connections to a gateway that forwards at one version."""
    folder = tmp_path_factory.mktemp("two-ways")
    running = Gateway(certificates, engine.address, folder, "--forward", request.param)
    context = client_context(certificates)
    yield lambda: Wire(connect_tls(running.port, context))
    running.stop()


@pytest.fixture(scope="module")
def ids(engine: Engine) -> Iterator[dict[str, str]]:
    with world(engine) as made_ids:
        yield made_ids


def differences(a: Any, b: Any, path: str = "") -> list[str]:
    """Where two values differ, one line for each place."""
    if isinstance(a, dict) and isinstance(b, dict):
        found = []
        for key in sorted({*a, *b}):
            if key not in a or key not in b:
                found.append(f"{path}.{key}: only {'through' if key in b else 'natively'}")
            else:
                found += differences(a[key], b[key], f"{path}.{key}")
        return found
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = enumerate(zip(a, b, strict=True))
        return [line for n, (x, y) in pairs for line in differences(x, y, f"{path}[{n}]")]
    return [] if a == b else [f"{path}: natively {str(a)[:300]!r}, through {str(b)[:300]!r}"]


def compared(
    native: Connect, through: Connect, version: str, calls: list[Call], also_ids: bool = False
) -> list[str]:
    found = []
    for call in calls:
        for attempt in (1, 2):
            # A health check or a second that ends between the two calls makes a difference.
            one = plain(made(native, version, call), also_ids)
            other = plain(made(through, version, call), also_ids)
            if other["headers"].get("server", "").startswith("docker-gateway"):
                # The gateway's own words: what an engine says of itself is not in them.
                for name in ("server", "api-version", "docker-experimental", "ostype"):
                    one["headers"].pop(name, None)
                    other["headers"].pop(name, None)
            lines = differences(one, other)
            if not lines or attempt == 2:
                break
        found += [f"{call}: {line}" for line in lines]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_questions(native: Connect, through: Connect, ids: dict[str, str], version: str) -> None:
    assert not compared(native, through, version, questions(ids, int(time.time())))


@pytest.mark.parametrize("version", VERSIONS)
def test_mistakes(native: Connect, through: Connect, ids: dict[str, str], version: str) -> None:
    assert not compared(native, through, version, list(MISTAKES), also_ids=True)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
@pytest.mark.parametrize("version", VERSIONS)
def test_life(
    native: Connect, through: Connect, ids: dict[str, str], version: str, part: Any
) -> None:
    stories = [lived(connect, version, part, time.time()) for connect in (native, through)]
    assert [name for name, _ in stories[0]] == [name for name, _ in stories[1]]
    pairs = zip(*stories, strict=True)
    found = [f"{n}: {line}" for (n, a), (_, b) in pairs for line in differences(a, b)]
    assert not found
