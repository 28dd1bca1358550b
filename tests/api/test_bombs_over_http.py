"""Bombs sent to the service: each is one failed run, which takes little memory and time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import bombs
from _service import Client, running
from mutations_http import upload

MEMORY_BYTES = 700 << 20
SPARED_BYTES = 500 << 20  # what an honest run of these takes is far less


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    limit = {"ZYRA_RUN_MEMORY_BYTES": str(MEMORY_BYTES)}
    with running(tmp_path_factory.mktemp("bombs"), limit) as client:
        yield client.port


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    with closing(Client(port)) as client:
        yield client


def outcome(client: Client, path: Path, command: str) -> dict[str, Any]:
    """The record of the job that reads the file."""
    given = {"input": f"file_id:{upload(client.port, path)}"}
    _, answer = client.post(f"/cli/{command}", given)
    record: dict[str, Any] = client.get(f"/jobs/{answer['job_id']}?wait=60")[1]
    return record


@pytest.mark.parametrize(
    ("made", "name", "command"),
    [
        (lambda path: bombs.grib(path, 1), "a.grib1", "process/stats"),
        (lambda path: bombs.grib(path, 2), "a.grib2", "process/stats"),
        (bombs.netcdf, "a.nc", "process/stats"),
        (bombs.netcdf_chunk, "chunk.nc", "process/stats"),
        (bombs.geotiff, "a.tif", "process/stats"),
        (bombs.zarr_of_nothing, "a.zarr.zip", "process/stats"),
        (bombs.zarr_chunk, "chunk.zarr.zip", "process/stats"),
        (bombs.zarr_entry, "entry.zarr.zip", "process/stats"),
        (bombs.png, "a.png", "process/inspect"),
    ],
)
def test_a_bomb_is_refused_before_it_is_read(
    client: Client, tmp_path: Path, made: Callable[[Path], Path], name: str, command: str
) -> None:
    path = made(tmp_path / name)
    assert path.stat().st_size < 1 << 20
    record = outcome(client, path, command)
    assert (record["exit_code"], record["reason"]) == (2, "exit"), record["stderr"]
    assert record["max_rss_bytes"] < SPARED_BYTES


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is the kernel's")
def test_what_a_library_unpacks_by_itself_ends_at_the_memory_of_the_run(
    client: Client, tmp_path: Path
) -> None:
    """HDF5's filters make room for whatever comes; nothing of it can be known before."""
    record = outcome(client, bombs.netcdf_of_deflate(tmp_path / "a.nc"), "process/stats")
    assert not record["ok"]
    assert record["reason"] in {"exit", "memory"}
    assert record["max_rss_bytes"] <= MEMORY_BYTES
    assert client.get("/health")[0] == 200
