"""The docker CLI that Debian has, through the gateway over mutual TLS, to a real engine."""

import io
import json
import os
import signal
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.docker_cli import DockerCli
from support.engine import IMAGE, Engine
from support.waiting import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.clients]

LATE = "cat >/dev/null; sleep 0.3; echo after-eof"


def test_run_carries_input_to_the_container_and_its_output_back(docker: DockerCli) -> None:
    assert docker.run("run", "-i", "--rm", "busybox", "cat", input=b"hi\n") == b"hi\n"


def test_run_gives_output_that_comes_after_the_end_of_input(docker: DockerCli) -> None:
    said = docker.run("run", "-i", "--rm", IMAGE, "sh", "-c", LATE, input=b"x" * 100_000)
    assert said == b"after-eof\n"


def test_run_keeps_the_two_outputs_apart_and_passes_the_exit_status(docker: DockerCli) -> None:
    script = "echo out; echo err >&2; exit 7"
    done = docker.complete("run", "--rm", IMAGE, "sh", "-c", script)
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)


def test_run_carries_megabytes_both_ways_unharmed(docker: DockerCli) -> None:
    data = os.urandom(3_000_000)
    assert docker.run("run", "-i", "--rm", IMAGE, "cat", input=data) == data


def test_run_on_a_terminal_has_its_size_and_its_line_discipline(docker: DockerCli) -> None:
    with docker.start_on_terminal("run", "-it", "--rm", IMAGE, "sh") as shell:
        shell.expect(b"/ #")
        shell.tell(b"stty size; echo in$((20+3))side\n")
        shell.expect(b"in23side")
        shell.tell(b"exit 5\n")
        assert shell.finish() == 5
    assert b"\r\n" in shell.said


def test_run_detached_then_logs_followed_to_the_end(docker: DockerCli) -> None:
    script = "for i in 1 2 3; do echo line $i; sleep 0.2; done; echo last >&2"
    name = docker.run("run", "-d", IMAGE, "sh", "-c", script).decode().strip()
    try:
        done = docker.complete("logs", "-f", name)
        assert done.stdout == b"line 1\nline 2\nline 3\n"
        assert done.stderr == b"last\n"
        assert done.returncode == 0
        assert b"Z line 2\n" in docker.run("logs", "--timestamps", name)
    finally:
        docker.run("rm", "-f", name)


def test_followed_logs_come_as_they_are_written(docker: DockerCli) -> None:
    script = "echo first; read x; echo second"
    name = docker.run("create", "-i", IMAGE, "sh", "-c", script).decode().strip()
    try:
        docker.run("start", name)
        with docker.start("logs", "-f", name) as logs:
            logs.expect(b"first\n")
            assert b"second" not in logs.said
            with docker.start("attach", name) as attached:
                attached.tell(b"\n")
                logs.expect(b"second\n")
                assert logs.finish() == 0
                assert attached.finish() == 0
    finally:
        docker.run("rm", "-f", name)


@pytest.fixture
def running(engine: Engine, container: Callable[..., str]) -> str:
    """A container that runs and waits."""
    name = container("-i", IMAGE, "sh", "-c", "cat; sleep 3600")
    engine.docker("start", name)
    return name


def test_exec_gives_output_and_exit_status(docker: DockerCli, running: str) -> None:
    done = docker.complete("exec", running, "sh", "-c", "echo out; echo err >&2; exit 9")
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 9)


def test_exec_with_input_gives_what_comes_after_the_end_of_it(
    docker: DockerCli, running: str
) -> None:
    assert docker.run("exec", "-i", running, "cat", input=b"hi\n") == b"hi\n"
    assert docker.run("exec", "-i", running, "sh", "-c", LATE, input=b"in") == b"after-eof\n"


def test_exec_on_a_terminal(docker: DockerCli, running: str) -> None:
    with docker.start_on_terminal("exec", "-it", running, "sh", "-c", "tty; exit 3") as told:
        assert told.finish() == 3
    assert told.said.startswith(b"/dev/pts/")


def test_exec_detached_is_no_hijack(docker: DockerCli, running: str) -> None:
    assert docker.run("exec", "-d", running, "touch", "/made") == b""
    wait_until(
        lambda: docker.complete("exec", running, "test", "-e", "/made").returncode == 0,
        "the file that a detached exec makes",
    )


def test_attach_talks_with_a_running_container(docker: DockerCli, running: str) -> None:
    with docker.start("attach", "--sig-proxy=false", running) as attached:
        attached.tell(b"over there\n")
        attached.expect(b"over there\n")


