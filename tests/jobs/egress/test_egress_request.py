"""What the broker is sent is read in one way or not at all, and goes no further than it should."""

import socket

import pytest
from broker_talk import LOOPBACK, port_of, say, status


def test_a_slow_client_is_cut_off(serve):
    _, broker = serve(head_s=0.1)
    with socket.create_connection((LOOPBACK, broker.port), 10) as connection:
        connection.sendall(b"CONNECT 127.0.0.1:")
        assert status(connection.recv(1000)) == 408


def test_a_head_without_end_is_cut_off(broker):
    assert status(say(broker, "GET http://127.0.0.1/ HTTP/1.1", "X: " + "x" * 40_000)) == 431


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1", "Host: 127.0.0.1"],
        ["GET https://127.0.0.1/ HTTP/1.1"],
        ["GET ftp://127.0.0.1/ HTTP/1.1"],
        ["GET http://user@127.0.0.1/ HTTP/1.1"],
        ["GET http://127.0.0.1:0/ HTTP/1.1"],
        ["GET http://127.0.0.1:65536/ HTTP/1.1"],
        ["GET http://127.0.0.1:80:80/ HTTP/1.1"],
        ["GET http://127.0.0.1\\@10.0.0.1/ HTTP/1.1"],
        ["GET http:///x HTTP/1.1"],
        ["GET  http://127.0.0.1/ HTTP/1.1"],
        ["GET http://127.0.0.1/ x HTTP/1.1"],
        ["get http://127.0.0.1/ HTTP/1.1"],
        ["GET http://127.0.0.1/ HTTP/2"],
        ["CONNECT 127.0.0.1 HTTP/1.1"],
        ["CONNECT 127.0.0.1:99999 HTTP/1.1"],
        ["CONNECT http://127.0.0.1:80/ HTTP/1.1"],
        ["CONNECT 127.0.0.1:80@10.0.0.1:80 HTTP/1.1"],
        ["GET http://127.0.0.1/ HTTP/1.1", "Bad : x"],
        ["GET http://127.0.0.1/ HTTP/1.1", "Folded: x", " y"],
        ["GET http://127.0.0.1/ HTTP/1.1", "Bare: x\nProxy-Authorization: Bearer y"],
        ["GET http://127.0.0.1/ HTTP/1.1", "Return: x\ry"],
        ["GET http://127.0.0.1/ HTTP/1.1", "Null: x\x00y"],
        ["POST http://127.0.0.1/ HTTP/1.1", "Content-Length: 1", "Transfer-Encoding: chunked"],
        ["POST http://127.0.0.1/ HTTP/1.1", "Content-Length: 1", "Content-Length: 2"],
        ["POST http://127.0.0.1/ HTTP/1.1", "Content-Length: +1"],
        ["POST http://127.0.0.1/ HTTP/1.1", "Content-Length: 1, 1"],
        ["POST http://127.0.0.1/ HTTP/1.1", "Content-Length: 0x1"],
    ],
    ids=str,
)
def test_what_can_be_read_in_two_ways_is_refused(broker, lines):
    assert status(say(broker, *lines, body=b"x")) == 400


def test_a_body_of_unknown_length_is_refused(broker):
    assert (
        status(say(broker, "POST http://127.0.0.1/ HTTP/1.1", "Transfer-Encoding: chunked")) == 411
    )


def test_a_second_request_on_a_connection_reaches_nobody(broker, server):
    server.put("/a", b"data")
    second = f"GET http://{LOOPBACK}:{server.port}/b HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    answer = say(broker, f"GET {server.url('/a')} HTTP/1.1", body=second)
    assert answer.endswith(b"data")
    assert [request.path for request in server.requests] == ["/a"]


def test_what_is_meant_for_the_broker_stays_there(broker, server):
    server.put("/a?b=%7C|", b"data")
    say(
        broker,
        f"GET {server.url('/a?b=%7C|')} HTTP/1.1",
        "Host: 10.0.0.1",
        "Connection: keep-alive, X-Private, Content-Length",
        "X-Private: secret",
        "X-Kept: yes",
        "Upgrade: h2c",
        "TE: trailers",
    )
    ((path, headers),) = [(request.path, request.headers) for request in server.requests]
    assert path == "/a?b=%7C|"
    assert headers == {
        "host": f"{LOOPBACK}:{server.port}", "x-kept": "yes", "connection": "close",
    }  # fmt: skip


def test_a_host_that_keeps_its_connection_is_let_go_with_the_client(broker):
    with socket.create_server((LOOPBACK, 0)) as listener:
        with socket.create_connection((LOOPBACK, broker.port), 10) as client:
            client.sendall(
                f"GET http://{LOOPBACK}:{port_of(listener)}/ HTTP/1.1\r\n"
                "Proxy-Authorization: Bearer loopback\r\n\r\n".encode()
            )
            host, _ = listener.accept()
            host.sendall(
                b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=9\r\n"
                b"Content-Length: 4\r\n\r\ndata"
            )
            answer = b""
            while not answer.endswith(b"data"):
                answer += client.recv(1000)
        assert answer == (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndata")
        host.settimeout(10)
        while host.recv(1000):
            continue
        host.close()
