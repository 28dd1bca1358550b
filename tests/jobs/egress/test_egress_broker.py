"""The broker carries what a run may reach, and nothing else, whatever it is sent."""

import os
import socket
import struct
import subprocess
from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from broker_talk import LOOPBACK, dialer, is_reached, port_of, say, status

from zyra.core.errors import AddressRefused, TransferError, TransientTransferError
from zyra.core.network import NetworkPolicy
from zyra.jobs.isolation.egress_grants import CONNECTIONS_OF_A_RUN, digest_of
from zyra.jobs.isolation.egress_own import OwnPlaces, listening_ports
from zyra.transfer.http import HttpClient

PRIVATE_HOSTS = (Path(__file__).parents[2] / "core" / "private_hosts.txt").read_text().split()


def echo_server() -> socket.socket:
    """Answers each connection, when its sending half has ended, with all that it sent."""
    listener = socket.create_server((LOOPBACK, 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            pieces = []
            while piece := connection.recv(1 << 20):
                pieces.append(piece)
            connection.sendall(b"".join(pieces)[::-1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            Thread(target=answer, args=(connection,), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    return listener


def test_our_http_client_goes_through_the_broker(broker, server):
    policy = NetworkPolicy.allowing([LOOPBACK], broker)
    url = server.put("/a", b"data" * 100_000)
    with HttpClient(policy) as client, client.get(url) as response:
        assert b"".join(response.chunks()) == b"data" * 100_000


def test_halves_end_one_by_one_and_every_byte_arrives(broker):
    sent = os.urandom(8 << 20)
    with closing(echo_server()) as echo, dialer(broker).dial(LOOPBACK, port_of(echo), 10) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        got = b""
        while piece := line.recv(1 << 20):
            got += piece
    assert got == sent[::-1]


def test_a_server_that_speaks_first_is_heard(broker):
    with (
        socket.create_server((LOOPBACK, 0)) as listener,
        dialer(broker).dial(LOOPBACK, port_of(listener), 10) as line,
    ):
        host, _ = listener.accept()
        host.sendall(b"220 ready\r\n")
        assert line.recv(100) == b"220 ready\r\n"
        host.close()


def test_a_reset_is_passed_on(broker):
    with (
        socket.create_server((LOOPBACK, 0)) as listener,
        dialer(broker).dial(LOOPBACK, port_of(listener), 10) as line,
    ):
        host, _ = listener.accept()
        host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        host.close()
        with pytest.raises(ConnectionResetError):
            line.recv(1)


@pytest.mark.parametrize("token", [None, "", "other", "loopback public", "public\x00"])
def test_nobody_is_let_in_without_a_token_of_a_run(broker, canary, token):
    answer = say(broker, f"CONNECT {LOOPBACK}:{port_of(canary)} HTTP/1.1", token=token)
    assert status(answer) in (400, 407)
    assert not is_reached(canary)


def test_a_run_shows_its_token_once_and_as_a_token(broker, canary):
    target = f"CONNECT {LOOPBACK}:{port_of(canary)} HTTP/1.1"
    plain = b64encode(b"loopback").decode()
    for fields in (
        ["Proxy-Authorization: Bearer loopback"],  # beside the one that `say` adds
        ["Authorization: Bearer loopback"],
        ["Proxy-Authorization: Digest loopback"],
        [f"Proxy-Authorization: Basic {plain}"],
        ["Proxy-Authorization: Basic loopback!"],
    ):
        token = (
            "loopback" if fields[0].endswith("Bearer loopback") and "Proxy" in fields[0] else None
        )
        assert status(say(broker, target, *fields, token=token)) == 407
    assert not is_reached(canary)


@pytest.mark.parametrize("host", [*PRIVATE_HOSTS, "localhost", "LOCALHOST.", "foo.internal"])
def test_no_spelling_of_a_private_address_is_connected_to(broker, canary, host):
    for line in (f"CONNECT {host}:{port_of(canary)}", f"GET http://{host}:{port_of(canary)}/"):
        text = f"{line} HTTP/1.1".encode().decode("latin-1")
        assert status(say(broker, text, token="public")) in (400, 403)
    assert not is_reached(canary)


@pytest.mark.parametrize("name", ["inside.example", "mapped.example", "lan.example"])
def test_a_name_with_a_private_address_is_refused_with_both(broker, canary, resolver, name):
    with pytest.raises(AddressRefused, match=rf"{name} is at .* not public"):
        dialer(broker, "public").dial(name, port_of(canary), 10)
    assert resolver.asked == [name]
    assert not is_reached(canary)


def test_one_forbidden_address_among_several_is_enough(broker, canary):
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        dialer(broker).dial("mixed.example", port_of(canary), 10)
    assert not is_reached(canary)


def test_a_name_is_resolved_once(broker, server, resolver):
    policy = NetworkPolicy.allowing([LOOPBACK], broker)
    with HttpClient(policy) as client, client.get(server.put("/a", b"x")):
        pass
    dialer(broker).dial("inside.example", server.port, 10).close()
    assert resolver.asked == [LOOPBACK, "inside.example"]


def test_errors_of_the_system_are_those_of_a_direct_connection(broker):
    with socket.create_server((LOOPBACK, 0)) as listener:
        free = port_of(listener)
    with pytest.raises(ConnectionRefusedError):
        dialer(broker).dial(LOOPBACK, free, 10)
    with pytest.raises(socket.gaierror) as caught:
        dialer(broker).dial("nowhere.example", 80, 10)
    assert caught.value.errno == socket.EAI_NONAME


def test_the_service_itself_is_refused_where_its_machine_is_allowed(serve, server):
    _, broker = serve(refused_ports=tuple(listening_ports()))
    with pytest.raises(AddressRefused, match="part of the service"):
        dialer(broker).dial(LOOPBACK, server.port, 10)
    assert server.requests == []


def test_other_parts_of_the_service_are_refused_by_host_and_port(resolver, canary):
    own = OwnPlaces([("inside.example", port_of(canary))], resolver)
    for address in (LOOPBACK, "127.9.9.9", "::ffff:127.0.0.1"):
        with pytest.raises(AddressRefused):
            own.check(address, port_of(canary))
    own.check(LOOPBACK, port_of(canary) ^ 1)
    own.ports = [port_of(canary)]
    own.check("192.0.2.1", port_of(canary))


def test_an_ended_run_is_cut_off_and_not_let_in_again(serve, canary):
    running, broker = serve()
    with dialer(broker).dial(LOOPBACK, port_of(canary), 10) as line:
        running.grants.revoke(digest_of("loopback"))
        assert line.recv(1) == b""
    with pytest.raises(TransferError, match="407"):
        dialer(broker).dial(LOOPBACK, port_of(canary), 10)


def test_a_run_has_a_bounded_number_of_connections(broker):
    with socket.create_server((LOOPBACK, 0), backlog=CONNECTIONS_OF_A_RUN) as listener:
        lines = [
            dialer(broker).dial(LOOPBACK, port_of(listener), 10)
            for _ in range(CONNECTIONS_OF_A_RUN)
        ]
        with pytest.raises(TransientTransferError, match="64 connections"):
            dialer(broker).dial(LOOPBACK, port_of(listener), 10)
        for line in lines:
            line.close()


@pytest.mark.parametrize("tunnel", [True, False])
def test_curl_uses_it_as_a_proxy(broker, server, tunnel):
    url = server.put("/a", b"data")
    command = ["curl", "-sS", "--fail", "-x", broker.url, *(["-p"] if tunnel else []), url]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"data"
    refused = [*command[:4], replace(broker, token="public").url, *command[5:]]
    answer = subprocess.run(refused, capture_output=True, check=False)
    assert answer.returncode != 0
    assert len(server.requests) == 1


def test_curl_uploads_through_it(broker):
    body = b"x" * 3_000_000
    with socket.create_server((LOOPBACK, 0)) as listener:
        url = f"http://{LOOPBACK}:{port_of(listener)}/a"
        command = ["curl", "-sS", "-x", broker.url, "--data-binary", "@-", url]
        curl = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        curl.stdin.write(body)
        curl.stdin.close()
        host, _ = listener.accept()
        got = b""
        while not got.endswith(body[-1000:]) or len(got) < len(body):
            got += host.recv(1 << 20)
        host.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        assert curl.stdout.read() == b"ok"
        host.close()
        curl.stdout.close()
        curl.wait()
    assert got.endswith(body)
