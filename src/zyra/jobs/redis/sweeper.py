"""Put right what dead workers left: lost jobs, and ids that RQ lost with them."""

import asyncio
import logging

from zyra.jobs.engine import Engine
from zyra.jobs.leases import RENEW_EVERY_S
from zyra.jobs.redis.rq_queue import RqQueue
from zyra.jobs.requests import ServiceUnavailable

logger = logging.getLogger(__name__)


class Sweeper:
    """Looks every second; every server and worker does, and a job is taken once."""

    def __init__(self, engine: Engine, queue: RqQueue) -> None:
        self._engine = engine
        self._queue = queue

    async def sweep_for_ever(self) -> None:
        """Sweep; while Redis is away there is nothing to see."""
        is_away = False
        while True:
            try:
                await self._engine.sweep()
                await self._queue.put_back_missing()
                is_away = False
            except ServiceUnavailable as error:
                if not is_away:
                    logger.warning("cannot look for lost jobs: %s", error)
                is_away = True
            await asyncio.sleep(RENEW_EVERY_S)
