"""dockerode of 2014 and of today, through the gateway to a real engine."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.clients import DOCKERODE_1, DOCKERODE_4, NodeClient
from support.docker_cli import environment_of, run_script
from support.gateway import Gateway

pytestmark = [pytest.mark.engine, pytest.mark.clients]

SCRIPT = Path(__file__).parent / "scripts" / "life_dockerode.js"


def build_context(path: Path) -> Path:
    """A tar with nothing but a Dockerfile."""
    dockerfile = b"FROM busybox:latest\nRUN touch /built\n"
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo("Dockerfile")
        member.size = len(dockerfile)
        tar.addfile(member, io.BytesIO(dockerfile))
    return path


@pytest.mark.parametrize(
    ("client", "version"),
    [(DOCKERODE_1, "v1.7"), (DOCKERODE_1, "v1.12"), (DOCKERODE_4, ""), (DOCKERODE_4, "v1.24")],
    ids=lambda value: getattr(value, "name", value) or "unversioned",
)
def test_the_life_of_a_container_by_dockerode(
    installed: Callable[..., NodeClient],
    gateway: Gateway,
    tmp_path: Path,
    client: NodeClient,
    version: str,
) -> None:
    environment = environment_of(gateway, tmp_path)
    environment["NODE_PATH"] = str(installed(client).modules)
    context = build_context(tmp_path / "context.tar")
    port, folder = str(gateway.port), str(gateway.certificates)
    done = run_script(["node", SCRIPT, port, folder, str(context), version], environment)
    assert done.returncode == 0, f"after {done.stderr}"
    seen = json.loads(done.stdout)
    old = client is DOCKERODE_1
    wanted = {
        "version": "1.41",
        "wait": 3,
        "attach": ["hi\nlate\n", "err\n"],
        "events": ["create", "attach", "start", "die"],
        "commit": True,
        "images": ["rode:one"] if old else ["rode:one", "rode:two"],
        "archive": True,
        "top": ["sleep 3600"],
        "inspect": True,
        "export": True,
        "build": True,
        "error": [404, "no such container"],
    }
    if not old:
        wanted |= {
            "ping": "OK",
            "logs": ["hi\nlate\n", "err\n"],
            "exec": ["eo\n", "ee\n"],
            "exec code": 4,
            "exec input": ["in\nlate\n", ""],
            "stats": True,
            "saved": True,
        }
    assert seen == wanted
