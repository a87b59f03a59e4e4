"""Errors, as Engine 1.6.2 gave them, from those of Engine 20.10."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body, steps

from gateway.api.message import Answer, Headers, Request
from gateway.api.routes import ROUTE
from gateway.api.version import ApiVersion
from gateway.versions.engine_1_6_errors import (
    AttachErrors,
    ErrorsOfEngine16,
    ImageErrors,
    Words,
    translated,
)
from gateway.versions.plan import Planner
from gateway.versions.v1_06 import RAW_STREAM
from gateway.versions.vocabulary import Facts

V1_18, V1_19 = ApiVersion(1, 18), ApiVersion(1, 19)
TEXT = Headers((("Content-Type", "text/plain; charset=utf-8"),))
NO_CONTAINER = "No such container: 1"


def through(route: str, status: int, text: str) -> tuple[int, str]:
    """What a client of v1.18 is told when an engine at v1.19 says this on the route."""
    plan = Planner(V1_19, V1_19).plan(V1_18, ROUTE[route])
    after = plan.error(Answer(status, TEXT, f"{text}\n".encode()), Facts())
    assert after.headers == TEXT
    return after.status, after.body.decode().removesuffix("\n")


def recorded(step: str) -> tuple[int, str]:
    return steps("1.18")[step]["status"], body("1.18", step).decode().removesuffix("\n")


_WEB = re.findall(r"container (\w+)", body("1.18", "copy-none web").decode())[0]


@pytest.mark.parametrize(
    ("step", "route", "status", "text"),
    [
        ("create-no-image", "ContainerCreate", 404, "No such image: oracle-none:latest"),
        (
            "create-conflict",
            "ContainerCreate",
            409,
            'Conflict. The container name "/oracle-split" is already in use by container '
            f'"{"78d4c494c02b":0<64}". You have to remove (or rename) that container to be able'
            " to reuse that name.",
        ),
        (
            "create-no-content-type",
            "ContainerCreate",
            400,
            "Content-Type specified () must be 'application/json'",
        ),
        (
            "create-bad-json",
            "ContainerCreate",
            400,
            "invalid JSON: invalid character 'n' looking for beginning of object key string",
        ),
        ("start-missing", "ContainerStart", 404, "No such container: oracle-none"),
        ("rm-missing", "ContainerDelete", 404, "No such container: oracle-none"),
        (
            "copy-none web",
            "ContainerCopy",
            404,
            f"Could not find the file /nope in container {_WEB}",
        ),
        ("unknown", "ContainerInspect", 404, "page not found"),
        ("wrong-method", "ContainerInspect", 404, "404 page not found"),
    ],
)
def test_the_errors_that_were_recorded(step: str, route: str, status: int, text: str) -> None:
    assert through(route, status, text) == recorded(step)


@pytest.mark.parametrize(
    ("route", "status", "text", "after"),
    [
        ("ContainerCreate", 400, "anything", (500, "anything")),
        ("ContainerCreate", 400, NO_CONTAINER, (404, "no such id: 1")),
        (
            "ContainerCreate",
            400,
            f"could not get container for 1: {NO_CONTAINER}",
            (500, "Could not get container for 1"),
        ),
        ("ContainerCreate", 500, "anything", (500, "anything")),
        ("ContainerStart", 404, "network a not found", (500, "network a not found")),
        ("ContainerStart", 400, "no such file", (500, "no such file")),
        ("ContainerStart", 409, "cannot start a paused container", (500,)),
        ("ContainerKill", 400, "Invalid signal: a", (500, "Invalid signal: a")),
        ("ContainerPause", 409, "Container 1 is already paused", (500,)),
        ("ContainerUnpause", 409, "Container 1 is not paused", (500,)),
        ("ContainerTop", 409, "Container 1 is not running", (500,)),
        ("ContainerTop", 404, NO_CONTAINER, (404, "no such id: 1")),
        (
            "ContainerRename",
            409,
            'Error when allocating new name: Conflict. The container name "/a" is already in use'
            f' by container "{"1" * 64}". You have to remove (or rename) that container.',
            (
                409,
                f'Conflict. The name "a" is already in use by container {"1" * 12}. You have to'
                " delete (or rename) that container to be able to reuse that name.",
            ),
        ),
        ("ContainerRename", 400, "Invalid container name", (500, "Invalid container name")),
        (
            "ContainerDelete",
            409,
            "You cannot remove a paused container 1. Unpause and then stop it",
            (
                409,
                "Conflict, You cannot remove a running container. Stop the container before"
                " attempting removal or use -f",
            ),
        ),
        ("ContainerDelete", 409, "removal is in progress", (409, "removal is in progress")),
        ("ContainerCopy", 400, "Path cannot be empty", (500, "Path cannot be empty")),
        ("ContainerCopy", 404, NO_CONTAINER, (404, "no such id: 1")),
        (
            "ContainerExec",
            409,
            "Container 1 is paused, unpause the container before exec",
            (500, "Container 1 is not running"),
        ),
        ("ContainerExec", 409, "Container 1 is not running", (500, "Container 1 is not running")),
        ("ContainerExec", 400, "No exec command specified", (500, "No exec command specified")),
        (
            "ExecStart",
            404,
            "No such exec instance: 1",
            (404, "No such exec instance '1' found in daemon"),
        ),
        ("ExecResize", 409, "anything", (500, "anything")),
        ("ExecInspect", 500, "anything", (500, "anything")),
    ],
)
def test_errors_of_routes(
    route: str, status: int, text: str, after: tuple[int] | tuple[int, str]
) -> None:
    assert through(route, status, text) == (*after, text)[:2]


@given(st.integers(400, 599), st.text())
def test_an_error_that_no_row_fits_is_the_same(status: int, text: str) -> None:
    rows = (
        Words(0, re.compile(r"\Zx"), 1),
        Words(600, re.compile(r".*", re.DOTALL), 2, "never"),
    )
    answer = Answer(status, TEXT, text.encode("utf-8", "replace"))
    assert translated(answer, rows) is answer


@given(st.integers(400, 599), st.text(), st.text())
def test_the_first_row_that_fits_counts(status: int, before: str, name: str) -> None:
    rows = (
        Words(0, re.compile(r"x: (.*)\Z", re.DOTALL), 404, r"\1!"),
        Words(0, re.compile(r".*\Z", re.DOTALL), 500),
    )
    named = Answer(status, TEXT, f"x: {name}\n".encode())
    assert translated(named, rows) == Answer(404, TEXT, f"{name}!\n".encode())
    other = Answer(status, TEXT, f"y{before}".encode())
    assert translated(other, rows) == Answer(500, TEXT, other.body)


@given(st.text())
def test_the_name_of_a_missing_container_is_kept(name: str) -> None:
    answer = Answer(404, TEXT, f"No such container: {name}\n".encode())
    after = ErrorsOfEngine16().down_error(answer, Facts())
    assert after == Answer(404, TEXT, f"no such id: {name}\n".encode())


def test_the_failure_of_an_attach_is_text() -> None:
    raw = Headers((("Content-Type", RAW_STREAM),))
    answer = Answer(409, raw, b"You cannot attach to a paused container\r\n\r\n")
    after = AttachErrors().down_error(answer, Facts())
    assert after.status == 409
    assert after.body == b"You cannot attach to a paused container\n"
    assert after.headers.get("Content-Type") == "text/plain; charset=utf-8"
    assert after.headers.get("X-Content-Type-Options") == "nosniff"


def test_a_failure_that_is_text_already_passes() -> None:
    answer = Answer(404, TEXT, b"no such id: 1\r\n")
    assert AttachErrors().down_error(answer, Facts()) is answer


def missing(method: str, path: str, text: str) -> Answer:
    change, facts, request = ImageErrors(), Facts(), Request(method, path)
    assert change.up_request(request, facts) is request
    return change.down_error(Answer(404, TEXT, f"{text}\n".encode()), facts)


@pytest.mark.parametrize(
    ("step", "method", "path", "text"),
    [
        (
            "image-inspect-none",
            "GET",
            "/images/oracle-none/json",
            "no such image: oracle-none: No such image: oracle-none:latest",
        ),
        ("rmi missing", "DELETE", "/images/oracle-none", "No such image: oracle-none:latest"),
        ("rmi one:a", "DELETE", "/images/oracle/one:a", "No such image: oracle/one:a"),
    ],
)
def test_images_that_were_recorded(step: str, method: str, path: str, text: str) -> None:
    after = missing(method, path, text)
    assert (after.status, after.body) == (404, body("1.18", step))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/images/host:5000/a/b/push", "host:5000/a/b"),
        ("/images/a%2Fb/tag", "a/b"),
        ("/images/a/history", "a"),
        ("/images/json/json", "json"),
        ("/images/a/get", "a"),
    ],
)
def test_an_image_is_named_as_it_was_asked_for(path: str, name: str) -> None:
    assert (
        missing("GET", path, "No such image: x:latest").body == f"No such image: {name}\n".encode()
    )


@pytest.mark.parametrize(("status", "text"), [(500, b"No such image: a\n"), (404, b"no\n")])
def test_other_errors_of_images_pass(status: int, text: bytes) -> None:
    answer = Answer(status, TEXT, text)
    facts = Facts({"path of the request": "/images/b/json"})
    assert ImageErrors().down_error(answer, facts) is answer


def test_an_image_that_nobody_named_passes() -> None:
    answer = Answer(404, TEXT, b"No such image: a\n")
    assert ImageErrors().down_error(answer, Facts()) is answer


@pytest.mark.parametrize("name", ["me/get", "json", "a/b:1"])
def test_an_image_to_delete_may_be_named_like_a_verb(name: str) -> None:
    after = missing("DELETE", f"/images/{name}", f"No such image: {name}:latest")
    assert after.body == f"No such image: {name}\n".encode()
