"""Compare what was promised with what the service says, and with what really ran."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from _chaos_jobs import Asked
from _fleet import Member
from zyra.jobs.leases import LEASE_S

FINAL = ("succeeded", "failed", "canceled")
LATE_S = LEASE_S + 2.0
AT_ONCE = 8
START_S = 4.0  # until a started server looks for lost jobs, on a busy machine
_PAGE = 200


@dataclass
class Ledger:
    """What the commands noted.

    Attributes:
        starts, ends: How often, by job id.
        servers: The server that ran a job last, its process id, by job id.
    """

    starts: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    servers: dict[str, int] = field(default_factory=dict)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[int]:
        """Take notes on a port of the loopback address, which is given."""
        async with await asyncio.start_server(self._take, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):  # a command that was killed meanwhile
            line = await reader.readline()
            if line.endswith(b"\n"):
                what, job_id, server = line.decode().split()
                (self.starts if what == "start" else self.ends)[job_id] += 1
                self.servers[job_id] = int(server)
                writer.write(b".")
                await writer.drain()


@dataclass
class Checks:
    """What was found wrong, each with the job that shows it.

    Attributes:
        ledger: What really ran.
        members: Whoever takes the jobs of those that were killed.
        counts: How many jobs ended in each way.
        faults: What is wrong, by kind.
    """

    ledger: Ledger
    members: list[Member]
    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def blame(self, kind: str, detail: str) -> None:
        """Note a fault."""
        self.faults[kind].append(detail)

    async def run(self, client: httpx.AsyncClient, asked: list[Asked]) -> None:
        """Look at every job, and that there are no others."""
        records = {record["job_id"]: record async for record in all_jobs(client)}
        for extra in records.keys() - {job_id for one in asked for job_id in one.job_ids}:
            self.blame("a job that nobody was told of", extra)
        gate = asyncio.Semaphore(AT_ONCE)

        async def check_one(one: Asked) -> None:
            async with gate:
                self._check_record(one, records.get(one.job_id))
                if one.job_id in records and records[one.job_id]["status"] in FINAL:
                    await self._check_streams(client, one, records[one.job_id])

        await asyncio.gather(*(check_one(one) for one in asked))

    def _check_record(self, one: Asked, record: dict[str, Any] | None) -> None:
        if len(one.job_ids) > 1:
            self.blame("two jobs for one idempotency key", str(one))
        if record is None:
            self.blame("an accepted job that is lost", one.job_id)
            return
        status, reason = record["status"], record["reason"]
        self.counts[f"{status} ({reason})"] += 1
        if status not in FINAL:
            self.blame("a job that is not final", f"{one.job_id} {status}")
        if one.seen - {status}:
            self.blame("two final states", f"{one} now {status}")
        if status == "canceled" and not one.canceled:
            self.blame("a job that was canceled by nobody", str(record))
        self._check_starts(one, record)
        self._check_lateness(one, record)

    def _check_starts(self, one: Asked, record: dict[str, Any]) -> None:
        starts, ends = self.ledger.starts[one.job_id], self.ledger.ends[one.job_id]
        if starts > 1 + one.retries or starts > record["attempts"]:
            self.blame("a command that was started too often", f"{starts} times: {record}")
        if record["status"] == "succeeded" and not 1 <= ends <= starts:
            self.blame("a success without a whole run", f"{starts} starts, {ends} ends: {record}")
        if record["reason"] == "lost" and one.retries and record["attempts"] <= one.retries:
            self.blame("a retry that was not made", str(record))

    def _check_lateness(self, one: Asked, record: dict[str, Any]) -> None:
        died = self.died.get(self.ledger.servers.get(one.job_id, 0))
        if record["reason"] != "lost" or died is None or not record["finished_at"]:
            return
        ended = datetime.fromisoformat(record["finished_at"]).timestamp()
        # Where everybody was killed meanwhile, time counts from a restart.
        somebody_was_there = any(m.ran_through(died - START_S, ended) for m in self.members)
        if ended - died > LATE_S and somebody_was_there:
            self.blame(
                "running too long after its server died", f"{ended - died:.1f} s: {one.job_id}"
            )

    @property
    def died(self) -> dict[int, float]:
        """When members were killed, by process id."""
        return {pid: when for member in self.members for pid, when in member.died.items()}

    async def _check_streams(
        self, client: httpx.AsyncClient, one: Asked, record: dict[str, Any]
    ) -> None:
        answer = await client.get(f"/jobs/{one.job_id}/events")
        frames = list(frames_of(answer.text))
        if [frame["seq"] for frame in frames] != list(range(1, len(frames) + 1)):
            self.blame("gaps in a stream", f"{one.job_id}: {[f['seq'] for f in frames]}")
        finals = [frame for frame in frames if frame["status"] in FINAL]
        if finals != frames[-1:]:
            self.blame("not exactly one last frame", f"{one.job_id}: {finals}")
        told = (frames[-1]["status"], frames[-1]["exit_code"]) if frames else None
        if told != (record["status"], record["exit_code"]):
            self.blame("a last frame that contradicts the record", f"{told} {record}")
        if record["status"] == "succeeded":
            stdout = (await client.get(f"/jobs/{one.job_id}/stdout")).text
            streamed = "".join(frame["stdout"] for frame in frames)
            if stdout != one.stdout:
                self.blame("wrong stdout", f"{one.job_id}: {stdout[-100:]!r}")
            if not streamed.endswith(one.stdout) or (
                record["attempts"] == 1 and streamed != one.stdout
            ):
                self.blame("wrong streamed stdout", f"{one.job_id}: {streamed[-100:]!r}")


async def all_jobs(client: httpx.AsyncClient) -> Any:
    """Every job, page by page."""
    cursor: str | None = None
    while True:
        params = {"limit": _PAGE} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/jobs", params=params)).json()
        for record in page["jobs"]:
            yield record
        cursor = page["next"]
        if cursor is None:
            return


def frames_of(events: str) -> Iterator[dict[str, Any]]:
    """The frames of a stream of Server-Sent Events."""
    for line in events.split("\n"):
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))
