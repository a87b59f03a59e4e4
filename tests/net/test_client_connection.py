"""A client's connection: order, keep-alive, refusals, deadlines; the engine played by hand."""

from __future__ import annotations

import pytest
from support.playbook import Playbook, answer, get, request

OK = answer("200 OK", "Content-Length: 2", body=b"ok")
INFO = b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n"


# Keep-alive and order


def test_one_connection_carries_one_request_after_the_other() -> None:
    book = Playbook()
    client = book.client()
    for _ in range(5):
        client.says(get("/v1.41/info"))
        engine = book.engine()
        assert engine.heard() == INFO
        engine.says(OK)
        assert client.heard() == OK
    assert len(book.opened) == 1
    assert not client.ended


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_request_may_come_in_any_pieces(size: int) -> None:
    book = Playbook()
    client = book.client()
    whole = request("POST", "/v1.41/build", "Content-Length: 11", body=b"hello world")
    for at in range(0, len(whole), size):
        client.says(whole[at : at + size])
    expected = (
        b"POST /v1.41/build HTTP/1.1\r\nHost: docker\r\nContent-Length: 11\r\n\r\nhello world"
    )
    assert book.engine().heard() == expected


def test_pipelined_requests_are_answered_in_order() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/containers/a/json") + get("/v1.41/containers/b/json"))
    engine = book.engine()
    assert engine.heard().startswith(b"GET /v1.41/containers/a/json ")
    engine.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
    assert engine.heard().startswith(b"GET /v1.41/containers/b/json ")
    engine.says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb")
    assert [part[-1:] for part in client.heard().split(b"HTTP/1.1 ")[1:]] == [b"a", b"b"]


def test_500_pipelined_requests_with_refusals_between() -> None:
    book = Playbook()
    client = book.client()
    sent = []
    for number in range(500):
        if number % 3 == 1:
            sent.append(get("/v1.99/info"))  # too new: refused, in its turn
        else:
            sent.append(get(f"/v1.41/containers/{number}/json"))
    assert client.pours(b"".join(sent)) == len(b"".join(sent))
    answers = b""
    for number in range(500):
        if number % 3 == 1:
            continue
        engine = book.engine()
        assert engine.heard().startswith(b"GET /v1.41/containers/%d/json " % number)
        body = b"%d" % number
        engine.says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        answers += client.heard()
    heads = answers.split(b"HTTP/1.1 ")[1:]
    assert len(heads) == 500
    for number, head in enumerate(heads):
        if number % 3 == 1:
            assert head.startswith(b"400 ") and b"client version 1.99 is too new" in head
        else:
            assert head.startswith(b"200 ") and head.endswith(b"\r\n%d" % number)
    assert not client.ended
    assert len(book.opened) == 1


def test_a_flood_of_pipelined_requests_is_not_read_without_bound() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    client.says(get("/v1.41/info"))
    flood = get("/v1.41/version") * 100_000
    taken = client.pours(flood)
    assert taken < len(flood)
    assert len(connection._held) < 65536 * 3
    book.engine().says(OK)
    assert client.heard().startswith(OK)


def test_requests_of_a_client_that_reads_no_answers_wait() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    client.says(get("/v1.41/info") * 100)
    said = answer("200 OK", "Content-Length: 60000", body=b"x" * 60000)
    answered = 0
    while True:
        if not book.engine().heard():
            break
        book.engine().says(said)
        answered += 1
    assert 1 < answered < 20
    assert connection.transport.queued < 400_000
    # It begins to read: everything comes, in order and whole.
    told = client.heard()
    while answered < 100:
        assert book.engine().heard()
        book.engine().says(said)
        answered += 1
        told += client.heard()
    assert told == said * 100


def test_refused_requests_of_a_client_that_reads_nothing_wait_too() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    flood = get("/v1.99/info") * 50_000
    taken = client.pours(flood)
    assert taken < len(flood)
    assert connection.transport.queued < 1_000_000
    told = client.heard()
    assert told.count(b"HTTP/1.1 400 ") > 1000
    while taken < len(flood):
        taken += client.pours(flood[taken:])
        told += client.heard()
    assert told.count(b"HTTP/1.1 400 ") == 50_000
    assert not client.ended