def test_cp_both_ways(docker: DockerCli, running: str, tmp_path: Path) -> None:
    data = os.urandom(700_000)
    (tmp_path / "there").write_bytes(data)
    docker.run("cp", str(tmp_path / "there"), f"{running}:/tmp/there")
    docker.run("cp", f"{running}:/tmp/there", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == data
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("piped")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"ok"))
    docker.run("cp", "-", f"{running}:/tmp", input=buffer.getvalue())
    assert docker.run("exec", running, "cat", "/tmp/piped") == b"ok"


def test_cp_of_what_is_not_there_gives_the_engines_words(docker: DockerCli, running: str) -> None:
    done = docker.complete("cp", f"{running}:/nowhere", "-")
    assert done.returncode == 1
    assert b"/nowhere" in done.stderr


def test_save_and_load(docker: DockerCli, tmp_path: Path) -> None:
    docker.run("tag", IMAGE, "kept:once")
    saved = tmp_path / "saved.tar"
    docker.run("save", "-o", str(saved), "kept:once")
    docker.run("rmi", "kept:once")
    assert b"Loaded image: kept:once" in docker.run("load", input=saved.read_bytes())
    assert docker.run("image", "ls", "-q", "kept") != b""
    docker.run("rmi", "kept:once")


DOCKERFILE = """\
FROM busybox:latest
COPY data /data
RUN cat /data >/copied && echo ran
CMD ["cat", "/copied"]
"""


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_build_and_run_what_was_built(docker: DockerCli, tmp_path: Path, buildkit: str) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(DOCKERFILE)
    (context / "data").write_text(f"built by {buildkit}\n")
    tag = f"built:{buildkit}"
    done = docker.complete("build", "--no-cache", "-t", tag, str(context), DOCKER_BUILDKIT=buildkit)
    assert done.returncode == 0, done.stderr
    assert b"ran" in done.stdout + done.stderr
    assert docker.run("run", "--rm", tag) == f"built by {buildkit}\n".encode()
    docker.run("rmi", "-f", tag)


