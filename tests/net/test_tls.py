"""The TLS contexts, shaken hands with in memory: no sockets, no reactor."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from OpenSSL import SSL
from support.tls_files import BAD_CLIENTS, CLIENT_NAME, make_files, python_client

from gateway.config.model import EngineConfig, TlsConfig
from gateway.net.tls import common_name, engine_context, server_context, verify_engine

V1_0, V1_1 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
V1_2, V1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
# Python calls them so itself.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
BOTH = pytest.mark.parametrize("version", [V1_2, V1_3])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def config(files: Path) -> TlsConfig:
    return TlsConfig(files / "server-cert.pem", files / "server-key.pem", files / "ca.pem")


class Ours:
    """Our side of a handshake in memory, server or client."""

    def __init__(self, context: SSL.Context, server: bool) -> None:
        self.tls = SSL.Connection(context, None)
        if server:
            self.tls.set_accept_state()
        else:
            self.tls.set_connect_state()
        self.done = False
        self.problem: SSL.Error | None = None

    def step(self, data: bytes) -> bytes:
        if data:
            self.tls.bio_write(data)
        if not self.done and self.problem is None:
            try:
                self.tls.do_handshake()
                self.done = True
            except SSL.WantReadError:
                pass
            except SSL.Error as error:
                self.problem = error
        try:
            return self.tls.bio_read(1 << 20)
        except SSL.WantReadError:
            return b""


class Theirs:
    """Python's side, which shares no code with ours."""

    def __init__(
        self, context: ssl.SSLContext, server: bool, session: ssl.SSLSession | None = None
    ) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if server else "localhost"
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server, name, session)
        self.done = False
        self.problem: ssl.SSLError | None = None

    def step(self, data: bytes) -> bytes:
        self.incoming.write(data)
        if self.problem is None:
            try:
                if self.done:
                    self.tls.read(1)  # TLS 1.3: tickets, or the alert that refuses us
                else:
                    self.tls.do_handshake()
                    self.done = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                self.problem = error
        return self.outgoing.read()


def shake(ours: Ours, theirs: Theirs) -> bool:
    """Pass bytes to and fro until there are none; whether both are content."""
    data = theirs.step(b"")
    for _ in range(10):
        answer = ours.step(data)
        data = theirs.step(answer)
        if not answer and not data:
            break
    return ours.done and theirs.done and ours.problem is None and theirs.problem is None


@pytest.fixture
def meet(files: Path, config: TlsConfig) -> Callable[..., tuple[Ours, Theirs]]:
    """Our server and a client of Python's, after their handshake."""
    context = server_context(config)

    def meeting(client: ssl.SSLContext, ours: SSL.Context = context) -> tuple[Ours, Theirs]:
        server, peer = Ours(ours, server=True), Theirs(client, server=False)
        shake(server, peer)
        return server, peer

    return meeting


Meet = Callable[..., tuple[Ours, Theirs]]


# What clients get


@BOTH
def test_a_client_with_a_certificate_of_the_authority_comes_in(
    meet: Meet, files: Path, version: ssl.TLSVersion
) -> None:
    ours, theirs = meet(python_client(files, minimum=version, maximum=version))
    assert (ours.problem, theirs.problem) == (None, None)
    assert theirs.tls.version() == version.name.replace("_", ".")
    assert common_name(ours.tls) == CLIENT_NAME


@BOTH
def test_a_client_without_a_certificate_is_refused_and_told(
    meet: Meet, files: Path, version: ssl.TLSVersion
) -> None:
    ours, theirs = meet(python_client(files, None, minimum=version, maximum=version))
    assert ours.problem is not None
    assert theirs.problem is not None
    # RFC 8446 has an alert for this; before, it was handshake_failure.
    wanted = "certificate required" if version is V1_3 else "handshake failure"
    assert wanted in str(theirs.problem).replace("_", " ").lower()


@BOTH
@pytest.mark.parametrize(("name", "words"), BAD_CLIENTS.items())
def test_a_client_with_a_bad_certificate_is_refused_and_told_why(
    meet: Meet, files: Path, version: ssl.TLSVersion, name: str, words: str
) -> None:
    ours, theirs = meet(python_client(files, f"{name}-", minimum=version, maximum=version))
    assert ours.problem is not None
    assert theirs.problem is not None
    assert words in str(theirs.problem).replace("_", " ").lower()


def test_without_verification_any_client_comes_in(
    meet: Meet, files: Path, config: TlsConfig
) -> None:
    open_door = server_context(TlsConfig(config.cert, config.key, None, verify_clients=False))
    ours, theirs = meet(python_client(files, None), open_door)
    assert (ours.problem, theirs.problem) == (None, None)
    assert common_name(ours.tls) == ""


def test_verification_without_an_authority_is_a_mistake(config: TlsConfig) -> None:
    with pytest.raises(ValueError, match="no CA"):
        server_context(TlsConfig(config.cert, config.key, None))


def test_a_key_of_another_certificate_is_a_mistake(files: Path, config: TlsConfig) -> None:
    with pytest.raises(SSL.Error):
        server_context(TlsConfig(config.cert, files / "key.pem", config.ca))


@pytest.mark.parametrize("version", [V1_0, V1_1])
def test_tls_of_before_2008_is_refused(meet: Meet, files: Path, version: ssl.TLSVersion) -> None:
    ours, theirs = meet(python_client(files, minimum=version, maximum=version))
    assert ours.problem is not None
    assert "protocol version" in str(theirs.problem).replace("_", " ").lower()


