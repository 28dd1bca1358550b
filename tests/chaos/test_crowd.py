"""Many followers and a stalled one: everybody else gets the whole story."""

import asyncio

import pytest

from _figures import Figure
from load_jobs import serving, submit
from load_streams import clients, followed

pytestmark = pytest.mark.timeout(90)
FOLLOWERS = 100


def test_every_follower_of_a_job_gets_the_same_whole_story(tmp_path):
    async def follow():
        async with serving(tmp_path) as (one, client):
            return await followed(client, one, FOLLOWERS, lines=200, pause_ms=5)

    told = asyncio.run(follow())
    assert (told["whole"], len(told["digests"])) == (FOLLOWERS, 1)


def test_a_stalled_follower_holds_up_neither_job_nor_others(tmp_path):
    async def follow():
        async with serving(tmp_path) as (one, client):
            noisy = await submit(client, "count", lines=200_000)
            staller = await clients(one, noisy, 0)
            told = await followed(client, one, 5, lines=100, pause_ms=5)
            record = (await client.get(f"/jobs/{noisy}", params={"wait": 60})).json()
            staller.kill()
            await staller.wait()
            return told["whole"], record["status"]

    assert asyncio.run(follow()) == (5, "succeeded")


def test_a_figure_that_misses_its_bound_or_has_a_wrong_answer_does_not_hold():
    assert Figure("a", 5, "ms", at_most=5).holds
    assert not Figure("a", 6, "ms", at_most=5).holds
    assert not Figure("a", 5, "jobs/s", at_least=6).holds
    assert not Figure("a", 5, "ms", at_most=5, wrong=1).holds
