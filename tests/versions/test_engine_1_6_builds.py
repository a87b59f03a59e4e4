"""The output of a build, as Engine 1.6.2 gave it, from that of Engine 20.10."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recordings import body

from gateway.api.message import Answer, Headers, Request
from gateway.versions.engine_1_6_builds import (
    BuildFailsInItsStream,
    BuildOutputOfEngine16,
    RegistryConfigIsWrapped,
)
from gateway.versions.vocabulary import Facts

QUIET = Request("POST", "/build", "q=1")


def newer(text: str) -> dict[str, Any]:
    return {"stream": text}


def records(recorded: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in recorded.splitlines()]


def told(given: list[dict[str, Any]], facts: Facts) -> list[dict[str, Any]]:
    change = BuildOutputOfEngine16()
    after = (change.down_record(record, facts) for record in given)
    return [record for record in after if record is not None]


def text_of(given: list[dict[str, Any]]) -> str:
    return "".join(record.get("stream") or record["error"] + "\n" for record in given)


FROM: list[dict[str, Any]] = [
    newer("Step 1/4 : FROM oracle/one:a"),
    newer("\n"),
    newer(" ---> 921ad132ee1c\n"),
]

BUILD: list[dict[str, Any]] = [
    *FROM,
    newer("Step 2/4 : RUN echo built > /built"),
    newer("\n"),
    newer(" ---> Running in 5705cd33476f\n"),
    newer("Removing intermediate container 5705cd33476f\n"),
    newer(" ---> 0ec0f3dd88b7\n"),
    newer("Step 3/4 : ENV X 1"),
    newer("\n"),
    newer(" ---> Running in d44de11c1936\n"),
    newer("Removing intermediate container d44de11c1936\n"),
    newer(" ---> 5e112d1e750e\n"),
    newer("Step 4/4 : CMD cat /built"),
    newer("\n"),
    newer(" ---> Running in 55b4c46b0de3\n"),
    newer("Removing intermediate container 55b4c46b0de3\n"),
    newer(" ---> e52f40ef3b73\n"),
    {"aux": {"ID": "sha256:e52f40ef3b73"}},
    newer("Successfully built e52f40ef3b73\n"),
    newer("Successfully tagged oracle/built:latest\n"),
]

FAILS: list[dict[str, Any]] = [
    *FROM,
    newer("Step 2/2 : RUN exit 7"),
    newer("\n"),
    newer(" ---> Running in 28bfb805b59d\n"),
    {
        "errorDetail": {
            "code": 7,
            "message": "The command '/bin/sh -c exit 7' returned a non-zero code: 7",
        },
        "error": "The command '/bin/sh -c exit 7' returned a non-zero code: 7",
    },
]


def test_a_build_is_as_it_was_recorded() -> None:
    facts = Facts()
    BuildOutputOfEngine16().up_request(Request("POST", "/build", "t=oracle/built"), facts)
    assert told(BUILD, facts) == records(body("1.18", "build"))


def test_a_build_without_a_tag_reads_as_it_was_recorded() -> None:
    facts = Facts()
    BuildOutputOfEngine16().up_request(Request("POST", "/build"), facts)
    untagged = BUILD[:-1]
    assert text_of(told(untagged, facts)) == text_of(records(body("1.18", "build")))


def test_a_build_that_fails_is_as_it_was_recorded() -> None:
    assert told(FAILS, Facts()) == records(body("1.18", "build-fails"))


def test_only_the_output_of_commands_is_missing_from_a_quiet_build() -> None:
    change, facts = BuildOutputOfEngine16(), Facts()
    assert change.up_request(QUIET, facts).query == ""
    after = told(
        [
            newer("before any step\n"),
            newer("Step 1/2 : RUN a"),
            newer("\n"),
            newer(" ---> Running in 1\n"),
            newer("the output of a\n"),
            newer("\n"),
            newer("Removing intermediate container 1\n"),
            newer("not of a command\n"),
            newer(" ---> 2\n"),
            newer("Step 2/2 : RUN b"),
            newer("\n"),
            newer(" ---> Using cache\n"),
            newer("no output\n"),
        ],
        facts,
    )
    assert [record["stream"] for record in after] == [
        "before any step\n",
        "Step 0 : RUN a\n",
        " ---> Running in 1\n",
        "not of a command\n",
        " ---> 2\n",
        "Removing intermediate container 1\n",
        "Step 1 : RUN b\n",
        " ---> Using cache\n",
        "no output\n",
    ]


@pytest.mark.parametrize("query", ["", "q=", "q=0", "q=false", "t=a&rm=1"])
def test_a_build_that_is_not_quiet(query: str) -> None:
    facts, request = Facts(), Request("POST", "/build", query)
    change = BuildOutputOfEngine16()
    assert change.up_request(request, facts) is request
    output = [newer(" ---> Running in 1\n"), newer("the output\n"), newer("\n")]
    assert told(output, facts) == output


@pytest.mark.parametrize("record", [{"status": "Downloading", "id": "1"}, {"stream": "hello\n"}])
def test_what_else_is_told_stays(record: dict[str, str]) -> None:
    assert BuildOutputOfEngine16().down_record(record, Facts()) is record


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.text("abc =\n"))
def test_steps_are_counted_from_0(number: int, steps: int, command: str) -> None:
    for counted in (f"{number}/{steps}", f"{number}"):
        after = BuildOutputOfEngine16().down_record(newer(f"Step {counted} : {command}"), Facts())
        assert after == {"stream": f"Step {number - 1} : {command}\n"}


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("ENV a=b c=d", "ENV a b c d"),
        ("LABEL a=b=c", "LABEL a b=c"),
        ("RUN a=b c", "RUN a=b c"),
        ('CMD ["a","b c"]', "CMD a b c"),
        ('CMD ["a",1]', 'CMD ["a",1]'),
        ("RUN [ -f a ]", "RUN [ -f a ]"),
        ("NOSUCH", "NOSUCH"),
    ],
)
def test_an_instruction_is_told_in_its_words(instruction: str, words: str) -> None:
    after = BuildOutputOfEngine16().down_record(newer(f"Step 1/1 : {instruction}"), Facts())
    assert after == {"stream": f"Step 0 : {words}\n"}


@given(st.text())
def test_an_error_that_is_no_command_s_is_kept_without_its_code(error: str) -> None:
    given = {"errorDetail": {"code": 1, "message": error}, "error": f"no: {error}"}
    after = BuildOutputOfEngine16().down_record(given, Facts())
    assert after == {"errorDetail": {"message": f"no: {error}"}, "error": f"no: {error}"}


def test_an_unknown_instruction_is_told_as_it_was_recorded() -> None:
    headers = Headers((("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff")))
    given = b"dockerfile parse error line 1: unknown instruction: nosuch\n"
    after = BuildFailsInItsStream().down_error(Answer(400, headers, given), Facts())
    assert after.status == 200
    assert after.headers == Headers((("Content-Type", "application/json"),))
    assert records(after.body) == records(body("1.18", "build-invalid"))


def test_another_dockerfile_that_cannot_be_read_is_one_record() -> None:
    message = "Dockerfile parse error line 3: FROM requires either one or three arguments"
    answer = Answer(400, Headers(), f"{message}\n".encode())
    after = BuildFailsInItsStream().down_error(answer, Facts())
    assert after.status == 200
    assert records(after.body) == [{"errorDetail": {"message": message}, "error": message}]


@pytest.mark.parametrize(
    ("status", "text"),
    [(500, b"dockerfile parse error line 1: x\n"), (400, b"invalid reference format\n")],
)
def test_errors_that_stay_errors(status: int, text: bytes) -> None:
    answer = Answer(status, Headers(), text)
    assert BuildFailsInItsStream().down_error(answer, Facts()) is answer


def with_config(config: str) -> Request:
    return Request("POST", "/build", "", Headers((("X-Registry-Config", config),)))


@given(
    st.dictionaries(
        st.text(max_size=20),
        st.dictionaries(st.sampled_from(["username", "password", "auth"]), st.text()),
    ),
    st.booleans(),
    st.booleans(),
)
def test_credentials_come_out_of_their_wrapping(
    configs: dict[str, Any], urlsafe: bool, padded: bool
) -> None:
    wrapped = json.dumps({"configs": configs}, ensure_ascii=False).encode()
    config = b64encode(wrapped, b"-_" if urlsafe else None).decode()
    request = with_config(config if padded else config.rstrip("="))
    after = RegistryConfigIsWrapped().up_request(request, Facts())
    plain = after.headers.get("X-Registry-Config")
    assert plain is not None
    assert json.loads(urlsafe_b64decode(plain)) == configs
    assert after.path == request.path


@pytest.mark.parametrize(
    "document", [b"{", b"[]", b'{"a":{"username":"u"}}', b'{"configs":null}', b"null"]
)
def test_credentials_that_are_not_wrapped_pass(document: bytes) -> None:
    request = with_config(b64encode(document).decode())
    assert RegistryConfigIsWrapped().up_request(request, Facts()) is request


@pytest.mark.parametrize("config", ["", "\u00e9", "a"])
def test_what_is_no_base64_passes(config: str) -> None:
    request = with_config(config)
    assert RegistryConfigIsWrapped().up_request(request, Facts()) is request


def test_a_build_without_credentials_passes() -> None:
    assert RegistryConfigIsWrapped().up_request(QUIET, Facts()) is QUIET
