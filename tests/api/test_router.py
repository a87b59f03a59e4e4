from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.api.router import match, remembers, split_version
from gateway.api.routes import ROUTES, Route
from gateway.api.version import ApiVersion

WORDS = sorted({word for r in ROUTES for word in r.pattern.split("/") if word and "{" not in word})
METHODS = sorted({route.method for route in ROUTES})
SLASHED = {"containers", "exec", "images", "distribution", "volumes", "networks", "plugins"}

odd = st.text("abz09:.@_-", min_size=1, max_size=6)
word = st.one_of(st.sampled_from(WORDS), odd, st.just("%6Ason"))
paths = st.lists(word, min_size=1, max_size=10).map(lambda words: "/" + "/".join(words))


@pytest.mark.parametrize(
    ("method", "path", "name", "parameters"),
    [
        ("GET", "/containers/json", "ContainerList", {}),
        ("GET", "/containers/ps", "ContainerListPs", {}),
        ("GET", "/containers/json/json", "ContainerInspect", {"id": "json"}),
        ("DELETE", "/containers/json", "ContainerDelete", {"id": "json"}),
        ("DELETE", "/containers/web/db", "ContainerDelete", {"id": "web/db"}),
        ("GET", "/containers/web/db/json", "ContainerInspect", {"id": "web/db"}),
        ("HEAD", "/containers/a/archive", "ContainerArchiveInfo", {"id": "a"}),
        ("GET", "/containers/a/archive", "ContainerArchive", {"id": "a"}),
        ("PUT", "/containers/a/archive", "PutContainerArchive", {"id": "a"}),
        ("POST", "/containers/a/attach", "ContainerAttach", {"id": "a"}),
        ("GET", "/containers/a/attach/ws", "ContainerAttachWebsocket", {"id": "a"}),
        ("GET", "/images/json", "ImageList", {}),
        ("GET", "/images/search", "ImageSearch", {}),
        ("GET", "/images/get", "ImageGetAll", {}),
        ("GET", "/images/get/get", "ImageGet", {"name": "get"}),
        ("GET", "/images/user/repo:tag/json", "ImageInspect", {"name": "user/repo:tag"}),
        ("POST", "/images/host:5000/a/b:t/push", "ImagePush", {"name": "host:5000/a/b:t"}),
        ("DELETE", "/images/host:5000/a/b:t", "ImageDelete", {"name": "host:5000/a/b:t"}),
        ("GET", "/images/a@sha256:0/history", "ImageHistory", {"name": "a@sha256:0"}),
        ("GET", "/distribution/h/a/b/json", "DistributionInspect", {"name": "h/a/b"}),
        ("GET", "/plugins/privileges", "GetPluginPrivileges", {}),
        ("GET", "/plugins/vieux/sshfs:1", "PluginGet", {"name": "vieux/sshfs:1"}),
        ("GET", "/plugins/vieux/sshfs:1/json", "PluginInspect", {"name": "vieux/sshfs:1"}),
        ("POST", "/plugins/vieux/sshfs/enable", "PluginEnable", {"name": "vieux/sshfs"}),
        ("POST", "/volumes/create", "VolumeCreate", {}),
        ("GET", "/volumes/create", "VolumeInspect", {"name": "create"}),
        ("GET", "/nodes/self", "NodeInspect", {"id": "self"}),
        ("GET", "/_ping", "SystemPing", {}),
        ("HEAD", "/_ping", "SystemPingHead", {}),
        ("GET", "/auth", "AuthGet", {}),
        ("POST", "/auth", "SystemAuth", {}),
        ("GET", "/containers/%6Ason", "ContainerList", {}),
        ("GET", "/containers/a%20b/json", "ContainerInspect", {"id": "a b"}),
        ("GET", "/images/user%2Frepo/json", "ImageInspect", {"name": "user/repo"}),
        ("GET", "/containers/%ff/json", "ContainerInspect", {"id": "\udcff"}),
    ],
)
def test_golden(method: str, path: str, name: str, parameters: dict[str, str]) -> None:
    found = match(method, path)
    assert found is not None
    assert (found.route.name, found.parameters) == (name, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("OPTIONS", "/containers/json"),
        ("HEAD", "/containers/json"),
        ("get", "/containers/json"),
        ("GET", "/"),
        ("GET", ""),
        ("GET", "*"),
        ("GET", "containers/json"),
        ("GET", "/containers"),
        ("GET", "/containers/json/"),
        ("GET", "/containers//json"),
        ("GET", "//containers/json"),
        ("GET", "/containers/a"),
        ("GET", "/containers/attach/ws"),
        ("POST", "/containers"),
        ("GET", "/nodes/a/b"),
        ("POST", "/services/a/b/update"),
        ("DELETE", "/images/"),
        ("GET", "/v1.41/containers/json"),
    ],
)
def test_what_no_route_has(method: str, path: str) -> None:
    assert match(method, path) is None


