import socket
from threading import Event, Thread

import pytest
from http_server import Fault, HttpServer
from urllib3 import Timeout

from zyra.core.errors import AddressRefused, TransferError, TransientTransferError, UsageError
from zyra.core.exit_codes import exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.transfer.failures import RefusedByServer, ServerBusy
from zyra.transfer.http import HttpClient
from zyra.transfer.ranges import fetch_bytes

LOOPBACK = NetworkPolicy.allowing(["127.0.0.1"])


def resolving(**names: str):
    """A resolver that knows only these names, and addresses themselves."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        if host in names:
            return names[host].split(",")
        if host.replace(".", "").isdigit():
            return [host]
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    resolve.asked = asked
    return resolve


@pytest.fixture
def get(client: HttpClient):
    def gotten(url: str, headers=None, *, using: HttpClient = client) -> bytes:
        with using.get(url, headers) as response:
            return b"".join(response.chunks())

    return gotten


def test_the_body_is_given(server: HttpServer, get):
    assert get(server.put("/a", b"data")) == b"data"


def test_a_missing_page_is_a_failed_run_told_in_one_line(server: HttpServer, get):
    with pytest.raises(RefusedByServer) as caught:
        get(server.url("/none"))
    assert caught.value.message == f"{server.url('/none')}: 404 Not Found"
    assert exit_code_for(caught.value) == 1
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: HttpServer, get, status):
    server.put("/b/end", b"data")
    assert get(server.redirect("/a", "b/end", status)) == b"data"


def test_ten_redirects_are_followed_and_no_more(server: HttpServer, get):
    for step in range(11):
        server.redirect(f"/{step}", f"/{step + 1}")
    server.put("/11", b"data")
    assert get(server.url("/1")) == b"data"
    with pytest.raises(TransferError, match="more than 10 redirects"):
        get(server.url("/0"))


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "localhost", "10.0.0.1", "[::1]", "0x7f.2", "[::ffff:127.0.0.2]"]
)
def test_a_redirect_to_a_private_address_is_refused(server: HttpServer, get, host):
    server.redirect("/a", server.url("/b", host=host))
    with pytest.raises(AddressRefused):
        get(server.url("/a"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://a.example/x", "gopher://a/"])
def test_a_redirect_to_another_scheme_is_refused(server: HttpServer, get, location):
    with pytest.raises((TransferError, UsageError), match="http"):
        get(server.redirect("/a", location))


def test_a_redirect_to_nonsense_is_a_transfer_error(server: HttpServer, get):
    with pytest.raises(TransferError, match="redirects to"):
        get(server.redirect("/a", "http://[::zz/"))


def test_a_redirect_in_utf8_is_followed(server: HttpServer, get):
    server.put("/caf%C3%A9", b"data")
    assert get(server.redirect("/a", "/café".encode().decode("latin-1"))) == b"data"


def test_credentials_stay_within_the_origin(server: HttpServer, get):
    with HttpServer() as other:
        other.put("/b", b"data")
        server.redirect("/a", other.url("/b"))
        secret = {"Authorization": "Bearer x", "Cookie": "c", "X-Api-Key": "k", "Range": "bytes=0-"}
        assert get(server.url("/a"), secret) == b"data"
        assert server.asked("Authorization") == ["Bearer x"]
        for name in ("Authorization", "Cookie", "X-Api-Key"):
            assert other.asked(name) == [None]
        assert other.asked("Range") == ["bytes=0-"]


def test_credentials_go_along_within_the_origin(server: HttpServer, get):
    server.put("/b", b"data")
    get(server.redirect("/a", "/b"), {"Authorization": "Bearer x"})
    assert server.asked("Authorization") == ["Bearer x", "Bearer x"]


def test_user_and_password_of_a_url_are_sent_as_basic_authorization(server: HttpServer, get):
    server.put("/a", b"data")
    get(server.url("/a", host="us%40er:pa%3Ass@127.0.0.1"))
    assert server.asked("Authorization") == ["Basic dXNAZXI6cGE6c3M="]


def test_secrets_of_a_url_are_masked_in_errors(server: HttpServer, get):
    with pytest.raises(RefusedByServer) as caught:
        get(server.url("/a?date=1&api_key=k33p&X-Amz-Signature=s1gn", host="u:pa55@127.0.0.1"))
    assert "404" in caught.value.message
    assert not any(secret in caught.value.message for secret in ("pa55", "k33p", "s1gn"))
    assert "date=1" in caught.value.message


def test_proxies_of_the_environment_are_not_used(server: HttpServer, get, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert get(server.put("/a", b"data")) == b"data"


def test_a_name_that_resolves_to_a_private_address_is_refused_at_the_connection(
    server: HttpServer, get
):
    inside = resolving(**{"data.example.org": "127.0.0.2"})
    with (
        HttpClient(LOOPBACK, resolve=inside) as client,
        pytest.raises(AddressRefused, match=r"127\.0\.0\.2"),
    ):
        get(server.url("/a", host="data.example.org"), using=client)
    assert server.requests == []


def test_one_private_address_among_several_is_enough_to_refuse(server: HttpServer, get):
    mixed = resolving(**{"data.example.org": "127.0.0.1,10.1.1.1"})
    with HttpClient(LOOPBACK, resolve=mixed) as client, pytest.raises(AddressRefused):
        get(server.url("/a", host="data.example.org"), using=client)


def test_the_checked_address_is_connected_to_without_a_second_look_up(server: HttpServer, get):
    resolve = resolving(**{"data.example.org": "127.0.0.1"})
    server.put("/a", b"data")
    with HttpClient(LOOPBACK, resolve=resolve) as client:
        assert get(server.url("/a", host="data.example.org"), using=client) == b"data"
    assert resolve.asked == ["data.example.org"]
    assert server.asked("Host") == [f"data.example.org:{server.port}"]


def test_the_next_address_is_tried_when_one_does_not_answer(server: HttpServer, get):
    both = resolving(**{"data.example.org": "127.0.0.2,127.0.0.1"})
    policy = NetworkPolicy.allowing(["127.0.0.0/8"])
    server.put("/a", b"data")
    with HttpClient(policy, resolve=both) as client:
        assert get(server.url("/a", host="data.example.org"), using=client) == b"data"


def test_an_unknown_name_is_not_tried_again(server: HttpServer, job, pauses):
    with (
        HttpClient(LOOPBACK, resolve=resolving(), retries=pauses.retries()) as client,
        pytest.raises(TransferError, match="no such host") as caught,
    ):
        fetch_bytes("http://data.example.org/a", job, 10, client=client)
    assert not isinstance(caught.value, TransientTransferError)
    assert pauses.seconds == []


def test_a_closed_port_is_told_and_not_tried_again(job, client, pauses):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a"
        with pytest.raises(TransferError, match=r"cannot connect.*refused"):
            fetch_bytes(url, job, 10, client=client)
    assert pauses.seconds == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_tried_again_with_growing_pauses(
    server: HttpServer, job, client, pauses, status
):
    url = server.put("/a", b"data")
    server.resource("/a").faults.extend([Fault(status=status)] * 3)
    assert fetch_bytes(url, job, 10, client=client) == b"data"
    assert pauses.seconds == [1, 2, 4]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 451, 501])
def test_an_error_that_stays_is_not_tried_again(server: HttpServer, get, pauses, status):
    url = server.put("/a")
    server.resource("/a").faults.append(Fault(status=status))
    with pytest.raises(RefusedByServer):
        get(url)
    assert pauses.seconds == []


def test_retry_after_is_obeyed(server: HttpServer, job, client, pauses):
    url = server.put("/a", b"data")
    busy = Fault(status=429, headers={"Retry-After": "17"})
    server.resource("/a").faults.append(busy)
    fetch_bytes(url, job, 10, client=client)
    assert pauses.seconds == [17]


def test_an_unreasonable_retry_after_is_not_waited_for(server: HttpServer, job, client, pauses):
    url = server.put("/a", b"data")
    busy = Fault(status=503, headers={"Retry-After": "86400"})
    server.resource("/a").faults.append(busy)
    with pytest.raises(ServerBusy, match="503"):
        fetch_bytes(url, job, 10, client=client)
    assert pauses.seconds == []


def test_connections_are_used_again(server: HttpServer, get, client):
    resolve = resolving()
    url = server.put("/a", b"data")
    with HttpClient(LOOPBACK, resolve=resolve) as kept:
        for _ in range(3):
            assert get(url, using=kept) == b"data"
    assert len(resolve.asked) == 1


def test_what_is_not_http_is_told(get):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH_9.0\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        with pytest.raises(TransferError, match="not a proper HTTP answer"):
            get(f"http://127.0.0.1:{port}/a")
        thread.join()


def test_a_server_that_stays_silent_times_out_and_is_tried_again(server: HttpServer, job, pauses):
    url = server.put("/a", b"data")
    silence = server.resource("/a").gate = Event()
    short = Timeout(connect=5, read=0.05)
    client = HttpClient(LOOPBACK, retries=pauses.retries(), timeout=short)
    with client, pytest.raises(TransientTransferError, match="timed out"):
        fetch_bytes(url, job, 10, client=client)
    silence.set()
    assert pauses.seconds == [1, 2, 4, 8]


def test_requests_are_told_without_their_secrets(server: HttpServer):
    told: list[str] = []
    server.put("/b?key=s3cret")
    server.redirect("/a", "/b?key=s3cret")
    with HttpClient(LOOPBACK, tell=told.append) as client, client.get(server.url("/a")):
        pass
    assert told == [
        f"GET {server.url('/a')}: 302 Found",
        f"GET {server.url('/b')}?key=***: 200 OK",
    ]


def test_a_stopped_client_ends_a_transfer_in_progress(server: HttpServer, client):
    url = server.put("/a", b"x" * 4_000_000)
    with client.get(url) as response:
        chunks = response.chunks()
        next(chunks)
        client.stop()
        with pytest.raises(TransferError, match="stopped"):
            list(chunks)


def test_a_reason_cannot_command_a_terminal(server: HttpServer, get):
    server.put("/a", status=418)
    server.resource("/a").reason = "I'm a \x1b[31mteapot\x07"
    with pytest.raises(RefusedByServer, match=r"418 I'm a \[31mteapot$"):
        get(server.url("/a"))
