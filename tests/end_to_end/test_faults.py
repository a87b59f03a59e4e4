"""An engine that misbehaves, dies, hangs, comes back or is upgraded behind the running gateway."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fronts import Front
from support.practice_process import PracticeProcess, practice_process
from support.waiting import wait_until
from support.wire import Answer, Truncated, Wire

KINDS = ("TLS 1.3", "tcp")


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_process("--faults") as process:
        yield process


@pytest.fixture(autouse=True)
def no_faults(practice: PracticeProcess) -> Iterator[None]:
    yield
    assert practice.ask("DELETE", "/practice/faults")[0] == 204


@pytest.fixture(scope="module")
def front(
    practice: PracticeProcess, certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    running = Front(
        certificates,
        f"unix://{practice.path}",
        tmp_path_factory.mktemp("front"),
        "--engine-answer-timeout=1",
        "--engine-connect-timeout=2",
    )
    yield running
    running.stop()


@pytest.fixture(params=KINDS)
def wire(front: Front, request: pytest.FixtureRequest) -> Iterator[Wire]:
    with front.connect(request.param) as connected:
        # A connection of the engine that has been used before, as most are.
        assert connected.request("GET", "/_ping").status == 200
        yield connected


def is_well(wire: Wire) -> None:
    answer = wire.request("GET", "/v1.44/info")
    assert answer.status == 200 and answer.json()["ServerVersion"]


# Before the answer has begun


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("garbage", {}),
        ("garbage", {"data": "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"}),
        ("garbage", {"data": "HTTP/9.9 200 OK\r\n\r\n"}),
        ("garbage", {"data": "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n"}),
        ("huge-head", {"after": 200_000}),
        ("two-lengths", {}),
        ("length-and-chunks", {}),
    ],
)
@pytest.mark.parametrize(
    ("version", "content_type"),
    [("1.20", "text/plain; charset=utf-8"), ("1.44", "application/json")],
)
def test_no_answer_that_one_could_read(
    practice: PracticeProcess,
    wire: Wire,
    kind: str,
    fields: dict[str, object],
    version: str,
    content_type: str,
) -> None:
    practice.fault(kind, path="/networks/prune", **fields)
    answer = wire.request("POST", f"/v{version}/networks/prune")
    assert answer.status == 502, answer
    assert answer.header("Content-Type") == content_type
    assert "engine" in answer.text() and "Traceback" not in answer.text()
    is_well(wire)  # on the same connection


def test_a_get_is_made_again_once(practice: PracticeProcess, wire: Wire) -> None:
    practice.fault("close-on-request", path="/info")
    is_well(wire)
    practice.fault("close-on-request", path="/info", count=2)
    assert wire.request("GET", "/v1.44/info").status == 502
    is_well(wire)


def test_a_get_that_was_answered_in_part_is_not(practice: PracticeProcess, wire: Wire) -> None:
    practice.fault("cut-head", path="/info", after=10)
    assert wire.request("GET", "/v1.44/info").status == 502
    is_well(wire)


@pytest.mark.parametrize("kind", ["cut-head", "close-on-request"])
def test_a_post_is_never_made_again(practice: PracticeProcess, wire: Wire, kind: str) -> None:
    practice.fault(kind, path="/prune", after=10)
    assert wire.request("POST", "/v1.44/networks/prune").status == 502
    # It was one call only: no fault is left, and none was used up by a second try.
    assert practice.ask("GET", "/practice/faults") == (200, [])
    is_well(wire)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_connections_that_close_when_idle_cost_nothing(
    practice: PracticeProcess, wire: Wire, method: str
) -> None:
    path = "/v1.44/info" if method == "GET" else "/v1.44/networks/prune"
    for _ in range(5):
        practice.fault("close-idle", path=path)
        assert wire.request(method, path).status == 200
        assert wire.request("GET", "/v1.44/info").status == 200


@pytest.mark.parametrize("kind", ["silent", "slow"])
def test_an_answer_that_does_not_come_in_time(
    practice: PracticeProcess, wire: Wire, kind: str
) -> None:
    practice.fault(kind, path="/info", seconds=5)
    answer = wire.request("GET", "/v1.44/info")
    assert answer.status == 504
    assert "did not answer within 1 seconds" in answer.json()["message"]
    is_well(wire)


def test_an_error_before_the_upload_is_read(practice: PracticeProcess, wire: Wire) -> None:
    practice.fault("early", path="/images/load")
    wire.send_request("POST", "/v1.44/images/load", headers={"Content-Length": "1000000"})
    wire.stream.send(b"x" * 1000)
    answer = wire.read_head()
    wire.read_body(answer, "POST")
    assert answer.status == 503
    assert wire.rest() == b""


# Behind its beginning


@pytest.mark.parametrize(
    ("kind", "fields"), [("cut", {"after": 1}), ("cut", {"after": 100}), ("cut", {"after": 500})]
)
def test_an_answer_that_breaks_off_is_seen_to_be_broken(
    practice: PracticeProcess, wire: Wire, kind: str, fields: dict[str, int]
) -> None:
    practice.fault(kind, path="/info", **fields)
    wire.send_request("GET", "/v1.44/info")
    answer = wire.read_head()
    assert answer.status == 200
    with pytest.raises((Truncated, ConnectionError, AssertionError)) as seen:
        wire.read_body(answer, "GET")
    assert not isinstance(seen.value, AssertionError) or "stream ended" in str(seen.value)


def test_an_answer_that_only_its_end_ends_gets_chunks(
    practice: PracticeProcess, wire: Wire
) -> None:
    practice.fault("close-delimited", path="/info")
    answer = wire.request("GET", "/v1.44/info")
    assert answer.status == 200 and answer.framing == "chunked"
    assert answer.json()["ServerVersion"]
    is_well(wire)


# An engine that goes and comes


class Switch:
    """A path behind which one engine after the other listens."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def to(self, practice: PracticeProcess) -> None:
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(practice.path)


