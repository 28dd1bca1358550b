"""Tell a caller's own address that its job is done, until it has heard it.

POST carries the result, signed as Standard Webhooks (standardwebhooks.com) when a secret
is set; GET only calls the address. A workflow tool may not wait yet when a job is quick,
so 404 and 409 are tried again like everything else but success.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook

from zyra.core.errors import ZyraError
from zyra.core.loading import load
from zyra.core.network import NetworkPolicy
from zyra.core.urls import split_url
from zyra.jobs.plan_vault import PlanVault
from zyra.jobs.ports import JobStore
from zyra.jobs.records import Attempt, Callback, JobRecord, Status
from zyra.jobs.requests import ServiceUnavailable

# Loaded when the first message is due: a service without callbacks starts 80 ms sooner.
SEND = "zyra.transfer.message:send_message"
AT_ONCE = 16
# Nobody else tries meanwhile; longer than the time-outs of a message.
LONGEST_ATTEMPT = timedelta(seconds=30)
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
ATTEMPTS = 15  # over about an hour
_FINAL = tuple(status for status in Status if status.is_final)
Describe = Callable[[JobRecord], Awaitable[JobRecord]]


@dataclass(frozen=True)
class Sender:
    """Makes one attempt to deliver.

    Attributes:
        policy: Which hosts callbacks may reach; not that of the runs.
        vault: Keeps their addresses.
        secret: Signs the messages, `whsec_...`; None sends them unsigned.
    """

    policy: NetworkPolicy
    vault: PlanVault
    secret: str | None = None

    def attempt(self, record: JobRecord, callback: Callback) -> Attempt:
        """Send once; an answer of 200 to 299 delivers."""
        now = datetime.now(UTC)
        body = message_of(record) if callback.method == "POST" else None
        try:
            address = self.vault.read(callback.address)
        except ServiceUnavailable as error:
            return Attempt(now, None, error.message)
        try:
            status = load(SEND)(
                self.policy, callback.method, address, body, self._headers(record, body, now)
            )
        except ZyraError as error:
            told = error.message.replace(split_url(address).shown, callback.url)
            return Attempt(now, None, told)
        return Attempt(now, status, "" if 200 <= status < 300 else f"answered {status}")

    def _headers(self, record: JobRecord, body: bytes | None, now: datetime) -> dict[str, str]:
        if body is None:
            return {}
        headers = {"Content-Type": "application/json", "webhook-id": f"msg_{record.job_id}"}
        if self.secret is None:
            return headers
        signature = Webhook(self.secret).sign(headers["webhook-id"], now, body.decode())
        return headers | {
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }


class Callbacks:
    """Delivers what is due.

    Args:
        describe: Adds the text of the streams to a record.
    """

    EVERY_S = 0.5

    def __init__(self, store: JobStore, sender: Sender, describe: Describe) -> None:
        self._store = store
        self._sender = sender
        self._describe = describe

    async def deliver_due(self) -> None:
        """Make one attempt for each callback that is due, side by side."""
        now = datetime.now(UTC)
        due = await self._store.take_callbacks(now, now + LONGEST_ATTEMPT, AT_ONCE)
        await asyncio.gather(*(self._deliver(record) for record in due))

    async def _deliver(self, record: JobRecord) -> None:
        callback = record.callback
        if callback is None:
            return
        described = await self._describe(record)
        attempt = await asyncio.to_thread(self._sender.attempt, described, callback)
        await self._store.change(record.job_id, _FINAL, callback=after(callback, attempt))


def after(callback: Callback, attempt: Attempt) -> Callback:
    """The callback with one attempt more, and when the next one is due."""
    attempts = (*callback.attempts, attempt)
    pause_s = min(FIRST_PAUSE_S * 2 ** (len(attempts) - 1), LONGEST_PAUSE_S)
    is_over = not attempt.error or attempt.status == 410 or len(attempts) >= ATTEMPTS
    due = None if is_over else attempt.time + timedelta(seconds=pause_s)
    return replace(callback, attempts=attempts, due=due)


def message_of(record: JobRecord) -> bytes:
    """The body of a POST: what became of the job."""
    data: dict[str, Any] = {
        "job_id": record.job_id,
        "status": record.status,
        "ok": record.ok,
        "stage": record.stage,
        "command": record.command,
        "exit_code": record.exit_code,
        "reason": record.reason,
        "stdout": record.stdout.text,
        "stderr": record.stderr.text,
        "outputs": [
            {"name": output.name, "size": output.size, "sha256": output.sha256}
            for output in record.outputs
        ],
        "output_file": record.output_file,
        "steps": [
            {"number": s.number, "name": s.name, "status": s.status, "exit_code": s.exit_code}
            for s in record.steps
        ],
        "metadata": dict(record.metadata),
    }
    finished = record.finished_at.isoformat() if record.finished_at else None
    message = {"type": f"job.{record.status}", "timestamp": finished, "data": data}
    return json.dumps(message).encode()
