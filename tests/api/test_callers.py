"""Who is served, with a key and without."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from serving import served

from zyra.access.gate import Identity
from zyra.access.refusals import NotAuthenticated
from zyra.api.callers import Asking
from zyra.api.errors import KeyInUrl
from zyra.core.settings import Settings
from zyra.jobs.requests import Caller
from zyra.wiring import build_front_desk

KEY = "grün-4711"


async def identify(scope: dict[str, Any], **settings: Any) -> Identity:
    """Who the service with these settings takes the caller for."""
    with TemporaryDirectory() as folder:
        desk = build_front_desk(Settings(state_dir=Path(folder), **settings))
        try:
            return await Asking(scope, desk, settings.get("cors_origins", ())).identity()
        finally:
            await desk.close()


def connection(**changes: Any) -> dict[str, Any]:
    """A direct connection of this machine, with some things otherwise."""
    headers = {"host": "127.0.0.1:8000"} | changes.pop("headers", {})
    return {
        "type": "http",
        "path": "/files",
        "query_string": b"",
        "client": ("127.0.0.1", 50_000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        **changes,
    }


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
@pytest.mark.anyio
async def test_this_machine_is_served_without_a_key(peer: str, host: str) -> None:
    scope = connection(client=(peer, 1), headers={"host": host})
    assert (await identify(scope)).caller == Caller("local")


@pytest.mark.parametrize(
    "changes",
    [
        {"client": ("192.0.2.7", 1)},
        {"client": ("::ffff:192.0.2.7", 1)},
        {"client": None},
        {"client": ("", 0)},
        {"headers": {"host": "zyra.example"}},
        {"headers": {"host": "localhost.example"}},
        {"headers": {"host": "127.0.0.1.example:8000"}},
        {"headers": {"host": "user@127.0.0.1@example"}},
        {"headers": {"host": ""}},
        {"headers": {"host": "["}},
        {"headers": {"forwarded": "for=192.0.2.7"}},
        {"headers": {"x-forwarded-for": "127.0.0.1"}},
        {"headers": {"x-forwarded-proto": "https"}},
        {"headers": {"x-real-ip": "127.0.0.1"}},
        {"headers": {"via": "1.1 proxy"}},
        {"headers": {"origin": "https://evil.example"}},
        {"headers": {"origin": "http://127.0.0.1:9999"}},
        {"headers": {"origin": "null"}},
        {"headers": {"origin": "http://["}},
    ],
)
@pytest.mark.anyio
async def test_others_are_not_served_without_a_key(changes: dict[str, Any]) -> None:
    with pytest.raises(NotAuthenticated):
        await identify(connection(**changes))


@pytest.mark.anyio
async def test_our_own_pages_and_named_origins_are_served() -> None:
    own = connection(headers={"origin": "http://127.0.0.1:8000"})
    assert (await identify(own)).caller == Caller("local")
    named = connection(headers={"origin": "https://maps.example"})
    found = await identify(named, cors_origins=("https://maps.example",))
    assert found.caller == Caller("local")


@pytest.mark.parametrize("query", [b"api_key=x", b"a=1&KEY=x", b"access%5Ftoken=x", b"token"])
@pytest.mark.anyio
async def test_a_key_in_the_url_is_refused(query: bytes) -> None:
    for path in ("/files", "/health"):
        with pytest.raises(KeyInUrl):
            await identify(connection(path=path, query_string=query), api_key=KEY)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service that wants a key, behind a proxy's path."""
    settings = {
        "ZYRA_API_KEY": KEY,
        "ZYRA_ROOT_PATH": "/weather",
        "ZYRA_CORS_ORIGINS": "https://maps.example",
    }
    with (
        served(tmp_path_factory.mktemp("guarded"), **settings) as server,
        server.client() as client,
    ):
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": KEY.encode()},
        {"Authorization": b"Bearer " + KEY.encode()},
        {"Authorization": b"bearer  " + KEY.encode()},
        {"X-API-Key": KEY.encode(), "X-Forwarded-For": b"192.0.2.7", "Host": b"zyra.example"},
    ],
)
def test_the_key_opens(guarded: httpx.Client, headers: Any) -> None:
    assert guarded.get("/files", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "wrong"},
        {"X-API-Key": KEY[:-1].encode()},
        {"Authorization": b"Basic " + KEY.encode()},
        {"Authorization": "Bearer"},
        {"X-API-Key": "wrong", "Authorization": b"Bearer " + KEY.encode()},
    ],
)
def test_nothing_else_opens(guarded: httpx.Client, headers: Any) -> None:
    answer = guarded.get("/files", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "key" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/health", "/v1/health", "/weather/health", "/weather/v1/health"])
def test_health_is_open(guarded: httpx.Client, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_a_named_origin_is_told_that_it_may_call(guarded: httpx.Client) -> None:
    asked = {
        "Origin": "https://maps.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "X-API-Key",
    }
    answer = guarded.options("/cli/run", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://maps.example"


def test_links_begin_with_the_proxy_path(guarded: httpx.Client) -> None:
    headers = {"X-API-Key": KEY.encode()}
    assert guarded.get("/", headers=headers).json()["links"]["docs"] == "/weather/docs"
    assert guarded.get("/v1/", headers=headers).json()["links"]["docs"] == "/weather/v1/docs"
    document = guarded.get("/weather/openapi.json", headers=headers).json()
    assert document["servers"] == [{"url": "/weather"}]
