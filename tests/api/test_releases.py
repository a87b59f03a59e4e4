from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.releases import release_of_client, version_of_client, version_of_request
from gateway.api.version import ApiVersion

RELEASES = st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 9))


@pytest.mark.parametrize(
    ("releases", "version"),
    [
        ("0.3.3", "1.0"),
        ("0.3.4 0.4.0", "1.1"),
        ("0.4.1 0.4.2 0.4.3 0.4.4", "1.2"),
        ("0.4.5 0.4.6 0.4.7 0.4.8 0.5.0", "1.3"),
        ("0.5.1 0.5.2 0.5.3 0.6.0 0.6.1", "1.4"),
        ("0.6.2 0.6.3", "1.5"),
        ("0.6.4 0.6.5 0.6.6", "1.6"),
        ("0.6.7 0.7.0", "1.7"),
        ("0.7.1 0.7.6", "1.8"),
        ("0.8.0 0.8.1", "1.9"),
        ("0.9.0 0.9.1 0.10.0", "1.10"),
        ("0.11.0 0.11.1", "1.11"),
        ("0.12.0 1.0.0 1.0.1", "1.12"),
        ("1.1.0 1.1.2", "1.13"),
        ("1.2.0", "1.14"),
        ("1.3.0 1.3.3", "1.15"),
        ("1.4.0 1.4.1", "1.16"),
        ("1.5.0", "1.17"),
        ("1.6.0 1.6.2", "1.18"),
        ("1.7.1", "1.19"),
        ("1.8.3", "1.20"),
        ("1.9.1", "1.21"),
        ("1.10.3", "1.22"),
        ("1.11.2", "1.23"),
        ("1.12.0 1.12.6", "1.24"),
    ],
)
def test_every_release_speaks_one_version(releases: str, version: str) -> None:
    for release in releases.split():
        assert version_of_client(f"Docker-Client/{release}") == ApiVersion.parse(version)


@pytest.mark.parametrize(
    ("user_agent", "release"),
    [
        ("Docker-Client/0.9.1", (0, 9, 1)),
        ("Docker-Client/1.12.6 (linux)", (1, 12, 6)),
        ("Docker-Client/0.12.0-dev", (0, 12, 0)),
        ("Docker-Client/1.0", (1, 0, 0)),
        ("Docker-Client/17.06.2-ce (darwin)", (17, 6, 2)),
        ("Docker-Client/unknown-version (linux)", None),
        ("Docker-Client/", None),
        ("docker-py/1.10.6", None),
        ("Go http package", None),
        ("evil Docker-Client/0.9.1", None),
        ("", None),
    ],
)
def test_release(user_agent: str, release: tuple[int, int, int] | None) -> None:
    assert release_of_client(user_agent) == release


@pytest.mark.parametrize("release", ["0.3.2", "0.1.0", "1.13.0", "1.13.1", "17.06.2-ce", "28.5.2"])
def test_releases_that_do_not_tell(release: str) -> None:
    assert version_of_client(f"Docker-Client/{release}") is None


@given(RELEASES, RELEASES)
def test_a_later_release_never_speaks_an_older_version(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    earlier, later = sorted([one, other])
    first = version_of_client("Docker-Client/{}.{}.{}".format(*earlier))
    second = version_of_client("Docker-Client/{}.{}.{}".format(*later))
    if first is not None:
        assert second is not None
        assert first <= second


@pytest.mark.parametrize(
    ("user_agent", "method", "path", "content_type", "version"),
    [
        ("Docker-Client/1.2.0", "POST", "/build", "application/tar", "1.14"),
        ("Docker-Client/0.11.1", "GET", "/events", "", "1.11"),
        ("Go http package", "POST", "/build", "multipart/form-data; boundary=x", "1.1"),
        ("", "POST", "/build", "Multipart/Form-Data", "1.1"),
        ("Docker-Client/0.4.5", "POST", "/build", "multipart/form-data; boundary=x", "1.3"),
        ("Docker-Client/28.5.2", "POST", "/build", "application/x-tar", None),
        ("curl/8", "POST", "/images/load", "multipart/form-data; boundary=x", None),
        ("curl/8", "GET", "/build", "multipart/form-data", None),
        ("curl/8", "GET", "/info", "", None),
    ],
)
def test_unversioned_requests(
    user_agent: str, method: str, path: str, content_type: str, version: str | None
) -> None:
    expected = None if version is None else ApiVersion.parse(version)
    assert version_of_request(user_agent, method, path, content_type) == expected
