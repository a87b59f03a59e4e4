"""Docker's Python clients of 2014, 2016 and today, through the gateway to a real engine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.clients import DOCKER_7, DOCKER_PY_0_7, DOCKER_PY_1_10, PythonClient
from support.docker_cli import environment_of, run_script
from support.gateway import Gateway

pytestmark = [pytest.mark.engine, pytest.mark.clients]

SCRIPTS = Path(__file__).parent / "scripts"
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(installed: Callable[..., PythonClient], gateway: Gateway, tmp_path: Path) -> Run:
    """Run a script in a client's environment; what it saw."""

    def run_it(client: PythonClient, script: str, *arguments: str) -> dict[str, Any]:
        python = installed(client).program("python")
        environment = environment_of(gateway, tmp_path)
        done = run_script([python, SCRIPTS / script, *arguments], environment)
        assert done.returncode == 0, f"after {done.stderr}"
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    return run_it


ERROR = "No such container: life-nothing"


@pytest.mark.parametrize(
    ("client", "version"),
    [
        (DOCKER_PY_0_7, "1.12"),
        (DOCKER_PY_0_7, "1.16"),
        (DOCKER_PY_1_10, "1.21"),
        (DOCKER_PY_1_10, "1.24"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_life_of_a_container_by_docker_py(
    run: Run, gateway: Gateway, client: PythonClient, version: str
) -> None:
    seen = run(client, "life_docker_py.py", gateway.url, str(gateway.certificates), version)
    old = client is DOCKER_PY_0_7
    assert seen.pop("image ids")
    assert seen.pop("diff") == (None if old else [{"Path": "/put", "Kind": 1}])
    assert seen.pop("events") == ["create", *["attach"] * (1 if old else 2), "start", "die"]
    wanted = {
        "client": "0.7.2" if old else "1.10.6",
        "ping": "OK",
        "version": "1.41",
        "info": True,
        "images": ["busybox:1.35", "busybox:latest"],
        "wait": 3,
        "attach": "got input\n",
        "logs": "got input\nerr\n",
        "logs stdout": "got input\n",
        "logs stream": ["got input\n"],
        "inspect": 3,
        "listed": 1,
        "commit": True,
        "tag": True,
        "inspect image": "",
        "history": 2,
        "top": ["sleep 3600"],
        "killed": 137,
        "export": True,
        "build": ["Successfully tagged life:built"],
        "loaded": True,
        "left": [],
        "error": 404,
    }
    # copy until v1.19, exec from v1.15 on, the archive and the rest from v1.20 and v1.21 on.
    if old:
        wanted["copy"] = "root:"
    if version != "1.12":
        wanted |= {"exec": "eo\nee\n", "exec stream": ["es\n"]}
    if not old:
        wanted |= {"exec code": 4, "archive": ["put", "archived"]}
        wanted |= {"stats": True, "networks": True, "volumes": True}
    seen["error"], words = seen["error"]
    assert seen == wanted
    # Docker answered errors in plain text before v1.24.
    if version == "1.24":
        assert json.loads(words) == {"message": ERROR}
    else:
        assert words == ERROR


@pytest.mark.parametrize("version", ["auto", "1.24"])
def test_the_life_of_a_container_by_docker_7(run: Run, version: str) -> None:
    seen = run(DOCKER_7, "life_docker_7.py", version)
    assert seen == {
        "version": "1.41" if version == "auto" else version,
        "ping": True,
        "engine": "1.41",
        "run": "ran\n",
        "run error": [5, "why\n"],
        "attach socket": [1, "by socket\n"],
        "followed": "told\n",
        "attach": [["told\n", None]],
        "wait": 137,
        "logs": "told\n",
        "events": ["create", "attach", "start", "attach", "kill", "die"],
        "commit": ["seven:committed"],
        "tag": True,
        "images": ["seven:committed", "seven:tagged"],
        "exec": [[code, "eo\n"] for code in range(8)],
        "exec apart": ["o\n", "e\n"],
        "exec input": [1, "in\n"],
        "exec terminal": "/dev/pts/0\r\n",
        "stats": True,
        "stats stream": True,
        "archive": [800_000, True],
        "diff": [{"Path": "/put", "Kind": 1}],
        "top": "sleep 3600",
        "export": True,
        "build": True,
        "load": ["seven:built"],
        "network": [True],
        "volume": True,
        "error": ERROR,
    }


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_docker_py_reads_each_of_the_first_rungs_as_it_was(
    run: Run, gateway: Gateway, version: str
) -> None:
    seen = run(DOCKER_PY_0_7, "rungs_docker_py.py", gateway.url, str(gateway.certificates), version)
    images = seen["image"]
    if version == "1.7":
        assert [sorted(image["RepoTags"]) for image in images] == [
            ["busybox:1.35", "busybox:latest"]
        ]
    else:
        assert sorted((image["Repository"], image["Tag"]) for image in images) == [
            ("busybox", "1.35"),
            ("busybox", "latest"),
        ]
        assert all("RepoTags" not in image for image in images)
    assert seen["wait"] == 0
    assert seen["attach"] == "out\nerr\n"
    assert seen["logs"] == "out\nerr\n"
    assert seen.get("terminal") == ("on a terminal\r\n" if version == "1.5" else None)
