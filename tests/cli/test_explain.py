"""`explain`: the words are the versions package's; here it is reached and refuses well."""

import pytest


def test_an_explanation(command):
    done = command("explain", "GET /v1.6/images/json", "--engine", "1.41")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("GET /v1.6/images/json\n")
    assert "v1.7" in done.out and "Repository" in done.out
    newest = command("explain", "GET /v1.6/images/json", "--engine", "1.41", "--forward", "newest")
    assert "spoken to at 1.41 (newest)" in newest.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("GET", "--engine", "1.41"), "not a request"),
        (("GET /v1.6/info", "--engine", "new"), "not an API version: 'new'"),
        (("GET /v1.6/info", "--engine", "1.41", "--forward", "x"), "not an API version: 'x'"),
        (("GET /v1.6/info", "--engine", "1.41", "--foward", "x"), "did you mean --forward?"),
    ],
)
def test_wrong_questions(command, arguments, words):
    (problem,) = command("explain", *arguments).problems
    assert words in problem
