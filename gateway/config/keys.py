"""All keys of the configuration: one table for the TOML file, the options and their help."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config.kinds import (
    FORWARD,
    LOG_LEVEL,
    LOG_LEVELS,
    MODE,
    PATH,
    SWITCH,
    TEXT,
    VERSION,
    Kind,
    integer,
    seconds,
)

_DAY = 86400.0
_GIB = 1 << 30
_ADDRESS = "unix:///run/docker.sock"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: `section` and `name` in the file ("" is the top), `option` on the command line.

    A switch's option has an opposite: `--insecure` and `--no-insecure`.
    """

    section: str
    name: str
    option: str
    kind: Kind
    metavar: str
    help: str

    @property
    def field(self) -> str:
        """The field of the dataclass that it fills."""
        return self.name.replace("-", "_")

    @property
    def written(self) -> str:
        """How one writes it: `engine.connect-timeout`."""
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def destination(self) -> str:
        """The attribute of the parsed options."""
        return self.option.removeprefix("--").replace("-", "_")

    @property
    def toml_example(self) -> str:
        """A line of the file that would be right."""
        example = self.kind.example or _ADDRESS
        return f"{self.name} = " + (f'"{example}"' if str in self.kind.types else example)

    @property
    def option_example(self) -> str:
        """An option that would be right; of a listener, what stands behind its address."""
        example = self.kind.example or _ADDRESS
        return f"{self.option}{' ' if self.option.startswith('--') else '='}{example}"


def _key(written: str, option: str, kind: Kind, metavar: str, text: str) -> Key:
    section, _, name = written.rpartition(".")
    return Key(section, name, option, kind, metavar, text)


KEYS = (
    _key("engine.address", "--engine", TEXT, "ADDRESS",
         "the engine: unix:///PATH, tcp://HOST:PORT (plain) or tls://HOST:PORT"
         " (default: unix:///var/run/docker.sock)"),
    _key("engine.certs", "--engine-certs", PATH, "DIR",
         "for a tls engine: take ca.pem, cert.pem and key.pem from DIR"),
    _key("engine.ca", "--engine-ca", PATH, "FILE",
         "the authority of a tls engine (default: the system's)"),
    _key("engine.cert", "--engine-cert", PATH, "FILE", "our certificate for a tls engine"),
    _key("engine.key", "--engine-key", PATH, "FILE", "the key of that certificate"),
    _key("engine.verify", "--engine-verify", SWITCH, "",
         "verify a tls engine's certificate and name (default: yes)"),
    _key("engine.connect-timeout", "--engine-connect-timeout", seconds(0.1, 600, 10), "SECONDS",
         "how long a connection to the engine may take (default: 10)"),
    _key("engine.answer-timeout", "--engine-answer-timeout", seconds(0, _DAY, 0), "SECONDS",
         "how long the engine may take to begin its answer; 0: for ever (default: 0)"),
    _key("tls.certs", "--certs", PATH, "DIR",
         "take ca.pem, server-cert.pem and server-key.pem from DIR"),
    _key("tls.ca", "--tls-ca", PATH, "FILE", "the authority of the clients' certificates"),
    _key("tls.cert", "--tls-cert", PATH, "FILE", "the gateway's own certificate (with its chain)"),
    _key("tls.key", "--tls-key", PATH, "FILE", "the key of that certificate"),
    _key("tls.verify-clients", "--verify-clients", SWITCH, "",
         "let only clients in whose certificate the authority signed (default: yes)"),
    _key("tls.legacy", "--tls-legacy", SWITCH, "",
         "let clients in that know only TLS 1.0 or 1.1 (default: no)"),
    _key("versions.forward", "--forward", FORWARD, "VERSION",
         "the API version to speak to the engine: nearest to the client's, newest,"
         " or a number (default: nearest)"),
    _key("versions.default", "--default-version", VERSION, "VERSION",
         "what a path without a version means (default: the engine's newest)"),
    _key("limits.head-bytes", "--limit-head-bytes", integer(1024, 1 << 20, 65536), "BYTES",
         "the longest head of a request (default: 65536)"),
    _key("limits.fields", "--limit-fields", integer(8, 10000, 200), "COUNT",
         "the most header fields (default: 200)"),
    _key("limits.json-bytes", "--limit-json-bytes", integer(1024, 4 * _GIB, 67108864), "BYTES",
         "the longest JSON body that is rewritten (default: 67108864)"),
    _key("limits.connections", "--limit-connections", integer(1, 1_000_000, 10000), "COUNT",
         "connections at once (default: 10000)"),
    _key("limits.connections-per-identity", "--limit-connections-per-identity",
         integer(0, 1_000_000, 0), "COUNT",
         "connections at once of one client certificate; 0: no limit (default: 0)"),
    _key("limits.handshake-seconds", "--limit-handshake-seconds", seconds(0.1, 3600, 10), "SECONDS",
         "how long a TLS handshake may take (default: 10)"),
    _key("limits.head-seconds", "--limit-head-seconds", seconds(0.1, 3600, 30), "SECONDS",
         "how long a request's head may take (default: 30)"),
    _key("limits.idle-seconds", "--limit-idle-seconds", seconds(0.1, _DAY, 300), "SECONDS",
         "how long a connection may wait for its next request (default: 300)"),
    _key("limits.linger-seconds", "--limit-linger-seconds", seconds(0.1, 3600, 30), "SECONDS",
         "how long a closing connection waits for the other side (default: 30)"),
    _key("insecure", "--insecure", SWITCH, "",
         "allow plain tcp beyond loopback: whoever reaches the port is root (default: no)"),
    _key("log-level", "--log-level", LOG_LEVEL, "LEVEL",
         f"{', '.join(LOG_LEVELS)} (default: info)"),
)  # fmt: skip
"""Every key but `listen`, which may be there several times."""

LISTEN_KEYS = (
    _key("listen.address", "--listen", TEXT, "ADDRESS", ""),
    _key("listen.mode", "mode", MODE, "MODE", "the mode of a unix socket"),
    _key("listen.group", "group", TEXT, "GROUP", "the group of a unix socket"),
    _key("listen.default-version", "default-version", VERSION, "VERSION",
         "what a path without a version means here"),
)  # fmt: skip
"""The keys of one `[[listen]]` table, or behind commas after `--listen ADDRESS`."""

LISTEN_HELP = (
    "listen on tls://HOST:PORT, tcp://HOST:PORT (plain) or unix:///PATH; may be given several"
    " times; ,default-version=1.N and for unix ,mode=0660 and ,group=NAME may follow"
    " (default: tls://127.0.0.1:2376)"
)

SECTIONS = tuple(dict.fromkeys(key.section for key in KEYS if key.section))
"""The tables of the file, without `listen`."""
