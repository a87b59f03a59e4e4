import pytest

from gateway.api.version import ApiVersion
from gateway.engine.practice.events import KEPT, Event, EventLog

EVENT = Event(5_000_000_001, "container", "die", "c0ffee", {"image": "busybox:1", "name": "box"})


def test_old_fields_are_sent_below_1_52():
    old = EVENT.document(ApiVersion(1, 51))
    assert (old["status"], old["id"], old["from"]) == ("die", "c0ffee", "busybox:1")
    assert (old["time"], old["timeNano"]) == (5, 5_000_000_001)
    assert not {"status", "id", "from"} & set(EVENT.document(ApiVersion(1, 52)))


def test_only_containers_have_from_and_networks_none_of_the_old_fields():
    image = Event(0, "image", "pull", "busybox:1", {})
    assert "from" not in image.document(ApiVersion(1, 44))
    network = Event(0, "network", "create", "n", {})
    assert "status" not in network.document(ApiVersion(1, 44))


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({}, True),
        ({"type": ["container"]}, True),
        ({"type": ["image"]}, False),
        ({"event": ["start", "die"]}, True),
        ({"event": ["start"]}, False),
        ({"container": ["box"]}, True),
        ({"container": ["c0f"]}, True),
        ({"container": ["other"]}, False),
        ({"image": ["busybox"]}, True),
        ({"image": ["nginx"]}, False),
        ({"label": ["name=box"]}, True),
        ({"label": ["name=other"]}, False),
        ({"network": ["box"]}, False),
        ({"type": ["container"], "event": ["start"]}, False),
    ],
)
def test_filters(filters, passes):
    assert EVENT.passes(filters) is passes


def test_execs_are_found_by_the_words_before_the_colon():
    assert Event(0, "container", "exec_create: sh", "x", {}).passes({"event": ["exec_create"]})


def test_events_are_kept_and_told(clock):
    log, got = EventLog(clock), []
    log.emit("image", "tag", "a", {})
    leave = log.listen(got.append)
    assert len(log) == 1
    clock.advance(1)
    log.emit("image", "tag", "b", {})
    leave()
    log.emit("image", "tag", "c", {})
    assert [event.id for event in got] == ["b"]
    assert [event.id for event in log.past(clock.now())] == ["b", "c"]
    for _ in range(2 * KEPT):
        log.emit("image", "tag", "d", {})
    assert len(log.past(0)) == KEPT
