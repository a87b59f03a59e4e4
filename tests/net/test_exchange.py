"""A request passed on as it is, and its answer: every framing, every end, in both directions."""

from __future__ import annotations

import pytest
from support.playbook import Playbook, answer, get, request

OK = answer("200 OK", "Content-Length: 2", body=b"ok")
INFO = b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n"


# Answers


@pytest.mark.parametrize(
    "said",
    [
        OK,
        answer("200 OK", "Content-Length: 0"),
        answer("204 No Content"),
        answer("304 Not Modified"),
        answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
        answer(
            "200 OK",
            "X-A: b",
            "Transfer-Encoding: chunked",
            body=b"2;a=b\r\nok\r\n1\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n",
        ),
        answer("404 Not Found", "Content-Length: 2", body=b"{}"),
        answer("500 Oh Dear", "Content-Length: 2", body=b"{}"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_answers_pass_as_they_are_in_whatever_pieces(said: bytes, size: int) -> None:
    book = Playbook()
    client = book.client()
    for _ in range(2):
        client.says(get("/v1.41/info"))
        engine = book.engine()
        assert engine.heard() == INFO
        for at in range(0, len(said), size):
            engine.says(said[at : at + size])
        assert client.heard() == said
    assert len(book.opened) == 1


def test_hop_by_hop_fields_stop_here() -> None:
    book = Playbook()
    client = book.client()
    client.says(
        get(
            "/v1.41/info",
            "Connection: keep-alive, X-Hop",
            "X-Hop: 1",
            "Keep-Alive: 5",
            "TE: trailers",
            "Proxy-Authorization: x",
            "X-Kept: y",
        )
    )
    assert book.engine().heard() == (
        b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\nX-Kept: y\r\n\r\n"
    )
    book.engine().says(
        answer("200 OK", "Connection: X-Hop", "X-Hop: 1", "X-Kept: y", "Content-Length: 0")
    )
    assert client.heard() == answer("200 OK", "X-Kept: y", "Content-Length: 0")


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", "Content-Length: 1234"),
        answer("200 OK", "Transfer-Encoding: chunked"),
        answer("200 OK", "X-A: b"),
    ],
)
def test_head_has_no_body_whatever_it_says(said: bytes) -> None:
    book = Playbook()
    client = book.client()
    client.says(request("HEAD", "/v1.41/containers/x/archive?path=/") + get("/v1.41/info"))
    engine = book.engine()
    assert engine.heard().startswith(b"HEAD ")
    engine.says(said)
    assert client.heard() == said
    assert engine.heard() == INFO


def test_an_answer_that_the_engines_close_ends_gets_chunks() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/containers/x/export"))
    engine = book.engine()
    assert engine.heard()
    engine.says(answer("200 OK", "Content-Type: application/x-tar", body=b"hello"))
    engine.says(b"world")
    engine.goes()
    head = answer("200 OK", "Content-Type: application/x-tar", "Transfer-Encoding: chunked")
    assert client.heard() == head + b"5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n"
    # The client's connection goes on, with another of the engine.
    client.says(get("/v1.41/info"))
    assert book.engine() is not engine
    assert book.engine().heard() == INFO


def test_the_engines_connection_close_is_not_the_clients() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    engine = book.engine()
    engine.says(answer("200 OK", "Connection: close", "Content-Length: 2", body=b"ok"))
    assert client.heard() == OK
    engine.heard()
    assert engine.ended
    client.says(get("/v1.41/info"))
    assert book.engine() is not engine
    assert book.engine().heard() == INFO


def test_the_head_of_a_stream_goes_out_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    written: list[bytes] = []
    write = connection.transport.write
    monkeypatch.setattr(
        connection.transport, "write", lambda data: (written.append(data), write(data))
    )
    client.says(get("/v1.41/events"))
    said = answer("200 OK", "Transfer-Encoding: chunked", body=b"3\r\n{}\n\r\n0\r\n\r\n")
    book.engine().says(said)
    head = answer("200 OK", "Transfer-Encoding: chunked")
    assert written == [head, b"3\r\n{}\n\r\n0\r\n\r\n"]
    # An ordinary answer in one.
    written.clear()
    client.says(get("/v1.41/info"))
    book.engine().says(OK)
    assert written == [OK]


# Interim answers


def test_100_continue_is_asked_of_the_engine() -> None:
    book = Playbook()
    client = book.client()
    client.says(
        request("PUT", "/v1.41/containers/x/archive", "Content-Length: 5", "Expect: 100-continue")
    )
    engine = book.engine()
    assert b"Expect: 100-continue\r\n" in engine.heard()
    assert client.heard() == b""
    engine.says(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert client.heard() == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.says(b"hello")
    assert engine.heard() == b"hello"
    engine.says(OK)
    assert client.heard() == OK
    client.says(get("/v1.41/info"))
    assert engine.heard() == INFO


def test_a_final_answer_in_the_place_of_a_100() -> None:
    book = Playbook()
    client = book.client()
    client.says(
        request("PUT", "/v1.41/containers/x/archive", "Content-Length: 5", "Expect: 100-continue")
    )
    engine = book.engine()
    refused = answer("404 Not Found", "Content-Length: 2", body=b"{}")
    engine.says(refused)
    assert client.heard() == refused
    # Whether the body comes after all nobody can know: neither connection goes on.
    assert client.ended
    client.says(b"hello")
    engine.heard()
    assert engine.ended


def test_interim_answers_that_were_not_asked_for_stop_here() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    book.engine().says(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 2000 + OK
    )
    assert client.heard() == OK


# Uploads


def test_an_early_answer_while_the_upload_goes_on() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.41/build", "Content-Length: 1000000", body=b"x" * 1000))
    engine = book.engine()
    assert len(engine.heard()) > 1000
    refused = answer("400 Bad Request", "Content-Length: 2", body=b"{}")
    engine.says(refused)
    assert client.heard() == refused
    assert client.ended
    client.says(b"x" * 1000)  # what still comes is thrown away
    engine.heard()
    assert engine.ended


def test_an_early_answer_of_an_engine_that_closes_at_once() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.41/build", "Content-Length: 1000000", body=b"x" * 1000))
    engine = book.engine()
    refused = answer("400 Bad Request", "Content-Length: 2", "Connection: close", body=b"{}")
    engine.sock.send(refused)  # and neither reads nor waits
    engine.sock.close()
    client.sock.send(b"x" * 1000)
    book.reactor.settle()
    assert client.heard() == answer("400 Bad Request", "Content-Length: 2", body=b"{}")


def test_both_directions_at_once() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.41/images/load", "Content-Length: 10", body=b"01234"))
    engine = book.engine()
    engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nab\r\n"))
    assert client.heard().endswith(b"2\r\nab\r\n")
    client.says(b"56789")
    assert engine.heard().endswith(b"0123456789")
    engine.says(b"2\r\ncd\r\n0\r\n\r\n")
    assert client.heard() == b"2\r\ncd\r\n0\r\n\r\n"
    client.says(get("/v1.41/info"))
    assert engine.heard() == INFO
    assert not client.ended


def test_an_upload_waits_for_the_engine_to_read() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    size = 40_000_000
    client.says(request("POST", "/v1.41/build", f"Content-Length: {size}"))
    engine = book.engine()
    engine.heard()
    body = memoryview(b"0123456789" * (size // 10))
    sent = heard = 0
    while heard < size:
        sent += client.pours(bytes(body[sent : sent + 5_000_000]))
        exchange = connection.exchange
        assert exchange is not None and exchange.connection is not None
        assert exchange.connection.transport.queued < 400_000
        piece = engine.heard()
        assert piece == body[heard : heard + len(piece)]
        heard += len(piece)
    engine.says(OK)
    assert client.heard() == OK
    client.says(get("/v1.41/info"))
    assert engine.heard() == INFO


def test_a_download_waits_for_the_client_to_read() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    client.says(get("/v1.41/images/x/get"))
    engine = book.engine()
    size = 40_000_000
    engine.says(answer("200 OK", f"Content-Length: {size}"))
    client.heard()
    body = b"0123456789" * 500_000
    sent = heard = 0
    while heard < size:
        at = sent % len(body)
        sent += engine.pours(body[at : at + size - sent])
        assert connection.transport.queued < 400_000
        heard += len(client.heard())
    assert heard == sent == size
    client.says(get("/v1.41/info"))
    engine.heard()
    engine.says(OK)
    assert client.heard() == OK


# The engine's ends


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", "Content-Length: 10", body=b"hello"),
        answer("200 OK", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n"),
        answer("200 OK", "Transfer-Encoding: chunked", body=b"a\r\nhello"),
        answer("200 OK", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n"),
    ],
)
def test_an_engine_that_dies_in_mid_answer(said: bytes) -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info") + get("/v1.41/version"))
    engine = book.engine()
    engine.says(said)
    assert client.heard() == said
    engine.goes()
    assert client.hears_the_end()  # no last chunk, and no further answer


def test_a_chunk_that_goes_wrong_in_mid_answer() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    said = answer("200 OK", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n")
    book.engine().says(said)
    assert client.heard() == said
    book.engine().says(b"zz\r\nhello\r\n0\r\n\r\n")
    assert client.hears_the_end()


def test_a_request_that_found_a_closed_connection_is_repeated() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    engine = book.engine()
    assert engine.heard() == INFO
    engine.goes()  # as it closes an idle connection, just when that was used
    probed = book.answer_probe()
    again = book.engine()
    assert again is not probed  # over a connection that cannot be stale
    assert again.heard() == INFO
    again.says(OK)
    assert client.heard() == OK


def test_it_is_repeated_as_the_engine_of_now_wants_it() -> None:
    book = Playbook(oldest="1.12", newest="1.41")
    client = book.client()
    client.says(get("/v1.20/info"))
    assert book.engine().heard().startswith(b"GET /v1.20/info ")
    book.restart_engine("1.44", "1.52")
    book.answer_probe()
    assert book.engine().heard().startswith(b"GET /v1.44/info ")


def test_it_is_refused_when_the_engine_of_now_is_too_old() -> None:
    book = Playbook(oldest="1.12", newest="1.41")
    client = book.client()
    client.says(get("/v1.41/info"))
    book.engine().heard()
    book.restart_engine("1.12", "1.30")
    book.answer_probe()
    assert b"client version 1.41 is too new" in client.heard()
    assert not client.ended


def test_it_is_not_repeated_without_end() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    assert book.engine().heard() == INFO
    book.engine().goes()
    book.answer_probe()
    engine = book.engine()
    assert engine.heard() == INFO
    engine.goes()
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert not client.ended
    client.says(get("/v1.41/info"))
    assert book.answer_probe().heard() == INFO


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_changes_something_is_never_repeated(method: str) -> None:
    book = Playbook()
    client = book.client()
    client.says(request(method, "/v1.41/containers/x", "Content-Length: 0"))
    engine = book.engine()
    assert engine.heard()
    engine.goes()
    assert client.heard().startswith(b"HTTP/1.1 502 ")
    assert len(book.opened) == 1


@pytest.mark.parametrize("said", [b"H", b"HTTP/1.1 200 OK\r\nX-A: b", b"garbage"])
def test_what_was_answered_in_part_is_not_repeated(said: bytes) -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    engine = book.engine()
    engine.heard()
    engine.says(said)
    if said != b"garbage":
        engine.goes()
    assert client.heard().startswith(b"HTTP/1.1 502 ")
    assert len(book.opened) == 1


def test_a_get_with_a_body_is_not_repeated() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info", "Transfer-Encoding: chunked") + b"1\r\na\r\n")
    engine = book.engine()
    client.says(b"0\r\n\r\n")
    engine.heard()
    engine.goes()
    assert client.heard().startswith(b"HTTP/1.1 502 ")


def test_nothing_is_sent_over_a_connection_that_is_known_to_be_closed() -> None:
    book = Playbook()
    engine = book.engine()
    client, connection = book.client_and_connection()
    engine.sock.close()
    client.sock.send(request("POST", "/v1.41/containers/x/stop", "Content-Length: 0"))
    connection.transport.doRead()  # before the reactor has looked at the engine's connection
    assert book.engine() is not engine
    assert book.engine().heard().startswith(b"POST /v1.41/containers/x/stop ")
    book.engine().says(answer("204 No Content"))
    assert client.heard() == answer("204 No Content")
    # It may have been a restart.
    client.says(get("/v1.41/info"))
    assert book.answer_probe().heard() == INFO


def test_a_new_connection_that_breaks_is_no_reason_to_repeat() -> None:
    book = Playbook()
    other, client = book.client(), book.client()
    other.says(get("/v1.41/events"))
    client.says(get("/v1.41/info"))
    engine = book.engine()
    assert engine.heard() == INFO
    engine.goes()
    assert client.heard().startswith(b"HTTP/1.1 502 ")


def test_an_engine_that_goes_away_in_mid_request() -> None:
    book = Playbook()
    other, client = book.client(), book.client()
    other.says(get("/v1.41/events"))
    book.down = "Connection refused"
    client.says(get("/v1.23/info"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 503 ") and b"Content-Type: text/plain" in told
    assert client.ended


@pytest.mark.parametrize(
    "said",
    [
        b"this is not HTTP\n\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000,
        b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_an_engine_that_speaks_no_http(said: bytes) -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.41/containers/prune", "Content-Length: 0"))
    engine = book.engine()
    engine.pours(said)
    told = client.heard()
    if b"zz" in said:
        # The head had gone out when the chunk was seen.
        assert told == said[:-4] and client.ended
        return
    assert told.startswith(b"HTTP/1.1 502 Bad Gateway\r\n") and b"application/json" in told
    engine.heard()
    assert engine.ended
    assert not client.ended


def test_a_client_that_ends_while_the_engine_is_dialled() -> None:
    book = Playbook()
    other, client = book.client(), book.client()
    other.says(get("/v1.41/events"))  # has the only connection
    book.slow = True
    client.says(get("/v1.41/info"))
    client.ends()
    book.slow_dials.pop()()
    assert book.engine().heard() == INFO and book.engine().ended
    book.engine().says(OK)
    assert client.heard() == OK
    assert client.ended


def test_a_client_that_is_gone_when_the_engine_is_reached() -> None:
    book = Playbook()
    other = book.client()
    other.says(get("/v1.41/events"))
    book.slow = True
    client, connection = book.client_and_connection()
    client.says(request("POST", "/v1.41/containers/x/kill", "Content-Length: 0"))
    connection.transport.abortConnection()
    book.reactor.settle()
    book.slow_dials.pop()()
    assert book.engine().hears_the_end()


# HTTP/1.0 clients


def test_an_answer_to_http_1_0_that_breaks_off_over_tcp_is_a_reset() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    cuts: list[str] = []
    cut = connection.transport.cut
    connection.transport.cut = lambda: (cuts.append("cut"), cut())  # type: ignore[method-assign]
    client.says(b"GET /v1.41/info HTTP/1.0\r\n\r\n")
    book.engine().says(answer("200 OK", "Transfer-Encoding: chunked", body=b"1\r\na\r\n"))
    assert client.heard().endswith(b"a")
    book.engine().goes()
    assert cuts == ["cut"]
    assert client.hears_the_end()
