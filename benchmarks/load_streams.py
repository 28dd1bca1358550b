"""Follow jobs live by WebSocket and print rates and latencies against the bounds.

    .venv/bin/python benchmarks/load_streams.py [rate latency crowd stalled ...] [--check]

Followers run in a process of their own, which shares the cores with the server.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from websockets.asyncio.client import connect

from _figures import Figure, p99, run_parts
from _fleet import HERE, Server
from _load_commands import counted
from load_jobs import serving, submit

LINES = 100_000
CROWD = 1000


async def rate(folder: Path) -> AsyncIterator[Figure]:
    """Many lines to one client, byte for byte."""
    async with serving(folder) as (one, client):
        for follower in ("one client", "one client that comes late"):
            job_id = await submit(client, "count", lines=LINES)
            if "late" in follower:
                await client.get(f"/jobs/{job_id}", params={"wait": 60})
            start = time.monotonic()
            async with connect(socket_url(one, job_id), proxy=None, max_size=None) as socket:
                text = "".join([json.loads(message)["stdout"] async for message in socket])
            spent_s = time.monotonic() - start
            wrong = int(text != counted(LINES))
            name = f"{LINES} lines to {follower}"
            yield Figure(name, LINES / spent_s, "lines/s", at_least=40_000, wrong=wrong)


async def latency(folder: Path) -> AsyncIterator[Figure]:
    """From write to receive, one client."""
    async with serving(folder) as (one, client):
        told = await followed(client, one, 1, lines=1000, pause_ms=5)
        yield p99("write to receive p99, 1 client", told["late_ms"], 50, 1 - told["whole"])


async def crowd(folder: Path) -> AsyncIterator[Figure]:
    """From write to receive, a thousand clients of one job, all of them complete."""
    async with serving(folder) as (one, client):
        before = memory_mb(one)
        told = await followed(client, one, CROWD, lines=500, pause_ms=20)
        wrong = CROWD - told["whole"] + len(told["digests"]) - 1
        name = f"write to receive p99, {CROWD} clients, {told['frames']} frames"
        yield p99(name, told["late_ms"], 500, wrong)
        yield Figure("memory of the server more than before", memory_mb(one) - before, "MB", 300)


async def stalled(folder: Path) -> AsyncIterator[Figure]:
    """A job that writes much, without and with a client that reads none of it."""
    at_most = 500.0
    async with serving(folder, ZYRA_CONCURRENCY="3") as (one, client):
        before = memory_mb(one)
        for what in ("a busy job", "a busy job and its stalled client"):
            busy = await submit(client, "count", lines=10 * LINES)
            staller = await clients(one, busy, 0) if "stalled" in what else None
            told = await followed(client, one, 20, lines=600, pause_ms=5)
            figure = p99(f"20 clients beside {what}", told["late_ms"], at_most, 20 - told["whole"])
            yield figure
            at_most = 1.5 * figure.value + 20
            await client.get(f"/jobs/{busy}", params={"wait": 60})
            if staller is not None:
                yield Figure("memory of the server", memory_mb(one) - before, "MB more", 100)
                staller.kill()
                await staller.wait()


async def followed(
    client: httpx.AsyncClient, one: Server, count: int, **args: Any
) -> dict[str, Any]:
    """What clients tell of a job whose lines are times; it begins when all are there."""
    gate = folder_gate(one)
    gate.unlink(missing_ok=True)
    job_id = await submit(client, "stamp", gate=str(gate), **args)
    process = await clients(one, job_id, count)
    gate.touch()
    stdout, _ = await process.communicate()
    told: dict[str, Any] = json.loads(stdout)
    return told


def folder_gate(one: Server) -> Path:
    """A file that is not there yet, beside the folders of the server."""
    return Path(one.environment["ZYRA_STATE_DIR"]).with_name("gate")


async def clients(one: Server, job_id: str, count: int) -> asyncio.subprocess.Process:
    """Start a process of followers, one that stalls for 0; return when they are connected."""
    command = [sys.executable, str(HERE / "_ws_clients.py"), socket_url(one, job_id), str(count)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, limit=1 << 26
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process


def socket_url(one: Server, job_id: str) -> str:
    """Where a job is followed."""
    return f"ws://127.0.0.1:{one.port}/ws/jobs/{job_id}"


def memory_mb(one: Server) -> float:
    """What the server process has resident."""
    return float(psutil.Process(one.pid).memory_info().rss / 2**20)


PARTS = {"rate": rate, "latency": latency, "crowd": crowd, "stalled": stalled}

if __name__ == "__main__":
    raise SystemExit(run_parts(__doc__ or "", PARTS))
