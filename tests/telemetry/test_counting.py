"""What is counted arrives at Prometheus' own reader, summed over processes."""

import asyncio
import errno
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis_server import RedisServer

from zyra.jobs.redis.connection import Link
from zyra.jobs.redis.keys import Keys
from zyra.jobs.redis.redis_board import RedisBoard
from zyra.telemetry.board_files import BoardFiles
from zyra.telemetry.exposition import render
from zyra.telemetry.metric import CHILDREN, METRICS, REQUEST_S, RUNS
from zyra.telemetry.sharing import FRESH_S, Board, Sharing
from zyra.telemetry.tally import Tally, Values

pytestmark = pytest.mark.anyio

STATS = ("process", "stats", "success")


def told(values: Values) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Every sample that Prometheus' parser finds, by name and labels."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(render(values, "")[0].decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


@pytest.fixture(params=["files", "redis"])
async def board(
    request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str
) -> AsyncIterator[Board]:
    if request.param == "files":
        yield BoardFiles(tmp_path / "metrics")
        return
    with RedisServer(tmp_path) as server:
        link = Link(server.url)
        yield RedisBoard(link, Keys(f"test-{uuid4()}"))
        await link.close()


def sharing(board: Board, name: str, children: float = 0.0) -> Sharing:
    gauge: Values = {(CHILDREN.name, "busy"): children}
    return Sharing(Tally(), board, name, "server", [lambda: gauge])


def test_a_histogram_has_cumulative_buckets() -> None:
    tally = Tally()
    for value in (0.001, 0.0025, 0.02, 99.0):
        tally.observe(REQUEST_S, value, "/jobs", "GET")
    samples = told(tally.take())
    buckets = samples["zyra_http_request_duration_seconds_bucket"]
    by_bound = {dict(labels)["le"]: count for labels, count in buckets.items()}
    assert by_bound["0.0025"] == 2  # a bound belongs to its bucket
    assert by_bound["0.01"] == 2
    assert by_bound["0.025"] == 3
    assert by_bound["60.0"] == 3
    assert by_bound["+Inf"] == 4
    (total,) = samples["zyra_http_request_duration_seconds_sum"].values()
    assert total == pytest.approx(0.001 + 0.0025 + 0.02 + 99.0)


def test_both_formats_of_prometheus_are_written() -> None:
    text, media_type = render({}, "application/openmetrics-text;version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")
    assert render({}, "")[1].startswith("text/plain")


def test_every_metric_is_described_even_before_it_has_a_value() -> None:
    described = {f.name for f in text_string_to_metric_families(render({}, "")[0].decode())}
    assert described == METRICS.keys()


def test_values_of_an_unknown_shape_are_left_out() -> None:
    values: Values = {("zyra_runs", "too", "few"): 1.0, ("of_another_version",): 1.0}
    assert told(values) == {}


async def test_counts_of_all_processes_are_summed(board: Board) -> None:
    one, other = sharing(board, "one"), sharing(board, "other")
    one.tally.add(RUNS, *STATS, amount=2)
    other.tally.add(RUNS, *STATS, amount=3)
    await one.share()
    assert (await other.total())[RUNS.name, *STATS] == 5


async def test_counts_outlive_their_process_and_what_it_showed_does_not(board: Board) -> None:
    one, other = sharing(board, "one", children=2), sharing(board, "other", children=1)
    one.tally.add(RUNS, *STATS)
    await one.share()
    assert (await other.total())["zyra_children", "busy"] == 3
    await one.withdraw()
    total = await other.total()
    assert total[RUNS.name, *STATS] == 1
    assert total["zyra_children", "busy"] == 1
    assert total["zyra_processes", "server"] == 1


async def test_what_cannot_be_shared_is_shared_later(tmp_path: Path) -> None:
    (tmp_path / "metrics").write_text("a file where a folder has to be")
    process = sharing(BoardFiles(tmp_path / "metrics"), "one")
    process.tally.add(RUNS, *STATS)
    with pytest.raises(OSError, match="metrics"):
        await process.share()
    (tmp_path / "metrics").unlink()
    assert (await process.total())[RUNS.name, *STATS] == 1


async def test_a_process_that_was_killed_is_forgotten(tmp_path: Path) -> None:
    board = BoardFiles(tmp_path)
    await sharing(board, "killed", children=4).share()
    long_ago = time.time() - FRESH_S - 1
    os.utime(tmp_path / "now-killed.json", (long_ago, long_ago))
    total = await sharing(board, "alive").total()
    assert total["zyra_children", "busy"] == 0
    assert not (tmp_path / "now-killed.json").exists()


async def test_a_damaged_file_of_counts_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "counts.json").write_text('[["zyra_runs", "pro')
    process = sharing(BoardFiles(tmp_path), "one")
    process.tally.add(RUNS, *STATS)
    assert (await process.total())[RUNS.name, *STATS] == 1


async def test_a_full_disk_keeps_nobody_from_reading(tmp_path: Path) -> None:
    class Full(BoardFiles):
        async def add(self, counts: Values) -> None:
            raise OSError(errno.ENOSPC, "no space")

    process = sharing(Full(tmp_path), "one")
    process.tally.add(RUNS, *STATS)
    assert (await process.total())[RUNS.name, *STATS] == 1


async def test_those_who_share_at_once_count_nothing_twice(board: Board) -> None:
    process = sharing(board, "one")
    process.tally.add(RUNS, *STATS)
    await asyncio.gather(*(process.share() for _ in range(20)))
    assert (await process.total())[RUNS.name, *STATS] == 1


async def test_what_is_shared_for_somebody_who_left_counts_once(tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(BoardFiles):
        async def add(self, counts: Values) -> None:
            await super().add(counts)
            begun.set()
            await go_on.wait()

    process = sharing(Slow(tmp_path), "one")
    process.tally.add(RUNS, *STATS)
    asked = asyncio.ensure_future(process.total())
    await begun.wait()
    asked.cancel()
    await asyncio.wait([asked])
    go_on.set()
    assert (await process.total())[RUNS.name, *STATS] == 1
