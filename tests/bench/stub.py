"""The engine behind every gateway that is measured: cheap, on a unix socket, one process.

It answers a container's inspection with a document of 2,048 bytes in which the id asked for
stands (so that the generator can tell whose answer it got), sends and takes 1 GiB, and echoes
what comes in over an attach. It knows just enough HTTP for its four clients, all of which send
well-formed requests and never pipeline.

Run as `python -m bench.stub SOCKET`. One epoll loop, level-triggered; nothing is allocated per
connection beyond its socket while it carries plain requests.
"""

import contextlib
import select
import signal
import socket
import sys
import time
from email.utils import formatdate
from pathlib import Path
from typing import Protocol

from bench.chunks import ChunkCounter

BODY_BYTES = 2048
BLOCK_BYTES = 256 * 1024
CHUNK_BYTES = 32 * 1024

_ID_HOLE = b"0" * 64

_BASE = (
    b"Api-Version: 1.41\r\nBuilder-Version: 1\r\nDocker-Experimental: false\r\nOstype: linux\r\n"
    b"Server: Docker/20.10.24 (linux)\r\nSwarm: inactive\r\n"
)

_VERSION = (
    b'{"Platform":{"Name":"stub"},"Components":[{"Name":"Engine","Version":"20.10.24","Details":'
    b'{"ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}}],'
    b'"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux",'
    b'"Arch":"amd64","KernelVersion":"6.1","GoVersion":"go1.19","GitCommit":"0"}\n'
)


def inspection(size: int = BODY_BYTES) -> tuple[bytes, bytes]:
    """A container's document of `size` bytes as what stands before and behind its id."""
    before = b'{"Id":"'
    start = b'","Created":"2024-01-01T00:00:00Z","Path":"sh","Args":["-c","'
    end = b'"],"State":{"Status":"running","Running":true,"Pid":4711},"Name":"/bench"}\n'
    filler = b"x" * (size - len(before) - 64 - len(start) - len(end))
    return before, start + filler + end


class Stream(Protocol):
    """A connection that has left the plain request/answer path."""

    def ready(self, events: int) -> int:
        """Work on what epoll reported; the events to wait for next, 0 = close."""
        ...