@pytest.mark.parametrize("version", [V1_0, V1_1, V1_2, V1_3])
def test_the_legacy_switch_lets_all_versions_in(
    meet: Meet, files: Path, config: TlsConfig, version: ssl.TLSVersion
) -> None:
    legacy = server_context(TlsConfig(config.cert, config.key, config.ca, legacy=True))
    ours, theirs = meet(python_client(files, minimum=version, maximum=version), legacy)
    assert (ours.problem, theirs.problem) == (None, None)
    assert common_name(ours.tls) == CLIENT_NAME


@pytest.mark.parametrize("cipher", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"])
def test_ciphers_without_forward_secrecy_or_aead_are_refused(
    meet: Meet, files: Path, cipher: str
) -> None:
    client = python_client(files, maximum=V1_2)
    client.set_ciphers(cipher)
    ours, theirs = meet(client)
    assert ours.problem is not None
    assert theirs.problem is not None


def test_no_application_protocol_is_chosen(meet: Meet, files: Path) -> None:
    client = python_client(files)
    client.set_alpn_protocols(["h2", "http/1.1"])
    ours, theirs = meet(client)
    assert (ours.problem, theirs.problem) == (None, None)
    assert theirs.tls.selected_alpn_protocol() is None


def test_the_certificate_request_names_the_authority(meet: Meet, files: Path) -> None:
    ours, _ = meet(python_client(files))
    assert [name.CN for name in ours.tls.get_client_ca_list()]


@BOTH
def test_sessions_are_resumed(files: Path, config: TlsConfig, version: ssl.TLSVersion) -> None:
    context = server_context(config)
    client = python_client(files, minimum=version, maximum=version)
    first = Theirs(client, server=False)
    assert shake(Ours(context, server=True), first)
    assert not first.tls.session_reused
    again = Theirs(client, server=False, session=first.tls.session)
    ours = Ours(context, server=True)
    assert shake(ours, again)
    assert again.tls.session_reused
    # Who the client is survives: its certificate is part of the session.
    assert common_name(ours.tls) == CLIENT_NAME


@BOTH
def test_sessions_without_tickets_are_resumed_by_id(
    files: Path, config: TlsConfig, version: ssl.TLSVersion
) -> None:
    context = server_context(config)
    client = python_client(files, minimum=version, maximum=version)
    client.options |= ssl.OP_NO_TICKET
    ours, first = Ours(context, server=True), Theirs(client, server=False)
    assert shake(ours, first)
    # OpenSSL forgets the session of a connection that ends without a close_notify.
    ours.tls.shutdown()
    again = Theirs(client, server=False, session=first.tls.session)
    assert shake(Ours(context, server=True), again)
    assert again.tls.session_reused


# What engines are asked for


def engine(files: Path, **more: object) -> EngineConfig:
    settings: dict[str, object] = {"ca": files / "ca.pem", "address": "tls://localhost:2376"}
    return EngineConfig(**(settings | more))  # type: ignore[arg-type] # any of its fields


def engine_of_pythons(files: Path, name: str = "server-", ask: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / f"{name}cert.pem", files / f"{name}key.pem")
    if ask:
        context.load_verify_locations(files / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def dial(config: EngineConfig, peer: ssl.SSLContext) -> tuple[Ours, Theirs]:
    ours, theirs = Ours(engine_context(config), server=False), Theirs(peer, server=True)
    hello = ours.step(b"")
    data = theirs.step(hello)
    for _ in range(10):
        answer = ours.step(data)
        data = theirs.step(answer)
        if not answer and not data:
            break
    return ours, theirs


def test_an_engine_gets_our_certificate(files: Path) -> None:
    config = engine(files, cert=files / "cert.pem", key=files / "key.pem")
    ours, theirs = dial(config, engine_of_pythons(files, ask=True))
    assert (ours.problem, theirs.problem) == (None, None)
    subject = theirs.tls.getpeercert()["subject"]  # type: ignore[index] # one was asked for
    assert subject == ((("commonName", CLIENT_NAME),),)


def test_an_engine_of_another_authority_is_refused(files: Path) -> None:
    ours, _ = dial(engine(files), engine_of_pythons(files, "foreign-"))
    assert "certificate verify failed" in str(ours.problem)


def test_a_client_s_certificate_is_none_for_an_engine(files: Path) -> None:
    ours, _ = dial(engine(files), engine_of_pythons(files, ""))
    assert "certificate verify failed" in str(ours.problem)


def test_without_verification_any_engine_will_do(files: Path) -> None:
    ours, _ = dial(engine(files, verify=False), engine_of_pythons(files, "foreign-"))
    assert ours.problem is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_names_and_addresses_of_the_certificate_are_accepted(files: Path, host: str) -> None:
    ours, _ = dial(engine(files), engine_of_pythons(files))
    assert verify_engine(ours.tls, host) is None


@pytest.mark.parametrize("host", ["engine.example", "127.0.0.2", "::2", "localhost.evil"])
def test_other_names_and_addresses_are_refused_by_name(files: Path, host: str) -> None:
    ours, _ = dial(engine(files), engine_of_pythons(files))
    assert verify_engine(ours.tls, host) == f"the engine's certificate is not for {host}"


def test_a_common_name_counts_for_nothing(files: Path) -> None:
    ours, _ = dial(engine(files), engine_of_pythons(files, "cn-only-"))
    assert ours.problem is None
    assert verify_engine(ours.tls, "localhost") == "the engine's certificate is not for localhost"


def test_without_an_authority_the_system_s_count(files: Path) -> None:
    ours, _ = dial(engine(files, ca=None), engine_of_pythons(files))
    assert "certificate verify failed" in str(ours.problem)
