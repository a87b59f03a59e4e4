from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.api.errors import error_answer, too_new, too_old
from gateway.api.message import Answer
from gateway.api.version import ApiVersion

MESSAGES = st.text(st.characters(exclude_categories=()), max_size=40)


def _v(text: str) -> ApiVersion:
    return ApiVersion.parse(text)


def test_text_below_1_24() -> None:
    answer = error_answer(_v("1.23"), 404, "No such container: a")
    assert answer.status == 404
    assert answer.headers.fields == (("Content-Type", "text/plain; charset=utf-8"),)
    assert answer.body == b"No such container: a\n"


@pytest.mark.parametrize("version", [_v("1.24"), _v("1.56"), None])
def test_json_from_1_24_and_without_a_version(version: ApiVersion | None) -> None:
    answer = error_answer(version, 404, "No such container: a")
    assert answer.status == 404
    assert answer.headers.fields == (("Content-Type", "application/json"),)
    assert answer.body == b'{"message":"No such container: a"}\n'


@given(MESSAGES)
@example("/containers/\udcff/json")
def test_any_message_can_be_told(message: str) -> None:
    told = message.encode("utf-8", "replace").decode()
    assert json.loads(error_answer(None, 500, message).body) == {"message": told}
    assert error_answer(_v("1.0"), 500, message).body.decode() == told + "\n"


def _message(answer: Answer) -> str:
    if answer.headers.content_type == "application/json":
        return str(json.loads(answer.body)["message"])
    return answer.body.decode().removesuffix("\n")


@pytest.mark.parametrize(
    ("client", "status", "media_type", "words"),
    [
        # Engine 0.8 to 1.6.2, whose words the older clients are given too.
        ("1.8", 404, "text/plain", "client and server don't have same version"),
        ("1.18", 404, "text/plain", "client and server don't have same version"),
        ("1.19", 400, "text/plain", "client version 1.19 is too new."),
        ("1.23", 400, "text/plain", "client version 1.23 is too new."),
        ("1.99", 400, "application/json", "client version 1.99 is too new."),
    ],
)
def test_too_new(client: str, status: int, media_type: str, words: str) -> None:
    answer = too_new(_v(client), _v("1.7"))
    assert (answer.status, answer.headers.content_type) == (status, media_type)
    assert _message(answer).startswith(words)


def test_the_engines_words() -> None:
    # Engine 20.10.24 for the first and the last, Engine 1.6.2 for the second.
    assert _message(too_new(_v("1.99"), _v("1.41"))) == (
        "client version 1.99 is too new. Maximum supported API version is 1.41"
    )
    assert _message(too_new(_v("1.9"), _v("1.8"))) == (
        "client and server don't have same version (client : 1.9, server: 1.8)"
    )
    assert _message(too_old(_v("1.6"), _v("1.12"))) == (
        "client version 1.6 is too old. Minimum supported API version is 1.12, "
        "please upgrade your client to a newer version"
    )


@pytest.mark.parametrize(
    ("client", "media_type"),
    [("0.9", "text/plain"), ("1.23", "text/plain"), ("1.24", "application/json")],
)
def test_too_old_is_a_400_at_every_version(client: str, media_type: str) -> None:
    answer = too_old(_v(client), _v("1.40"))
    assert (answer.status, answer.headers.content_type) == (400, media_type)
