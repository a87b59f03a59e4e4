"""Clients before v1.9: credentials of a build, numbers as signals, the code of a refusal."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.message import Headers, Request
from gateway.versions.v1_09 import (
    PUBLIC_INDEX,
    BuildCredentials,
    InfoHasTruths,
    KillByNumber,
    RefusalsHaveACode,
    read_credentials,
    write_credentials,
)
from gateway.versions.vocabulary import Facts

USER = {"username": "u", "password": "p", "email": "e"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def build(**headers: str) -> Request:
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request("POST", "/build", "t=x", Headers(fields))


def config_of(request: Request) -> Any:
    header = request.headers.get("X-Registry-Config")
    return None if header is None else read_credentials(header)


@given(JSON)
def test_credentials_are_read_as_they_were_written_in_either_alphabet(document: Any) -> None:
    assert read_credentials(write_credentials(document)) == document
    data = json.dumps(document).encode()
    for text in (base64.b64encode(data), base64.urlsafe_b64encode(data)):
        assert read_credentials(text.decode()) == document
        assert read_credentials(text.decode().rstrip("=")) == document


@pytest.mark.parametrize("header", ["", "!", "bnVsb", "e30=e30=x", "é"])
def test_what_are_no_credentials(header: str) -> None:
    assert read_credentials(header) is None


@pytest.mark.parametrize(
    ("credentials", "config"),
    [
        (USER, {"configs": {PUBLIC_INDEX: USER}}),
        (
            {**USER, "serveraddress": "example.org"},
            {"configs": {"example.org": {**USER, "serveraddress": "example.org"}}},
        ),
        ({"configs": {"a": USER}}, {"configs": {"a": USER}}),
        ({"configs": {}}, None),
        ({"auth": "", "email": ""}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_the_credentials_of_a_build(credentials: Any, config: Any) -> None:
    request = BuildCredentials().up_request(
        build(X_Registry_Auth=write_credentials(credentials)), Facts()
    )
    assert request.headers.get("X-Registry-Auth") is None
    assert config_of(request) == config


def test_a_build_without_credentials_or_with_both() -> None:
    assert BuildCredentials().up_request(build(), Facts()) == build()
    both = build(X_Registry_Auth=write_credentials(USER), X_Registry_Config="e30=")
    assert BuildCredentials().up_request(both, Facts()) == build(X_Registry_Config="e30=")


@pytest.mark.parametrize("query", ["", "signal=9", "signal=KILL", "a=0"])
def test_signals_that_pass(query: str) -> None:
    request = Request("POST", "/containers/x/kill", query)
    assert KillByNumber().up_request(request, Facts()) is request


def test_truths_that_are_none_are_not_invented() -> None:
    assert InfoHasTruths().down_document({"Images": 1}, Facts()) == {"Images": 1}
    assert InfoHasTruths().down_document({"Debug": True}, Facts()) == {"Debug": True}


def test_other_records_pass() -> None:
    for record in ({"status": "x"}, {"error": "no space left on device"}):
        assert RefusalsHaveACode().down_record(dict(record), Facts()) == record
