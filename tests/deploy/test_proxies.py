"""Caddy and nginx, by the files in deploy/, in front of the service under gunicorn."""

import json
import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from elsewhere import Elsewhere
from websockets.sync.client import connect

from _gunicorn import KEY, GunicornServer, served
from _held_port import HOST, held_port
from _proxies import Proxy, caddy, nginx
from programs import needed

PROXIES = {"caddy": ("Caddy", caddy), "nginx": ("nginx", nginx)}
ELSEWHERE_ON_LOOPBACK = "127.0.0.2"
OUTSIDE = "10.1.2.3"
MIB = 1 << 20
BODY_MIB = 128
SLOW_S = 60
pytestmark = pytest.mark.timeout(200)

Begun = dict[str, Proxy]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A service whose runs reach the loopback address; five wrong keys are enough."""
    settings = {"ZYRA_ALLOW_HOSTS": "127.0.0.1", "ZYRA_LOGIN_RATE_LIMIT": "5/day"}
    with served(tmp_path_factory.mktemp("service"), **settings) as server:
        yield server


@pytest.fixture(scope="module")
def proxies(service: GunicornServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    """Both proxies in front of one service."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(begun(name, tmp_path_factory.mktemp(name), service.port))
            for name in PROXIES
        }


def begun(name: str, folder: Path, port: int) -> AbstractContextManager[Proxy]:
    title, start = PROXIES[name]
    return start(needed(title, name), folder, port)


@pytest.fixture(scope="module")
def patient(
    proxies: Begun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, "Future[Any]"]]:
    """What takes seconds by its nature and goes on while the other tests run."""
    with ExitStack() as stack:
        nobody = stack.enter_context(held_port())
        pool = stack.enter_context(ThreadPoolExecutor(5))
        asked = {
            f"{name} {what}": pool.submit(told_after_silence, proxies[name], SILENCE[what])
            for name, what in (("caddy", "headers"), ("nginx", "headers"), ("nginx", "body"))
        }
        for name in PROXIES:
            proxy = stack.enter_context(begun(name, tmp_path_factory.mktemp("away"), nobody))
            client = stack.enter_context(proxy.client())
            asked[f"{name} away"] = pool.submit(client.get, "/jobs")
        yield asked


# Caddy limits bodies as a whole only, which honest large ones would not keep; there the service
# lets go of them, after a minute.
SILENCE = {
    "headers": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "body": b"PUT /upload/slow.bin HTTP/1.1\r\nHost: localhost\r\nX-API-Key: %s\r\n"
    b"Content-Length: 1000\r\n\r\n1" % KEY.encode(),
}


def told_after_silence(proxy: Proxy, begin: bytes) -> bytes:
    """What a client gets that sends `begin` and then nothing, until it is let go."""
    with (
        socket.create_connection((HOST, proxy.port), SLOW_S) as plain,
        proxy.tls.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(begin)
        return b"".join(iter(lambda: connection.recv(4096), b""))


@pytest.fixture(params=PROXIES)
def proxy(request: pytest.FixtureRequest, proxies: Begun, patient: Any) -> Proxy:
    return proxies[request.param]


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    """A caller with the key, through the proxy."""
    with proxy.client(headers={"X-API-Key": KEY}) as client:
        yield client


def test_http_2_is_spoken(proxy: Proxy) -> None:
    with proxy.client(http2=True) as client:
        answer = client.get("/health")
    assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)


def test_plain_http_is_sent_on_to_https(proxy: Proxy) -> None:
    address = f"http://localhost:{proxy.plain_port}/jobs?limit=1"
    answer = httpx.get(address, trust_env=False)
    assert answer.status_code in (301, 308)
    assert answer.headers["location"].startswith("https://localhost")
    assert answer.headers["location"].endswith("/jobs?limit=1")


