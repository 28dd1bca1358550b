"""Load the job system and print counts and percentiles against the bounds.

.venv/bin/python benchmarks/load_jobs.py [throughput redis queue health cancel ...] [--check]
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from _chaos_checks import all_jobs
from _figures import Figure, p99, run_parts
from _fleet import Server, redis, running, server, worker
from _service import Client
from zyra.jobs.leases import LEASE_S
from zyra.jobs.runner import TERM_GRACE_S

AT_ONCE = 16
FIRST = 200


async def throughput(folder: Path) -> AsyncIterator[Figure]:
    """Trivial jobs, embedded."""
    async with serving(folder) as (one, _):
        yield await end_to_end(one.port, 1500, 100, "embedded")


async def redis_throughput(folder: Path) -> AsyncIterator[Figure]:
    """Trivial jobs on Redis: one server, two workers."""
    one = redis(folder)
    settings = {"ZYRA_REDIS_URL": one.url, "ZYRA_CONCURRENCY": "2"}
    front = server(folder, **settings)
    async with running(one, front, *(worker(folder, **settings) for _ in range(2))):
        await asyncio.to_thread(say_all, front.port, ["the workers are warm"] * 8)
        yield await end_to_end(front.port, 600, 50, "on Redis, two workers")


async def end_to_end(port: int, jobs: int, at_least: float, where: str) -> Figure:
    """Jobs a second from submission to the last answer; clients are plain, to cost little."""
    texts = [
        [f"answer {number}" for number in range(first, jobs, AT_ONCE)] for first in range(AT_ONCE)
    ]
    start = time.monotonic()
    told = await asyncio.gather(*(asyncio.to_thread(say_all, port, part) for part in texts))
    spent_s = time.monotonic() - start
    wrong = sum(
        a != b
        for part, answers in zip(texts, told, strict=True)
        for a, b in zip(part, answers, strict=True)
    )
    name = f"{jobs} trivial jobs end to end, {where}"
    return Figure(name, jobs / spent_s, "jobs/s", None, at_least, wrong)


def say_all(port: int, texts: Sequence[str]) -> list[str]:
    """Run one trivial job after the other; what they wrote."""
    client = Client(port)
    body = {"stage": "process", "command": "say", "mode": "async"}
    answers = []
    for text in texts:
        _, accepted = client.post("/cli/run", body | {"args": {"text": text}})
        _, record = client.get(f"/jobs/{accepted['job_id']}?wait=60")
        answers.append(str(record["stdout"]))
    return answers


async def queue(folder: Path, jobs: int = 10_000) -> AsyncIterator[Figure]:
    """A long queue: submit, list, restart, and run from the oldest."""
    async with serving(folder, ZYRA_CONCURRENCY="1") as (one, client):
        blocker = await submit(client, "hold", retries=0)
        # The first ones one by one: only then it is known which is the oldest.
        made = [await submit(client, "say", text="early") for _ in range(FIRST)]
        rest = map(str, range(FIRST, jobs))
        made += await at_once(lambda text: submit(client, "say", text=text), rest)
        submits = await timed(500, lambda: submit(client, "say", text="late"))
        yield p99(f"submit p99 with {jobs} queued", submits[0], 100)
        made += submits[1]
        pages = await timed(100, lambda: client.get("/jobs", params={"limit": 50}))
        yield p99("list page p99 (50 jobs)", pages[0], 50)
        pages = await timed(100, lambda: client.get("/jobs?status=queued&limit=200"))
        yield p99("list page p99 (200 queued jobs)", pages[0], 50)
        shown = await timed(100, lambda: client.get(f"/jobs/{made[-1]}"))
        yield p99("show the last queued job p99", shown[0], 50)
        one.kill()
    async with serving(folder, one) as (_, client):
        kept = {record["job_id"] async for record in all_jobs(client)}
        lost = len({blocker, *made} - kept)
        yield Figure("jobs there after kill -9 and restart", len(kept), "jobs", wrong=lost)
        yield await order_of_starts(client, made)


async def order_of_starts(client: httpx.AsyncClient, made: list[str], first: int = FIRST) -> Figure:
    """How many of the oldest jobs start after a younger one."""
    await client.get(f"/jobs/{made[first - 1]}", params={"wait": LEASE_S + 30})
    records = [(await client.get(f"/jobs/{job_id}")).json() for job_id in made[:first]]
    starts = [record["started_at"] or "never" for record in records]
    wrong = sum(a > b for a, b in pairwise(starts))
    return Figure("oldest jobs that started in order", first, "jobs", wrong=wrong)


async def health(folder: Path) -> AsyncIterator[Figure]:
    """`/health` while 40 jobs run: some that write without end, then some that compute."""
    async with serving(folder, ZYRA_CONCURRENCY="40") as (_, client):
        for command, args in (("stamp", {"lines": 10**6, "pause_ms": 10}), ("spin", {})):
            made = [await submit(client, command, **args) for _ in range(40)]
            await until_running(client, made)
            times, _ = await timed(500, lambda: client.get("/health"))
            yield p99(f"/health p99 while 40 jobs {command}", times, 50)
            await asyncio.gather(*(client.delete(f"/jobs/{job_id}") for job_id in made))


async def cancel(folder: Path) -> AsyncIterator[Figure]:
    """DELETE of a running job that has a helper in another session."""
    longest_ms = TERM_GRACE_S * 1000 + 500
    async with serving(folder, ZYRA_CONCURRENCY="8") as (_, client):
        for ignores, rounds, bound in ((False, 100, 250.0), (True, 10, longest_ms)):
            times, alive = [], 0
            for _ in range(rounds):
                job_id = await submit(client, "hold", ignore_term=ignores, pid_file="pids")
                note = folder / "results" / job_id / "outputs" / "pids"
                await until_said(client, job_id)
                start = time.monotonic()
                answer = await client.delete(f"/jobs/{job_id}")
                times.append((time.monotonic() - start) * 1000)
                alive += any(Path(f"/proc/{pid}").exists() for pid in note.read_text().split())
                alive += answer.json()["status"] != "canceled"
            how = "ignores TERM" if ignores else "reacts to TERM"
            yield p99(f"cancel p99 of {rounds} jobs, command {how}", times, bound, alive)


@asynccontextmanager
async def serving(
    folder: Path, start: Server | None = None, **settings: str
) -> AsyncIterator[tuple[Server, httpx.AsyncClient]]:
    """A server and a client of it."""
    one = start or server(folder, **settings)
    async with (
        running(one),
        httpx.AsyncClient(base_url=one.url, trust_env=False, timeout=90) as client,
    ):
        yield one, client


async def submit(client: httpx.AsyncClient, command: str, retries: int = 0, **args: Any) -> str:
    """Submit a job; return its id."""
    body = {"stage": "process", "command": command, "args": args, "mode": "async"}
    answer = await client.post("/cli/run", json=body | {"retries": retries})
    if answer.status_code != httpx.codes.ACCEPTED:
        raise ValueError(f"{answer.status_code} {answer.text}")
    return str(answer.json()["job_id"])


async def until_running(client: httpx.AsyncClient, job_ids: Sequence[str]) -> None:
    """Return when all of these jobs run."""
    while True:
        page = (await client.get("/jobs", params={"status": "running", "limit": 200})).json()
        if {record["job_id"] for record in page["jobs"]} >= set(job_ids):
            return
        await asyncio.sleep(0.1)


async def until_said(client: httpx.AsyncClient, job_id: str) -> None:
    """Return when a job has written something."""
    async with client.stream("GET", f"/jobs/{job_id}/events") as answer:
        async for line in answer.aiter_lines():
            if "begun" in line:
                return


async def at_once(work: Callable[[str], Any], items: Any) -> list[Any]:
    """Do the work for each item, some at once; the results in the order of the items."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: str) -> Any:
        async with gate:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))


async def timed(times: int, work: Callable[[], Any]) -> tuple[list[float], list[Any]]:
    """Milliseconds that the work takes, each time, and its results."""
    spent, results = [], []
    for _ in range(times):
        start = time.perf_counter()
        results.append(await work())
        spent.append((time.perf_counter() - start) * 1000)
    return spent, results


PARTS = {
    "throughput": throughput,
    "redis": redis_throughput,
    "queue": queue,
    "health": health,
    "cancel": cancel,
}


if __name__ == "__main__":
    raise SystemExit(run_parts(__doc__ or "", PARTS))
