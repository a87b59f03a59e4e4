"""What `twistd -n docker-gateway` and `twist docker-gateway` run: the same options as `serve`.

Logging is theirs: `--log-level` is taken and checked, and twist's own `--log-level` decides.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from twisted.application.service import IService
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python import usage

from gateway.cli.running import reason
from gateway.cli.serve import configuration_of
from gateway.config import Config, ConfigurationError

_log = Logger(namespace="gateway")


class Options(usage.Options):
    """The options of `serve`, read by the same parser."""

    config: Config

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read them; exits with status 2, and no traceback, when they cannot be used."""
        try:
            self.config = configuration_of(options or (), "twistd docker-gateway")
        except ConfigurationError as error:
            print(f"docker-gateway: {error}", file=sys.stderr)
            raise SystemExit(2) from None


def makeService(options: Options) -> IService:
    """Make the service that twistd starts and stops."""
    from twisted.internet import reactor

    from gateway.service import GatewayService

    loop: Any = reactor
    service = GatewayService(options.config, loop)

    async def watch() -> None:
        try:
            await service.ready
        except Exception as error:
            _log.critical("{reason}", reason=reason(error))
            loop.stop()

    loop.callWhenRunning(lambda: Deferred.fromCoroutine(watch()))
    return service
