"""Requests that take their connection over, with client and engine played by hand."""

import pytest
from support.playbook import End, Playbook, answer, request

ATTACH = "/v1.41/containers/c/attach?stream=1&stdin=1&stdout=1"
UPGRADE = ("Connection: Upgrade", "Upgrade: tcp")
RAW = "Content-Type: application/vnd.docker.raw-stream"
SWITCHED = answer("101 UPGRADED", *UPGRADE, RAW)


@pytest.fixture
def book() -> Playbook:
    return Playbook()


@pytest.fixture
def client(book: Playbook) -> End:
    return book.client()


def fields_of(head: bytes) -> set[str]:
    """The header lines, without those that say when and who."""
    lines = head.decode().split("\r\n\r\n")[0].split("\r\n")[1:]
    return {line for line in lines if not line.startswith(("Date:", "Server:", "Api-Version:"))}


def attach(client: End, book: Playbook, *fields: str, early: bytes = b"") -> End:
    """Ask for an attach; the engine's end, which has been asked for the upgrade."""
    client.says(request("POST", ATTACH, *fields, body=early))
    engine = book.engine()
    asked = engine.heard()
    assert asked.startswith(
        b"POST /v1.41/containers/c/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\n"
    )
    assert {"Connection: Upgrade", "Upgrade: tcp"} <= fields_of(asked)
    assert asked.endswith(b"\r\n\r\n"), "input must wait until the engine has switched"
    return engine


def test_who_asks_for_the_upgrade_gets_101(book: Playbook, client: End) -> None:
    engine = attach(client, book, *UPGRADE)
    engine.says(SWITCHED)
    head = client.heard()
    assert head.startswith(b"HTTP/1.1 101 UPGRADED\r\n")
    assert fields_of(head) == {*UPGRADE, RAW}


def test_who_does_not_ask_gets_200_and_raw_bytes(book: Playbook, client: End) -> None:
    engine = attach(client, book)
    engine.says(SWITCHED + b"output")
    head, _, output = client.heard().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert fields_of(head) == {RAW}
    assert output == b"output"


@pytest.mark.parametrize("fields", [UPGRADE, ()])
def test_an_engine_that_answers_200_has_switched_too(
    book: Playbook, client: End, fields: tuple[str, ...]
) -> None:
    engine = attach(client, book, *fields)
    engine.says(answer("200 OK", RAW) + b"output")
    head, _, output = client.heard().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 UPGRADED" if fields else b"HTTP/1.1 200 OK")
    assert output == b"output"
    client.says(b"input")
    assert engine.heard() == b"input"


def test_a_content_type_that_is_missing_is_told(book: Playbook, client: End) -> None:
    engine = attach(client, book, *UPGRADE)
    engine.says(answer("101 Switching Protocols", *UPGRADE))
    head = client.heard()
    assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert fields_of(head) == {*UPGRADE, RAW}


def test_input_waits_until_the_engine_has_switched(book: Playbook, client: End) -> None:
    engine = attach(client, book, early=b"one,")
    client.says(b"two,")
    assert engine.heard() == b""
    engine.says(SWITCHED)
    client.says(b"three")
    assert engine.heard() == b"one,two,three"


def test_little_input_is_held_before_the_engine_has_switched(book: Playbook, client: End) -> None:
    engine = attach(client, book)
    data = bytes(range(256)) * 16384
    taken = client.pours(data)
    assert taken < 1 << 20, "input is taken without an end"
    engine.says(SWITCHED)
    found = b""
    while taken < len(data) or len(found) < len(data):
        more = engine.heard()
        found += more
        moved = client.pours(data[taken:])
        taken += moved
        assert more or moved, "it does not go on"
    assert found == data


def test_an_end_before_the_engine_has_switched_is_kept(book: Playbook, client: End) -> None:
    engine = attach(client, book, early=b"all")
    client.ends()
    engine.says(SWITCHED)
    assert engine.heard() == b"all"
    assert engine.ended
    engine.says(b"late")
    assert client.heard().endswith(b"\r\n\r\nlate")


def test_a_client_that_goes_before_the_engine_has_switched_is_dropped(
    book: Playbook, client: End
) -> None:
    engine = attach(client, book, *UPGRADE)
    client.goes()
    engine.says(SWITCHED + b"output")
    assert engine.hears_the_end()


def test_an_engine_may_switch_before_it_has_the_body(book: Playbook, client: End) -> None:
    client.says(request("POST", ATTACH, "Content-Length: 10", body=b"01234"))
    engine = book.engine()
    assert engine.heard().endswith(b"\r\n\r\n01234")
    engine.says(SWITCHED)
    client.says(b"56789 and more")
    client.ends()
    assert engine.heard() == b"56789 and more"
    assert engine.ended
    engine.says(b"done")
    assert client.heard().endswith(b"\r\n\r\ndone")


