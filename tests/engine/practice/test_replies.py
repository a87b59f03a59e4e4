import pytest

from gateway.api.message import Headers
from gateway.api.version import ApiVersion
from gateway.engine.practice.replies import JSON, Call, Refused, error, json_answer, json_record

V1_44 = ApiVersion(1, 44)


def call(query="", body=b"", version=V1_44, written=True):
    return Call("GET", "/x", version, written, query, JSON, body)


@pytest.mark.parametrize(
    ("query", "flag"),
    [
        ("a=1", True),
        ("a=true", True),
        ("a=0", False),
        ("a=False", False),
        ("a=", False),
        ("", False),
    ],
)
def test_flags_are_read_as_engines_read_them(query, flag):
    assert call(query).flag("a") is flag


def test_a_flag_that_is_missing_has_its_default():
    assert call().flag("a", default=True) is True
    assert call("a=no").flag("a", default=True) is False


def test_filters_come_in_two_forms():
    assert call('filters={"type":["image"]}').filters() == {"type": ["image"]}
    assert call('filters={"type":{"image":true}}').filters() == {"type": ["image"]}
    assert call().filters() == {}


@pytest.mark.parametrize("query", ["filters=x", "filters=[1]"])
def test_bad_filters_are_refused(query):
    with pytest.raises(Refused, match="invalid filter"):
        call(query).filters()


def test_a_body_that_is_no_object_is_refused():
    assert call(body=b" \n").mapping() == {}
    assert call(body=b"null").mapping() == {}
    assert call(body=b'{"a":1}').mapping() == {"a": 1}
    for body in (b"[]", b"{"):
        with pytest.raises(Refused) as refused:
            call(body=body).mapping()
        assert refused.value.status == 400


@pytest.mark.parametrize("fields", [(), (("Content-Type", "text/plain"),)])
def test_a_body_must_say_that_it_is_json(fields):
    with pytest.raises(Refused, match="must be 'application/json'"):
        Call("POST", "/x", V1_44, headers=Headers(fields), body=b"{}").document()
    assert Call("POST", "/x", V1_44, headers=Headers(fields)).document() == {}


def test_errors_have_the_shape_of_their_version():
    old = error(call(version=ApiVersion(1, 23)), 404, "no")
    assert (old.body, old.headers.content_type) == (b"no\n", "text/plain")
    for modern in (
        error(call(version=ApiVersion(1, 24)), 404, "no"),
        error(call(version=ApiVersion(1, 23), written=False), 404, "no"),
    ):
        assert (modern.body, modern.headers.content_type) == (
            b'{"message":"no"}\n',
            "application/json",
        )


def test_documents_end_with_a_newline():
    assert json_answer([1], 201).body == json_record([1]) == b"[1]\n"
