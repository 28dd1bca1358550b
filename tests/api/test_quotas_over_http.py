"""Quotas, the floor of the disk, names of hosts and slow bodies, as callers meet them."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import Server, served
from starlette.requests import Request
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from zyra.api.bodies import chunks_of
from zyra.api.errors import BodyStalled

KEY = {"X-API-Key": "right"}
WAITING = {"stage": "process", "command": "hold", "args": {"input": "never"}, "mode": "async"}
LIMITS = {
    "ZYRA_API_KEY": "right",
    "ZYRA_MAX_JOBS": "2",
    "ZYRA_MAX_STREAMS": "2",
    "ZYRA_MAX_STORED_BYTES": "3000",
    "ZYRA_CONCURRENCY": "2",
    "ZYRA_HOSTS": "127.0.0.1,*.example.org",
}


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("limited"), **LIMITS) as server:
        yield server


@pytest.fixture
def caller(limited: Server) -> Iterator[httpx.Client]:
    with limited.client(headers=KEY) as client:
        yield client


@pytest.fixture
def held(limited: Server, caller: httpx.Client) -> Iterator[list[str]]:
    """Ids of two jobs that do not end by themselves."""
    pipe = limited.folder / "shared" / "never"
    if not pipe.exists():
        os.mkfifo(pipe)  # nobody ever writes to it
    body = WAITING | {"args": {"input": str(pipe)}}
    jobs = [caller.post("/cli/run", json=body).json()["job_id"] for _ in range(2)]
    yield jobs
    for job_id in jobs:
        caller.delete(f"/jobs/{job_id}")


def test_more_unfinished_jobs_than_may_be_are_429(caller: httpx.Client, held: list[str]) -> None:
    answer = caller.post("/cli/process/echo", json={"text": "hi"})
    assert answer.status_code == 429
    assert answer.json()["type"] == "zyra:quota-reached"
    assert int(answer.headers["retry-after"]) > 0
    caller.delete(f"/jobs/{held[0]}")
    assert caller.post("/cli/process/echo", json={"text": "hi"}).status_code == 200


def test_more_open_streams_than_may_be_are_refused(
    limited: Server, caller: httpx.Client, held: list[str]
) -> None:
    with ExitStack() as streams:
        for job_id in held:
            url = f"ws://127.0.0.1:{limited.port}/ws/jobs/{job_id}"
            streams.enter_context(connect(url, additional_headers=KEY, proxy=None)).recv()
        assert caller.get(f"/jobs/{held[0]}/events").status_code == 429
        with connect(url, additional_headers=KEY, proxy=None) as third:
            with pytest.raises(ConnectionClosed):
                third.recv()
            assert third.close_code == 1013
    assert first_event(caller, held[0]).startswith("id: 1")


def test_streams_count_with_all_servers_of_the_service(
    limited: Server, caller: httpx.Client, held: list[str]
) -> None:
    url = f"/jobs/{held[0]}/events"
    with (
        served(limited.folder, **LIMITS) as another,
        another.client(headers=KEY) as elsewhere,
        elsewhere.stream("GET", url),
    ):
        with caller.stream("GET", url) as second:
            assert second.status_code == 200
            assert [c.get(url).status_code for c in (caller, elsewhere)] == [429, 429]
        assert first_event(caller, held[0]).startswith("id: 1")


def first_event(caller: httpx.Client, job_id: str) -> str:
    """The first line of the stream, as soon as the server has seen that the others have gone."""
    deadline = time.monotonic() + 10
    while True:
        with caller.stream("GET", f"/jobs/{job_id}/events") as answer:
            if answer.status_code == 200:
                return next(answer.iter_lines())
        assert time.monotonic() < deadline


def test_uploads_beyond_the_quota_are_507_until_one_is_removed(caller: httpx.Client) -> None:
    first = caller.put("/upload/a.bin", content=b"x" * 2000)
    assert first.status_code == 201
    for sent in ({"content": b"x" * 1001}, {"content": iter([b"x" * 1001])}):
        answer = caller.put("/upload/b.bin", **sent)
        assert answer.status_code == 507
        assert answer.json()["type"] == "zyra:stored-quota-reached"
    form = caller.post("/upload", files={"file": ("c.bin", b"x" * 1001)})
    assert form.status_code == 507
    assert len(caller.get("/files").json()["files"]) == 1
    assert caller.delete(first.json()["href"]).status_code == 204
    again = caller.put("/upload/b.bin", content=b"x" * 3000)
    assert again.status_code == 201
    caller.delete(again.json()["href"])


def test_uploads_at_once_never_take_more_than_the_quota(limited: Server) -> None:
    async def all_at_once() -> list[int]:
        base = f"http://127.0.0.1:{limited.port}"
        async with httpx.AsyncClient(base_url=base, headers=KEY, trust_env=False) as client:
            sent = [client.put("/upload/a.bin", content=b"x" * 700) for _ in range(12)]
            answers = await asyncio.gather(*sent)
            for answer in answers:
                if answer.status_code == 201:
                    await client.delete(answer.json()["href"])
            return sorted(answer.status_code for answer in answers)

    assert asyncio.run(all_at_once()) == [201] * 4 + [507] * 8


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("zyra.example.org:8000", 200),
        ("ZYRA.EXAMPLE.ORG", 200),
        ("example.org", 421),
        ("evil.test", 421),
        ("example.org.evil.test", 421),
        ("[", 421),
        ("", 421),
    ],
)
def test_only_the_names_of_the_service_are_answered(
    caller: httpx.Client, host: str, status: int
) -> None:
    answer = caller.get("/jobs", headers={"Host": host})
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["type"] == "zyra:wrong-host"


def test_below_the_floor_of_the_disk_runs_and_uploads_are_507(tmp_path: Path) -> None:
    with served(tmp_path, ZYRA_DISK_FLOOR_BYTES=str(1 << 60)) as server, server.client() as client:
        for answer in (
            client.post("/cli/process/echo", json={"text": "hi"}),
            client.put("/upload/a.txt", content=b"x"),
            client.post("/upload", files={"file": ("a.txt", b"x")}),
        ):
            assert answer.status_code == 507
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/jobs").status_code == 200
        assert not list((tmp_path / "uploads").iterdir())


async def drip(chunks: int) -> AsyncIterator[bytes]:
    for _ in range(chunks):
        await asyncio.sleep(0)
        yield b"x"


def request_of(messages: AsyncIterator[bytes]) -> Request:
    async def receive() -> dict[str, Any]:
        chunk = await anext(messages, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    return Request({"type": "http", "method": "PUT", "headers": []}, receive)


@pytest.mark.anyio
async def test_a_body_that_only_drips_is_cut_off_though_it_is_never_silent() -> None:
    body = chunks_of(request_of(drip(1_000_000)), 5, grace_s=0.05, slowest_bytes_s=1e9)
    with pytest.raises(BodyStalled, match="too slowly"):
        [chunk async for chunk in body]


@pytest.mark.anyio
async def test_a_body_in_good_time_is_whole() -> None:
    chunks = [chunk async for chunk in chunks_of(request_of(drip(100)), grace_s=5)]
    assert b"".join(chunks) == b"x" * 100
