"""What every adapter of the port `Results` does: runners keep, servers read, all remove."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jobs_for_tests import canceled, job, submission, succeeded
from ports_for_tests import Store
from s3_server import S3Server
from storages_for_tests import ConnectStorage, in_bucket

from contents import whole
from zyra.jobs.records import JobRecord, Status
from zyra.jobs.requests import Caller, Gone, NoSuchFile
from zyra.jobs.results import Workspace
from zyra.jobs.runner import Plan
from zyra.jobs.storage import Results

pytestmark = pytest.mark.anyio
PLAN = Plan("process", "x", {}, None, None, None, timeout_s=9, memory_bytes=9, file_bytes=9)
FILES = {"map.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4096, "a folder/ü #%?.txt": b"hi"}


async def ran(results: Results, attempt: int = 1, **streams: bytes) -> JobRecord:
    """The final record of a job that left `FILES`."""
    record = job(attempts=attempt, started_at=datetime.now(UTC))
    workspace = Workspace(results.folder / record.job_id)
    workspace.create()
    for name in ("stdout", "stderr"):
        workspace.stream(name).write_bytes(streams.get(name, b""))
    for name, body in FILES.items():
        path = workspace.output(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)
    found: dict[str, Any] = {
        "stdout": workspace.captured("stdout"),
        "stderr": workspace.captured("stderr"),
        "outputs": workspace.collect(),
    }
    await results.keep(record.job_id, attempt, found)
    return replace(record, **found, **succeeded())


async def test_another_process_reads_every_output_byte_for_byte(
    connect_storage: ConnectStorage,
) -> None:
    record = await ran(connect_storage().results)
    other = connect_storage().results
    read = {output.name: await whole(await other.open(record, output)) for output in record.outputs}
    assert read == FILES
    assert {o.name: o.sha256 for o in record.outputs} == {
        name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()
    }


async def test_a_part_of_an_output_is_just_these_bytes(connect_storage: ConnectStorage) -> None:
    record = await ran(connect_storage().results)
    (output,) = (output for output in record.outputs if output.name == "map.png")
    content = await connect_storage().results.open(record, output)
    got = b"".join([chunk async for chunk in content.chunks(500_000, 800_001)])
    content.close()
    assert got == FILES["map.png"][500_000:800_001]
    assert content.size == output.size


async def test_streams_are_kept_whole_and_their_text_stands_in_the_record(
    connect_storage: ConnectStorage,
) -> None:
    record = await ran(connect_storage().results, stdout="grün\n".encode(), stderr=b"")
    lean = replace(record, stdout=replace(record.stdout, text=""))
    other = connect_storage().results
    assert (await other.with_text(lean)).stdout.text == "grün\n"
    assert await whole(await other.open_stream(record, "stdout")) == "grün\n".encode()
    assert await whole(await other.open_stream(record, "stderr")) == b""


async def test_a_stream_that_never_was_is_not_there(connect_storage: ConnectStorage) -> None:
    results = connect_storage().results
    record = job()
    for name in ("stdout", "stdin", "../outputs/x"):
        with pytest.raises(NoSuchFile):
            await results.open_stream(record, name)


async def test_removed_results_are_gone(connect_storage: ConnectStorage) -> None:
    record = await ran(connect_storage().results, stdout=b"x")
    await connect_storage().results.remove(record.job_id)
    other = connect_storage().results
    with pytest.raises(Gone):
        await other.open(record, record.outputs[0])
    with pytest.raises(NoSuchFile):
        await other.open_stream(record, "stdout")
    await other.remove(record.job_id)  # again does no harm


async def test_a_run_reads_uploads_and_earlier_outputs_as_files_of_its_machine(
    connect_storage: ConnectStorage,
) -> None:
    here = connect_storage()
    writer = here.uploads.start(Caller("me"), "a.nc")
    await writer.write(b"an upload")
    info = await writer.finish()
    earlier = await ran(here.results)
    names = ("up.nc", "map.png")
    outputs = {output.name: output for output in earlier.outputs}
    places = (here.uploads.place(info), here.results.place(earlier, outputs["map.png"]))
    plan = replace(
        PLAN,
        links=dict(zip(names, places, strict=True)),
        readable=(*places, "/a/data/root"),
        stdin_path=places[0],
    )
    other = connect_storage().results
    brought = await other.bring(plan, job().job_id)
    read = {name: Path(path).read_bytes() for name, path in brought.links.items()}
    assert read == {"up.nc": b"an upload", "map.png": FILES["map.png"]}
    assert brought.readable == (*brought.links.values(), "/a/data/root")
    assert Path(brought.stdin_path or "").read_bytes() == b"an upload"
    assert Path(brought.links["map.png"]).suffix == ".png"


async def test_what_a_run_reads_is_kept_for_the_next_one(connect_storage: ConnectStorage) -> None:
    here = connect_storage()
    writer = here.uploads.start(Caller("me"), "a.nc")
    await writer.write(b"an upload")
    info = await writer.finish()
    plan = replace(PLAN, links={"a.nc": here.uploads.place(info)})
    other = connect_storage().results
    first, again = [await other.bring(plan, job().job_id) for _ in range(2)]
    assert Path(first.links["a.nc"]).samefile(again.links["a.nc"])


async def test_a_second_attempt_takes_nothing_from_the_first(
    connect_storage: ConnectStorage,
) -> None:
    results = connect_storage().results
    record = await ran(results, attempt=2, stdout=b"second")
    late = replace(record, attempts=1)
    workspace = Workspace(results.folder / record.job_id)
    if not workspace.outputs.exists():  # where it was taken elsewhere the runner may come back
        workspace.create()
        for name in ("stdout", "stderr"):
            workspace.stream(name).write_bytes(b"first")
        found = {"stdout": workspace.captured("stdout"), "stderr": workspace.captured("stderr")}
        await results.keep(late.job_id, 1, {**found, "outputs": ()})
    assert await whole(await results.open_stream(record, "stdout")) == b"second"


async def test_a_worker_that_starts_removes_what_lost_runs_have_left_on_its_disk(
    tmp_path: Path, s3: S3Server, store: Store
) -> None:
    results = in_bucket(tmp_path, s3)().results
    lost, running = [await store.add(submission()) for _ in range(2)]
    for record in (lost, running):
        Workspace(results.folder / record.job_id).create()
    assert await store.change(lost.job_id, (Status.QUEUED,), **canceled())
    await results.tidy(store)
    assert [path.name for path in results.folder.iterdir()] == [running.job_id]
