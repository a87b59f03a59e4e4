"""What the gateway says by itself on a client's connection, and how it ends one."""

from __future__ import annotations

import pytest
from support.playbook import Playbook, answer, get, request

from gateway.api.version import ApiVersion
from gateway.net.client_answers import AnsweringConnection

OK = answer("200 OK", "Content-Length: 2", body=b"ok")
INFO = b"GET /v1.41/info HTTP/1.1\r\nHost: docker\r\n\r\n"


def test_the_rest_of_what_was_refused_is_read_and_thrown_away() -> None:
    book = Playbook(limits={"linger_seconds": 30.0})
    client, connection = book.client_and_connection()
    client.says(b"GET /v1.41/info HTTP/1.1\r\n\r\n")
    assert client.heard().startswith(b"HTTP/1.1 400 ")
    client.says(get("/v1.41/info") * 1000)
    assert client.hears_the_end()
    book.pass_seconds(31)
    assert not connection.transport.connected
    assert book.engine().heard() == b""


@pytest.mark.parametrize(
    ("path", "kind"), [("/v1.23/info", b"text/plain"), ("/v1.24/info", b"application/json")]
)
def test_refusals_have_the_shape_of_the_version_in_the_path(path: str, kind: bytes) -> None:
    book = Playbook()
    client = book.client()
    client.says(f"GET {path} HTTP/1.1\r\nNo colon\r\n\r\n".encode())
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 400 ") and b"Content-Type: " + kind in told


def test_a_version_of_a_request_before_is_not_taken_for_that_of_a_bad_one() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.10/info"))
    book.engine().says(OK)
    client.heard()
    client.says(get("/v1.2.3/info"))
    assert b"application/json" in client.heard()


def test_a_refused_head_request_gets_no_body() -> None:
    book = Playbook()
    client = book.client()
    client.says(b"HEAD /v1.99/_ping HTTP/1.1\r\nHost: x\r\n\r\n" + get("/v1.41/info"))
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 400 ") and told.endswith(b"\r\n\r\n")
    assert b"too new" not in told
    assert book.engine().heard() == INFO
    book.engine().says(OK)
    assert client.heard() == OK


def test_http_1_0_is_told_of_the_gateways_own_answers_end() -> None:
    book = Playbook()
    client = book.client()
    client.says(b"GET /v1.99/info HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert b"Connection: close\r\n" in client.heard()
    assert client.ended


def test_a_body_that_stops_in_mid_answer_cuts_the_answer() -> None:
    book = Playbook(limits={"idle_seconds": 60.0})
    client = book.client()
    client.says(request("POST", "/v1.41/images/load", "Content-Length: 100", body=b"x"))
    engine = book.engine()
    engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nab\r\n"))
    client.says(b"x")
    assert client.heard().endswith(b"2\r\nab\r\n")
    book.pass_seconds(61)
    assert client.hears_the_end()  # no second head in the middle of the first answer


def test_a_body_that_goes_wrong_in_mid_answer_cuts_the_answer() -> None:
    book = Playbook()
    client = book.client()
    client.says(
        request("POST", "/v1.41/images/load", "Transfer-Encoding: chunked", body=b"1\r\nx\r\n")
    )
    engine = book.engine()
    engine.says(answer("200 OK", "Transfer-Encoding: chunked", body=b"2\r\nab\r\n"))
    client.heard()
    client.says(b"zz\r\n")
    assert client.hears_the_end()
    engine.heard()
    assert engine.ended


def test_a_listeners_default_version_shapes_the_503() -> None:
    book = Playbook(known=False)
    book.down = "No such file or directory"
    client = book.client(ApiVersion(1, 14))
    client.says(get("/info"))
    assert b"text/plain" in client.heard()


def test_a_head_request_gets_a_503_without_a_body() -> None:
    book = Playbook(known=False)
    book.down = "Connection refused"
    client = book.client()
    client.says(b"HEAD /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
    told = client.heard()
    assert told.startswith(b"HTTP/1.1 503 ") and told.endswith(b"\r\n\r\n")


def test_reasons_are_prefixed_only_where_the_request_is_bad() -> None:
    book = Playbook(limits={"head_bytes": 1024})
    client = book.client()
    client.says(b"GET /info HTTP/1.1\r\nNo colon\r\n\r\n")
    assert b'{"message":"bad request: ' in client.heard()
    client = book.client()
    client.says(b"GET /info HTTP/1.1\r\nX: " + b"a" * 2000)
    assert b'{"message":"a head of more than 1024 bytes"}' in client.heard()


def test_nothing_but_the_gateway_itself_is_named_as_the_server() -> None:
    book = Playbook()
    client = book.client()
    client.says(get("/v1.99/info"))
    told = client.heard()
    assert told.count(b"\r\nServer: docker-gateway/") == 1


def test_the_base_class_has_no_end_of_an_exchange_of_its_own() -> None:
    connection = AnsweringConnection(Playbook().frontend, "unix://test")
    with pytest.raises(NotImplementedError):
        connection.exchange_done(None)