def test_a_client_that_never_reads_is_dropped() -> None:
    book = Playbook(limits={"idle_seconds": 60.0})
    client, connection = book.client_and_connection()
    client.pours(get("/v1.99/info") * 50_000)
    book.pass_seconds(61)
    assert not connection.transport.connected


def test_a_draining_gateway_waits_for_no_further_request_of_it() -> None:
    book = Playbook()
    client = book.client()
    client.pours(get("/v1.99/info") * 50_000)
    assert book.frontend.busy
    book.frontend.drain()
    told = client.heard()
    assert told.count(b"HTTP/1.1 400 ") > 100
    assert client.ended
    client.goes()
    assert not book.frontend._open


def test_pipelined_requests_of_a_client_that_ends_are_all_answered() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info") + get("/v1.41/version") + get("/v1.99/info"))
    client.ends()
    for _ in range(2):
        assert book.engine().heard().startswith(b"GET /v1.41/")
        book.engine().says(answer("200 OK", "Content-Length: 2", body=b"{}"))
    told = client.heard()
    assert [part[:3] for part in told.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"400"]
    assert client.ended


def test_a_body_is_told_from_the_request_behind_it() -> None:
    book = Playbook()
    client = book.client()
    for framing, body in (
        ("Content-Length: 5", b"GET /"),
        ("Transfer-Encoding: chunked", b"3;x=y\r\nGET\r\n2\r\n /\r\n0\r\nX-Sum: 1\r\n\r\n"),
    ):
        client.says(
            request("POST", "/v1.41/build", framing, body=body)
            + request("DELETE", "/v1.41/containers/x", framing, body=body)
            + get("/v1.41/info", framing).replace(b"\r\n\r\n", b"\r\n\r\n" + body)
        )
        for head in (b"POST /v1.41/build", b"DELETE /v1.41/containers/x", b"GET /v1.41/info"):
            engine = book.engine()
            heard = engine.heard()
            assert heard == head + (
                b" HTTP/1.1\r\nHost: docker\r\n%b\r\n\r\n%b" % (framing.encode(), body)
            )
            engine.says(OK)
            assert client.heard() == OK


