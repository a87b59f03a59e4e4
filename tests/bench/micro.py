"""In process: our parsers of heads beside httptools and h11, and our merging of frames.

CPU time of this process, best of several tries, so that other programs matter little.
"""

import time
from collections.abc import Callable

import h11
import httptools
from bench.figures import Results

from gateway.http.answer import parse_answer_head
from gateway.http.limits import DEFAULT
from gateway.http.remembered import Remembered
from gateway.http.request import RequestFields, parse_request_fields, parse_request_line
from gateway.stream.frames import HEADER, Merge

_LINE = b"GET /v1.41/containers/%064x/json HTTP/1.1\r\n"
_CLI = b"Host: docker\r\nUser-Agent: Docker-Client/20.10.24 (linux)\r\n"
_PROXIED = (
    b"Host: docker.example.com:2376\r\nUser-Agent: docker-py/7.1.0\r\n"
    b"Accept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n"
    b"X-Forwarded-For: 10.1.2.3\r\nX-Forwarded-Proto: https\r\nX-Request-Id: 5f0c2b1e\r\n"
    b"Content-Type: application/json\r\n"
)
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nBuilder-Version: 1\r\nDocker-Experimental: false\r\n"
    b"Ostype: linux\r\nServer: Docker/20.10.24 (linux)\r\nSwarm: inactive\r\n"
    b"Content-Type: application/json\r\nDate: Tue, 24 Nov 2026 03:54:18 GMT\r\n"
    b"Content-Length: 2048\r\n\r\n"
)
_FEED_BYTES = 65536


class _Collect:
    """The least that a user of httptools keeps of a head: its target and its fields."""

    def __init__(self) -> None:
        self.fields: list[tuple[bytes, bytes]] = []
        self.url = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))


def _ours_first(head: bytes) -> None:
    """Line and fields read, and the block for the engine written: a block never seen before."""
    line, _, rest = head.partition(b"\r\n")
    minor = parse_request_line(line).minor
    parse_request_fields(rest[:-2], minor, DEFAULT)


def _ours_again() -> Callable[[bytes], None]:
    """The same of a block that was seen before: the line is read, the block looked up."""
    known: Remembered[RequestFields] = Remembered()

    def read(head: bytes) -> None:
        line, _, rest = head.partition(b"\r\n")
        minor = parse_request_line(line).minor
        block = rest[:-2]
        if known.get(block) is None:
            known.keep(block, parse_request_fields(block, minor, DEFAULT))

    return read


def _httptools_request(head: bytes) -> None:
    protocol = _Collect()
    parser = httptools.HttpRequestParser(protocol)
    parser.feed_data(head)
    parser.get_method()
    parser.get_http_version()
    parser.should_keep_alive()
    httptools.parse_url(protocol.url)


def _h11_request(head: bytes) -> None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head)
    connection.next_event()


def _ours_answer(head: bytes) -> None:
    parse_answer_head(head, DEFAULT)


def _ours_answer_again() -> Callable[[bytes], None]:
    known: dict[bytes, object] = {}

    def read(head: bytes) -> None:
        if known.get(head) is None:
            known[head] = parse_answer_head(head, DEFAULT)

    return read


def _httptools_answer(head: bytes) -> None:
    protocol = _Collect()
    parser = httptools.HttpResponseParser(protocol)
    parser.feed_data(head)
    parser.get_status_code()
    parser.should_keep_alive()


def _microseconds(read: Callable[[bytes], None], heads: list[bytes], tries: int) -> float:
    best = float("inf")
    for _ in range(tries):
        start = time.process_time_ns()
        for head in heads:
            read(head)
        best = min(best, (time.process_time_ns() - start) / len(heads) / 1e3)
    return best


def _frames_rate(payload: int, tries: int) -> float:
    """MB/s of payload through `Merge`, fed as a socket would: 64 KB at a time."""
    frame = HEADER.pack(1, payload) + b"f" * payload
    stream = frame * (16 * 1024 * 1024 // len(frame))
    pieces = [stream[at : at + _FEED_BYTES] for at in range(0, len(stream), _FEED_BYTES)]
    best = 0.0
    for _ in range(tries):
        merge = Merge()
        start = time.process_time_ns()
        merged = sum(len(merge.feed(piece)) for piece in pieces)
        taken = time.process_time_ns() - start
        best = max(best, merged / taken * 1e3)
    return best


def run_parsers(results: Results, count: int, tries: int) -> None:
    """Heads, each with an id of its own: `count` of them, `tries` times."""
    numbered = [(_LINE % number) for number in range(count)]
    for row, block in (("head-cli", _CLI), ("head-proxied", _PROXIED)):
        heads = [line + block + b"\r\n" for line in numbered]
        for subject, read in (
            ("gateway", _ours_again()),
            ("gateway-first", _ours_first),
            ("httptools", _httptools_request),
            ("h11", _h11_request),
        ):
            results.add(row, subject, _microseconds(read, heads, tries))
    answers = [_ANSWER] * count
    for subject, read in (
        ("gateway", _ours_answer_again()),
        ("gateway-first", _ours_answer),
        ("httptools", _httptools_answer),
    ):
        results.add("head-answer", subject, _microseconds(read, answers, tries))


def run_streams(results: Results, tries: int) -> None:
    """Frames merged for clients before v1.6."""
    results.add("frames-large", "gateway", _frames_rate(32768, tries))
    results.add("frames-small", "gateway", _frames_rate(100, tries))
