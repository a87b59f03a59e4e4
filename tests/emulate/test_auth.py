"""Credentials that are stored, as before v1.2."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.api.message import Answer, Headers, Request
from gateway.api.router import match
from gateway.api.version import ApiVersion
from gateway.emulate.auth import PUBLIC_INDEX, AuthStored, is_of_public_index
from gateway.emulate.vocabulary import Context
from gateway.stream.json import dumps, loads

GOOD = Answer(200, Headers(), b'{"IdentityToken":"","Status":"Login Succeeded"}')


def context() -> Context:
    return Context(ApiVersion(1, 1), ApiVersion(1, 41))


def run(
    method: str, context: Context, body: bytes = b"", checked: Answer = GOOD
) -> tuple[list[Any], Answer]:
    """The documents that the engine was given to check, and the answer."""
    found = match(method, "/auth")
    assert found is not None
    flow = AuthStored().run(found, Request(method, "/auth"), body, context)
    asked = []
    try:
        call = next(flow)
        while True:
            assert (call.method, call.path) == ("POST", "/auth")
            asked.append(call.body)
            call = flow.send(checked)
    except StopIteration as end:
        assert isinstance(end.value, Answer)
        return asked, end.value


def login(context: Context, checked: Answer = GOOD, **fields: str) -> tuple[list[Any], Answer]:
    return run("POST", context, dumps(fields), checked)


def test_nothing_is_stored_at_first() -> None:
    asked, answer = run("GET", context())
    assert (asked, answer.status) == ([], 200)
    assert answer.headers.get("Content-Type") == "application/json"
    assert loads(answer.body) == {"username": "", "password": "", "email": ""}


def test_what_is_stored_is_shown_without_the_password() -> None:
    known = context()
    asked, answer = login(known, username="u", password="p", email="e")
    assert asked == [{"username": "u", "password": "p", "email": "e"}]
    assert loads(answer.body) == {"Status": "Login Succeeded\n"}
    assert loads(run("GET", known)[1].body) == {"username": "u", "password": "", "email": "e"}
    assert known.credentials[PUBLIC_INDEX] == {"username": "u", "password": "p", "email": "e"}
    assert loads(run("GET", context())[1].body)["username"] == ""


def test_an_empty_password_means_the_stored_one_of_the_same_user() -> None:
    known = context()
    login(known, username="u", password="p", email="e")
    asked, _ = login(known, username="u", password="", email="new")
    assert asked == [{"username": "u", "password": "p", "email": "new"}]
    asked, _ = login(known, username="another", password="", email="")
    assert asked == [{"username": "another", "password": "", "email": ""}]


@pytest.mark.parametrize(("status", "kept"), [(401, False), (500, True), (403, True)])
def test_a_refusal_is_passed_on_and_a_401_forgets(status: int, kept: bool) -> None:
    known = context()
    login(known, username="u", password="p", email="e")
    no = Answer(status, Headers(), b'{"message":"no"}')
    _, answer = login(known, no, username="u", password="q", email="e")
    assert answer == no
    shown = loads(run("GET", known)[1].body)["username"]
    assert shown == ("u" if kept else "")


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"Status":""}', b'{"Status":3}'])
def test_an_engine_without_words_has_accepted_the_login(said: bytes) -> None:
    _, answer = login(context(), Answer(204, Headers(), said), username="u", password="p")
    assert answer.status == 200
    assert loads(answer.body) == {"Status": "Login Succeeded\n"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3"])
def test_what_are_no_credentials_is_an_error_and_nothing_is_asked(body: bytes) -> None:
    asked, answer = run("POST", context(), body)
    assert (asked, answer.status) == ([], 500)


def test_whom_it_serves() -> None:
    assert AuthStored().serves(ApiVersion(1, 1), ApiVersion(1, 24))
    assert not AuthStored().serves(ApiVersion(1, 2), ApiVersion(1, 24))


@pytest.mark.parametrize(
    ("image", "registry", "public"),
    [
        ("busybox", None, True),
        ("user/app", "", True),
        ("busybox:1.0", None, True),
        ("user/app", "r.example", False),
        ("r.example/app", None, False),
        ("r:5000/app", None, False),
        ("localhost/app", None, False),
    ],
)
def test_which_images_the_credentials_are_for(
    image: str, registry: str | None, public: bool
) -> None:
    assert is_of_public_index(image, registry) is public
