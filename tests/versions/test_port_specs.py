"""Ports written as texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.versions.port_specs import parse_port_spec, publish

PORTS = st.integers(1, 65535).map(str)


@pytest.mark.parametrize(
    ("spec", "port", "address", "public"),
    [
        ("80", "80/tcp", "", ""),
        ("80/udp", "80/udp", "", ""),
        ("80/UDP", "80/udp", "", ""),
        (":80", "80/tcp", "", ""),
        ("8080:80", "80/tcp", "", "8080"),
        ("127.0.0.1::80", "80/tcp", "127.0.0.1", ""),
        ("127.0.0.1:8080:80/udp", "80/udp", "127.0.0.1", "8080"),
    ],
)
def test_the_grammar(spec: str, port: str, address: str, public: str) -> None:
    assert parse_port_spec(spec) == (port, {"HostIp": address, "HostPort": public})


@given(st.sampled_from(["", "127.0.0.1"]), st.just("") | PORTS, PORTS, st.sampled_from(("tcp",)))
def test_what_is_written_is_read(address: str, public: str, private: str, protocol: str) -> None:
    spec = f"{address}:{public}:{private}/{protocol}"
    expected = (f"{private}/{protocol}", {"HostIp": address, "HostPort": public})
    assert parse_port_spec(spec) == expected


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("", "No port specified"),
        ("8080:", "No port specified"),
        ("a", "Invalid containerPort: a"),
        ("a:80", "Invalid hostPort: a"),
        ("80/sctp", "Invalid proto: sctp"),
        ("80/", "Invalid proto: "),
        ("65536", "Invalid containerPort: 65536"),
        ("80-81", "Invalid containerPort: 80-81"),
    ],
)
def test_what_is_no_port(spec: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_port_spec(spec)


def test_several_bindings_of_one_port_and_what_was_there_before() -> None:
    exposed: dict[str, Any] = {"22/tcp": {}}
    bindings: dict[str, Any] = {"80/tcp": [{"HostIp": "", "HostPort": "1"}], "22/tcp": None}
    publish(["2:80", 80, "23:22"], exposed, bindings)
    assert exposed == {"22/tcp": {}, "80/tcp": {}}
    assert [binding["HostPort"] for binding in bindings["80/tcp"]] == ["1", "2", ""]
    assert bindings["22/tcp"] == [{"HostIp": "", "HostPort": "23"}]


@pytest.mark.parametrize("spec", [True, None, {}, 1.5])
def test_what_is_no_text(spec: Any) -> None:
    with pytest.raises(ValueError, match="Invalid containerPort"):
        publish([spec], {}, {})
