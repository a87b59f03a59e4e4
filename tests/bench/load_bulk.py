"""Load: one large body down or up, framed by its length or in chunks."""

from bench.chunks import ChunkCounter
from bench.client import VIEW, Broken, Client, content_length
from bench.probe import Outcome, Probe
from OpenSSL import SSL

_CHUNK = b"8000\r\n" + b"u" * 32768 + b"\r\n"
_BLOCK_CONTENT = 65536
_HOST = b" HTTP/1.1\r\nHost: localhost:2376\r\nUser-Agent: Docker-Client/20.10.24 (linux)\r\n"


def run_download(
    port: int, context: SSL.Context, probe: Probe, size: int, chunked: bool
) -> Outcome:
    """Fetch `size` bytes; every byte is decrypted and counted, in chunks too."""
    client = Client(port, context)
    try:
        name = b"%s-%d" % (b"chunked" if chunked else b"length", size)
        probe.start()
        client.write(b"GET /v1.41/containers/" + name + b"/export" + _HOST + b"\r\n")
        data = b""
        while b"\r\n\r\n" not in data:
            data += bytes(VIEW[: client.read()])
        head, _, rest = data.partition(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise Broken(f"no download: {head[:200]!r}")
        if content_length(head):
            have = len(rest)
            while have < size:
                have += client.read()
        else:
            counter = ChunkCounter()
            counter.feed(rest)
            while not counter.done:
                counter.feed(VIEW[: client.read()])
            have = counter.total
        probe.stop()
        if have != size:
            raise Broken(f"{have} bytes instead of {size}")
        return Outcome(have)
    finally:
        client.close()


def run_upload(port: int, context: SSL.Context, probe: Probe, size: int, chunked: bool) -> Outcome:
    """Send `size` bytes (a multiple of 64 KB); the stub's count of them must come back."""
    framing = (
        b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"Content-Length: %d\r\n\r\n" % size
    )
    block = _CHUNK * 2 if chunked else b"u" * _BLOCK_CONTENT
    client = Client(port, context)
    try:
        probe.start()
        client.write(
            b"POST /v1.41/images/load" + _HOST + b"Content-Type: application/x-tar\r\n" + framing
        )
        for _ in range(size // _BLOCK_CONTENT):
            client.write(block)
        head, body, _ = client.ask(b"0\r\n\r\n" if chunked else b"")
        probe.stop()
        if b'{"stream":"%d"}' % size not in body:
            raise Broken(f"the upload came to {head[:100]!r} {body[:100]!r}")
        return Outcome(size)
    finally:
        client.close()
