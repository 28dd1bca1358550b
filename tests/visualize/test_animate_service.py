"""visualize animate through the service: in a confined child, watched while it draws."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from zyra.api.server import create_app
from zyra.core.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("service")
    return Settings(
        upload_dir=folder / "uploads",
        results_dir=folder / "results",
        state_dir=folder / "state",
        concurrency=1,
    )


@pytest.fixture(scope="module")
async def client(anyio_backend, settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        address = "http://localhost"
        async with httpx.AsyncClient(transport=transport, base_url=address, timeout=60) as client:
            yield client


async def started(client, data, **args) -> str:
    content = (data / "safrica.grib2").read_bytes()
    uploaded = (await client.put("/upload/safrica.grib2", content=content)).json()
    source = {"input": f"file_id:{uploaded['file_id']}", "var": "pwat"}
    body = {"stage": "visualize", "command": "animate", "args": source | args, "mode": "async"}
    answer = await client.post("/cli/run", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


async def test_frames_and_film_are_outputs(client, data):
    job = await started(client, data, output_dir="f", to_video="film.mp4", width=180, height=90)
    record = (await client.get(f"/jobs/{job}", params={"wait": 60})).json()
    assert (record["status"], record["stderr"]) == ("succeeded", "")
    names = [output["name"] for output in record["outputs"]]
    frames = [f"f/frame_{number:04d}.png" for number in range(25)]
    assert names == [*frames, "f/manifest.json", "film.mp4"]


async def test_progress_comes_frame_by_frame(client, data):
    job = await started(client, data, output_dir="f", width=180, height=90)
    await client.get(f"/jobs/{job}", params={"wait": 60})
    stream = (await client.get(f"/jobs/{job}/events")).text
    events = [json.loads(line[5:]) for line in stream.splitlines() if line.startswith("data:")]
    drawn = [event for event in events if event["message"].startswith("frame")]
    numbers = [int(re.match(r"frame (\d+) of 25", event["message"])[1]) for event in drawn]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 25
    assert [event["progress"] for event in drawn] == pytest.approx([n / 25 for n in numbers])


async def test_the_first_frame_is_there_while_others_are_drawn(client, data, settings):
    job = await started(client, data, output_dir="f", width=2048, height=1024, colorbar=True)
    record = {"done": False, "progress": 0.0}
    while not record["done"] and not record["progress"]:
        record = (await client.get(f"/jobs/{job}", params={"wait": 0.02})).json()
    first = Path(settings.results_dir, job, "outputs/f/frame_0000.png")
    assert record["status"] == "running"
    assert first.read_bytes().endswith(b"IEND\xaeB`\x82")
    last = (await client.get(f"/jobs/{job}", params={"wait": 60})).json()
    assert last["status"] == "succeeded"
