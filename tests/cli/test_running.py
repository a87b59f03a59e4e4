"""Running a reactor: results, failures, signals. Each in a process of its own."""

import subprocess
import sys

import pytest

from gateway.cli.parsers import CommandError
from gateway.cli.running import reason
from gateway.net.listener import ListenFailed


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CommandError("no  such\nthing"), "no such thing"),
        (ListenFailed("cannot listen"), "cannot listen"),
        (PermissionError(13, "Permission denied"), "[Errno 13] Permission denied"),
        (KeyError("x"), "KeyError: 'x'"),
        (CommandError(), "CommandError: "),
    ],
)
def test_reasons_are_one_line(error: Exception, words: str):
    assert reason(error) == words


def python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )


ONCE = """
import os, signal
from gateway.cli.running import run_once
async def main(reactor):
    from twisted.internet.task import deferLater
    {body}
try:
    print("result", run_once(main))
except BaseException as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("return 5", "result 5"),
        ("await deferLater(reactor, 0.01); return None", "result None"),
        ("raise KeyError('x')", "KeyError 'x'"),
        (
            "reactor.callLater(0, os.kill, os.getpid(), signal.SIGINT); "
            "await deferLater(reactor, 60)",
            "KeyboardInterrupt",
        ),
        (
            "reactor.callLater(0, os.kill, os.getpid(), signal.SIGTERM); "
            "await deferLater(reactor, 60)",
            "KeyboardInterrupt",
        ),
    ],
)
def test_one_question(body: str, printed: str):
    done = python(ONCE.format(body=body))
    assert done.stdout.strip() == printed, done.stderr


SERVICE = """
import os, signal, sys
from gateway.cli.running import run_service
from gateway.config import Config
async def prepare(reactor):
    {body}
print("status", run_service(prepare, {level!r}))
"""


@pytest.mark.parametrize(
    ("body", "level", "status", "logged"),
    [
        ("reactor.callLater(0, reactor.stop); return Config()", "info", 0, ""),
        ("raise ValueError('wrong')", "info", 1, "[gateway#error] ValueError: wrong\n"),
        ("raise OSError('wrong')", "error", 1, "[gateway#error] wrong\n"),
    ],
)
def test_a_service(body: str, level: str, status: int, logged: str):
    done = python(SERVICE.format(body=body, level=level))
    assert done.stdout == f"status {status}\n", done.stderr
    if logged:
        assert done.stderr.endswith(logged)
        assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_signal_during_the_start_is_no_failure():
    body = (
        "from twisted.internet.task import deferLater; "
        "reactor.callLater(0, os.kill, os.getpid(), signal.SIGTERM); "
        "wait = deferLater(reactor, 60); "
        "reactor.addSystemEventTrigger('during', 'shutdown', wait.cancel); await wait"
    )
    done = python(SERVICE.format(body=body, level="info"))
    assert (done.stdout, done.stderr) == ("status 0\n", "")


def test_twisted_speaks_at_level_debug_only():
    body = "reactor.callLater(0, reactor.stop); return Config()"
    assert "Main loop" not in python(SERVICE.format(body=body, level="info")).stderr
    assert "Main loop" in python(SERVICE.format(body=body, level="debug")).stderr
