"""Addresses of engines: read, refused, written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.engine.address import EngineAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:///var/run/docker.sock", EngineAddress("unix", path="/var/run/docker.sock")),
        ("unix:///a b/c?d#e", EngineAddress("unix", path="/a b/c?d#e")),
        ("tcp://127.0.0.1:2375", EngineAddress("tcp", host="127.0.0.1", port=2375)),
        ("tcp://engine", EngineAddress("tcp", host="engine", port=2375)),
        ("tls://engine", EngineAddress("tls", host="engine", port=2376)),
        ("tls://[::1]:1234", EngineAddress("tls", host="::1", port=1234)),
        ("tcp://[fe80::1]/", EngineAddress("tcp", host="fe80::1", port=2375)),
        ("tcp://Engine.Example:1/", EngineAddress("tcp", host="engine.example", port=1)),
    ],
)
def test_what_is_an_address(text: str, address: EngineAddress) -> None:
    assert EngineAddress.parse(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/var/run/docker.sock",
        "unix://",
        "unix://relative",
        "unix:/one",
        "http://engine",
        "ssh://engine",
        "engine:2375",
        "tcp:engine",
        "tcp://",
        "tcp://:2375",
        "tcp://engine:0x1",
        "tcp://engine:99999",
        "tcp://engine/path",
        "tcp://engine?query",
        "tcp://user@engine",
        "tls://user:word@engine:1",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        EngineAddress.parse(text)


HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z0-9]{1,10}){0,3}", fullmatch=True)
ADDRESSES = st.one_of(
    st.builds(
        lambda path: EngineAddress("unix", path="/" + path),
        st.text(st.characters(codec="utf-8"), max_size=30),
    ),
    st.builds(
        lambda scheme, host, port: EngineAddress(scheme, host=host, port=port),
        st.sampled_from(["tcp", "tls"]),
        st.one_of(HOSTS, st.ip_addresses().map(str)),
        st.integers(1, 65535),
    ),
)


@given(ADDRESSES)
def test_what_is_written_is_read_again(address: EngineAddress) -> None:
    assert EngineAddress.parse(str(address)) == address
