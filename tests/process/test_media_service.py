"""Films and sounds through the service: in a confined child, with threads and limits."""

import json
import os
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest

from films import BLUE, GREEN, RED, loudest_hertz, make_film, middle, read_film
from zyra.api.application import create_app
from zyra.core.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def client(anyio_backend, tmp_path_factory) -> AsyncIterator[httpx.AsyncClient]:
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(
        upload_dir=folder / "uploads",
        results_dir=folder / "results",
        state_dir=folder / "state",
        run_memory_bytes=1 << 30,
        concurrency=1,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        address = "http://localhost"
        async with httpx.AsyncClient(transport=transport, base_url=address, timeout=60) as client:
            yield client


@pytest.fixture(scope="module")
async def film(client, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("film") / "film.mov"
    make_film(path, [RED] * 10 + [GREEN] * 10 + [BLUE] * 10, tone=440.0, size=(640, 320))
    answer = await client.put("/upload/film.mov", content=path.read_bytes())
    return f"file_id:{answer.json()['file_id']}"


async def run(client, command, **args):
    body = {"stage": "process", "command": command, "args": args}
    answer = await client.post("/cli/run", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("mp4", "h264"), ("mp4", "hevc"), ("webm", "vp9"), ("mp4", "av1"), ("mpg", None)],
)
async def test_films_are_converted_in_the_child(client, film, tmp_path, kind, codec):
    wish = {"codec": codec} if codec else {}
    answer = await run(
        client, "video-transcode", input=film, output=f"o.{kind}", write_metadata=True, **wish
    )
    assert (answer["exit_code"], answer["stderr"], answer["stdout"]) == (0, "", "")
    assert [output["name"] for output in answer["outputs"]] == [f"o.{kind}", f"o.{kind}.json"]
    content = await client.get(answer["outputs"][0]["href"])
    (tmp_path / f"o.{kind}").write_bytes(content.content)
    made = read_film(tmp_path / f"o.{kind}")
    assert len(made.pictures) == 30
    assert middle(made.pictures[15]) == pytest.approx(GREEN, abs=8)
    assert loudest_hertz(made.sound[0], made.sound_rate) == pytest.approx(440, abs=2)


async def test_sounds_are_described_in_the_child(client, film):
    answer = await run(client, "audio-metadata", input=film)
    found = json.loads(answer["stdout"])
    assert (found["name"], found["codec"], found["channels"]) == ("film.mov", "aac", 2)


async def test_a_playlist_opens_nothing_in_the_child(client):
    listing = "#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"
    answer = await client.put("/upload/film.m3u8", content=listing)
    file = f"file_id:{answer.json()['file_id']}"
    answer = await run(client, "video-transcode", input=file, output="o.mp4")
    assert answer["exit_code"] == 2
    assert "is a list of other files" in answer["stderr"]
    assert answer["outputs"] == []


@pytest.mark.skipif(shutil.which("ffmpeg", path=os.defpath) is not None, reason="ffmpeg is here")
async def test_a_program_that_the_machine_lacks_is_refused_with_a_remedy(client, film):
    answer = await run(client, "video-transcode", input=film, output="o.mp4", backend="ffmpeg")
    assert (answer["exit_code"], answer["outputs"]) == (1, [])
    assert "leave --backend out" in answer["stderr"]


async def test_frames_of_progress_reach_those_who_watch(client, film):
    answer = await run(client, "video-transcode", input=film, output="o.mp4")
    stream = await client.get(f"/jobs/{answer['job_id']}/events")
    assert "frame 30" in stream.text
