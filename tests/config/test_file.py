"""The TOML file: what is read of it, and every complaint with its line."""

from pathlib import Path

import pytest

from gateway.api.version import ApiVersion
from gateway.config.file import layer_of_file
from gateway.config.problems import Problem

WHOLE = """\
log-level = "debug"
insecure = true

[engine]
address = "tls://far:2376"
certs = "client"
connect-timeout = 3

[tls]
certs = "/etc/certs"
verify-clients = false

[versions]
default = "1.6"

[[listen]]
address = "unix:///run/x.sock"
mode = "0600"
default-version = "1.5"
[[listen]]
address = "tls://0.0.0.0:1"
"""


def read(folder: Path, text: str) -> tuple[object, list[str]]:
    path = folder / "g.toml"
    path.write_text(text)
    problems: list[Problem] = []
    layer = layer_of_file(path, problems)
    return layer, [str(problem).replace(str(path), "FILE") for problem in problems]


def test_what_is_read(tmp_path: Path):
    path = tmp_path / "g.toml"
    path.write_text(WHOLE)
    problems: list[Problem] = []
    layer = layer_of_file(path, problems)
    assert problems == []
    assert {name: given.value for name, given in layer.values.items()} == {
        "log-level": "debug",
        "insecure": True,
        "engine.address": "tls://far:2376",
        "engine.certs": tmp_path / "client",
        "engine.connect-timeout": 3.0,
        "tls.certs": Path("/etc/certs"),
        "tls.verify-clients": False,
        "versions.default": ApiVersion(1, 6),
    }
    assert layer.values["engine.connect-timeout"].where == f"{path}:7: engine.connect-timeout"
    assert layer.listen is not None
    assert [{name: g.value for name, g in each.items()} for each in layer.listen] == [
        {
            "address": "unix:///run/x.sock",
            "mode": 0o600,
            "default-version": ApiVersion(1, 5),
        },
        {"address": "tls://0.0.0.0:1"},
    ]
    assert layer.listen[1]["address"].where == f"{path}:21: listen[1].address"


def test_addresses_may_be_listed_briefly(tmp_path: Path):
    path = tmp_path / "g.toml"
    path.write_text('listen = ["tls://0.0.0.0:1",\n {address = "tls://0.0.0.0:2"}]')
    problems: list[Problem] = []
    layer = layer_of_file(path, problems)
    assert problems == [] and layer.listen is not None
    assert [each["address"].value for each in layer.listen] == [
        "tls://0.0.0.0:1",
        "tls://0.0.0.0:2",
    ]
    assert layer.listen[0]["address"].where == f"{path}:1: listen[0]"
    assert layer.listen[1]["address"].where == f"{path}:2: listen[1].address"


def test_a_file_without_listeners_says_nothing_of_them(tmp_path: Path):
    layer, problems = read(tmp_path, "")
    assert problems == []
    assert layer.listen is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\n\nlog-levle = 'info'", "FILE:3: log-levle: unknown key; did you mean log-level?"),
        ("zz = 1", "FILE:1: zz: unknown key; known are: engine, insecure, limits, listen, "
         "log-level, tls, versions"),
        ("[engin]\naddress = ''", "FILE:1: engin: unknown key; did you mean engine?"),
        ("forward = 'newest'", "FILE:1: forward: unknown key; did you mean versions.forward?"),
        ("[tls]\nforward = 'newest'",
         "FILE:2: tls.forward: unknown key; did you mean versions.forward?"),
        ("[limits]\nhead_bytes = 1",
         "FILE:2: limits.head_bytes: unknown key; did you mean head-bytes?"),
        ("[engine]\ntimeout = 1", "FILE:2: engine.timeout: unknown key; did you mean "
         "answer-timeout?"),
        ("[[listen]]\naddress = 'tls://x'\n\nmod = '0600'",
         "FILE:4: listen[0].mod: unknown key; did you mean mode?"),
        ("engine = 'unix:///x'", "FILE:1: engine: expected a table, found the string "
         "'unix:///x'; write [engine] on a line of its own and its keys below, address for "
         "instance"),
        ("[limits]\nfields = '9'", "FILE:2: limits.fields: expected a whole number from 8 to "
         "10000, found the string '9'; write for instance fields = 200"),
        ("insecure = 'yes'", "FILE:1: insecure: expected true or false, found the string 'yes';"
         " write for instance insecure = true"),
        ("[versions]\ndefault = 1.41", "FILE:2: versions.default: expected a string such as"
         ' "1.41", found the number 1.41; write for instance default = "1.41"'),
        ("listen = 'tls://x'", "FILE:1: listen: expected an array of tables, found the string"
         " 'tls://x'; write [[listen]] (two brackets) and below it address = \"tls://…\""),
        ("[listen]\naddress = 'tls://x'", "FILE:1: listen: expected an array of tables, found a"
         " table; write [[listen]] (two brackets) and below it address = \"tls://…\""),
        ("listen = []", "FILE:1: listen: is empty; add an address, or leave the key out for the"
         " default"),
        ("listen = [\n'tls://x', 7]", "FILE:2: listen[1]: expected a table or an address, found"
         ' the number 7; write for instance "tls://127.0.0.1:2376"'),
        ("[[listen]]\nmode = '0600'", "FILE:1: listen[0]: has no address; add one, for instance"
         ' address = "tls://127.0.0.1:2376"'),
        ("[[listen]]\naddress = 5", "FILE:2: listen[0].address: expected a string, found the"
         ' number 5; write for instance address = "unix:///run/docker.sock"'),
        ("a = 1\n[b\n", "FILE:2: Expected ']' at the end of a table declaration; correct the TOML"
         " (https://toml.io)"),
        ("a = 1\n\na = 2\n", "FILE:3: Cannot overwrite a value; correct the TOML"
         " (https://toml.io)"),
        ("x = '''\n\n", "FILE:3: Expected \"'''\"; correct the TOML (https://toml.io)"),
    ],
)  # fmt: skip
def test_each_complaint(tmp_path: Path, text: str, problem: str):
    _, problems = read(tmp_path, text)
    assert problems == [problem]


def test_all_complaints_at_once(tmp_path: Path):
    _, problems = read(tmp_path, "a=1\n[limits]\nfields='x'\n[engine]\nb=2\nverify=1\n[c]\n")
    assert [problem.split(": ")[0] for problem in problems] == [
        "FILE:1",
        "FILE:3",
        "FILE:5",
        "FILE:6",
        "FILE:7",
    ]


def test_files_that_cannot_be_read(tmp_path: Path):
    problems: list[Problem] = []
    layer_of_file(tmp_path / "nothing", problems)
    layer_of_file(tmp_path, problems)
    (tmp_path / "latin").write_bytes(b"# caf\xe9")
    layer_of_file(tmp_path / "latin", problems)
    assert [problem.what for problem in problems] == [
        "cannot be read: No such file or directory",
        "cannot be read: Is a directory",
        "is not UTF-8 at byte 5",
    ]
