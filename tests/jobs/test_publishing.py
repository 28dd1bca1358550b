"""What a command says becomes frames, and not more of them than anybody can look at."""

import asyncio
from pathlib import Path

import pytest

from zyra.jobs.embedded.event_files import EventFiles
from zyra.jobs.publisher import Publisher
from zyra.jobs.results import Workspace

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(20)]

JOB = "job"


async def test_all_that_a_quick_command_says_is_one_frame(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / JOB)
    workspace.create()
    telling = Publisher(EventFiles(tmp_path), JOB, workspace, pause_s=60.0)
    publishing = asyncio.ensure_future(telling.publish())
    for fraction, text in ((0.5, "half, "), (1.0, "whole")):
        with workspace.stream("stdout").open("a") as stdout:
            stdout.write(text)
        telling.notice()
        telling.report(fraction, f"{fraction:.0%}")
        for _ in range(5):  # it has every chance to publish
            await asyncio.sleep(0)
    telling.end()
    await publishing
    assert await told(tmp_path) == [("", 0.0, ""), ("half, whole", 1.0, "100%")]


async def told(results: Path) -> list[tuple[str, float, str]]:
    """Text, progress and message of the frames so far."""
    frames = EventFiles(results).follow(JOB, 1)
    found = [await anext(frames) for _ in (results / JOB / "events").read_text().splitlines()]
    return [(frame.stdout, frame.progress, frame.message) for frame in found]
