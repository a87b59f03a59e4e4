"""Options as a layer, folders in the place of their files, one layer over another."""

from pathlib import Path

import pytest

from gateway.api.version import ApiVersion
from gateway.config.layers import Given, Layer, absolute, layer_of_options
from gateway.config.problems import Problem


def test_options():
    problems: list[Problem] = []
    layer = layer_of_options(
        {
            "engine": "unix:///x",
            "limit_fields": "50",
            "insecure": True,
            "verify_clients": False,
            "log_level": None,
            "listen": ["unix:///y,mode=0600,default-version=1.6", "tls://0.0.0.0:1"],
            "something_else": 1,
        },
        problems,
    )
    assert problems == []
    assert layer.values == {
        "engine.address": Given("unix:///x", "--engine"),
        "limits.fields": Given(50, "--limit-fields"),
        "insecure": Given(True, "--insecure"),
        "tls.verify-clients": Given(False, "--no-verify-clients"),
    }
    assert layer.listen == [
        {
            "address": Given("unix:///y", "--listen unix:///y"),
            "mode": Given(0o600, "--listen unix:///y"),
            "default-version": Given(ApiVersion(1, 6), "--listen unix:///y"),
        },
        {"address": Given("tls://0.0.0.0:1", "--listen tls://0.0.0.0:1")},
    ]


def test_wrong_options_are_all_reported_and_refused():
    problems: list[Problem] = []
    layer = layer_of_options(
        {"limit_fields": "many", "forward": "2.0", "listen": ["unix:///y,mode=rw,owner=me"]},
        problems,
        {"versions.forward": "--ahead"},
    )
    assert [str(problem) for problem in problems] == [
        '--ahead: expected "nearest", "newest" or an API version from 1.0 to 1.56, found \'2.0\';'
        " write for instance --ahead nearest",
        "--limit-fields: expected a whole number from 8 to 10000, found 'many'; write for instance"
        " --limit-fields 200",
        "--listen unix:///y: expected a file mode such as \"0660\", found 'rw'; write for instance"
        " mode=0660",
        "--listen unix:///y: unknown setting 'owner'; known are: default-version, group, mode",
    ]
    assert layer.refused == {"versions.forward", "limits.fields", "listen.mode"}


def test_a_folder_stands_for_its_files(tmp_path: Path):
    layer = Layer(
        {
            "tls.certs": Given(tmp_path, "--certs"),
            "tls.key": Given(Path("/k"), "--tls-key"),
            "engine.certs": Given(tmp_path, "--engine-certs"),
        }
    )
    problems: list[Problem] = []
    layer.expand_folders(problems)
    assert problems == []
    assert layer.values == {
        "tls.ca": Given(tmp_path / "ca.pem", "--certs"),
        "tls.cert": Given(tmp_path / "server-cert.pem", "--certs"),
        "tls.key": Given(Path("/k"), "--tls-key"),
        "engine.ca": Given(tmp_path / "ca.pem", "--engine-certs"),
        "engine.cert": Given(tmp_path / "cert.pem", "--engine-certs"),
        "engine.key": Given(tmp_path / "key.pem", "--engine-certs"),
    }


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path):
    missing = tmp_path / "no"
    layer = Layer({"tls.certs": Given(missing, "--certs")})
    problems: list[Problem] = []
    layer.expand_folders(problems)
    assert [problem.what for problem in problems] == [f"the folder {missing} does not exist"]
    assert layer.values == {} and layer.refused == {"tls.certs"}


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        (None, [{"a": Given(1, "")}], [{"a": Given(1, "")}]),
        ([], [{"a": Given(1, "")}], []),
        ([{"b": Given(2, "")}], None, [{"b": Given(2, "")}]),
    ],
)
def test_one_over_the_other(above, below, expected):
    upper = Layer({"x": Given(1, "u")}, above, {"p"})
    lower = Layer({"x": Given(2, "l"), "y": Given(3, "l")}, below, {"q"})
    assert upper.over(lower) == Layer(
        {"x": Given(1, "u"), "y": Given(3, "l")}, expected, {"p", "q"}
    )


def test_paths_are_relative_to_a_folder():
    values = {"a": Given(Path("x/y"), ""), "b": Given(Path("/z"), ""), "c": Given("x", "")}
    absolute([values], Path("/base"))
    assert [given.value for given in values.values()] == [Path("/base/x/y"), Path("/z"), "x"]
