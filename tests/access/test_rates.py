"""Limits per caller: counted exactly, told in headers; in memory and on Redis."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis_server import RedisServer

from zyra.access.limit_kinds import RUNS, UPLOADS
from zyra.access.rates import Rates
from zyra.access.redis_rates import redis_rates
from zyra.access.refusals import TooManyRequests
from zyra.core.errors import UsageError
from zyra.jobs.requests import ServiceUnavailable

LIMITS = {RUNS: "50/hour", UPLOADS: "1000/hour"}

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def rates(
    request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str
) -> AsyncIterator[Rates]:
    if request.param == "memory":
        made = Rates(LIMITS)
    else:
        url = request.getfixturevalue("redis_server").url
        made = redis_rates(LIMITS, url, tmp_path.name)
    yield made
    await made.close()


async def allowed(rates: Rates, kind: str, who: str, cost: int = 1) -> bool:
    try:
        await rates.count(kind, who, cost)
    except TooManyRequests:
        return False
    return True


async def test_exactly_as_many_as_the_limit_are_allowed(rates: Rates) -> None:
    answers = await asyncio.gather(*(allowed(rates, RUNS, "n8n") for _ in range(80)))
    assert sum(answers) == 50


async def test_callers_do_not_use_up_each_others(rates: Rates) -> None:
    await rates.count(RUNS, "n8n", 50)
    assert not await allowed(rates, RUNS, "n8n")
    assert await allowed(rates, RUNS, "cron")


async def test_what_is_refused_does_not_count(rates: Rates) -> None:
    assert not await allowed(rates, UPLOADS, "n8n", 1001)
    assert await allowed(rates, UPLOADS, "n8n", 1000)


async def test_headers_tell_the_policy_and_what_is_left(rates: Rates) -> None:
    standing = await rates.count(RUNS, "n8n", 8)
    assert standing.headers["RateLimit-Policy"] == '"runs";q=50;w=3600'
    assert standing.headers["RateLimit"].startswith('"runs";r=42;t=')


async def test_who_is_over_a_limit_is_told_when_to_come_again(rates: Rates) -> None:
    await rates.count(RUNS, "n8n", 50)
    with pytest.raises(TooManyRequests, match="50 runs in 3600 s") as refused:
        await rates.check(RUNS, "n8n")
    assert 0 < refused.value.standing.reset_s <= 3600


async def test_a_redis_that_is_away_is_told(tmp_path: Path) -> None:
    rates = redis_rates(LIMITS, "redis://127.0.0.1:1/0", tmp_path.name)
    with pytest.raises(ServiceUnavailable):
        await rates.count(RUNS, "n8n")
    await rates.close()


def test_a_limit_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="'often' is no rate"):
        Rates({RUNS: "often"})
