"""What `docker-gateway explain` says is what the plan does."""

from __future__ import annotations

import pytest

from gateway.api.version import ApiVersion
from gateway.versions.explain import STEP_WORDS, engine_range, explain
from gateway.versions.vocabulary import STEPS


def test_the_whole_text() -> None:
    assert explain("POST /v1.5/containers/x/attach?stream=1", "1.41", "newest") == (
        "POST /v1.5/containers/x/attach?stream=1\n"
        "  client     1.5\n"
        "  engine     1.12 to 1.41, spoken to at 1.41 (newest)\n"
        "  route      ContainerAttach (POST /containers/{id}/attach, from 1.0)\n"
        "  v1.6       Attach: stdout and stderr of a container without a TTY come merged, not in"
        " frames.\n"
        "             rewrites: answer's head, byte stream\n"
        "  v1.19      Errors that any route may have have the status and the words of Engine 1.6.\n"
        "             rewrites: errors\n"
        "  v1.19      The failure of an attach is plain text as all errors are (Docker 1.6,"
        " api/server).\n"
        "             rewrites: errors\n"
        "  v1.24      The body of an error is its message and a newline, as plain text.\n"
        "             rewrites: errors\n"
        "  v1.24      A container is known by the id that it was created with, or the beginning of"
        " it.\n"
        "             rewrites: request, errors\n"
        "  v1.24      An attach may be opened before the start, and goes on when that makes the"
        " container anew.\n"
        "             rewrites: request\n"
        "  look-up    containers that were made anew at start (one more call to the engine)\n"
        "  look-up    the engine itself knows the id (one more call to the engine)\n"
        "  look-up    container has a TTY (one more call to the engine)\n"
        "  look-up    container that never ran (one more call to the engine)\n"
    )


@pytest.mark.parametrize(
    ("request_line", "engine", "forward", "words"),
    [
        ("GET /v1.6/images/json", "1.41", "nearest", ["v1.7", "one entry per tag"]),
        ("GET /v1.6/images/viz", "1.41", "nearest", ["emulated", "/images/json?all=1"]),
        ("GET /v1.7/images/viz", "1.41", "nearest", ["refused    404: This is now implemented"]),
        ("GET /v1.60/info", "1.41", "nearest", ["refused    400", "1.60 is too new"]),
        ("GET /v1.41/info", "1.41", "nearest", ["untouched", "(GET /info, from 1.0)"]),
        ("GET /v1.6/images/viz", "1.41", "nearest", ["from 1.0 to 1.6)"]),
        ("GET /info", "1.41", "nearest", ["client     1.41 (the path has no version"]),
        ("GET /v1.20/info", "1.41", "newest", ["errors", "successful answer passes untouched"]),
        ("GET /v1.20/info", "1.24-1.41", "1.30", ["1.24 to 1.41, spoken to at 1.30 (1.30)"]),
        ("GET /nothing", "1.41", "nearest", ["none: the engine answers for itself"]),
        ("get //v1.41//info", "1.41", "nearest", ["SystemInfo"]),
        ("POST /v1.5/exec/x/start", "1.51", "nearest", ["note       exec start asks for a TTY"]),
        ("HEAD /_ping", "1.30", "nearest", ["emulated   `HEAD /_ping`", "always     The `Api-Ver"]),
    ],
)
def test_what_it_says(request_line: str, engine: str, forward: str, words: list[str]) -> None:
    text = explain(request_line, engine, forward)
    assert all(word in text for word in words), text


@pytest.mark.parametrize(
    ("request_line", "engine", "forward", "words"),
    [
        ("/v1.6/info", "1.41", "nearest", "not a request"),
        ("GET v1.6/info", "1.41", "nearest", "not a request"),
        ("GET /v1.2.3/info", "1.41", "nearest", "not an API version"),
        ("GET /info", "forty", "nearest", "not an API version"),
        ("GET /info", "1.41", "latest", "not an API version"),
        ("GET /info", "1.41-1.12", "nearest", "range cannot be"),
    ],
)
def test_what_it_does_not_understand(
    request_line: str, engine: str, forward: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        explain(request_line, engine, forward)


@pytest.mark.parametrize(
    ("text", "oldest"),
    [
        ("1.18", 0),
        ("1.19", 12),
        ("1.41", 12),
        ("1.45", 24),
        ("1.51", 24),
        ("1.52", 44),
        ("1.55", 40),
    ],
)
def test_an_engine_given_by_its_newest_version(text: str, oldest: int) -> None:
    assert engine_range(text) == (ApiVersion(1, oldest), ApiVersion.parse(text))


def test_an_engine_given_by_its_range() -> None:
    assert engine_range("1.24 - 1.41") == (ApiVersion(1, 24), ApiVersion(1, 41))


def test_every_step_has_words() -> None:
    assert tuple(STEP_WORDS) == STEPS
