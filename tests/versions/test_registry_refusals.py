"""Which errors of a registry mean: log in first."""

from __future__ import annotations

import pytest

from gateway.versions.registry_refusals import error_record, is_refusal, refused


@pytest.mark.parametrize(
    "words",
    [
        "denied: requested access to the resource is denied",
        "unauthorized: authentication required",
        "Get https://example.org/v2/a/manifests/latest: no basic auth credentials",
        "Error: Status 401 trying to pull repository a",
    ],
)
def test_refusals(words: str) -> None:
    assert is_refusal(words)
    assert refused({"error": words}) == words
    assert refused(error_record(words, 1)) == words


@pytest.mark.parametrize(
    "words",
    ["manifest for a:b not found", "dial tcp 127.0.0.1:9: connect: connection refused", ""],
)
def test_other_errors(words: str) -> None:
    assert not is_refusal(words)
    assert refused({"error": words}) is None


def test_what_is_no_error_is_no_refusal() -> None:
    assert refused({"status": "unauthorized"}) is None


def test_error_records_have_both_forms() -> None:
    assert error_record("no") == {"errorDetail": {"message": "no"}, "error": "no"}
    assert error_record("no", 401)["errorDetail"] == {"message": "no", "code": 401}
