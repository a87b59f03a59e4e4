"""What is measured, and what is to be reached (the issue's targets)."""

from bench.figures import Row, Target

CONNECTIONS = (1, 16, 64)
FRAMINGS = ("length", "chunked")


def rate(key: str) -> str:
    return f"{key}-rate"


def cpu(key: str) -> str:
    return f"{key}-cpu"


def _rows() -> list[Row]:
    rows: list[Row] = []
    for count in CONNECTIONS:
        key, group = f"requests-{count}", "requests"
        where = f"{count} connection{'s' if count > 1 else ''}"
        rows += [
            Row(rate(key), group, f"requests/s, {where}", "/s", True),
            Row(cpu(key), group, f"CPU per request, {where}", "µs", False, 1),
            Row(f"{key}-p50", group, f"p50, {where}", "µs", False),
            Row(f"{key}-p99", group, f"p99, {where}", "µs", False),
        ]
    for kind in ("full", "resumed"):
        key, group = f"handshakes-{kind}", "handshakes"
        rows += [
            Row(rate(key), group, f"{kind} handshakes/s", "/s", True),
            Row(cpu(key), group, f"CPU per {kind} handshake", "µs", False),
        ]
    for way in ("down", "up"):
        for framing in FRAMINGS:
            key, title = f"{way}-{framing}", f"{way}, by {framing}"
            if framing == "chunked":
                title = f"{way}, chunked"
            rows += [
                Row(rate(key), "bulk", title, "MB/s", True),
                Row(cpu(key), "bulk", f"CPU, {title}", "s/GB", False, 2),
            ]
    rows += [
        Row(rate("echo"), "hijack", "echo, each way", "MB/s", True),
        Row(cpu("echo"), "hijack", "CPU, echo", "s/GB", False, 2),
        Row("trip-p50", "hijack", "round trip p50", "µs", False),
        Row("trip-p99", "hijack", "round trip p99", "µs", False),
        Row(cpu("trip"), "hijack", "CPU per round trip", "µs", False, 1),
        Row("idle-rss", "memory", "RSS, idle", "MB", False, 1),
        Row("idle-pss", "memory", "PSS, idle", "MB", False, 1),
        Row("tunnels-rss", "memory", "RSS with idle tunnels", "MB", False, 1),
        Row("tunnels-pss", "memory", "PSS with idle tunnels", "MB", False, 1),
        Row("tunnel-kb", "memory", "RSS per idle tunnel", "KB", False, 1),
    ]
    for key, title in PATHS.items():
        rows.append(Row(f"peak-{key}", "memory", f"highest RSS, {title}", "MB", False, 1))
    rows.append(Row("peak", "memory", "highest RSS, any path", "MB", False, 1))
    rows += [
        Row("head-cli", "parsers", "request head of the Docker CLI (2 fields)", "µs", False, 2),
        Row("head-proxied", "parsers", "request head through a proxy (9 fields)", "µs", False, 2),
        Row("head-answer", "parsers", "answer head of an engine (9 fields)", "µs", False, 2),
        Row("frames-large", "streams", "frames of 32 KB merged", "MB/s", True),
        Row("frames-small", "streams", "frames of 100 bytes merged", "MB/s", True),
    ]
    return rows


PATHS = {
    "down-length": "bulk down by length",
    "down-chunked": "bulk down chunked",
    "up-length": "bulk up by length",
    "up-chunked": "bulk up chunked",
    "echo": "as much through a tunnel and back",
}

ROWS: dict[str, Row] = {row.key: row for row in _rows()}

GROUPS = {
    "requests": "Requests on keep-alive connections",
    "handshakes": "TLS handshakes, each with one request",
    "bulk": "Bulk transfer",
    "hijack": "Hijacked connections",
    "memory": "Memory",
    "parsers": "Heads, in process",
    "streams": "Streams, in process",
}


def _least(row: str, bound: float, text: str, base: str = "haproxy") -> Target:
    return Target(text, ROWS[row], bound, True, base)


TARGETS: tuple[Target, ...] = (
    _least("requests-64-rate", 0.8, "requests/s at 64 ≥ 0.8 of HAProxy's"),
    Target(
        "CPU per request at 64 ≤ 1.25 of HAProxy's", ROWS["requests-64-cpu"], 1.25, False, "haproxy"
    ),
    _least("requests-64-rate", 1.2, "requests/s at 64 ≥ 1.2 times Envoy's", "envoy"),
    _least("down-length-rate", 0.9, "download by length ≥ 0.9 of HAProxy's"),
    _least("down-chunked-rate", 0.9, "download chunked ≥ 0.9 of HAProxy's"),
    _least("up-length-rate", 0.9, "upload by length ≥ 0.9 of HAProxy's"),
    _least("up-chunked-rate", 0.9, "upload chunked ≥ 0.9 of HAProxy's"),
    _least("echo-rate", 0.9, "hijack echo ≥ 0.9 of HAProxy's"),
    Target("hijack round trip ≤ HAProxy's ÷ 0.9", ROWS["trip-p50"], 1 / 0.9, False, "haproxy"),
    _least("handshakes-full-rate", 0.95, "full handshakes ≥ 0.95 of HAProxy's"),
    _least("handshakes-resumed-rate", 0.95, "resumed handshakes ≥ 0.95 of HAProxy's"),
    Target("≤ 30 KB per idle tunnel", ROWS["tunnel-kb"], 30, False),
    Target("1 GiB through any path within 60 MB", ROWS["peak"], 60, False),
    Target(
        "request heads (block seen before) faster than httptools",
        ROWS["head-cli"],
        1,
        False,
        "httptools",
    ),
    Target("request heads (block seen before) faster than h11", ROWS["head-cli"], 1, False, "h11"),
    Target("frames of 32 KB ≥ 1 GB/s", ROWS["frames-large"], 1000, True),
    Target("frames of 100 bytes ≥ 300 MB/s", ROWS["frames-small"], 300, True),
)