@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_build_that_fails_says_why(docker: DockerCli, tmp_path: Path, buildkit: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox:latest\nRUN echo why; exit 42\n")
    done = docker.complete("build", "--no-cache", str(tmp_path), DOCKER_BUILDKIT=buildkit)
    assert done.returncode == {"0": 42, "1": 1}[buildkit]
    assert b"why" in done.stdout + done.stderr
    assert b"42" in done.stderr


def test_events_as_they_happen(docker: DockerCli) -> None:
    with docker.start(
        "events", "--format", "{{.Action}} {{.Actor.Attributes.name}}", "--filter", "type=container"
    ) as events:
        # Only what is printed proves that it listens; make events until one is seen.
        def seen() -> bool:
            docker.run("run", "--rm", "--name", "eventful", IMAGE, "true")
            try:
                events.expect(b"create eventful", b"start eventful", b"die eventful", seconds=1)
            except AssertionError:
                return False
            return True

        wait_until(seen, "events of a container")
        events.signal(signal.SIGINT)
        events.finish()


def test_events_of_the_past_end_by_themselves(docker: DockerCli) -> None:
    docker.run("run", "--rm", "--name", "passed", IMAGE, "true")
    until = str(int(time.time()) + 1)
    said = docker.run("events", "--since", "1m", "--until", until, "--filter", "container=passed")
    assert b"container create" in said
    assert b"container destroy" in said


def test_stats_once_and_as_a_stream(docker: DockerCli, running: str) -> None:
    once = docker.run("stats", "--no-stream", "--format", "{{json .}}", running)
    assert json.loads(once)["Container"] == running
    with docker.start("stats", "--format", "{{.PIDs}} pids", running) as stats:
        stats.expect(b"2 pids\n\x1b[2J\x1b[H2 pids")


def test_commit_tag_inspect_history_and_remove(docker: DockerCli, running: str) -> None:
    docker.run("exec", running, "touch", "/mark")
    docker.run("commit", "-m", "marked", running, "committed:one")
    docker.run("tag", "committed:one", "committed:two")
    assert b"marked" in docker.run("history", "committed:two")
    tags = json.loads(docker.run("image", "inspect", "-f", "{{json .RepoTags}}", "committed:one"))
    assert sorted(tags) == ["committed:one", "committed:two"]
    assert docker.run("run", "--rm", "committed:one", "ls", "/mark") == b"/mark\n"
    docker.run("rmi", "committed:one", "committed:two")


def test_export_and_import(docker: DockerCli, running: str, tmp_path: Path) -> None:
    docker.run("export", "-o", str(tmp_path / "all.tar"), running)
    docker.run("import", str(tmp_path / "all.tar"), "imported:once")
    assert docker.run("run", "--rm", "imported:once", "/bin/echo", "yes") == b"yes\n"
    docker.run("rmi", "imported:once")


def test_lists_networks_volumes_and_system(docker: DockerCli, running: str) -> None:
    assert running[:12].encode() in docker.run("ps", "-q")
    assert b"sleep 3600" in docker.run("top", running)
    docker.run("exec", running, "touch", "/tmp/new")
    assert docker.run("diff", running) == b"C /tmp\nA /tmp/new\n"
    docker.run("network", "create", "ours")
    docker.run("volume", "create", "ours")
    assert b"ours" in docker.run("network", "ls") and b"ours" in docker.run("volume", "ls")
    docker.run("network", "rm", "ours")
    docker.run("volume", "rm", "ours")
    assert b"Server Version: 20.10" in docker.run("info")
    assert b"Images" in docker.run("system", "df")


def test_pause_stop_wait_rename_update_kill(docker: DockerCli, running: str) -> None:
    docker.run("pause", running)
    docker.run("unpause", running)
    docker.run("rename", running, "renamed")
    docker.run("update", "--cpu-shares", "512", "renamed")
    with docker.start("wait", "renamed") as waiting:
        docker.run("kill", "-s", "KILL", "renamed")
        assert waiting.finish() == 0
    assert waiting.said == b"137\n"
    docker.run("restart", "-t", "0", "renamed")
    docker.run("stop", "-t", "0", "renamed")


def test_errors_reach_the_user_in_the_engines_words(docker: DockerCli) -> None:
    done = docker.complete("inspect", "nothing-of-that-name")
    assert done.returncode == 1
    assert b"No such object: nothing-of-that-name" in done.stderr
    done = docker.complete("run", "--rm", IMAGE, "no-such-program")
    assert done.returncode == 127


@pytest.mark.parametrize("version", ["1.12", "1.24", "1.41"])
def test_a_day_at_an_older_version(docker: DockerCli, version: str, tmp_path: Path) -> None:
    """The CLI held at one version: what that version knows works."""
    old = {"DOCKER_API_VERSION": version}
    report = json.loads(docker.run("version", "--format", "{{json .}}", **old))
    assert report["Client"]["ApiVersion"] == version
    assert report["Server"]["ApiVersion"] == "1.41"
    assert docker.run("run", "-i", "--rm", IMAGE, "cat", input=b"hi\n", **old) == b"hi\n"
    late = docker.run("run", "-i", "--rm", IMAGE, "sh", "-c", LATE, input=b"in", **old)
    assert late == b"after-eof\n"
    name = docker.run("run", "-d", IMAGE, "sleep", "3600", **old).decode().strip()
    try:
        assert name[:12].encode() in docker.run("ps", "-q", **old)
        assert b"busybox" in docker.run("images", **old)
        assert b"sleep" in docker.run("top", name, **old)
        docker.run("stop", "-t", "0", name, **old)
        assert docker.run("wait", name, **old) == b"137\n"
        assert docker.run("logs", name, **old) == b""
        docker.run("start", name, **old)
        if version != "1.12":  # exec came with v1.15, the archive with v1.20
            assert docker.run("exec", "-i", name, "cat", input=b"in", **old) == b"in"
            done = docker.complete("exec", name, "sh", "-c", "exit 4", **old)
            assert done.returncode == 4
            (tmp_path / "f").write_text("there")
            docker.run("cp", str(tmp_path / "f"), f"{name}:/f", **old)
            assert docker.run("exec", name, "cat", "/f", **old) == b"there"
        docker.run("commit", name, f"old:{version}", **old)
        docker.run("rmi", f"old:{version}", **old)
    finally:
        docker.run("rm", "-f", name, **old)
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM busybox:latest\nRUN echo built >/built\n")
    docker.run("build", "-t", f"old-built:{version}", str(context), **old, DOCKER_BUILDKIT="0")
    said = docker.run("run", "--rm", f"old-built:{version}", "cat", "/built", **old)
    assert said == b"built\n"
    docker.run("rmi", "-f", f"old-built:{version}", **old)