def _fill(route: Route, value: str) -> str:
    return route.pattern.replace("{id}", value).replace("{name}", value)


@given(st.sampled_from(ROUTES), st.lists(odd, min_size=1, max_size=4))
def test_every_route_is_found_by_its_pattern(route: Route, words: list[str]) -> None:
    # With names that are no words of the API nothing else may take the path.
    assume(not set(words) & set(WORDS))
    value = "/".join(words if route.pattern.split("/")[1] in SLASHED else words[:1])
    found = match(route.method, _fill(route, value))
    assert found is not None
    assert found.route is route
    assert list(found.parameters.values()) == ([value] if "{" in route.pattern else [])


@given(st.sampled_from(METHODS), paths)
def test_what_is_found_fills_the_path(method: str, path: str) -> None:
    found = match(method, path)
    if found is not None:
        assert found.route.method == method
        filled = _fill(found.route, "".join(found.parameters.values()))
        assert filled == path.replace("%6A", "j")


@given(st.sampled_from(METHODS), paths, st.lists(word, min_size=10, max_size=10))
@example("GET", "/containers/a/attach/ws", ["b"] * 10)
@example("GET", "/plugins/a/json", ["b"] * 10)
@example("GET", "/plugins/a/b", ["json"] * 10)
def test_a_remembered_shape_decides_the_route(method: str, path: str, others: list[str]) -> None:
    found = match(method, path)
    if found is None or not remembers(found, path):
        return
    words = path[1:].split("/")
    middle = others[: max(0, len(words) - 2)]
    twin = "/" + "/".join([words[0], *middle, words[-1]] if len(words) > 1 else words)
    again = match(method, twin)
    assert again is not None
    assert again.route is found.route


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_what_is_remembered(route: Route) -> None:
    path = _fill(route, "x")
    found = match(route.method, path)
    assert found is not None
    # All that ends in a word of the API, except for the one verb of two words.
    expected = not route.pattern.endswith("}") and route.name != "ContainerAttachWebsocket"
    assert remembers(found, path) is expected


def test_neither_escapes_nor_very_long_names_are_remembered() -> None:
    for path in ("/containers/%61/json", "/images/" + "a/" * 9 + "json"):
        found = match("GET", path)
        assert found is not None
        assert not remembers(found, path)


@pytest.mark.parametrize(
    ("path", "version", "rest"),
    [
        ("/v1.41/containers/json", (1, 41), "/containers/json"),
        ("/v1.000000/info", (1, 0), "/info"),
        ("/v1/info", (1, 0), "/info"),
        ("/v1.1/info", (1, 1), "/info"),
        ("/v1.10/info", (1, 10), "/info"),
        ("/v0.9/info", (0, 9), "/info"),
        ("/v1.24", (1, 24), "/"),
        ("/v1.24/", (1, 24), "/"),
        ("/%76%31.24/info", (1, 24), "/info"),
        ("/info", None, "/info"),
        ("/version", None, "/version"),
        ("/volumes/v1.24", None, "/volumes/v1.24"),
        ("/v/info", None, "/v/info"),
        ("/v1.24x/info", None, "/v1.24x/info"),
        ("/V1.24/info", None, "/V1.24/info"),
        ("/%41", None, "/%41"),
        ("", None, ""),
        ("*", None, "*"),
    ],
)
def test_split_version(path: str, version: tuple[int, int] | None, rest: str) -> None:
    assert split_version(path) == (version and ApiVersion(*version), rest)


@pytest.mark.parametrize("word", ["v1.2.3", "v.", "v1.", "v.1", "v1.100000", "v1000.1"])
def test_what_only_looks_like_a_version(word: str) -> None:
    with pytest.raises(ValueError, match="not an API version"):
        split_version(f"/{word}/info")


@given(st.integers(0, 99), st.integers(0, 999), paths)
def test_a_prefix_comes_off_whole(major: int, minor: int, path: str) -> None:
    assert split_version(f"/v{major}.{minor}{path}") == (ApiVersion(major, minor), path)
