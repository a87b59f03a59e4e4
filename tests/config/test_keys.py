"""The table of keys: complete, unambiguous, and its help tells the truth."""

import re

import pytest

from gateway.config.keys import KEYS, LISTEN_KEYS, SECTIONS
from gateway.config.model import Config, LimitsConfig


def test_no_name_twice():
    assert len({key.written for key in KEYS}) == len(KEYS)
    assert len({key.option for key in KEYS}) == len(KEYS)
    assert len({key.destination for key in KEYS}) == len(KEYS)


def test_fixed_options():
    options = {key.written: key.option for key in KEYS}
    assert options["engine.address"] == "--engine"
    assert options["tls.certs"] == "--certs"
    assert options["tls.verify-clients"] == "--verify-clients"
    assert options["versions.forward"] == "--forward"
    assert options["versions.default"] == "--default-version"
    assert options["insecure"] == "--insecure"
    assert SECTIONS == ("engine", "tls", "versions", "limits")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.written)
def test_a_default_in_the_help_is_the_default(key):
    said = re.search(r"default: ([0-9]+)\)", key.help)
    if said is None:
        assert key.section != "limits"
        return
    config = LimitsConfig() if key.section == "limits" else Config().engine
    assert float(said[1]) == getattr(config, key.field)


@pytest.mark.parametrize("key", (*KEYS, *LISTEN_KEYS), ids=lambda key: key.written)
def test_every_example_is_right(key):
    import tomllib

    value = tomllib.loads(key.toml_example)[key.name]
    assert key.kind.from_toml(value) is not None
    if key.metavar:
        assert key.kind.from_text(re.split("[ =]", key.option_example, maxsplit=1)[1]) is not None
