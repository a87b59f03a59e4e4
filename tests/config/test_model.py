"""The configuration's types, and that every key has its field."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from gateway.config.keys import KEYS, LISTEN_KEYS
from gateway.config.model import (
    Config,
    EngineConfig,
    LimitsConfig,
    ListenConfig,
    TlsConfig,
    VersionsConfig,
)


def test_every_key_has_a_field_and_every_field_a_key():
    parts = {
        "engine": EngineConfig,
        "tls": TlsConfig,
        "versions": VersionsConfig,
        "limits": LimitsConfig,
    }
    named = {key.written.replace("-", "_") for key in (*KEYS, *LISTEN_KEYS)}
    wanted = {f"{section}.{each.name}" for section, kind in parts.items() for each in fields(kind)}
    wanted |= {f"listen.{each.name}" for each in fields(ListenConfig)}
    wanted |= {each.name for each in fields(Config)} - {*parts, "listen", "warnings"}
    assert named - {"engine.certs", "tls.certs"} == wanted


def test_it_is_frozen():
    with pytest.raises(FrozenInstanceError):
        Config().insecure = True  # type: ignore[misc]


def test_warnings_make_no_difference():
    assert Config(warnings=("careful",)) == Config()


def test_parts_of_an_address():
    unix = ListenConfig("unix:///run/x.sock")
    assert (unix.scheme, unix.path, unix.is_local) == ("unix", "/run/x.sock", True)
    tls = ListenConfig("tls://[::1]:2376")
    assert (tls.scheme, tls.host, tls.port, tls.is_local) == ("tls", "::1", 2376, True)
    assert not ListenConfig("tcp://0.0.0.0:0").is_local
    assert ListenConfig("tcp://0.0.0.0:0").port == 0


def test_defaults_are_the_safe_ones():
    assert not Config().insecure
    assert EngineConfig().verify
    tls = TlsConfig(Path("c"), Path("k"), Path("ca"))
    assert tls.verify_clients and not tls.legacy