class Download:
    """Sends `size` bytes, then closes (it has announced `Connection: close`)."""

    def __init__(self, sock: socket.socket, size: int, chunked: bool) -> None:
        self._sock = sock
        if chunked:
            one = b"%x\r\n" % CHUNK_BYTES + b"d" * CHUNK_BYTES + b"\r\n"
            block = one * (BLOCK_BYTES // CHUNK_BYTES)
            blocks, rest = divmod(size, BLOCK_BYTES)
            tail = b"%x\r\n" % rest + b"d" * rest + b"\r\n" if rest else b""
            self._tail = tail + b"0\r\n\r\n"
        else:
            block = b"d" * BLOCK_BYTES
            blocks, rest = divmod(size, BLOCK_BYTES)
            self._tail = b"d" * rest
        self._block = memoryview(block)
        self._blocks = blocks
        self._now = memoryview(b"")

    def ready(self, events: int) -> int:
        if events & (select.EPOLLHUP | select.EPOLLERR):
            return 0
        while True:
            if not self._now:
                if self._blocks:
                    self._blocks -= 1
                    self._now = self._block
                elif self._tail:
                    self._now = memoryview(self._tail)
                    self._tail = b""
                else:
                    return 0
            try:
                sent = self._sock.send(self._now)
            except BlockingIOError:
                return select.EPOLLOUT
            self._now = self._now[sent:]


class Upload:
    """Counts a request's body and answers with its length."""

    def __init__(self, sock: socket.socket, length: int | None, early: bytes) -> None:
        self._sock = sock
        self._left = length
        self._size = length or 0
        self._counter = ChunkCounter()
        self._buffer = memoryview(bytearray(BLOCK_BYTES))
        self.finished = self._take(memoryview(early))

    def _take(self, data: memoryview) -> bool:
        if self._left is None:
            self._counter.feed(data)
            self._size = self._counter.total
            return self._counter.done
        self._left -= len(data)
        return self._left <= 0

    def answer(self) -> bytes:
        """The answer's head and body."""
        body = b'{"stream":"%d"}\n' % self._size
        return (
            b"HTTP/1.1 200 OK\r\n" + _BASE + b"Content-Type: application/json\r\n"
            b"Connection: close\r\nDate: %s\r\nContent-Length: %d\r\n\r\n" % (_date(), len(body))
        ) + body

    def ready(self, events: int) -> int:
        while not self.finished:
            try:
                count = self._sock.recv_into(self._buffer)
            except BlockingIOError:
                return select.EPOLLIN
            if not count:
                return 0
            self.finished = self._take(self._buffer[:count])
        self._sock.send(self.answer())
        return 0


class Echo:
    """Sends back what it gets; reads nothing more while it cannot send; half-closes."""

    def __init__(self, sock: socket.socket, early: bytes) -> None:
        self._sock = sock
        self._pending = memoryview(early)
        self._ended = False

    def ready(self, events: int) -> int:
        while True:
            if self._pending:
                try:
                    sent = self._sock.send(self._pending)
                except BlockingIOError:
                    return select.EPOLLOUT
                self._pending = self._pending[sent:]
                continue
            if self._ended:
                return 0
            try:
                data = self._sock.recv(BLOCK_BYTES)
            except BlockingIOError:
                return select.EPOLLIN
            if not data:
                self._ended = True
            self._pending = memoryview(data)


def _date() -> bytes:
    return formatdate(usegmt=True).encode()


def field(head: bytes, name: bytes) -> bytes | None:
    """The value of a header field of a well-formed head, lower-cased; None when absent."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip().lower()
    return None


class Stub:
    """The listening socket and every connection."""

    def __init__(self, path: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(FileNotFoundError):
            Path(path).unlink()
        self._listener.bind(path)
        self._listener.listen(4096)
        self._listener.setblocking(False)
        self._epoll = select.epoll()
        self._epoll.register(self._listener.fileno(), select.EPOLLIN)
        self._sockets: dict[int, socket.socket] = {}
        self._streams: dict[int, Stream] = {}
        self._partial: dict[int, bytes] = {}
        self._before, self._behind = inspection()
        self._head = b""

    def _tick(self) -> None:
        self._head = (
            b"HTTP/1.1 200 OK\r\n" + _BASE + b"Content-Type: application/json\r\n"
            b"Date: %s\r\nContent-Length: %d\r\n\r\n" % (_date(), BODY_BYTES) + self._before
        )

    def run(self) -> None:
        """Serve until killed."""
        poll, sockets, streams = self._epoll.poll, self._sockets, self._streams
        partial, behind = self._partial, self._behind
        listener = self._listener.fileno()
        suppress = contextlib.suppress(OSError)  # a gateway gone in mid-request: epoll tells next
        second = 0
        while True:
            events = poll()
            now = int(time.time())
            if now != second:
                second = now
                self._tick()
            head = self._head
            for fd, event in events:
                if fd == listener:
                    self._accept()
                    continue
                stream = streams.get(fd)
                if stream is not None:
                    self._stream(fd, stream, event)
                    continue
                sock = sockets[fd]
                try:
                    data = sock.recv(65536)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                # The hot path: a whole head of an inspection in one piece.
                if data[:4] == b"GET " and not partial and data[-4:] == b"\r\n\r\n":
                    end = data.find(b" ", 4)
                    if data[end - 5 : end] == b"/json":
                        with suppress:
                            sock.send(head + data[end - 69 : end - 5] + behind)
                        continue
                try:
                    self._slow(fd, sock, data)
                except (OSError, ValueError):  # gone, or nothing that this stub understands
                    self._close(fd)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return
            sock.setblocking(False)
            self._sockets[sock.fileno()] = sock
            self._epoll.register(sock.fileno(), select.EPOLLIN)

    def _close(self, fd: int) -> None:
        self._epoll.unregister(fd)
        self._streams.pop(fd, None)
        self._partial.pop(fd, None)
        self._sockets.pop(fd).close()

    def _stream(self, fd: int, stream: Stream, events: int) -> None:
        try:
            wanted = stream.ready(events)
        except (OSError, ValueError):
            wanted = 0
        if wanted:
            self._epoll.modify(fd, wanted)
        else:
            self._close(fd)

    def _slow(self, fd: int, sock: socket.socket, data: bytes) -> None:
        """Everything but the hot path: cut heads, other paths, other methods."""
        if not data:
            self._close(fd)
            return
        data = self._partial.pop(fd, b"") + data
        head, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            self._partial[fd] = data
            return
        method, target, _ = head.split(b"\r\n", 1)[0].split(b" ", 2)
        path = target.split(b"?", 1)[0]
        last = path.rsplit(b"/", 1)[-1]
        if last == b"json" and method == b"GET":
            sock.send(self._head + path[-69:-5] + self._behind)
        elif last == b"_ping":
            self._answer(sock, b"" if method == b"HEAD" else b"OK", b"text/plain; charset=utf-8", 2)
        elif last == b"version":
            self._answer(sock, _VERSION, b"application/json", len(_VERSION))
        elif last == b"attach":
            sock.send(
                b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                b"Connection: Upgrade\r\nUpgrade: tcp\r\n" + _BASE + b"\r\n"
            )
            self._start(fd, Echo(sock, rest))
        elif last == b"export":
            self._download(fd, sock, path.rsplit(b"/", 2)[1])
        elif last in (b"load", b"archive"):
            length = field(head, b"content-length")
            if field(head, b"expect") == b"100-continue":
                sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._start(fd, Upload(sock, None if length is None else int(length), rest))
        else:
            body = b'{"message":"page not found"}\n'
            sock.send(
                b"HTTP/1.1 404 Not Found\r\n" + _BASE + b"Content-Type: application/json\r\n"
                b"Date: %s\r\nContent-Length: %d\r\n\r\n" % (_date(), len(body)) + body
            )

    def _answer(self, sock: socket.socket, body: bytes, kind: bytes, length: int) -> None:
        sock.send(
            b"HTTP/1.1 200 OK\r\n" + _BASE + b"Content-Type: %s\r\nDate: %s\r\n"
            b"Content-Length: %d\r\n\r\n" % (kind, _date(), length) + body
        )

    def _download(self, fd: int, sock: socket.socket, name: bytes) -> None:
        """`name` is "length-N" or "chunked-N": the framing and the size to send."""
        kind, _, size = name.partition(b"-")
        framing = (
            b"Transfer-Encoding: chunked\r\n"
            if kind == b"chunked"
            else b"Content-Length: %d\r\n" % int(size)
        )
        sock.send(
            b"HTTP/1.1 200 OK\r\n" + _BASE + b"Content-Type: application/x-tar\r\n"
            b"Date: %s\r\nConnection: close\r\n" % _date() + framing + b"\r\n"
        )
        self._start(fd, Download(sock, int(size), kind == b"chunked"))

    def _start(self, fd: int, stream: Stream) -> None:
        self._streams[fd] = stream
        self._stream(fd, stream, 0)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Stub(sys.argv[1]).run()


if __name__ == "__main__":
    main()
