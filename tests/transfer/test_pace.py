"""Servers that send too slowly are given up on; slow readers are not their fault."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import count
from threading import Event

import pytest
from raw_server import HOST, RawServer, Talk, listen
from urllib3 import Timeout

from zyra.core.errors import TransientTransferError
from zyra.core.network import NetworkPolicy
from zyra.transfer.connections import Dialer
from zyra.transfer.deadlines import hang_up
from zyra.transfer.ftp_files import FtpClient
from zyra.transfer.http import HttpClient
from zyra.transfer.pace import Pace
from zyra.transfer.receive import Reception, Remote

LOOPBACK = NetworkPolicy.allowing([HOST])


class Clock:
    """Goes on only when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def pieces(self, length: int, every_s: float, count: int) -> Iterator[bytes]:
        for _ in range(count):
            self.now_s += every_s
            yield bytes(length)


def received(clock: Clock, pace: Pace, *pieces: Iterator[bytes]) -> int:
    return sum(len(chunk) for each in pieces for chunk in pace.kept(each, "http://host/a"))


def test_a_byte_every_five_seconds_is_too_slow():
    clock = Clock()
    with pytest.raises(TransientTransferError, match="only 12 bytes came in 60 s"):
        received(clock, Pace(clock=clock), clock.pieces(1, 5.0, 1000))


def test_the_slowest_pace_that_is_allowed_goes_on_for_ever():
    clock = Clock()
    assert received(clock, Pace(clock=clock), clock.pieces(500, 5.0, 10_000)) == 5_000_000


def test_a_small_answer_may_take_long_to_begin():
    clock = Clock()
    assert received(clock, Pace(clock=clock), clock.pieces(10, 90.0, 1)) == 10


def test_what_was_fast_at_first_may_not_trickle_later():
    clock = Clock()

    def pieces() -> Iterator[bytes]:
        yield from clock.pieces(1 << 20, 1.0, 60)
        yield from clock.pieces(1, 5.0, 1000)

    with pytest.raises(TransientTransferError):
        received(clock, Pace(clock=clock), pieces())


def test_the_time_of_who_takes_the_bytes_does_not_count():
    clock = Clock()
    for _ in Pace(clock=clock).kept(clock.pieces(1, 0.0, 100), "http://host/a"):
        clock.now_s += 60.0  # such as a pipe that nobody reads from


def test_any_pace_may_be_allowed():
    clock = Clock()
    assert received(clock, Pace(least=0, clock=clock), clock.pieces(1, 59.0, 100)) == 100


def test_a_transfer_from_a_trickling_server_fails_for_a_passing_reason(server, client):
    url = server.put("/a", bytes(1 << 20))
    impatient = Pace(least=1e9, window_s=1.0, clock=count().__next__)
    with pytest.raises(TransientTransferError, match="bytes came in"):
        Reception(Remote(client, url, pace=impatient), BytesIO()).run()


def trickling(text: bytes) -> Talk:
    """Says `text` and then one more letter at a time, until the client is gone."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(text)
        while True:
            Event().wait(0.02)
            connection.sendall(b"x")

    return talk


def test_the_head_of_an_answer_may_not_trickle():
    timeout = Timeout(connect=10.0, read=0.2)
    with (
        RawServer(trickling(b"HTTP/1.1 200 OK\r\nX: ")) as server,
        HttpClient(LOOPBACK, timeout=timeout) as client,
        pytest.raises(TransientTransferError, match="timed out"),
        client.get(f"http://{HOST}:{server.port}/"),
    ):
        pass


def test_the_answer_of_an_ftp_server_may_not_trickle():
    with (
        RawServer(trickling(b"220 ")) as server,
        FtpClient(Dialer(LOOPBACK), timeout_s=0.2) as client,
        pytest.raises(TransientTransferError, match="timed out"),
    ):
        client.entries(f"ftp://{HOST}:{server.port}/")


def test_who_reads_an_encrypted_connection_meets_its_end_as_of_any_other():
    near, far = socket.socketpair()
    encrypted = ssl.create_default_context()
    with far, encrypted.wrap_socket(near, server_hostname="h", do_handshake_on_connect=False) as it:
        hang_up(it)
        with suppress(ssl.SSLError, ConnectionError):  # as OpenSSL likes
            assert it.read() == b""


def test_an_answer_of_an_ftp_server_that_is_cut_off_is_none():
    with (
        RawServer(lambda connection: connection.sendall(b"220 wel")) as server,
        FtpClient(Dialer(LOOPBACK)) as client,
        pytest.raises(TransientTransferError, match="the connection broke off"),
    ):
        client.entries(f"ftp://{HOST}:{server.port}/")


@pytest.mark.parametrize(
    "text", [b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nServer: x\r\n"]
)
def test_an_answer_that_ends_within_its_head_is_no_empty_file(client, text):
    def talk(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        listen(connection)

    with (
        RawServer(talk) as server,
        pytest.raises(TransientTransferError, match="the connection broke off"),
    ):
        Reception(Remote(client, f"http://{HOST}:{server.port}/"), BytesIO()).run()
