"""What every adapter of the port `Uploads` does."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from storages_for_tests import ConnectStorage

from contents import whole
from zyra.jobs.requests import Caller, Gone, NoSuchFile
from zyra.jobs.storage import Storage
from zyra.jobs.uploads import UploadInfo

pytestmark = pytest.mark.anyio
ME, OTHER = Caller("me"), Caller("other")
MIB = 1 << 20


async def uploaded(
    storage: Storage, *chunks: bytes, owner: Caller = ME, filename: str = "a.nc"
) -> UploadInfo:
    writer = storage.uploads.start(owner, filename)
    await writer.begin()
    for chunk in chunks:
        await writer.write(chunk)
    return await writer.finish()


@pytest.mark.parametrize("chunks", [0, 1, 2, 20])
async def test_another_process_reads_what_one_has_received(
    connect_storage: ConnectStorage, chunks: int
) -> None:
    pieces = [os.urandom(MIB) for _ in range(chunks)]
    info = await uploaded(connect_storage(), *pieces)
    body = b"".join(pieces)
    assert (info.size, info.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    other = connect_storage().uploads
    assert await other.info(ME, info.file_id) == info
    assert await whole(await other.open(info)) == body


async def test_a_part_of_an_upload_is_just_these_bytes(storage: Storage) -> None:
    info = await uploaded(storage, bytes(range(256)) * 4096)
    content = await storage.uploads.open(info)
    got = b"".join([chunk async for chunk in content.chunks(300_001, 900_002)])
    content.close()
    assert got == (bytes(range(256)) * 4096)[300_001:900_002]


async def test_nobody_sees_an_upload_that_still_arrives(connect_storage: ConnectStorage) -> None:
    writer, other = connect_storage().uploads.start(ME, "a.nc"), connect_storage().uploads
    await writer.begin()
    for _ in range(3):
        await writer.write(bytes(MIB))
    assert await other.all(ME) == []
    with pytest.raises(NoSuchFile):
        await other.info(ME, writer.file_id)
    assert writer.file_id in await other.all_ids()
    await writer.finish()
    assert [info.file_id for info in await other.all(ME)] == [writer.file_id]


@pytest.mark.parametrize("chunks", [0, 1, 12])
async def test_an_abandoned_upload_leaves_nothing(
    connect_storage: ConnectStorage, chunks: int
) -> None:
    writer, other = connect_storage().uploads.start(ME, "a.nc"), connect_storage().uploads
    await writer.begin()
    for _ in range(chunks):
        await writer.write(bytes(MIB))
    await writer.abandon()
    assert await other.all_ids() == set()
    with pytest.raises(NoSuchFile):
        await other.info(ME, writer.file_id)


async def test_an_upload_is_its_owners_alone(connect_storage: ConnectStorage) -> None:
    info = await uploaded(connect_storage(), b"private")
    other = connect_storage().uploads
    with pytest.raises(NoSuchFile):
        await other.info(OTHER, info.file_id)
    assert await other.all(OTHER) == []


async def test_uploads_are_listed_newest_first(storage: Storage) -> None:
    made = [await uploaded(storage, b"x") for _ in range(9)]
    assert await storage.uploads.all(ME) == made[::-1]


async def test_a_removed_upload_is_not_there(connect_storage: ConnectStorage) -> None:
    info = await uploaded(connect_storage(), b"x")
    await connect_storage().uploads.remove(info)
    uploads = connect_storage().uploads
    with pytest.raises(NoSuchFile):
        await uploads.info(ME, info.file_id)
    with pytest.raises(Gone):
        await uploads.open(info)
    assert await uploads.all_ids() == set()


async def test_an_expired_upload_is_gone_and_remembered(connect_storage: ConnectStorage) -> None:
    info = await uploaded(connect_storage(), b"x")
    uploads = connect_storage().uploads
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert await uploads.made_before(soon - timedelta(hours=1)) == []
    assert await uploads.made_before(soon) == [info]
    await uploads.expire(info)
    with pytest.raises(Gone, match="after its time"):
        await connect_storage().uploads.info(ME, info.file_id)
    assert await uploads.made_before(soon) == []
    assert await uploads.all(ME) == []


async def test_what_a_server_that_died_left_of_uploads_is_removed_after_its_time(
    connect_storage: ConnectStorage,
) -> None:
    here = connect_storage()
    kept = await uploaded(here, b"whole")
    writer = here.uploads.start(ME, "a.nc")
    await writer.begin()
    await writer.write(b"begun")
    uploads = connect_storage().uploads
    await uploads.remove_broken_off(datetime.now(UTC) - timedelta(hours=1))
    assert await uploads.all_ids() == {kept.file_id, writer.file_id}
    await uploads.remove_broken_off(datetime.now(UTC) + timedelta(minutes=1))
    assert await uploads.all_ids() == {kept.file_id}
    await writer.abandon()