@pytest.mark.parametrize("early", [b"", b"input"])
def test_an_error_is_an_ordinary_answer_and_the_last(
    book: Playbook, client: End, early: bytes
) -> None:
    engine = attach(client, book, *UPGRADE, early=early)
    body = b'{"message":"No such container: c"}\n'
    engine.says(answer("404 Not Found", f"Content-Length: {len(body)}", body=body))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert told.endswith(b"\r\n\r\n" + body)
    assert client.ended
    client.says(b"more input")
    client.ends()
    assert book.frontend._open == set()


def test_a_detached_exec_is_an_ordinary_answer_and_not_the_last(
    book: Playbook, client: End
) -> None:
    asked = b'{"Detach":true}'
    fields = ("Content-Type: application/json", f"Content-Length: {len(asked)}")
    client.says(request("POST", "/v1.41/exec/e/start", *fields, body=asked))
    engine = book.engine()
    assert engine.heard().endswith(asked)
    engine.says(answer("200 OK", "Content-Length: 0"))
    assert client.heard().startswith(b"HTTP/1.1 200 OK\r\n")
    assert not client.ended
    client.says(request("GET", "/_ping"))
    assert book.engine().heard().startswith(b"GET /v1.41/_ping ")


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/v1.41/session", "h2c"),
        ("POST", "/v1.41/grpc", "h2c"),
        ("GET", "/v1.41/containers/c/attach/ws?stream=1", "websocket"),
    ],
)
def test_other_protocols_are_asked_for_and_told_as_they_are(
    book: Playbook, client: End, method: str, path: str, kind: str
) -> None:
    own = ("X-Docker-Expose-Session-Uuid: u", "Sec-WebSocket-Key: k")
    upgrade = ("Connection: Upgrade", f"Upgrade: {kind}")
    client.says(request(method, path, *upgrade, *own))
    engine = book.engine()
    assert {*own, *upgrade} <= fields_of(engine.heard())
    engine.says(answer("101 Switching Protocols", *upgrade, "Sec-WebSocket-Accept: a") + b"hello")
    head, _, rest = client.heard().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert fields_of(head) == {*upgrade, "Sec-WebSocket-Accept: a"}
    assert rest == b"hello"
    client.says(b"\0\xff")
    assert engine.heard() == b"\0\xff"


@pytest.mark.parametrize("path", ["/v1.41/session", "/v1.41/grpc"])
def test_without_an_upgrade_they_are_ordinary_requests(
    book: Playbook, client: End, path: str
) -> None:
    client.says(request("POST", path, "Content-Length: 0"))
    engine = book.engine()
    assert b"Upgrade" not in engine.heard()
    engine.says(answer("101 UPGRADED", "Connection: Upgrade", "Upgrade: h2c"))
    assert client.heard().startswith(b"HTTP/1.1 502 ")


def test_a_tunnel_has_no_limit_of_time(book: Playbook, client: End) -> None:
    engine = attach(client, book)
    engine.says(SWITCHED)
    client.heard()
    book.pass_seconds(30 * 86400)
    engine.says(b"still here")
    assert client.heard() == b"still here"
    client.says(b"me too")
    assert engine.heard() == b"me too"


def test_a_client_that_does_not_go_after_the_engine_is_put_out(book: Playbook, client: End) -> None:
    engine = attach(client, book)
    engine.says(SWITCHED)
    engine.goes()
    client.heard()
    assert client.ended
    for _ in range(3):
        book.pass_seconds(31)
    assert book.frontend._open == set()


def test_a_slow_reader_gets_the_rest_though_the_engine_has_long_ended(
    book: Playbook,
) -> None:
    """As with a pager: the wait for the client's end begins when it has all its output."""
    client, connection = book.client_and_connection()
    engine = attach(client, book)
    engine.says(SWITCHED)
    client.heard()
    poured = 0
    # Just so much that something waits, and the engine is not paused: its end shall be seen.
    while not connection.transport.queued:
        poured += engine.pours(bytes(1000))
    engine.goes()
    for _ in range(100):
        book.pass_seconds(3600)
    found = client.heard()
    assert len(found) == poured
    assert client.ended
    for _ in range(3):
        book.pass_seconds(31)
    assert book.frontend._open == set()


def test_streams_are_rewritten_for_clients_that_know_no_frames(book: Playbook, client: End) -> None:
    client.says(request("POST", "/v1.5/containers/c/attach?stream=1&stdout=1"))
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.24/containers/c/json")
    body = b'{"Config":{"Tty":false}}'
    engine.says(answer("200 OK", f"Content-Length: {len(body)}", body=body))
    engine = book.engine()
    assert engine.heard().startswith(b"POST /v1.24/containers/c/attach")
    engine.says(SWITCHED + b"\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\3err")
    assert client.heard().endswith(b"\r\n\r\nouterr")
