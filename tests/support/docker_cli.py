"""The docker CLI through a gateway."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from support.clients import clean_environment
from support.engine import DOCKER
from support.gateway import Gateway


class DockerCli:
    """Debian's docker, made to speak one API version when `version` names one."""

    def __init__(self, gateway: Gateway, home: Path, version: str | None = None) -> None:
        self._command = [DOCKER, "--tlsverify", "--host", gateway.host]
        self.environment = clean_environment(
            DOCKER_CERT_PATH=str(gateway.certificates), DOCKER_CONFIG=str(home), HOME=str(home)
        )
        if version is not None:
            self.environment["DOCKER_API_VERSION"] = version

    def run(
        self,
        *arguments: str,
        input: bytes = b"",
        status: int = 0,
        timeout: float = 60.0,
        **environment: str,
    ) -> bytes:
        """Standard output of one command; AssertionError unless it ends with `status`."""
        done = self.complete(*arguments, input=input, timeout=timeout, **environment)
        assert done.returncode == status, (
            f"docker {' '.join(arguments)}: status {done.returncode}, not {status}\n"
            f"{done.stdout[-2000:]!r}\n{done.stderr[-2000:]!r}"
        )
        return done.stdout

    def complete(
        self, *arguments: str, input: bytes = b"", timeout: float = 60.0, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """One command to its end, whatever its status."""
        return subprocess.run(
            [*self._command, *arguments],
            env=self.environment | environment,
            input=input,
            capture_output=True,
            timeout=timeout,
        )

    def start(self, *arguments: str) -> "Conversation":
        """A command to talk with."""
        process = subprocess.Popen(
            [*self._command, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        return Conversation(process, process.stdin.fileno(), process.stdout.fileno())

    def start_on_terminal(self, *arguments: str) -> "Conversation":
        """A command whose three standard streams are a terminal."""
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [*self._command, *arguments],
            env=self.environment | {"TERM": "xterm"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        return Conversation(process, master, master)


class Conversation:
    """A running command: what it says, what it is told. A context manager that leaves none behind.

    AssertionError when it does not do in time what is waited for.
    """

    def __init__(self, process: subprocess.Popen[bytes], writes: int, reads: int) -> None:
        self.process = process
        self._writes, self._reads = writes, reads
        self.said = b""

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *exception: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdout is not None and self.process.stdin is not None:
            self.process.stdout.close()
            self.process.stdin.close()
        else:
            os.close(self._reads)

    def tell(self, data: bytes) -> None:
        os.write(self._writes, data)

    def end_input(self) -> None:
        """Close its standard input (not for terminals)."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def expect(self, *wanted: bytes, seconds: float = 20.0) -> None:
        """Wait until it has said all of `wanted`, in whatever order."""
        self._read_until(lambda: all(words in self.said for words in wanted), seconds, wanted)

    def finish(self, seconds: float = 20.0) -> int:
        """Wait until it has said all and ended; its status."""
        self._ended = False
        self._read_until(lambda: self._ended, seconds, "its end")
        return self.process.wait(timeout=seconds)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    _ended = False

    def _read_until(self, enough: object, seconds: float, wanted: object) -> None:
        assert callable(enough)
        deadline = time.monotonic() + seconds
        while not enough():
            left = deadline - time.monotonic()
            ready = select.select([self._reads], [], [], max(left, 0))[0] if left > 0 else []
            assert ready, f"waited {seconds:g} s in vain for {wanted!r}; it said {self.said!r}"
            try:
                data = os.read(self._reads, 65536)
            except OSError:  # a terminal whose other side is closed
                data = b""
            if not data:
                self._ended = True
                assert enough(), f"it ended before {wanted!r}; it said {self.said!r}"
                return
            self.said += data


def environment_of(gateway: Gateway, home: Path) -> dict[str, str]:
    """The environment by which clients find the gateway: DOCKER_HOST and its like."""
    return clean_environment(
        DOCKER_HOST=gateway.host,
        DOCKER_TLS_VERIFY="1",
        DOCKER_CERT_PATH=str(gateway.certificates),
        HOME=str(home),
    )


def run_script(
    command: Sequence[str | Path], environment: dict[str, str], timeout: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run a client's script to the end; AssertionError with what it said when it hangs."""
    try:
        return subprocess.run(
            [str(word) for word in command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"{error}; it said {error.stdout!r} {error.stderr!r}") from None
