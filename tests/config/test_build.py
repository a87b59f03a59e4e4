"""The whole configuration: defaults, precedence, what must agree, and files against options."""

import argparse
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.api.version import NEWEST, ApiVersion
from gateway.config import (
    Config,
    ConfigurationError,
    EngineConfig,
    ListenConfig,
    Problem,
    TlsConfig,
    load,
)
from gateway.config.keys import KEYS
from gateway.config.options import add_options


def test_defaults(certificates: Path):
    config = load(None, {"certs": str(certificates)})
    assert config == Config(
        listen=(ListenConfig("tls://127.0.0.1:2376"),),
        tls=TlsConfig(
            certificates / "server-cert.pem",
            certificates / "server-key.pem",
            certificates / "ca.pem",
        ),
    )
    assert config.engine == EngineConfig(address="unix:///var/run/docker.sock")
    assert config.warnings == ()


def test_options_count_for_more_than_the_file(load_text, certificates, tmp_path):
    text = f"""
    log-level = "debug"
    [tls]
    cert = "/nowhere/c.pem"
    key = "/nowhere/k.pem"
    verify-clients = false
    [limits]
    fields = 50
    [[listen]]
    address = "tcp://0.0.0.0:1"
    [engine]
    address = "unix://{tmp_path}/a"
    """
    config = load_text(
        text,
        certs=str(certificates),
        verify_clients=True,
        limit_fields="60",
        listen=["tls://127.0.0.1:1"],
    )
    assert config.log_level == "debug"
    assert config.limits.fields == 60
    assert config.tls.verify_clients
    assert config.tls.cert == certificates / "server-cert.pem"
    assert config.listen == (ListenConfig("tls://127.0.0.1:1"),)
    assert config.engine.address == f"unix://{tmp_path}/a"


def test_no_listener_needs_tls_then_none_is_there(load_text, tmp_path):
    config = load_text("", listen=[f"unix://{tmp_path}/x.sock,mode=0600,default-version=1.6"])
    assert config.tls is None
    assert config.listen == (
        ListenConfig(f"unix://{tmp_path}/x.sock", 0o600, None, ApiVersion(1, 6)),
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "listen (default tls://127.0.0.1:2376): TLS needs certificates; say --certs DIR"
         " (docker-gateway certs init --certs DIR makes them)"),
        ({"listen": ["tls://127.0.0.1:1"]}, "--listen tls://127.0.0.1:1: TLS needs certificates;"
         " say --certs DIR (docker-gateway certs init --certs DIR makes them)"),
        ({"listen": ["tcp://0.0.0.0:1"]}, "--listen tcp://0.0.0.0:1: tcp://0.0.0.0:1 is plain TCP"
         " beyond this machine; listen on tls:// or on 127.0.0.1, or say --insecure if that is"
         " meant"),
        ({"listen": ["tcp://127.0.0.1:1,mode=0600"]}, "--listen tcp://127.0.0.1:1: mode is for"
         " unix sockets only; leave it out, or listen on unix:///PATH"),
        ({"listen": ["tcp://127.0.0.1:1", "tcp://localhost:1"]}, "--listen tcp://localhost:1:"
         " tcp://127.0.0.1:1 is there twice; leave one out"),
        ({"listen": ["unix:///no-such-folder/x"]}, "--listen unix:///no-such-folder/x: the folder"
         " /no-such-folder does not exist; create it, or correct the path"),
        ({"listen": ["tcp://box.example:1"]}, "--listen tcp://box.example:1: expected an IP address"
         " of this machine to listen on, found 'box.example' in 'tcp://box.example:1' (0.0.0.0:"
         " all of IPv4, [::]: all of IPv6); correct the address"),
        ({"listen": [], "engine": "http://x"}, "--engine: not an engine's address: 'http://x'"
         " (expected unix:///PATH, tcp://HOST:PORT or tls://HOST:PORT); correct the address"),
        ({"listen": [], "engine": "tcp://x", "engine_ca": "/c"}, "--engine-ca: is of no use, since"
         " tcp://x:2375 is not encrypted; write tls:// for the engine's address"),
        ({"listen": [], "tls_cert": "/c"}, "--tls-cert: the key is missing; give both, or"
         " --certs DIR"),
        ({"listen": [], "tls_key": "/k"}, "--tls-key: the certificate is missing; give both, or"
         " --certs DIR"),
    ],
)  # fmt: skip
def test_what_does_not_agree(options: dict[str, object], problem: str):
    with pytest.raises(ConfigurationError) as caught:
        load(None, options)
    assert [str(each) for each in caught.value.problems] == [problem]


def test_a_wrong_key_brings_no_second_complaint(problems_of):
    assert problems_of('[tls]\ncert = 1\nkey = ""\n[[listen]]\naddress = "tls://127.0.0.1:1"') == [
        "FILE:2: tls.cert: expected a string (a path), found the number 1; write for instance"
        ' cert = "/etc/docker-gateway"',
        "FILE:3: tls.key: expected the path of a file or folder, found an empty one; write for"
        ' instance key = "/etc/docker-gateway"',
    ]


