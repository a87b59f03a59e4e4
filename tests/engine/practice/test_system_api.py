import pytest
from support.practice import Talk

from gateway import __version__
from gateway.api.version import ApiVersion


def test_ping(talk):
    answer = talk.ask("GET", "/_ping")
    assert (answer.status, answer.body) == (200, b"OK")
    for name, value in (
        ("Api-Version", "1.56"),
        ("Ostype", "linux"),
        ("Builder-Version", "1"),
        ("Docker-Experimental", "false"),
        ("Swarm", "inactive"),
        ("Cache-Control", "no-cache, no-store, must-revalidate"),
    ):
        assert answer.headers.get(name) == value
    head = talk.ask("HEAD", "/_ping")
    assert (head.body, head.headers) == (b"", answer.headers)


def test_swarm_is_said_by_engines_from_1_42_on():
    old = Talk(ApiVersion(1, 24), ApiVersion(1, 41)).ask("GET", "/_ping")
    assert old.headers.get("Swarm") is None


def test_version_is_honest_and_tells_the_range(talk):
    document = talk.get("/version")
    assert document["Platform"]["Name"] == "docker-gateway practice engine"
    assert document["Version"] == f"practice-{__version__}"
    assert (document["ApiVersion"], document["MinAPIVersion"]) == ("1.56", "1.44")
    details = document["Components"][0]["Details"]
    assert (details["ApiVersion"], details["MinAPIVersion"]) == ("1.56", "1.44")


def test_info_is_honest_and_counts(talk):
    talk.create("true")
    paused = talk.run("sleep", "9")
    talk.ask("POST", f"/containers/{paused}/pause")
    document = talk.get("/info")
    assert document["OperatingSystem"] == "practice engine (in memory)"
    assert "practice" in document["Warnings"][0]
    assert (document["Containers"], document["ContainersPaused"]) == (2, 1)
    assert (document["ContainersStopped"], document["Images"]) == (1, 4)


def test_events_are_streamed_with_what_was_before(talk):
    before = talk.clock.now() // 1_000_000_000
    talk.create("true", name="one")
    stream = talk.stream("GET", f"/v1.51/events?since={before}")
    talk.create("true", name="two")
    assert [record["Actor"]["Attributes"]["name"] for record in stream.records] == ["one", "two"]
    assert all(write.endswith(b"\n") and write.count(b"\n") == 1 for write in stream.writes)
    stream.stop()
    talk.create("true")
    assert len(stream.records) == 2


def test_events_end_when_until_is_reached(talk):
    until = talk.clock.now() // 1_000_000_000 + 5
    stream = talk.stream("GET", f"/events?until={until}")
    talk.clock.advance(4)
    assert not stream.ended
    talk.clock.advance(1)
    assert stream.ended
    stream.stop()
    assert talk.stream("GET", f"/events?since=1&until={until - 9}").ended


def test_events_can_be_filtered(talk):
    stream = talk.stream("GET", '/events?filters={"event":["start"]}')
    talk.run("true")
    assert [record["Action"] for record in stream.records] == ["start"]


@pytest.mark.parametrize("query", ['filters={"nope":["x"]}', "since=soon", "until=later"])
def test_bad_parameters_of_events_are_refused(talk, query):
    assert talk.ask("GET", f"/events?{query}").status == 400


def test_the_type_of_an_event_stream_by_version(talk):
    for version, kind in (("1.51", "application/json"), ("1.52", "application/jsonl")):
        stream = talk.stream("GET", f"/v{version}/events")
        assert stream.head.headers.content_type == kind


def test_disk_usage(talk):
    talk.create("true")
    document = talk.get("/v1.44/system/df")
    assert document["LayersSize"] == sum(image["Size"] for image in document["Images"])
    assert len(document["Containers"]) == 1


def test_there_is_no_registry(talk):
    assert talk.ask("POST", "/auth", {}).status == 501
