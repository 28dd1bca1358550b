"""Every visualize command through the service: in a confined child, watched while it draws."""

import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest
from PIL import Image

from zyra.api.application import create_app
from zyra.core.network import NetworkPolicy
from zyra.core.settings import Settings
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands import command_map

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


GFS, OZONE, TABLE = "gfs_2p5deg_f120_all_fields.grib2", "aqm_hawaii_mercator.grib2", "ensemble.csv"
SMALL = {"width": 240, "height": 120}
WIND = {"level": "10 m above ground"}
# What each command that makes one thing is given, of which file, and what it makes.
SINGLE = {
    "heatmap": (OZONE, {"cmap": "viridis", "projection": "Robinson", **SMALL}, "o.png"),
    "contour": (OZONE, {"interval": 5, "line_labels": True, **SMALL}, "o.png"),
    "vector": (GFS, {"style": "streamlines", "projection": "Robinson", **WIND, **SMALL}, "o.png"),
    "timeseries": (TABLE, {"x": "time", **SMALL}, "o.png"),
    "interactive": (OZONE, {"colorbar": True}, "o.html"),
    "sos": (OZONE, {"extent": [-165, -150, 15, 25], **SMALL}, "o.png"),
}
MEDIA = {"png": "image/png", "html": "text/html", "mp4": "video/mp4"}


async def uploaded(client: httpx.AsyncClient, file: Path) -> str:
    """What names an uploaded file in arguments."""
    answer = await client.put(f"/upload/{file.name}", content=file.read_bytes())
    return f"file_id:{answer.json()['file_id']}"


async def test_all_commands_are_asked():
    assert {*SINGLE, "animate", "compose-video"} == set(command_map)


@pytest.mark.parametrize("command", SINGLE)
async def test_the_service_draws_what_the_command_line_draws(client, data, tmp_path, command):
    sample, args, target = SINGLE[command]
    source = await uploaded(client, data / sample)
    body = {"stage": "visualize", "command": command, "mode": "sync"}
    body["args"] = args | {"input": source, "output": target}
    answer = (await client.post("/cli/run", json=body)).json()
    assert (answer["status"], answer["stderr"]) == ("success", "")
    [output] = answer["outputs"]
    assert output["media_type"].startswith(MEDIA[target.partition(".")[2]])
    drawn = (await client.get(output["href"])).content
    own = drawn_here(command, args | {"input": str(data / sample)}, tmp_path / target)
    if target.endswith(".html"):
        # Its heading is the name of the file, which the upload keeps under another.
        assert len(drawn) == pytest.approx(len(own), rel=0.001)
    else:
        assert (pixels_of(drawn) == pixels_of(own)).all()


def drawn_here(command: str, args: dict[str, Any], target: Path) -> bytes:
    declared = command_map[command]
    run = declared.load_run()
    streams = io.BytesIO(), io.BytesIO(), io.BytesIO()
    made = declared.args.model_validate(args | {"output": str(target)})
    run(made, StreamJob(*streams, NetworkPolicy()))
    return target.read_bytes()


def pixels_of(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGBA"))


async def test_frames_of_one_step_are_composed_by_the_next(client, data):
    source = await uploaded(client, data / "safrica.grib2")
    drawn = {"input": source, "var": "pwat", "output_dir": "f", "width": 180, "height": 90}
    made = {"frames": "f", "glob": "*.png", "output": "film.mp4", "fps": 5}
    steps = [
        {"stage": "visualize", "command": "animate", "args": drawn},
        {"stage": "visualize", "command": "compose-video", "args": made},
    ]
    job = (await client.post("/pipelines/run", json={"stages": steps})).json()["job_id"]
    record = (await client.get(f"/jobs/{job}", params={"wait": 60})).json()
    assert record["status"] == "succeeded", record
    film = (await client.get(f"/jobs/{job}/download", params={"file": "film.mp4"})).content
    with av.open(io.BytesIO(film)) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 25


async def started(client, data, **args) -> str:
    source = {"input": await uploaded(client, data / "safrica.grib2"), "var": "pwat"}
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
