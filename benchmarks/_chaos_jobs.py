"""Callers who submit jobs again and again and remember what they were promised."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from _load_commands import lines_of

PATIENCE_S = 90.0
_AGAIN_S = 0.05


@dataclass
class Asked:
    """One request and what was answered.

    Attributes:
        key: Its idempotency key; the request is repeated under it until it is accepted.
        canceled: Whether it was asked to end.
        job_ids: Every id that an acceptance named; more than one is a fault.
        seen: The final states that were shown; more than one is a fault.
    """

    key: str
    args: dict[str, Any]
    retries: int
    canceled: bool = False
    job_ids: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    @property
    def job_id(self) -> str:
        """The job that it became."""
        return min(self.job_ids)

    @property
    def stdout(self) -> str:
        """What its command writes."""
        return "".join(lines_of(self.args["token"], self.args["lines"]))


class Callers:
    """Submit at random to any of the servers, through whatever happens to them.

    Args:
        urls: Addresses of the servers.
        ledger: Port where the commands note their starts and ends.
        chance: Source of everything random.
    """

    def __init__(self, urls: list[str], ledger: int, chance: random.Random) -> None:
        self._clients = [httpx.AsyncClient(base_url=u, trust_env=False, timeout=20) for u in urls]
        self._ledger = ledger
        self._chance = chance
        self._stopped = False
        self.asked: list[Asked] = []

    async def work(self, callers: int) -> None:
        """Let so many callers submit one job after the other until `stop`."""
        try:
            await asyncio.gather(*(self._one_caller() for _ in range(callers)))
        finally:
            for client in self._clients:
                await client.aclose()

    def stop(self) -> None:
        """Submit nothing more; `work` returns when every caller has its last answer."""
        self._stopped = True

    async def _one_caller(self) -> None:
        while not self._stopped:
            asked = self._next()
            self.asked.append(asked)
            await self._submit(asked)
            if self._chance.random() < 0.1:
                await asyncio.sleep(self._chance.uniform(0, 0.3))
                await self._cancel(asked)
            if self._chance.random() < 0.9:  # the others are not waited for
                await self._wait(asked)

    def _next(self) -> Asked:
        chance = self._chance
        args = {
            "ledger": self._ledger,
            "token": f"{chance.getrandbits(32):08x}",
            "milliseconds": chance.randint(10, 300),
            "lines": chance.choice([0, 3, 40]),
            "helper": chance.random() < 0.2,
        }
        return Asked(f"{chance.getrandbits(64):x}", args, chance.choice([0, 0, 0, 2]))

    async def _submit(self, asked: Asked) -> None:
        body = {
            "stage": "process",
            "command": "work",
            "args": asked.args,
            "mode": "async",
            "idempotency_key": asked.key,
            "retries": asked.retries,
        }
        answer = await self._ask("POST", "/cli/run", json=body)
        if answer.status_code != httpx.codes.ACCEPTED:
            raise ValueError(f"submit: {answer.status_code} {answer.text}")
        asked.job_ids.add(answer.json()["job_id"])

    async def _cancel(self, asked: Asked) -> None:
        asked.canceled = True
        answer = await self._ask("DELETE", f"/jobs/{asked.job_id}")
        if answer.status_code not in (httpx.codes.OK, httpx.codes.CONFLICT):
            raise ValueError(f"cancel: {answer.status_code} {answer.text}")

    async def _wait(self, asked: Asked) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = await self._ask("GET", f"/jobs/{asked.job_id}", params={"wait": 5})
            record = answer.json()
            if record.get("done"):
                asked.seen.add(record["status"])
                return
        raise TimeoutError(f"job {asked.job_id} is not done: {answer.text[:500]}")

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask one of the servers, and another one when it does not answer.

        Raises:
            TimeoutError: None answers for long.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            client = self._chance.choice(self._clients)
            try:
                answer = await client.request(method, path, **options)
            except httpx.TransportError:
                await asyncio.sleep(_AGAIN_S)
                continue
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            await asyncio.sleep(_AGAIN_S)
        raise TimeoutError(f"{method} {path} is not answered")
