#!/usr/bin/env python3
"""Real Docker clients of many ages, each in an environment of its own under `.cache/clients/`.

`python tests/support/clients.py` installs all that are missing. An environment is made anew when
its recipe has changed, and used as it is otherwise. The oldest releases run on Python 3.11 with
the requests and urllib3 of the last days of Python 2, and must be built by setuptools of before
version 66; hence the pins, and no resolving of dependencies.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache" / "clients"

_BUILD = ("setuptools==65.5.0", "wheel==0.42.0")
_OLD_REQUESTS = (
    "requests==2.28.2",
    "urllib3==1.26.20",
    "idna==3.10",
    "certifi==2024.8.30",
    "chardet==5.2.0",
    "charset-normalizer==3.4.0",
    "six==1.16.0",
    "websocket-client==0.59.0",
)
_COMPOSE = (
    "docker==5.0.3",
    "dockerpty==0.4.1",
    "docopt==0.6.2",
    "jsonschema==3.2.0",
    "attrs==23.2.0",
    "pyrsistent==0.20.0",
    # 1.29 asks for PyYAML < 6, whose releases no longer build; it runs with 6.
    "PyYAML==6.0.2",
    "python-dotenv==0.21.1",
    "texttable==1.7.0",
    "distro==1.9.0",
    "docker-compose==1.29.2",
)


@dataclass(frozen=True)
class PythonClient:
    """A client from PyPI: `requirements` are installed as they stand."""

    name: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return CACHE / self.name

    @property
    def recipe(self) -> str:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return "\n".join((f"python {version}", *_BUILD, *self.requirements))

    def program(self, name: str) -> Path:
        """A program of the environment, `python` for one."""
        return self.folder / "bin" / name

    def install(self) -> None:
        """Make the environment; CalledProcessError when a package cannot be had."""
        subprocess.run([sys.executable, "-m", "venv", str(self.folder)], check=True)
        pip = [str(self.program("python")), "-m", "pip", "install", "--quiet", "--no-deps"]
        pip.append("--disable-pip-version-check")
        subprocess.run([*pip, *_BUILD], check=True)
        subprocess.run([*pip, "--no-build-isolation", *self.requirements], check=True)


@dataclass(frozen=True)
class NodeClient:
    """A client from npm, with the dependencies that npm finds."""

    name: str
    package: str

    @property
    def folder(self) -> Path:
        return CACHE / self.name

    @property
    def recipe(self) -> str:
        return self.package

    @property
    def modules(self) -> Path:
        """For NODE_PATH."""
        return self.folder / "node_modules"

    def install(self) -> None:
        """Make the folder; CalledProcessError when a package cannot be had."""
        self.folder.mkdir(parents=True)
        # A package.json of its own keeps npm from looking for one above.
        (self.folder / "package.json").write_text('{"private": true}\n')
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "install", *quiet, self.package], cwd=self.folder, check=True)


DOCKER_PY_0_7 = PythonClient("docker-py-0.7.2", (*_OLD_REQUESTS, "docker-py==0.7.2"))
DOCKER_PY_1_10 = PythonClient(
    "docker-py-1.10.6", (*_OLD_REQUESTS, "docker-pycreds==0.2.1", "docker-py==1.10.6")
)
DOCKER_7 = PythonClient(
    "docker-7.1.0",
    (
        "requests==2.31.0",
        "urllib3==2.2.3",
        "packaging==24.2",
        "idna==3.10",
        "certifi==2024.8.30",
        "charset-normalizer==3.4.0",
        "docker==7.1.0",
    ),
)
COMPOSE_1_29 = PythonClient("docker-compose-1.29.2", (*_OLD_REQUESTS, *_COMPOSE))
DOCKERODE_4 = NodeClient("dockerode-4.0.2", "dockerode@4.0.2")
DOCKERODE_1 = NodeClient("dockerode-1.2.5", "dockerode@1.2.5")

Client = PythonClient | NodeClient
ALL: tuple[Client, ...] = (
    DOCKER_PY_0_7,
    DOCKER_PY_1_10,
    DOCKER_7,
    COMPOSE_1_29,
    DOCKERODE_4,
    DOCKERODE_1,
)


def ensure(client: Client) -> None:
    """Install the client unless its recipe is installed already; says so when it does."""
    stamp = client.folder / "recipe"
    if stamp.exists() and stamp.read_text() == client.recipe:
        return
    started = time.monotonic()
    print(f"clients: installing {client.name} …", end=" ", flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    if client.folder.exists():
        shutil.rmtree(client.folder)
    client.install()
    stamp.write_text(client.recipe)
    print(f"{time.monotonic() - started:.0f} s", flush=True)


def clean_environment(**more: str) -> dict[str, str]:
    """An environment for a client: nothing of ours that would turn its head, and `more`.

    REQUESTS_CA_BUNDLE and its like override the CA that a client was given, DOCKER_* say where
    another engine is, and coverage's variables are for our own Python.
    """
    dropped = ("DOCKER_", "COVERAGE_", "COMPOSE_", "SSL_CERT_", "PYTHON")
    bundles = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "VIRTUAL_ENV"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(dropped) and name not in bundles and "proxy" not in name.lower()
    }
    return kept | more


if __name__ == "__main__":
    for wanted in ALL:
        ensure(wanted)
