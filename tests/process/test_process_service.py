"""Process commands through the service: uploads, folders of the server, stdin, stdout, batches."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from zyra.api.application import create_app
from zyra.core.settings import Settings

pytestmark = pytest.mark.anyio

DATA = Path(__file__).parent.parent / "data"
GRIB = "aqm_hawaii_mercator.grib2"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
async def client(anyio_backend, tmp_path_factory, shared) -> AsyncIterator[httpx.AsyncClient]:
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(
        upload_dir=folder / "uploads",
        results_dir=folder / "results",
        state_dir=folder / "state",
        data_roots=(shared,),
        concurrency=1,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        address = "http://localhost"
        async with httpx.AsyncClient(transport=transport, base_url=address, timeout=60) as client:
            yield client


async def upload(client: httpx.AsyncClient, name: str) -> str:
    """The id of a sample file, as arguments name it."""
    answer = await client.put(f"/upload/{name}", content=(DATA / name).read_bytes())
    return f"file_id:{answer.json()['file_id']}"


async def run(
    client: httpx.AsyncClient, command: str, *, stage: str = "process", **args: Any
) -> dict[str, Any]:
    """The answer to a run that succeeds."""
    answer = await client.post(f"/cli/{stage}/{command}", json=args)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["exit_code"] == 0, found["stderr"]
    return found


def names(answer: dict[str, Any]) -> list[str]:
    return sorted(output["name"] for output in answer["outputs"])


@pytest.mark.parametrize(
    ("command", "source", "args"),
    [
        ("decode-grib2", GRIB, {}),
        ("inspect", GRIB, {}),
        ("stats", GRIB, {}),
        ("audio-metadata", "tone.wav", {}),
        ("api-json", "lifelogs.json", {"preset": "limitless-lifelogs"}),
        ("enrich-metadata", "frames.json", {}),
    ],
)
async def test_texts_about_an_upload_come_as_stdout(client, command, source, args):
    flag = "frames_meta" if command == "enrich-metadata" else "input"
    answer = await run(client, command, **{flag: await upload(client, source)}, output="-", **args)
    assert answer["stdout"], json.dumps(answer)


@pytest.mark.parametrize(
    ("command", "args", "output"),
    [
        ("convert-format", {"format": "netcdf"}, "stdout.nc"),
        ("convert-format", {"format": "geotiff"}, "stdout.tif"),
        ("convert-format", {"format": "zarr"}, "stdout.zip"),
        ("extract-variable", {"pattern": "ozcon"}, "stdout.nc"),
        ("subset", {"bbox": [-160, 18, -154, 23], "format": "netcdf"}, "stdout.nc"),
        (
            "reproject",
            {"t_srs": "EPSG:4326", "dst_bounds": ["auto"], "format": "netcdf"},
            "stdout.nc",
        ),
    ],
)
async def test_data_on_stdout_become_a_file_of_their_format(client, command, args, output):
    source = await upload(client, GRIB)
    assert names(await run(client, command, input=source, output="-", **args)) == [output]


async def test_stdin_is_an_upload_that_a_run_names(client):
    upload_id = (await upload(client, GRIB)).removeprefix("file_id:")
    request = {
        "stage": "process",
        "command": "inspect",
        "args": {"input": "-", "format": "json"},
        "stdin": {"file_id": upload_id},
    }
    answer = (await client.post("/cli/run", json=request)).json()
    assert json.loads(answer["stdout"])["fields"] == 1


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("convert-format", {"format": "netcdf"}),
        ("reproject", {"t_srs": "EPSG:4326", "dst_bounds": ["auto"]}),
    ],
)
async def test_several_uploads_become_files_of_the_wanted_names(client, command, args):
    inputs = [await upload(client, GRIB), await upload(client, "lambert.grib1")]
    answer = await run(
        client, command, inputs=inputs, output_dir="made", output_names=["a.nc", "b.nc"], **args
    )
    assert names(answer) == ["made/a.nc", "made/b.nc"]


@pytest.mark.parametrize(
    ("stage", "command", "args"),
    [
        ("process", "inspect", {}),
        ("process", "stats", {}),
        ("process", "convert-format", {"format": "netcdf", "output": "o.nc"}),
        ("visualize", "heatmap", {"output": "o.png"}),
    ],
)
async def test_a_zarr_folder_of_the_server_is_an_input(
    client, shared, process, stage, command, args
):
    store = shared / "store.zarr"
    if not store.exists():
        process("convert-format", input=str(DATA / GRIB), format="zarr", output=str(store))
    answer = await run(client, command, stage=stage, input=str(store), **args)
    assert answer["stdout"] or answer["outputs"]


async def test_a_failed_selection_brings_the_corrected_arguments(client):
    source = await upload(client, "gfswave_atlocn_0p16_f001.grib2")
    args = {"input": source, "pattern": "swhh", "output": "-"}
    answer = (await client.post("/cli/process/extract-variable", json=args)).json()
    assert (answer["status"], answer["exit_code"]) == ("error", 2)
    (changes,) = re.findall(r"^  try with args: (.*)$", answer["stderr"], re.MULTILINE)
    await run(client, "extract-variable", **args | json.loads(changes))


async def test_a_damaged_upload_leaves_no_output(client):
    data = (DATA / GRIB).read_bytes()
    answer = await client.put("/upload/cut.grib2", content=data[: len(data) // 2])
    source = f"file_id:{answer.json()['file_id']}"
    answer = await client.post(
        "/cli/process/convert-format",
        json={"input": source, "format": "netcdf", "output": "o.nc"},
    )
    found = answer.json()
    assert (found["exit_code"], found["outputs"]) == (2, [])
    assert found["stderr"].count("zyra: error:") == 1