def test_an_engine_that_is_down_and_comes_back_as_another(
    certificates: Path, tmp_path: Path
) -> None:
    switch = Switch(tmp_path / "engine.sock")
    front = Front(certificates, f"unix://{switch.path}", tmp_path)
    log = front.gateway.log
    with front.connect("TLS 1.3") as wire:
        answer = wire.request("GET", "/v1.20/info")
        assert answer.status == 503
        assert answer.header("Content-Type") == "text/plain; charset=utf-8"
        assert f"the Docker Engine at unix://{switch.path} does not answer" in answer.text()
    with front.connect("TLS 1.3") as wire:
        answer = wire.request("GET", "/v1.44/info")
        assert answer.status == 503 and "does not answer" in answer.json()["message"]

    with practice_process("--oldest", "1.24", "--newest", "1.41") as first:
        switch.to(first)
        with front.connect("TLS 1.3") as wire:
            assert wire.request("GET", "/version").json()["ApiVersion"] == "1.41"
            assert wire.request("GET", "/v1.44/info").status == 400
            kept = front.connect("tcp")
            assert kept.request("GET", "/v1.30/info").status == 200
    # It is gone. Connections of clients that were idle live on, and are told.
    wait_until(lambda: not Path(first.path).exists(), "the engine's end")
    answer = kept.request("GET", "/v1.30/info")
    assert answer.status == 503
    kept.stream.close()

    with practice_process("--oldest", "1.44", "--newest", "1.52") as second:
        switch.to(second)
        with front.connect("tcp") as wire:
            assert wire.request("GET", "/version").json()["ApiVersion"] == "1.52"
            # v1.30 goes at v1.44 now: with the plan of before it would be refused as too old.
            answer = wire.request("GET", "/v1.30/info")
            assert answer.status == 200
            assert wire.request("HEAD", "/_ping").header("Api-Version") == "1.52"
    front.stop()
    lines = log.read_text()
    assert lines.count("does not answer") >= 2
    assert "API 1.24 to 1.41" in lines
    assert "is now " in lines and "API 1.44 to 1.52, it was " in lines


def test_an_engine_upgraded_between_two_requests(certificates: Path, tmp_path: Path) -> None:
    switch = Switch(tmp_path / "engine.sock")
    with practice_process("--oldest", "1.24", "--newest", "1.41") as old:
        switch.to(old)
        front = Front(certificates, f"unix://{switch.path}", tmp_path)
        wire = front.connect("TLS 1.3")
        assert wire.request("GET", "/v1.30/info").header("Api-Version") == "1.41"
        with practice_process("--oldest", "1.44", "--newest", "1.52") as new:
            switch.to(new)
            # The old one ends while the gateway has a connection to it.
            ended = front.connect("tcp")
            ended.send_request("GET", "/v1.30/events")
            assert ended.read_head().status == 200
            old.end()
            with pytest.raises((Truncated, ConnectionError, AssertionError)):
                ended.read_chunk()
            answer = wire.request("GET", "/v1.30/info")
            assert (answer.status, answer.header("Api-Version")) == (200, "1.52")
            ended.stream.close()
            wire.stream.close()
            front.stop()
    assert "API 1.44 to 1.52, it was " in front.gateway.log.read_text()


def test_an_engine_that_hangs_while_it_is_asked(practice: PracticeProcess, front: Front) -> None:
    practice.fault("close-idle", path="/info")
    practice.fault("silent", path="/_ping")
    with front.connect("tcp") as wire:
        assert wire.request("GET", "/v1.44/info").status == 200
        # Whether the close has been seen by now or not: sooner or later the engine is asked.
        answer = wait_until(lambda: _unless_ok(front), "the question to the engine")
        assert answer.status == 503
        assert "did not answer within 2 seconds" in answer.text()
    with front.connect("tcp") as wire:
        is_well(wire)


def _unless_ok(front: Front) -> Answer | None:
    with front.connect("tcp") as wire:
        answer = wire.request("GET", "/v1.44/info")
        return None if answer.status == 200 else answer
