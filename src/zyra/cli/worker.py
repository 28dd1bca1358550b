"""`zyra worker`: run the jobs of services that share a Redis."""

import argparse
import asyncio
import signal
from typing import TYPE_CHECKING

from zyra.core.exit_codes import DONE
from zyra.core.settings import load_settings
from zyra.telemetry.logs import logging_as
from zyra.wiring import REGISTRY_NAME, build_worker, check_storage

if TYPE_CHECKING:
    from zyra.jobs.redis.worker import RedisWorker


def main(arguments: list[str]) -> int:
    """Run jobs until a signal ends it."""
    options = parser().parse_args(arguments)
    settings = load_settings()
    if options.concurrency is not None:
        settings = settings.model_copy(update={"concurrency": options.concurrency})
    asyncio.run(check_storage(settings))
    with logging_as(settings):
        asyncio.run(_work(build_worker(settings, options.registry), burst=options.burst))
    return DONE


async def _work(worker: "RedisWorker", *, burst: bool) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await worker.run(burst=burst)


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra worker",
        description="Run the jobs of services that share the Redis of ZYRA_REDIS_URL."
        " The first SIGTERM or Ctrl-C lets commands finish for ZYRA_STOP_GRACE_S seconds, a second"
        " ends them.",
    )
    own.add_argument(
        "--concurrency", type=_count, metavar="N", help="commands at once (default: CPU count)"
    )
    own.add_argument("--burst", action="store_true", help="end when the queue is empty")
    own.add_argument("--registry", default=REGISTRY_NAME, help=argparse.SUPPRESS)
    return own


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
