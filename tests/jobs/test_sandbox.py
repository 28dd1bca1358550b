"""A run is confined by the kernel to its inputs, its folders and what it needs of the system."""

import os
import socket
from pathlib import Path

import pytest

from zyra.core.settings import Settings
from zyra.jobs.isolation.sandbox import landlock_version
from zyra.jobs.requests import Caller, RunRequest
from zyra.wiring import build_service

ME = Caller("me")
PLACE_OF_A_NAME = b"/" + b"x" * 199  # in the sample file, where the other file is named
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock"),
]


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_bytes(b"a secret of the server, 32 bytes")
    return path


async def test_a_run_reads_writes_connects_and_signals_nothing_outside(run, secret):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        record = await run("reach-out", input=port, output=str(secret))
    assert record.stdout.text == "own "
    assert not Path(f"{secret}-made").exists()


async def test_a_command_that_needs_the_network_connects_to_nobody_by_itself(run, secret):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        record = await run("reach-network", input=port, output=str(secret))
    assert record.stdout.text == "own "


async def test_an_upload_cannot_name_another_file_of_the_server(tmp_path, secret, data):
    """An HDF5 dataset may keep its values in an external file; NetCDF-4 readers follow that."""
    settings = Settings(
        upload_dir=tmp_path / "u", results_dir=tmp_path / "r", state_dir=tmp_path / "s"
    )
    service = build_service(settings)
    await service.start()
    try:
        upload = service.uploads.start(ME, "trap.nc")
        await upload.write(trap(data, secret))
        args = {
            "input": f"file_id:{(await upload.finish()).file_id}",
            "format": "netcdf",
            "output": "x.nc",
        }
        record = await service.run(ME, RunRequest("process", "convert-format", args))
        written = [
            service.settings.results_dir / record.job_id / "outputs" / output.name
            for output in record.outputs
        ]
        assert not any(b"a secret" in path.read_bytes() for path in written)
        assert record.exit_code != 0
    finally:
        await service.close()


def trap(data: Path, secret: Path) -> bytes:
    """A NetCDF-4 file whose variable `x` has its values in the file `secret`."""
    name = os.fsencode(secret)
    return (
        (data / "external_values.nc")
        .read_bytes()
        .replace(PLACE_OF_A_NAME, name.ljust(len(PLACE_OF_A_NAME), b"\0"))
    )
