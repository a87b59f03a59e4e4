"""What `twistd` and `twist` find: the service `docker-gateway`, and the lean reactor."""

from twisted.application.reactors import Reactor
from twisted.application.service import ServiceMaker

docker_gateway = ServiceMaker(
    "Docker API gateway",
    "gateway.cli.tap",
    "A TLS gateway for the Docker Engine API, for clients of any age.",
    "docker-gateway",
)

lean_reactor = Reactor(
    "docker-gateway",
    "gateway.net.reactor",
    "epoll(7) without a log context for each event, as docker-gateway installs it for itself.",
)

__all__ = ["docker_gateway", "lean_reactor"]