def test_everything_at_once_from_everywhere(tmp_path):
    path = tmp_path / "g.toml"
    path.write_text('a = 1\n[engine]\naddress = "x"\n[[listen]]\naddress = "y"')
    with pytest.raises(ConfigurationError) as caught:
        load(path, {"limit_fields": "0", "certs": "/nowhere"}, [Problem("--b", "unknown", "see")])
    assert [problem.where.replace(str(path), "FILE") for problem in caught.value.problems] == [
        "--b",
        "FILE:1: a",
        "--limit-fields",
        "--certs",
        "FILE:3: engine.address",
        "FILE:5: listen[0].address",
    ]


def test_plain_tcp_beyond_loopback_when_asked_for():
    config = load(None, {"listen": ["tcp://0.0.0.0:1"], "insecure": True})
    assert config.insecure
    assert "whoever reaches it rules the engine" in config.warnings[0]


def test_a_plain_engine_elsewhere_is_a_warning():
    assert "plain TCP" in load(None, {"listen": [], "engine": "tcp://far"}).warnings[0]
    assert load(None, {"listen": [], "engine": "tcp://localhost"}).warnings == ()


def test_port_zero_may_be_there_twice():
    assert len(load(None, {"listen": ["tcp://127.0.0.1:0"] * 2}).listen) == 2


# Any subset of valid keys means the same from the file and from options.

VERSIONS = st.integers(0, NEWEST.minor).map(lambda minor: f"1.{minor}")
SECONDS = st.floats(0.1, 600, allow_nan=False).map(lambda number: round(number, 3))
FREE = {
    "engine.connect-timeout": SECONDS,
    "engine.answer-timeout": SECONDS,
    "engine.verify": st.booleans(),
    "tls.verify-clients": st.booleans(),
    "tls.legacy": st.booleans(),
    "versions.forward": st.sampled_from(["nearest", "newest"]) | VERSIONS,
    "versions.default": VERSIONS,
    "limits.head-bytes": st.integers(1024, 1 << 20),
    "limits.fields": st.integers(8, 10000),
    "limits.json-bytes": st.integers(1024, 1 << 30),
    "limits.connections": st.integers(1, 10**6),
    "limits.connections-per-identity": st.integers(0, 10**6),
    "limits.handshake-seconds": SECONDS,
    "limits.head-seconds": SECONDS,
    "limits.idle-seconds": SECONDS,
    "limits.linger-seconds": SECONDS,
    "insecure": st.booleans(),
    "log-level": st.sampled_from(["debug", "info", "warn", "error"]),
}
LISTENERS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"address": st.integers(1, 65535).map("tls://0.0.0.0:{}".format)},
            optional={"default-version": VERSIONS},
        ),
        st.fixed_dictionaries(
            {"address": st.integers(1, 999).map("unix:///tmp/dgw-test-{}.sock".format)},
            optional={
                "default-version": VERSIONS,
                "group": st.just("root"),
                "mode": st.sampled_from(["0600", "660", "0666"]),
            },
        ),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each["address"],
)


def as_toml(values: dict[str, object], listeners: list[dict[str, str]] | None) -> str:
    lines = {section: [f"[{section}]"] for section in ("engine", "tls", "versions", "limits")}
    top: list[str] = []
    for written, value in values.items():
        section, _, name = written.rpartition(".")
        lines.get(section, top).append(f"{name} = {json.dumps(value)}")
    parts = [*top, *(line for part in lines.values() for line in part)]
    for listener in listeners or []:
        parts += ["[[listen]]", *(f"{name} = {json.dumps(v)}" for name, v in listener.items())]
    return "\n".join(parts)


def as_options(values: dict[str, object], listeners: list[dict[str, str]] | None) -> list[str]:
    options: list[str] = []
    by_name = {key.written: key for key in KEYS}
    for written, value in values.items():
        option = by_name[written].option
        if isinstance(value, bool):
            options.append(option if value else f"--no-{option.removeprefix('--')}")
        else:
            options += [option, str(value)]
    for listener in listeners or []:
        others = [f",{name}={value}" for name, value in listener.items() if name != "address"]
        options += ["--listen", listener["address"] + "".join(others)]
    return options


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    values=st.fixed_dictionaries({}, optional=FREE),
    listeners=st.none() | LISTENERS,
    engine=st.sampled_from(["unix:///x", "tcp://127.0.0.1", "tls://far:1", "tls://[::1]", ""]),
)
def test_file_and_options_mean_the_same(
    tmp_path: Path, certificates: Path, values, listeners, engine: str
):
    values = dict(values) | {"tls.certs": str(certificates)}
    if engine:
        values["engine.address"] = engine
    if engine.startswith("tls:"):
        values["engine.certs"] = str(certificates)
    path = tmp_path / "g.toml"
    path.write_text(as_toml(values, listeners))
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_options(parser)
    from_options = load(None, vars(parser.parse_args(as_options(values, listeners))))
    from_file = load(path)
    assert from_file == from_options
    assert from_file.warnings == from_options.warnings
    for written, value in values.items():
        section, _, name = written.rpartition(".")
        field = name.replace("-", "_")
        part = getattr(from_file, section) if section else from_file
        if section != "listen" and hasattr(part, field) and not written.endswith("address"):
            assert str(getattr(part, field)) in (str(value), f"{value}.0")
