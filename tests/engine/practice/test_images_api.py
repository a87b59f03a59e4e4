import orjson
import pytest
from support.practice import Talk

from gateway.api.version import ApiVersion


def test_list_inspect_history(talk):
    names = {tag for image in talk.get("/v1.44/images/json") for tag in image["RepoTags"]}
    assert {"busybox:latest", "hello-world:latest"} <= names
    document = talk.get("/v1.44/images/busybox/json")
    assert document["RepoTags"] == ["busybox:latest"]
    assert talk.get("/v1.44/images/busybox/history")[0]["Id"] == document["Id"]
    assert talk.ask("GET", "/images/nope/json").status == 404


def test_a_pull_says_that_it_is_practice_and_makes_the_image(talk):
    stream = talk.stream("POST", "/v1.44/images/create?fromImage=host:5000/team/app&tag=2")
    talk.clock.advance(1)
    assert stream.ended
    assert all(write.count(b"\n") == 1 for write in stream.writes)
    words = [record["status"] for record in stream.records]
    assert any("Practice engine: nothing is fetched" in status for status in words)
    assert words[-1] == "Status: Downloaded newer image for host:5000/team/app:2"
    assert not any("progress" in record for record in stream.records)
    talk.get("/images/host:5000/team/app:2/json")
    again = talk.stream("POST", "/images/create?fromImage=host:5000/team/app:2")
    talk.clock.advance(1)
    assert "up to date" in again.records[-1]["status"]


def test_engines_up_to_28_send_the_progress_as_text_too():
    talk = Talk(newest=ApiVersion(1, 51))
    stream = talk.stream("POST", "/images/create?fromImage=app")
    talk.clock.advance(1)
    texts = [record["progress"] for record in stream.records if "progress" in record]
    assert len(texts) == 4
    assert all(text.startswith("[=") and len(text.partition("]")[0]) == 51 for text in texts)


def test_a_client_that_leaves_a_pull_ends_it(talk):
    stream = talk.stream("POST", "/images/create?fromImage=app")
    stream.stop()
    assert talk.clock.pending == 0


@pytest.mark.parametrize(
    ("query", "status"), [("fromSrc=-", 501), ("fromImage=Not%20a%20name", 400)]
)
def test_bad_pulls(talk, query, status):
    assert talk.ask("POST", f"/images/create?{query}").status == status


def test_tag_and_delete(talk):
    assert talk.ask("POST", "/images/busybox/tag?repo=team/mine&tag=1").status == 201
    answer = talk.ask("DELETE", "/images/team/mine:1")
    assert orjson.loads(answer.body) == [{"Untagged": "team/mine:1"}]
    talk.create("true")
    assert talk.ask("DELETE", "/images/busybox").status == 409
    assert talk.ask("DELETE", "/images/busybox?force=1").status == 200


def test_containers_are_counted_from_1_51_on(talk):
    talk.create("true")
    counts = {one["RepoTags"][0]: one["Containers"] for one in talk.get("/v1.51/images/json")}
    assert (counts["busybox:latest"], counts["nginx:latest"]) == (1, 0)


def test_prune(talk):
    assert orjson.loads(talk.ask("POST", "/images/prune").body)["SpaceReclaimed"] == 0
