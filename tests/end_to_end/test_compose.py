"""docker-compose 1.29 (2021, Python) through the gateway to a real engine."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from support.clients import COMPOSE_1_29, PythonClient
from support.docker_cli import environment_of
from support.gateway import Gateway

pytestmark = [pytest.mark.engine, pytest.mark.clients]

PROJECT = """\
version: "{format}"
services:
  web:
    build: .
    command: ["sh", "-c", "echo web is up; exec httpd -f -h /www"]
    environment:
      WHO: "through the gateway"
    volumes:
      - kept:/kept
  client:
    image: busybox:latest
    command: ["sh", "-c", "until wget -q -O - http://web/; do sleep 0.1; done; sleep 3600"]
    depends_on:
      - web
volumes:
  kept: {{}}
"""
DOCKERFILE = "FROM busybox:latest\nRUN mkdir /www && echo hello from web >/www/index.html\n"


@pytest.mark.parametrize(
    ("format", "version"), [("3.8", "auto"), ("2.1", "1.30")], ids=["v1.41", "v1.30"]
)
def test_a_project_goes_up_works_and_comes_down(
    installed: Callable[..., PythonClient],
    gateway: Gateway,
    tmp_path: Path,
    format: str,
    version: str,
) -> None:
    compose = installed(COMPOSE_1_29).program("docker-compose")
    (tmp_path / "docker-compose.yml").write_text(PROJECT.format(format=format))
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    environment = environment_of(gateway, tmp_path)
    environment |= {"COMPOSE_PROJECT_NAME": "through", "COMPOSE_API_VERSION": version}
    # Compose itself is to do it all, not a docker CLI that it might find.
    environment |= {"COMPOSE_DOCKER_CLI_BUILD": "0", "COMPOSE_INTERACTIVE_NO_CLI": "1"}

    def run(*arguments: str, input: str = "", status: int = 0) -> str:
        done = subprocess.run(
            [str(compose), "--ansi=never", *arguments],
            cwd=tmp_path,
            env=environment,
            input=input,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == status, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    try:
        run("up", "--detach", "--build")
        listing = run("ps")
        assert "through_web_1" in listing and "through_client_1" in listing
        assert listing.count(" Up ") == 2
        assert run("exec", "-T", "web", "sh", "-c", 'echo "$WHO"') == "through the gateway\n"
        run("exec", "-T", "web", "sh", "-c", "exit 6", status=6)
        said = run("exec", "-T", "client", "wget", "-q", "-O", "-", "http://web/")
        assert said == "hello from web\n"
        assert "web is up" in run("logs", "web")
        # Not at once: this client polls the socket beneath its TLS, and misses for good what came
        # together with the head of the attach.
        one_off = ("sh", "-c", "sleep 1; echo one-off")
        assert run("run", "--rm", "-T", "client", *one_off) == "one-off\n"
        run("scale", "client=2")
        assert "through_client_2" in run("ps")
        run("restart", "-t", "0", "web")
        assert "httpd" in run("top", "web")
    finally:
        run("down", "--volumes", "--rmi", "local", "--timeout", "0")
    assert "through" not in run("ps", "--all")
