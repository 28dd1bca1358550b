"""Runs of the service read objects of a store, through the broker, as the contract shows."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from s3_server import S3Server

from zyra.core.settings import Settings
from zyra.jobs.requests import Caller, RunRequest
from zyra.jobs.service import JobService
from zyra.wiring import build_service

pytestmark = pytest.mark.anyio
ME = Caller("me")
WAVE = "gfswave_atlocn_0p16_f001.grib2"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        yield running


@pytest.fixture(scope="module")
async def service(anyio_backend, tmp_path_factory, s3) -> AsyncIterator[JobService]:
    folder = tmp_path_factory.mktemp("service")
    service = build_service(settings(folder, s3, allow_hosts=("127.0.0.1",)))
    await service.start()
    yield service
    await service.close()


def settings(folder: Path, s3: S3Server, **others: object) -> Settings:
    return Settings(
        upload_dir=folder / "uploads",
        results_dir=folder / "results",
        state_dir=folder / "state",
        s3_endpoint_url=s3.endpoint,
        **others,
    )


async def decoded(service: JobService, **args: object):
    return await service.run(ME, RunRequest("process", "decode-grib2", args))


async def test_the_example_of_the_contract_works_as_it_stands(service, s3, data):
    s3.put("bucket", "file.grib2", (data / WAVE).read_bytes())
    record = await decoded(service, input="s3://bucket/file.grib2", output="-")
    assert record.exit_code == 0, record.stderr.text
    lines = record.stdout.text.splitlines()
    index = (data / f"{WAVE}.idx").read_text().splitlines()
    assert len(lines) == len(index)
    assert "wind" in lines[0].lower()


async def test_a_remote_index_saves_a_run_the_other_messages(service, s3, data):
    s3.put("bucket", "wave.grib2", (data / WAVE).read_bytes())
    s3.put("bucket", "wave.grib2.idx", (data / f"{WAVE}.idx").read_bytes())
    record = await decoded(
        service,
        input="s3://bucket/wave.grib2",
        output="ugrd.grib2",
        pattern="UGRD",
        raw=True,
        verbose=True,
        unsigned=True,
    )
    assert record.exit_code == 0, record.stderr.text
    assert f"fetched {142623 - 100527} bytes of 1 fields" in record.stderr.text


async def test_what_is_private_is_denied_to_runs_without_credentials(service, s3):
    s3.put("bucket", "a.grib2", b"x")
    s3.send("PUT", "/bucket/private.grib2", b"secret", acl="private")
    record = await decoded(service, input="s3://bucket/private.grib2", output="-")
    assert record.exit_code == 1
    assert "s3://bucket/private.grib2: 403" in record.stderr.text


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_store_that_the_policy_forbids_is_not_reached(tmp_path, s3, scheme):
    endpoint = s3.endpoint.replace("http", scheme)
    forbidding = settings(tmp_path, s3).model_copy(update={"s3_endpoint_url": endpoint})
    service = build_service(forbidding)
    await service.start()
    record = await decoded(service, input="s3://bucket/file.grib2", output="-")
    await service.close()
    assert record.exit_code == 1
    assert "127.0.0.1 is not public" in record.stderr.text
    assert "ZYRA_ALLOW_HOSTS" in record.stderr.text
    assert "Traceback" not in record.stderr.text