def test_old_tls_is_refused(proxy: Proxy) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(proxy.authority)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection((HOST, proxy.port), SLOW_S) as plain,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        old.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("path", ["/health", "/jobs", "/no-such-page"])
def test_no_header_is_doubled(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    counts = Counter(name for name, _ in answer.headers.multi_items())
    assert set(counts.values()) == {1}
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_the_service_names_is_where_the_caller_is(client: httpx.Client) -> None:
    answer = client.put("/upload/small.txt", content=b"small")
    assert client.get(answer.json()["href"]).json()["size"] == 5


def test_large_files_stream_both_ways(client: httpx.Client, proxy: Proxy) -> None:
    # That nothing is kept on disk shows in that it works: the proxy may write no large file.
    before = proxy.most_memory()
    uploaded = client.put("/upload/large.bin", content=(bytes(MIB) for _ in range(BODY_MIB)))
    assert uploaded.json()["size"] == BODY_MIB * MIB
    with client.stream("GET", f"{uploaded.json()['href']}/content") as answer:
        assert sum(map(len, answer.iter_raw(MIB))) == BODY_MIB * MIB
    assert proxy.most_memory() - before < BODY_MIB * MIB / 2


def test_a_file_that_is_too_large_is_refused_before_it_is_there(client: httpx.Client) -> None:
    size = 6 << 10
    answer = client.put(
        "/upload/huge.bin",
        content=(bytes(MIB) for _ in range(size)),
        headers={"Content-Length": str(size * MIB)},
    )
    assert (answer.status_code, answer.json()["type"]) == (413, "zyra:body-too-large")


def test_a_body_that_turns_out_too_large_is_refused_by_the_service(client: httpx.Client) -> None:
    body = (b" " * MIB for _ in range(4))
    answer = client.post("/cli/run", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "zyra:body-too-large")


def test_large_headers_are_refused(client: httpx.Client) -> None:
    assert client.get("/health", headers={"X-Large": "x" * 60_000}).status_code in (400, 431)


@pytest.fixture
def held() -> Iterator[tuple[Elsewhere, dict[str, Any]]]:
    """A run that waits for another server, until that is released."""
    with Elsewhere() as server:
        args = {"input": server.url("/gate"), "output": "got.txt"}
        yield server, {"stage": "acquire", "command": "http", "args": args, "mode": "async"}


def test_progress_comes_by_websocket_as_it_happens(
    proxy: Proxy, client: httpx.Client, held: tuple[Elsewhere, dict[str, Any]]
) -> None:
    server, body = held
    job_id = client.post("/cli/run", json=body).json()["job_id"]
    address = f"wss://localhost:{proxy.port}/ws/jobs/{job_id}"
    with connect(
        address, ssl=proxy.tls, additional_headers={"X-API-Key": KEY}, proxy=None
    ) as follower:
        frames = [json.loads(follower.recv(SLOW_S))]
        server.next_request()  # it runs, and cannot end yet
        assert frames[0]["exit_code"] is None
        server.release()
        frames += map(json.loads, follower)
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert (frames[-1]["exit_code"], frames[-1]["progress"]) == (0, 1.0)
    assert follower.close_code == 1000


def test_events_come_as_they_happen(
    client: httpx.Client, held: tuple[Elsewhere, dict[str, Any]]
) -> None:
    server, body = held
    job_id = client.post("/cli/run", json=body).json()["job_id"]
    with client.stream("GET", f"/jobs/{job_id}/events") as answer:
        lines = answer.iter_lines()
        first = next(line for line in lines if line.startswith("data:"))
        server.next_request()  # it runs, and cannot end yet
        assert json.loads(first[5:])["exit_code"] is None
        server.release()
        last = [line for line in lines if line.startswith("data:")][-1]
    assert json.loads(last[5:])["exit_code"] == 0


def test_the_address_of_a_caller_is_its_own_whatever_it_says(
    proxy: Proxy, service: GunicornServer
) -> None:
    transport = httpx.HTTPTransport(verify=proxy.tls, local_address=ELSEWHERE_ON_LOOPBACK)
    with proxy.client(transport=transport) as client:
        assert address_in_audit(client, service) == ELSEWHERE_ON_LOOPBACK


def test_who_comes_past_the_proxy_is_not_believed(service: GunicornServer) -> None:
    transport = httpx.HTTPTransport(local_address=ELSEWHERE_ON_LOOPBACK)
    with service.client(transport=transport) as client:
        assert address_in_audit(client, service) == ELSEWHERE_ON_LOOPBACK


def address_in_audit(client: httpx.Client, service: GunicornServer) -> str:
    """Where a refused request came from, by the audit log; it claims to be from elsewhere."""
    claims = {"X-Forwarded-For": OUTSIDE, "X-Real-IP": OUTSIDE, "Forwarded": f"for={OUTSIDE}"}
    request_id = client.get("/jobs", headers=claims).headers["x-request-id"]
    entries = map(json.loads, (service.folder / "state/audit.jsonl").read_text().splitlines())
    return next(entry["address"] for entry in entries if entry["request"] == request_id)


@pytest.mark.parametrize(("name", "network"), [("caddy", "127.0.1"), ("nginx", "127.0.2")])
def test_wrong_keys_are_counted_by_address_whatever_a_caller_says(
    proxies: Begun, name: str, network: str
) -> None:
    # Each of the two servers counts five.
    found = [status_of_wrong_key(proxies[name], f"{network}.1", f"10.0.0.{n}") for n in range(11)]
    assert (found[0], found[-1]) == (401, 429)
    assert status_of_wrong_key(proxies[name], f"{network}.2", "10.0.0.1") == 401


def status_of_wrong_key(proxy: Proxy, address: str, claimed: str) -> int:
    transport = httpx.HTTPTransport(verify=proxy.tls, local_address=address)
    with proxy.client(transport=transport) as client:
        headers = {"X-API-Key": "wrong", "X-Forwarded-For": claimed}
        return client.get("/jobs", headers=headers).status_code


def test_nothing_is_lost_while_servers_are_replaced(
    proxies: Begun, service: GunicornServer
) -> None:
    done = Event()
    with ThreadPoolExecutor(len(proxies)) as pool:
        asked = [pool.submit(ask_until, done, proxy) for proxy in proxies.values()]
        try:
            service.reload()
        finally:
            done.set()
        for statuses in asked:
            assert set(statuses.result()) == {200}


def ask_until(done: Event, proxy: Proxy) -> list[int]:
    """What a caller is answered until then, and at least once."""
    with proxy.client() as client:
        found = [client.get("/health").status_code]
        while not done.is_set():
            found.append(client.get("/health").status_code)
    return found


def test_caddy_waits_while_the_service_is_restarted(
    proxies: Begun, service: GunicornServer
) -> None:
    with proxies["caddy"].client() as client, ThreadPoolExecutor(1) as pool:
        assert service.stop() == 0
        asked = pool.submit(client.get, "/health")
        service.start()
        assert asked.result().status_code == 200


@pytest.mark.parametrize("name", PROXIES)
def test_a_service_that_is_away_is_said_to_be(
    name: str, patient: dict[str, "Future[httpx.Response]"]
) -> None:
    answer = patient[f"{name} away"].result(SLOW_S)
    assert answer.status_code == answer.json()["status"] == 503
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("what", ["caddy headers", "nginx headers", "nginx body"])
def test_clients_that_are_silent_are_let_go(what: str, patient: dict[str, "Future[bytes]"]) -> None:
    assert b" 200 " not in patient[what].result(SLOW_S)
