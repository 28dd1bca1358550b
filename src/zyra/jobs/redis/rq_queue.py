"""RQ's queue: carries the ids of queued jobs to the workers, and nothing else.

What RQ notes about a job is never the truth. An id may be delivered twice, late, or to
nobody: a claim decides, and ids that got lost are put back.
"""

from typing import NoReturn

from redis.asyncio.client import Pipeline
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from zyra.core.errors import UsageError
from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys

NO_TIMEOUT = -1  # the runner has the limits of each job


def run_by_zyra_worker() -> NoReturn:
    """What a worker of RQ's own would run: it has no runner for our commands.

    Raises:
        UsageError: Always.
    """
    raise UsageError("this queue belongs to Zyra", hint="start its workers with `zyra worker`")


class RqQueue:
    """The queue of job ids, seen from asyncio.

    Args:
        name: Name of the RQ queue.
    """

    def __init__(self, link: Link, keys: Keys, name: str) -> None:
        self._link = link
        self._keys = keys
        self._missing: set[str] = set()
        # RQ wants a client to make names and entries; this one never connects.
        self.rq = Queue(name, connection=link.blocking_client(), serializer=JSONSerializer)

    def put(self, pipe: Pipeline, job_id: str, *, first: bool = False) -> None:
        """Add the commands that queue an id, last or first, to `pipe`."""
        entry = self._entry(job_id)
        pipe.sadd(Queue.redis_queues_keys, self.rq.key)
        pipe.hset(entry.key, mapping=entry.to_dict(include_meta=False))
        push = pipe.lpush if first else pipe.rpush
        push(self.rq.key, job_id)

    async def put_first(self, job_ids: list[str]) -> None:
        """Queue ids before all others, in their order.

        Raises:
            ServiceUnavailable: Redis is away.
        """
        if not job_ids:
            return
        async with self._link.use() as client, client.pipeline() as pipe:
            for job_id in reversed(job_ids):
                self.put(pipe, job_id, first=True)
            await pipe.execute()

    async def put_back_missing(self) -> None:
        """Queue again what is queued by its record and twice in a row not known to RQ.

        A worker that died took an id with it, or Redis forgot it. Twice, because a worker
        that lives has an id for a moment before it claims the job.

        Raises:
            ServiceUnavailable: Redis is away.
        """
        async with self._link.use() as client, client.pipeline() as pipe:
            pipe.zrange(self._keys.queued, 0, -1)
            pipe.lrange(self.rq.key, 0, -1)
            queued, known = await pipe.execute()
        missing = set(queued).difference(known)
        await self.put_first([job_id for job_id in queued if job_id in missing & self._missing])
        self._missing = missing

    def _entry(self, job_id: str) -> Job:
        return Job.create(
            f"{__name__}.{run_by_zyra_worker.__name__}",
            id=job_id,
            connection=self.rq.connection,
            origin=self.rq.name,
            status=JobStatus.QUEUED,
            description=job_id,
            timeout=NO_TIMEOUT,
            result_ttl=0,
            serializer=JSONSerializer,
        )
