"""Kill everything at random while jobs run, then see whether each promise was kept.

    .venv/bin/python benchmarks/chaos.py --kills 200 --seed 1 [--backend embedded|redis]

Two servers share their folders. Callers submit, cancel and wait without end; `kill -9`
hits commands, waiting children, warm parents and servers; with Redis also that and workers.
Exit code 1 when a promise broke.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from _chaos_checks import LATE_S, Checks, Ledger
from _chaos_jobs import Callers
from _fleet import (
    Member,
    Redis,
    Server,
    belonging_to,
    kill,
    ready,
    redis,
    running,
    server,
    warm_parents,
    worker,
)
from zyra.jobs.isolation.process_tree import children_of

LONGEST_PAUSE_S = 1.6
GONE_S = 3.0


def embedded(folder: Path) -> list[Member]:
    """Two servers on one database."""
    return [server(folder), server(folder)]


def on_redis(folder: Path) -> list[Member]:
    """Two servers and two workers on one Redis."""
    one = redis(folder)
    settings = {"ZYRA_REDIS_URL": one.url}
    servers = [server(folder, **settings) for _ in range(2)]
    return [one, *servers, *(worker(folder, **settings) for _ in range(2))]


BACKENDS: dict[str, Callable[[Path], list[Member]]] = {"embedded": embedded, "redis": on_redis}


@dataclass
class Killer:
    """Kills members of a fleet, and what runs below its servers.

    Attributes:
        counts: How many of each kind were killed.
    """

    members: list[Member]
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    async def kill(self, times: int) -> None:
        """Kill so often, with pauses."""
        while self.counts.total() < times:
            await asyncio.sleep(self.chance.uniform(0.05, LONGEST_PAUSE_S))
            how = self.chance.choices((self._child, self._warm_parent, self._member), (6, 2, 2))
            how[0]()

    async def keep_up(self) -> None:
        """Start again whatever has ended, as the supervisor of a machine does, for ever."""
        while True:
            for member in self.members:
                if member.pid is None:
                    member.start()
            await asyncio.sleep(self.chance.uniform(0.1, 1.0))

    def _child(self) -> None:
        """A command, or a child that waits for one."""
        self._one_of([c for parent in self._warm_parents() for c in children_of(parent)], "child")

    def _warm_parent(self) -> None:
        self._one_of(self._warm_parents(), "warm parent")

    def _warm_parents(self) -> list[int]:
        pids = [member.pid for member in self.members if member.pid]
        return [parent for pid in pids for parent in warm_parents(pid)]

    def _one_of(self, pids: list[int], kind: str) -> None:
        if pids and kill(self.chance.choice(pids)):
            self.counts[kind] += 1

    def _member(self) -> None:
        alive = [member for member in self.members if member.pid]
        if not alive:
            return
        member = self.chance.choice(alive)
        member.kill()
        self.counts[type(member).__name__.lower()] += 1


@dataclass(frozen=True)
class Verdict:
    """What a run of chaos found."""

    kills: Counter[str]
    checks: Checks

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kills.items()))
        ends = [f"  {count:6} {kind}" for kind, count in self.checks.counts.most_common()]
        total = self.checks.counts.total()
        faults = [
            f"BROKEN {len(found)} x {kind}\n  {found[0]}"
            for kind, found in sorted(self.checks.faults.items())
        ]
        head = f"{self.kills.total()} kills ({kills}), {total} accepted jobs:"
        return "\n".join([head, *ends, *(faults or ["every promise was kept"])])


async def chaos(folder: Path, kills: int, seed: int, backend: str, callers: int = 12) -> Verdict:
    """Run the whole story in an empty folder."""
    chance = random.Random(seed)
    members = BACKENDS[backend](folder)
    killer = Killer(members, chance)
    # Redis takes nobody's jobs.
    checks = Checks(Ledger(), [one for one in members if not isinstance(one, Redis)])
    async with checks.ledger.kept() as port, running(*members):
        urls = [one.url for one in members if isinstance(one, Server)]
        people = Callers(urls, port, random.Random(seed + 1))
        working = asyncio.ensure_future(people.work(callers))
        supervising = asyncio.ensure_future(killer.keep_up())
        await killer.kill(kills)
        people.stop()
        await working
        await asyncio.gather(*map(ready, urls))
        async with httpx.AsyncClient(base_url=urls[0], trust_env=False, timeout=30) as client:
            await until_nothing_is_left(client)
            await checks.run(client, people.asked)
        supervising.cancel()
        check_leftovers(checks, folder)
        last = {one.pid or 0 for one in members}
    for pid in belonging_to(last):
        checks.blame("a process that outlived the end of its server", str(pid))
    return Verdict(killer.counts, checks)


def check_leftovers(checks: Checks, folder: Path) -> None:
    """Look for what dead servers left: processes, temporary files."""
    for pid in belonging_to(set(checks.died)):
        checks.blame("a process that outlived its server", str(pid))
    for path in (folder / "results").glob("*/scratch"):
        checks.blame("a scratch folder that was left", str(path))


async def until_nothing_is_left(client: httpx.AsyncClient) -> None:
    """Wait until no job is queued or running, for as long as that may take."""
    deadline = time.monotonic() + LATE_S + GONE_S
    while time.monotonic() < deadline:
        unfinished = [
            (await client.get("/jobs", params={"status": status, "limit": 1})).json()["jobs"]
            for status in ("queued", "running")
        ]
        if not any(unfinished):
            return
        await asyncio.sleep(0.2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backend", choices=sorted(BACKENDS), default="embedded")
    given = parser.parse_args(arguments)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zyra-chaos-") as folder:
        verdict = asyncio.run(chaos(Path(folder), given.kills, given.seed, given.backend))
    print(f"seed {given.seed}, {time.monotonic() - start:.0f} s\n{verdict}")
    return 1 if verdict.checks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
