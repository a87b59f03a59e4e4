"""Engines behind TLS, through the real program: who they are, and half-closes on that side too."""

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.fronts import TLS, Front, attach
from support.stub_engine import StubEngine, Talk, server_tls
from support.tls_files import make_files
from support.wire import Truncated


def late(talk: Talk) -> None:
    talk.switch(b"early;")
    talk.send(b"late:" + talk.rest())


def first(talk: Talk) -> bytes:
    talk.switch()
    talk.send(b"bye")
    talk.end()
    return talk.rest()


def dies(talk: Talk) -> None:
    talk.switch(b"some output")
    talk.exactly(4)
    talk.die()


def load(talk: Talk) -> bool:
    talk.answer(200, str(len(talk.read_body())).encode(), "text/plain")
    return True


HANDLERS = {"late": late, "first": first, "dies": dies, "load": load}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module", params=TLS)
def engine(files: Path, request: pytest.FixtureRequest) -> Iterator[StubEngine]:
    context = server_tls(files)
    context.minimum_version = context.maximum_version = (
        ssl.TLSVersion.TLSv1_2 if request.param == "TLS 1.2" else ssl.TLSVersion.TLSv1_3
    )
    stub = StubEngine("127.0.0.1", HANDLERS, context)
    yield stub
    stub.stop()


@pytest.fixture(scope="module")
def front(
    files: Path, engine: StubEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    running = Front(
        files, engine.address, tmp_path_factory.mktemp("f"), "--engine-certs", f"{files}"
    )
    yield running
    running.stop()


Start = Callable[..., Front]


@pytest.fixture
def start(files: Path, tmp_path: Path) -> Iterator[Start]:
    """A gateway in front of an engine with another certificate or under another name."""
    fronts: list[Front] = []
    stubs: list[StubEngine] = []

    def run(host: str, cert: str = "server-", options: tuple[str, ...] = ()) -> Front:
        context = server_tls(files, f"{cert}cert.pem", f"{cert}key.pem")
        stubs.append(StubEngine("127.0.0.1", HANDLERS, context))
        address = f"tls://{host}:{stubs[-1].port}"
        options = options or ("--engine-certs", f"{files}")
        fronts.append(Front(files, address, tmp_path, *options))
        return fronts[-1]

    yield run
    for front in fronts:
        front.stop()
    for stub in stubs:
        stub.stop()


def ping(front: Front) -> tuple[int, str]:
    with front.connect("unix") as wire:
        answer = wire.request("GET", "/v1.41/info")
        return answer.status, json.loads(answer.body)["message"]


def test_output_behind_the_end_of_input(front: Front) -> None:
    with front.connect("TLS 1.3") as wire:
        attach(wire, "late", b"in")
        wire.stream.send(b"put")
        wire.stream.end()
        assert wire.rest() == b"early;late:input"


def test_input_behind_the_end_of_output(front: Front, engine: StubEngine) -> None:
    with front.connect("TLS 1.3") as wire:
        attach(wire, "first", b"one,")
        assert wire.rest() == b"bye"
        wire.stream.send(b"two")
        wire.stream.end()
        assert engine.next_seen() == b"one,two"


@pytest.mark.parametrize("kind", [*TLS, "tcp"])
def test_an_engine_that_ends_without_close_notify_is_no_clean_end(front: Front, kind: str) -> None:
    with front.connect(kind) as wire:
        attach(wire, "dies")
        assert wire.exactly(11) == b"some output"
        wire.stream.send(b"more")
        with pytest.raises((Truncated, ConnectionResetError)):
            wire.rest()


def test_bodies_of_some_megabytes(front: Front) -> None:
    with front.connect("TLS 1.3") as wire:
        answer = wire.request("POST", "/images/load", b"x" * 5_000_000)
        assert (answer.status, answer.body) == (200, b"5000000")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_names_and_addresses_of_the_certificate_are_accepted(start: Start, host: str) -> None:
    status, message = ping(start(host))
    assert (status, message) == (404, "nothing here: /v1.41/info")


# cn-only: the common name is the right one, and counts for nothing.
@pytest.mark.parametrize("cert", ["named-", "cn-only-"])
def test_an_engine_of_another_name_is_refused_by_name(start: Start, cert: str) -> None:
    front = start("localhost", cert)
    status, message = ping(front)
    assert status == 503
    assert "the engine's certificate is not for localhost" in message
    assert front.gateway.process.poll() is None


def test_an_address_that_is_not_in_the_certificate_is_refused(start: Start) -> None:
    status, message = ping(start("127.0.0.1", "named-"))
    assert status == 503
    assert "the engine's certificate is not for 127.0.0.1" in message


def test_an_engine_of_another_authority_is_refused(start: Start) -> None:
    status, message = ping(start("localhost", "foreign-"))
    assert status == 503
    assert "certificate verify failed" in message


def test_an_engine_that_wants_a_certificate_that_we_have_not(start: Start, files: Path) -> None:
    status, message = ping(start("localhost", options=("--engine-ca", f"{files / 'ca.pem'}")))
    assert status in (502, 503)
    assert "certificate required" in message


def test_verification_can_be_switched_off(start: Start, files: Path) -> None:
    options = ("--engine-certs", f"{files}", "--no-engine-verify")
    status, _ = ping(start("localhost", "named-", options))
    assert status == 404


def test_a_plain_engine_is_no_tls_engine(files: Path, tmp_path: Path) -> None:
    stub = StubEngine("127.0.0.1", {"late": late})
    front = Front(files, f"tls://localhost:{stub.port}", tmp_path, "--engine-certs", f"{files}",
                  "--engine-connect-timeout", "0.3")  # fmt: skip
    try:
        status, message = ping(front)
        assert status == 503
        # The stub waits for the end of a head that never comes.
        assert "no TLS handshake within 0.3 seconds" in message
    finally:
        front.stop()
        stub.stop()
