import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.practice import Talk

from gateway.api.message import Answer
from gateway.api.version import ApiVersion
from gateway.engine.practice.replies import JSON

OLD = "client version {} is too old. Minimum supported API version is {}, " + (
    "please upgrade your client to a newer version"
)
NEW = "client version {} is too new. Maximum supported API version is {}"


@pytest.mark.parametrize(
    ("version", "words", "text"),
    [
        ("1.43", OLD.format("1.43", "1.44"), False),
        ("1.24", OLD.format("1.24", "1.44"), False),
        ("1.23", OLD.format("1.23", "1.44"), True),
        ("1.6", OLD.format("1.6", "1.44"), True),
        ("1.57", NEW.format("1.57", "1.56"), False),
        ("1.99", NEW.format("1.99", "1.56"), False),
    ],
)
def test_versions_out_of_range_are_refused_in_the_engines_words(talk, version, words, text):
    answer = talk.ask("GET", f"/v{version}/containers/json")
    assert answer.status == 400
    assert answer.headers.get("Api-Version") == "1.56"
    assert answer.body.decode() == (words + "\n" if text else f'{{"message":"{words}"}}\n')


@pytest.mark.parametrize("path", ["/v1.44/_ping", "/v1.56/_ping", "/_ping", "//v1.44//_ping"])
def test_versions_in_range_and_none_are_served(talk, path):
    answer = talk.ask("GET", path)
    assert (answer.status, answer.body) == (200, b"OK")


def test_the_range_can_be_set():
    talk = Talk(ApiVersion(1, 24), ApiVersion(1, 41))
    assert talk.ask("GET", "/v1.24/_ping").headers.get("Api-Version") == "1.41"
    assert talk.ask("GET", "/v1.42/_ping").status == 400
    with pytest.raises(ValueError, match="range of versions is empty"):
        Talk(ApiVersion(1, 41), ApiVersion(1, 24))


@pytest.mark.parametrize(
    "path", ["/nope", "/v1.44/nope", "/v1.44", "/", "/v1.44/containers", "/v99999.1/_ping"]
)
def test_unknown_routes_are_not_found_and_say_no_version(talk, path):
    answer = talk.ask("GET", path)
    assert (answer.status, orjson.loads(answer.body)) == (404, {"message": "page not found"})
    assert answer.headers.get("Api-Version") is None


def test_answers_say_where_they_come_from(talk):
    answer = talk.ask("GET", "/v1.44/containers/json")
    assert answer.headers.get("Ostype") == "linux"
    assert "practice" in (answer.headers.get("Server") or "")


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    st.sampled_from(["/v1.44", "", "/v1.30", "/v99999999.1"]),
    st.sampled_from(
        ["/containers/json", "/containers/create", "/events", "/images/json", "/exec/x/start"]
    ),
    st.text('abcfilters={}[]"&=%0123', max_size=30),
    st.binary(max_size=30),
)
def test_nothing_that_is_sent_makes_it_fail(method, version, path, query, body):
    reply = Talk().engine.answer(method, f"{version}{path}?{query}", JSON, body)
    if isinstance(reply, Answer) and reply.status >= 400:
        assert b"Traceback" not in reply.body
