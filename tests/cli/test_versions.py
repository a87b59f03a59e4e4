"""The table of versions."""

from gateway.api.releases import version_of_client
from gateway.api.version import NEWEST, OLDEST, ApiVersion
from gateway.cli.versions import RELEASES, table
from gateway.versions.registry import RUNGS


def test_every_version_has_its_line(command):
    done = command("versions")
    assert (done.status, done.err) == (0, "")
    heading, *lines = done.out.splitlines()
    assert heading.split()[:2] == ["API", "Docker"]
    versions = [ApiVersion.parse(line.split()[0]) for line in lines]
    assert versions == [ApiVersion(1, minor) for minor in range(OLDEST.minor, NEWEST.minor + 1)]


def test_the_counts_are_those_of_the_changes():
    counts = {line.split()[0]: line.split()[-1] for line in table().splitlines()[1:]}
    for rung in RUNGS:
        assert counts[str(rung.version)] == str(len(rung.changes))
    assert [count for count in counts.values() if count != "-"] == [
        str(len(rung.changes)) for rung in RUNGS
    ]


def test_releases_agree_with_what_their_clients_say():
    for version in [ApiVersion(1, minor) for minor in range(25)]:
        first = RELEASES[str(version)].replace(" - ", ", ").split(", ")[0]
        assert version_of_client(f"Docker-Client/{first}") == version, first
