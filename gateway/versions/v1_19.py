"""Version 1.19 (Docker 1.7): all that clients before it were given otherwise by their engines.

Engines up to 1.6 hardly looked at the version of a request: what a client of v1.12 and one of
v1.18 was given is the same, byte for byte (recorded). So what Docker 1.7 to 1.12 changed for all
versions at once ends here: up to v1.18 the recordings of Engine 1.6.2 are the truth, from v1.19 on
it is what newer engines answer at the client's version.
"""

from __future__ import annotations

from gateway.api.version import ApiVersion
from gateway.versions import (
    engine_1_6_builds,
    engine_1_6_containers,
    engine_1_6_errors,
    engine_1_6_images,
    engine_1_6_processes,
    engine_1_6_requests,
    engine_1_6_system,
)

VERSION = ApiVersion(1, 19)

CHANGES = (
    # Downward the last comes first: of errors, what is known of a route goes before the rest.
    engine_1_6_errors.ErrorsOfEngine16,
    engine_1_6_errors.AttachErrors,
    engine_1_6_errors.CreateErrors,
    engine_1_6_errors.StartErrors,
    engine_1_6_errors.StateErrors,
    engine_1_6_errors.RenameErrors,
    engine_1_6_errors.RemovalErrors,
    engine_1_6_errors.CopyErrors,
    engine_1_6_errors.ExecErrors,
    engine_1_6_errors.ExecIdErrors,
    engine_1_6_errors.ImageErrors,
    engine_1_6_requests.ConfigReadLoosely,
    engine_1_6_requests.LimitsAreMended,
    engine_1_6_requests.HostConfigReadLoosely,
    engine_1_6_requests.ExecReadLoosely,
    engine_1_6_containers.ContainerOfEngine16,
    engine_1_6_containers.ListOfEngine16,
    engine_1_6_containers.ChangesAreAList,
    engine_1_6_containers.NoWarningsAreNull,
    engine_1_6_containers.LogsHaveAType,
    engine_1_6_containers.NothingToDoIsBare,
    engine_1_6_containers.WaitTellsTheStatus,
    engine_1_6_processes.StatisticsOfEngine16,
    engine_1_6_processes.ExecOfEngine16,
    engine_1_6_processes.ResizeOfEndedExec,
    engine_1_6_images.ImageListOfEngine16,
    engine_1_6_images.ImageOfEngine16,
    engine_1_6_images.HistoryOfEngine16,
    engine_1_6_images.DeletionOfEngine16,
    engine_1_6_images.CommitOfEngine16,
    engine_1_6_images.ImportOfEngine16,
    engine_1_6_images.LoadIsSilent,
    engine_1_6_images.SearchNamesTrusted,
    engine_1_6_builds.BuildOutputOfEngine16,
    engine_1_6_builds.BuildFailsInItsStream,
    engine_1_6_builds.RegistryConfigIsWrapped,
    engine_1_6_system.InfoOfEngine16,
    engine_1_6_system.VersionOfEngine16,
    engine_1_6_system.EventsOfEngine16,
)
