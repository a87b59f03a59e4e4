"""Addresses to listen on."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.addresses import canonical_address, is_loopback, socket_troubles, split_option
from gateway.config.model import ListenConfig


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("tls://127.0.0.1:2376", "tls://127.0.0.1:2376"),
        ("tls://0.0.0.0", "tls://0.0.0.0:2376"),
        ("tcp://localhost", "tcp://127.0.0.1:2375"),
        ("tcp://LocalHost:0", "tcp://127.0.0.1:0"),
        ("tls://[::1]:99", "tls://[::1]:99"),
        ("tls://[0:0::1]/", "tls://[::1]:2376"),
        ("tls://127.0.0.1:02376", "tls://127.0.0.1:2376"),
        ("unix:///run/x.sock", "unix:///run/x.sock"),
    ],
)
def test_right_ones(text: str, canonical: str):
    assert canonical_address(text) == canonical
    assert canonical_address(canonical) == canonical


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected tls://HOST:PORT, tcp://HOST:PORT or unix:///PATH"),
        ("127.0.0.1:2376", "expected tls://HOST:PORT"),
        ("http://127.0.0.1", "expected tls://HOST:PORT"),
        ("TLS://127.0.0.1", "expected tls://HOST:PORT"),
        ("tls://", "expected an IP address of this machine"),
        ("tls://:2376", "expected an IP address of this machine"),
        ("tls://box.example:2376", "expected an IP address of this machine"),
        ("tls://127.0.0.1:", "expected a port"),
        ("tls://127.0.0.1:65536", "expected a port"),
        ("tls://127.0.0.1:1²", "expected a port"),
        ("tls://127.0.0.1:-1", "expected a port"),
        ("tls://::1:2376", "expected HOST:PORT"),
        ("tls://[127.0.0.1]:1", "expected an IPv6 address in the brackets"),
        ("tls://[::1", "expected HOST:PORT"),
        ("tls://127.0.0.1:1/path", "expected a port"),
        ("tls://bob@127.0.0.1:1", "expected an IP address"),
        ("unix://", "expected unix:// and an absolute path"),
        ("unix://run/x", "expected unix:// and an absolute path"),
        ("unix:///run/", "expected unix:// and an absolute path"),
        ("unix:///" + "x" * 107, "at most 107 bytes"),
        ("unix:///" + "é" * 60, "at most 107 bytes"),
    ],
)
def test_wrong_ones(text: str, words: str):
    with pytest.raises(ValueError) as caught:
        canonical_address(text)
    assert words in str(caught.value)


@given(st.sampled_from(["tls", "tcp"]), st.ip_addresses(), st.integers(0, 65535))
def test_every_address_comes_through(scheme: str, ip, port: int):
    host = f"[{ip}]" if ip.version == 6 else str(ip)
    listener = ListenConfig(canonical_address(f"{scheme}://{host}:{port}"))
    assert (listener.scheme, listener.host, listener.port) == (scheme, str(ip), port)
    assert listener.is_local == ip.is_loopback


@given(st.text(max_size=30))
def test_nothing_else_is_raised(text: str):
    for prefix in ("", "tls://", "unix://", "tls://[", "tcp://127.0.0.1:"):
        try:
            canonical_address(prefix + text)
        except ValueError as error:
            assert "expected" in str(error)


def test_what_may_follow():
    assert split_option("tls://[::1]:1,default-version=1.6") == (
        "tls://[::1]:1",
        {"default-version": "1.6"},
    )
    assert split_option("unix:///a,b,mode=0600,group=x=y") == (
        "unix:///a,b",
        {"mode": "0600", "group": "x=y"},
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("tcp://127.9.9.9:1", True),
        ("tcp://[::1]:1", True),
        ("tcp://localhost:1", True),
        ("tcp://10.0.0.1:1", False),
        ("tcp://box.example:1", False),
    ],
)
def test_loopback(address: str, expected: bool):
    assert is_loopback(address) is expected


def test_what_stands_in_a_socket_s_way(tmp_path: Path, monkeypatch):
    def troubles(path: Path, group: str | None = None) -> list[str]:
        return [what for what, _ in socket_troubles(ListenConfig(f"unix://{path}", group=group))]

    assert troubles(tmp_path / "x.sock") == []
    assert troubles(tmp_path / "x.sock", "root") == []
    assert troubles(tmp_path / "no" / "x.sock", "no-such-group") == [
        f"the folder {tmp_path / 'no'} does not exist",
        "this machine has no group 'no-such-group'",
    ]
    (tmp_path / "file").write_text("")
    assert troubles(tmp_path / "file") == [f"{tmp_path / 'file'} exists and is no socket"]

    def denied(self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", denied)
    assert troubles(tmp_path / "x") == [f"{tmp_path / 'x'} cannot be reached: Permission denied"]
