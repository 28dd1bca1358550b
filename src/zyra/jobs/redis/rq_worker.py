"""An RQ worker that runs nothing itself: it gives the ids it takes to asyncio.

RQ's worker blocks, so it has a thread. Only as many ids are taken as can be run at once;
the rest stays in the queue for other workers. Whatever ends RQ's loop, a lost Redis above
all, a new one is begun.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from zyra.jobs.redis.connection import Link

LOOK_S = 1
AGAIN_S = 1.0

logger = logging.getLogger(__name__)

GiveAway = Callable[[str], None]


class Feed:
    """Takes ids from the queue while fewer than `slots` jobs run.

    Args:
        give_away: Called in the feed's thread with each id; `done_with_one` must follow.
    """

    def __init__(self, link: Link, queue: str, slots: int, give_away: GiveAway) -> None:
        self._link = link
        self._queue = queue
        self._slots = threading.Semaphore(slots)
        self._give_away = give_away
        self._stopping = threading.Event()

    def run(self, *, burst: bool) -> None:
        """Feed until `stop`; with `burst` until the queue is empty."""
        while not self._stopping.is_set():
            try:
                with self._link.blocking_client() as client:
                    worker = _GivingWorker(self._queue, client, self)
                    worker.work(burst=burst, logging_level="WARNING")
                if burst and worker.found_nothing:
                    return
            except (RedisError, OSError) as error:
                logger.warning("no connection to RQ's queue: %s", error)
            self._stopping.wait(AGAIN_S)

    def stop(self) -> None:
        """Take no more ids."""
        self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def take_slot(self) -> bool:
        """Take a free slot; False when there was none for a second."""
        return self._slots.acquire(timeout=LOOK_S)

    def done_with_one(self) -> None:
        """A slot is free again."""
        self._slots.release()

    def give(self, job_id: str) -> None:
        """Give an id away, with its slot."""
        self._give_away(job_id)


class _GivingWorker(BaseWorker):
    """The loop of RQ, its heartbeat and upkeep, without a process for each job."""

    max_connection_wait_time = 2.0

    def __init__(self, queue: str, client: Redis, feed: Feed) -> None:
        self._feed = feed
        self.found_nothing = False
        super().__init__(
            [Queue(queue, connection=client, serializer=JSONSerializer)],
            connection=client,
            serializer=JSONSerializer,
        )

    @property
    def dequeue_timeout(self) -> int:
        """How long to wait for an id, and so how soon a stop is noticed."""
        return LOOK_S

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Called in every turn of the loop, so it notices a stop."""
        if self._feed.is_stopping:
            raise StopRequested
        super().heartbeat(timeout, pipeline)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Take an id when there is a slot for it."""
        while not self._feed.take_slot():
            self.heartbeat()
        try:
            found = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
        except BaseException:
            self._feed.done_with_one()
            raise
        if found is None:
            self.found_nothing = True
            self._feed.done_with_one()
        return found

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Give the id away; from here on the record is all there is, so RQ forgets it."""
        self._feed.give(job.id)
        self.connection.delete(job.key)
        queue.intermediate_queue.remove(job.id)

    def subscribe(self) -> None:
        """Take no orders from RQ's command channel: jobs are ended through their records."""

    def _install_signal_handlers(self) -> None:
        """Leave the signals to the process."""

    def procline(self, message: str) -> None:
        """Leave the process its name."""