# Refusals


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1.41/info HTTP/1.1\r\n\r\n",
        b"GET /v1.41/info HTTP/1.1\nHost: x\n\n",
        b"GET /v1.41/info HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET http://x/v1.41/info HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1.41/info HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        b"POST /build HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
        b"POST /v1.41/build HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
        b"\r\nGET /v1.41/info HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x05\x01\x00 no HTTP at all\r\n\r\n",
        b"GET /v1.2.3/info HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_cannot_be_trusted_is_answered_once_and_closed(sent: bytes) -> None:
    book = Playbook()
    client = book.client()
    before = book.engine().heard()
    client.says(sent + get("/v1.41/version"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert told.count(b"HTTP/1.1") == 1
    assert b"Connection: close\r\n" in told
    assert client.ended
    assert before == b"" and book.engine().heard() == b"" and len(book.opened) == 1


def test_a_refused_request_whose_body_has_not_come_closes() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.99/build", "Content-Length: 100", body=b"begin"))
    assert b"Connection: close\r\n" in client.heard()
    assert client.ended


def test_a_head_that_is_too_long() -> None:
    book = Playbook(limits={"head_bytes": 2048})
    client = book.client()
    client.says(get("/v1.41/info", "X-A: " + "a" * 2048))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 431 ") and b"2048" in told
    assert client.ended
    client = book.client()
    client.says(b"GET /v1.23/" + b"a" * 3000)
    assert b"text/plain" in client.heard()
    # Just short enough.
    client = book.client()
    room = 2048 - len(get("/v1.41/info", "X-A: "))
    client.says(get("/v1.41/info", "X-A: " + "a" * room))
    assert book.engine().heard().startswith(b"GET /v1.41/info ")


def test_too_many_fields() -> None:
    book = Playbook(limits={"fields": 10})
    client = book.client()
    client.says(get("/v1.41/info", *[f"X-{number}: y" for number in range(10)]))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 400 ") and b"more than 10 header fields" in told


# HTTP/1.0 and the ends that clients ask for


def test_http_1_0_without_keep_alive_closes() -> None:
    book = Playbook()
    client = book.client()
    client.says(b"GET /v1.41/info HTTP/1.0\r\n\r\n")
    assert book.engine().heard() == INFO
    book.engine().says(OK)
    told = client.heard()
    assert b"Connection: close\r\n" in told and told.endswith(b"\r\n\r\nok")
    assert client.ended


def test_http_1_0_with_keep_alive_stays() -> None:
    book = Playbook()
    client = book.client()
    for _ in range(2):
        client.says(b"GET /v1.41/info HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
        assert book.engine().heard() == INFO
        book.engine().says(OK)
        assert b"Connection: keep-alive\r\n" in client.heard()
        assert not client.ended


def test_http_1_0_gets_no_chunks() -> None:
    book = Playbook()
    client = book.client()
    client.says(b"GET /v1.41/info HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
    book.engine().says(answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nab\r\n"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n") and told.endswith(b"ab")
    book.engine().says(b"1\r\nc\r\n0\r\n\r\n")
    assert client.heard() == b"c"
    assert client.ended


def test_a_client_that_asks_for_the_end_gets_it() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info", "Connection: close") + get("/v1.41/version"))
    assert book.engine().heard() == INFO
    book.engine().says(OK)
    told = client.heard()
    assert b"Connection: close\r\n" in told and told.endswith(b"ok")
    assert client.ended
    assert book.engine().heard() == b""


def test_old_clients_get_no_connection_close_on_an_ordinary_answer() -> None:
    book = Playbook()
    client = book.client()
    for engine_says in (
        answer("200 OK", "Content-Length: 2", "Connection: close", body=b"[]"),
        answer("404 Not Found", "Content-Length: 2", "Connection: close", body=b"{}"),
        answer("204 No Content", "Connection: close"),
    ):
        client.says(get("/v1.10/containers/json", "User-Agent: Docker-Client/0.9.1"))
        book.engine().says(engine_says)
        told = client.heard().lower()
        assert b"connection:" not in told
        assert b"content-length:" in told or told.startswith(b"http/1.1 204")
        assert not client.ended


# Deadlines


def test_an_idle_connection_is_closed_politely() -> None:
    book = Playbook(limits={"idle_seconds": 60.0, "linger_seconds": 5.0})
    client, connection = book.client_and_connection()
    client.says(get("/v1.41/info"))
    book.engine().says(OK)
    assert client.heard() == OK
    book.pass_seconds(59)
    assert client.heard() == b"" and not client.ended
    book.pass_seconds(2)
    assert client.hears_the_end()
    assert connection.transport.connected
    book.pass_seconds(6)
    assert not connection.transport.connected


def test_a_head_that_trickles_in_is_refused_in_the_end() -> None:
    book = Playbook(limits={"head_seconds": 30.0})
    client = book.client()
    for byte in get("/v1.41/containers/json", "X-A: " + "b" * 20):
        client.says(bytes([byte]))
        book.pass_seconds(1)
        if client.heard().startswith(b"HTTP/1.1 408 "):
            break
    else:
        raise AssertionError("it was waited for the head without end")
    assert client.ended


def test_the_time_for_a_head_begins_anew_with_each_request() -> None:
    book = Playbook(limits={"head_seconds": 30.0, "idle_seconds": 300.0})
    client = book.client()
    for _ in range(3):
        whole = get("/v1.41/info")
        for part in (whole[:10], whole[10:20], whole[20:]):
            client.says(part)
            book.pass_seconds(9)
        book.engine().says(OK)
        assert client.heard() == OK


def test_a_new_connection_without_a_request_ends_after_the_heads_time() -> None:
    book = Playbook(limits={"head_seconds": 30.0})
    client = book.client()
    book.pass_seconds(29)
    assert not client.hears_the_end()
    book.pass_seconds(2)
    assert client.hears_the_end()


@pytest.mark.parametrize("begin", [b"", b"hello"])
def test_a_body_that_does_not_come(begin: bytes) -> None:
    book = Playbook(limits={"idle_seconds": 60.0})
    client = book.client()
    client.says(request("POST", "/v1.41/build", "Content-Length: 100", body=begin))
    engine = book.engine()
    book.pass_seconds(59)
    client.says(b"x")
    book.pass_seconds(59)
    assert client.heard() == b""
    book.pass_seconds(2)
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 408 ") and b"Connection: close\r\n" in told
    assert client.ended
    engine.heard()
    assert engine.ended


def test_an_engine_that_does_not_take_the_body_is_no_fault_of_the_client() -> None:
    book = Playbook(limits={"idle_seconds": 60.0})
    client, connection = book.client_and_connection()
    client.says(request("POST", "/v1.41/build", "Content-Length: 100000000"))
    engine = book.engine()
    taken = client.pours(b"x" * 50_000_000)
    assert taken < 5_000_000
    book.pass_seconds(100)
    assert client.heard() == b"" and connection.exchange is not None
    while engine.heard():
        pass
    client.says(b"y")
    assert engine.heard() == b"y"


def test_a_body_that_goes_wrong_later_takes_the_request_back() -> None:
    book = Playbook()
    client = book.client()
    client.says(request("POST", "/v1.41/build", "Transfer-Encoding: chunked", body=b"1\r\nx\r\n"))
    engine = book.engine()
    assert engine.heard().endswith(b"1\r\nx\r\n")
    client.says(b"5\r\nhelloBAD")
    assert client.heard().startswith(b"HTTP/1.1 400 ")
    assert engine.heard() == b"" and engine.ended


@pytest.mark.parametrize("body", [b"", b"hello"])
def test_an_engine_that_does_not_answer_in_time(body: bytes) -> None:
    book = Playbook(engine={"answer_timeout": 20.0})
    client = book.client()
    head = request("POST", "/v1.41/build", f"Content-Length: {len(body)}")
    client.says(head)
    if body:
        book.pass_seconds(25)  # for as long as the body comes the engine need not answer
        client.says(body)
    engine = book.engine()
    book.pass_seconds(19)
    assert client.heard() == b""
    book.pass_seconds(2)
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 504 ") and b"within 20 seconds" in told
    engine.heard()
    assert engine.ended
    client.says(get("/v1.41/info"))
    assert book.engine().heard() == INFO  # the connection goes on, with another of the engine
    assert len(book.opened) == 2


def test_an_answer_that_has_begun_may_take_for_ever() -> None:
    book = Playbook(engine={"answer_timeout": 20.0})
    client = book.client()
    client.says(get("/v1.41/events"))
    book.engine().says(answer("200 OK", "Transfer-Encoding: chunked"))
    book.pass_seconds(1_000_000)
    book.engine().says(b"2\r\n{}\r\n")
    assert client.heard().endswith(b"2\r\n{}\r\n")


# An engine that is not there, or another


@pytest.mark.parametrize(
    ("path", "lines", "kind"),
    [
        ("/v1.23/info", (), b"text/plain; charset=utf-8"),
        ("/v1.24/info", (), b"application/json"),
        ("/info", (), b"application/json"),
    ],
)
def test_an_engine_that_is_down(path: str, lines: tuple[str, ...], kind: bytes) -> None:
    book = Playbook(known=False)
    book.down = "Connection refused"
    for _ in range(2):
        client = book.client()
        client.says(get(path, *lines))
        told = client.heard()
        assert told.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"Content-Type: %b\r\n" % kind in told and b"Connection refused" in told
        assert client.ended
    # It comes back: no restart of anything.
    book.down = None
    client = book.client()
    client.says(get("/v1.41/info"))
    engine = book.answer_probe()
    assert engine.heard() == INFO
    engine.says(OK)
    assert client.heard() == OK


def test_many_clients_ask_an_unknown_engine_once() -> None:
    book = Playbook(known=False)
    clients = [book.client() for _ in range(10)]
    for client in clients:
        client.says(get("/v1.41/info"))
    assert book.dialled == 1
    book.answer_probe()
    assert book.dialled == 10
    for end in book.opened:
        assert end.heard() == INFO
        end.says(OK)
    assert [client.heard() for client in clients] == [OK] * 10


def test_a_client_that_went_while_the_engine_was_asked_is_forgotten() -> None:
    book = Playbook(known=False)
    client = book.client()
    client.says(request("POST", "/v1.41/containers/x/kill", "Content-Length: 0"))
    engine = book.engine()
    client.goes()
    assert engine.heard().startswith(b"GET /_ping ")
    engine.says(answer("200 OK", "Content-Length: 2", body=b"OK"))
    engine.heard()
    book.engine().says(answer("200 OK", "Content-Length: 22", body=b'{"ApiVersion": "1.41"}'))
    # Its request was whole: an engine would have carried it out as well.
    assert engine.heard().startswith(b"POST /v1.41/containers/x/kill ")
    engine.says(answer("204 No Content"))
    assert not book.frontend._open


def test_a_silent_engine_is_given_up_and_asked_again() -> None:
    book = Playbook(known=False, engine={"connect_timeout": 10.0}, limits={"head_seconds": 5.0})
    client = book.client()
    client.says(get("/v1.41/info"))
    silent = book.engine()
    book.pass_seconds(9)
    assert client.heard() == b""
    book.pass_seconds(2)
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 503 ") and b"within 10 seconds" in told
    silent.heard()
    assert silent.ended
    client = book.client()
    client.says(get("/v1.41/info"))
    assert book.answer_probe().heard() == INFO


# Ends


def test_a_client_that_ends_before_any_request() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    client.ends()
    assert not connection.transport.connected and not book.frontend._open


def test_a_client_that_ends_behind_its_request_gets_its_answer() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/info"))
    client.ends()
    engine = book.engine()
    assert engine.heard() == INFO and engine.ended
    engine.says(OK)
    assert client.heard() == OK
    assert client.ended
    assert not book.frontend._open
    # That connection of the engine carries nothing else.
    other = book.client()
    other.says(request("POST", "/v1.41/containers/x/stop", "Content-Length: 0"))
    assert book.engine() is not engine
    assert book.engine().heard().startswith(b"POST ")


def test_a_client_that_ends_in_mid_body_is_dropped_with_its_request() -> None:
    book = Playbook()
    client, connection = book.client_and_connection()
    client.says(request("POST", "/v1.41/build", "Content-Length: 10", body=b"hello"))
    engine = book.engine()
    engine.heard()
    client.ends()
    assert not connection.transport.connected
    assert engine.hears_the_end()


@pytest.mark.parametrize("begun", [False, True])
def test_a_client_that_goes_takes_its_request_with_it(begun: bool) -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.41/containers/x/logs?follow=1"))
    engine = book.engine()
    assert engine.heard()
    if begun:
        engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nab\r\n"))
        client.heard()
    client.goes()
    if begun:
        engine.says(b"2\r\nab\r\n")
    engine.heard()
    assert engine.ended


def test_a_slow_connect_holds_a_body_back() -> None:
    book = Playbook()
    book.restart_engine("1.24", "1.41")
    client = book.client()
    client.says(get("/v1.41/_ping"))
    book.answer_probe().says(OK)
    book.slow = True
    holder = book.client()
    holder.says(get("/v1.41/events"))
    client.heard()
    client.says(request("POST", "/v1.41/build", "Content-Length: 30000000"))
    taken = client.pours(b"x" * 30_000_000)
    assert taken < 2_000_000
    book.slow = False
    for connect in book.slow_dials:
        connect()
    heard = len(book.engine().heard().partition(b"\r\n\r\n")[2])
    assert 0 < heard <= taken
