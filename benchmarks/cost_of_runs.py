"""What one run costs: processor time, orders to Redis, bytes over networks and onto disks.

.venv/bin/python benchmarks/cost_of_runs.py [embedded redis ...]

docs/scaling.md plans with these figures. Processor time is counted by the kernel, so a busy machine
changes it less than it changes what a clock says.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from redis import Redis as RedisClient

from _figures import Figure, run_parts
from _fleet import HERE, Redis, redis, running, server, worker

RUNS = 200


async def embedded(folder: Path) -> AsyncIterator[Figure]:
    """One server that runs its jobs itself."""
    one = server(folder, ZYRA_CONCURRENCY="2")
    async with running(one):
        async for figure in costs(one.url, folder, "embedded"):
            yield figure


async def on_redis(folder: Path) -> AsyncIterator[Figure]:
    """One server, one worker."""
    store = redis(folder)
    settings = {"ZYRA_REDIS_URL": store.url, "ZYRA_CONCURRENCY": "2"}
    front = server(folder, **settings)
    async with running(store, front, worker(folder, **settings)):
        async for figure in costs(front.url, folder, "on Redis", store):
            yield figure


async def costs(
    url: str, folder: Path, where: str, store: Redis | None = None
) -> AsyncIterator[Figure]:
    """The costs of sync runs that do next to nothing, of async ones with a look, per run."""
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        await run_many(client, 8, "sync")  # everything is loaded
        for mode in ("sync", "async"):
            before = used(folder, store)
            await run_many(client, RUNS, mode)
            after = used(folder, store)
            for name, unit in UNITS.items():
                if name in after:
                    value = (after[name] - before[name]) / RUNS
                    yield Figure(f"{where}, {mode}: {name}", value, unit)


# Which program a process is, by a word of its command line. Where there is no worker, the server's
# children run the commands.
PROGRAMS = {
    "processor time, server": str(HERE / "_load_server.py"),
    "processor time, worker": "worker",
}
UNITS = {
    "processor time, server": "ms",
    "processor time, worker": "ms",
    "processor time, Redis": "ms",
    "orders to Redis": "",
    "bytes to and from Redis": "B",
    "memory of Redis": "B",
    "append-only file of Redis": "B",
    "folders": "B",
}


async def run_many(client: httpx.AsyncClient, count: int, mode: str) -> None:
    """Run `say`, two at a time, and see to it that each is done."""

    async def some(number: int) -> None:
        for _ in range(number):
            body = {"stage": "process", "command": "say", "args": {"text": "x" * 100}, "mode": mode}
            answer = (await client.post("/cli/run", json=body)).json()
            if mode == "async":
                answer = (await client.get(f"/jobs/{answer['job_id']}?wait=30")).json()
            assert answer["exit_code"] == 0, answer

    await asyncio.gather(some(count // 2), some(count - count // 2))


def used(folder: Path, store: Redis | None) -> dict[str, float]:
    """What was used so far."""
    found = {"folders": float(bytes_in(folder))}
    for process in psutil.Process().children():
        name = next((n for n, word in PROGRAMS.items() if word in process.cmdline()), None)
        if name is not None:
            found[name] = found.get(name, 0.0) + 1000 * cpu_s(process)
    if store is not None:
        assert store.pid is not None
        with RedisClient.from_url(store.url) as client:
            info: dict[str, Any] = client.info("all")
        found["processor time, Redis"] = 1000 * cpu_s(psutil.Process(store.pid))
        found["orders to Redis"] = info["total_commands_processed"]
        found["bytes to and from Redis"] = (
            info["total_net_input_bytes"] + info["total_net_output_bytes"]
        )
        found["memory of Redis"] = info["used_memory"]
        found["append-only file of Redis"] = info["aof_current_size"]
    return found


def cpu_s(process: psutil.Process) -> float:
    """Seconds of the process and of all below it, those that have ended included."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def bytes_in(folder: Path) -> int:
    """Bytes that the files below take on the disk; Redis' own are told by itself."""
    files = (path for path in folder.rglob("*") if path.is_file() and "appendonly" not in str(path))
    return sum(path.stat().st_blocks * 512 for path in files)


if __name__ == "__main__":
    raise SystemExit(run_parts(__doc__, {"embedded": embedded, "redis": on_redis}))
