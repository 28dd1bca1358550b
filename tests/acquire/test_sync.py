"""A synced folder gets what it lacks and what is newer, by the rules that were asked for."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http_server import HttpServer

from zyra.acquire.batch import Fetch
from zyra.acquire.fetch_args import Growth, parse_growth
from zyra.acquire.sync import Rules, due
from zyra.acquire.sync_state import FolderInUse, locked, read_state, record_of
from zyra.core.errors import DataError, TransferError, UsageError
from zyra.transfer.entries import Entry

LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
URL = "https://a.example/a.png"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"x" * 100)
    os.utime(path, (LONG_AGO.timestamp() + 60,) * 2)
    return path


def is_due(local: Path, entry: Entry, rules: Rules, before: Entry | None = None) -> bool:
    def no_question(entry: Entry) -> Entry:
        pytest.fail(f"asked about {entry.name}")

    records = {} if before is None else {str(local): record_of(before, 100)}
    fetch = Fetch(entry, str(local))
    return due([fetch], records, rules, no_question, side_by_side=1) != []


def remote(size: int | None = 100, modified: datetime | None = LONG_AGO, etag=None) -> Entry:
    return Entry("a.png", URL, size, modified, etag)


# The rules and their order are those of the published command line.
@pytest.mark.parametrize(
    ("entry", "rules", "expected"),
    [
        (remote(), Rules(), False),
        (remote(modified=LATER), Rules(), True),
        (remote(size=101), Rules(), True),
        (remote(), Rules(always=True), True),
        (remote(modified=LATER), Rules(growth=Growth(percent=10)), False),
        (remote(size=109), Rules(growth=Growth(percent=10)), False),
        (remote(size=110), Rules(growth=Growth(percent=10)), True),
        (remote(size=150), Rules(growth=Growth(least=200)), False),
        (remote(size=200), Rules(growth=Growth(least=200)), True),
        (remote(), Rules(frames={"a.png": LATER}, newer_in_frames=True), True),
        (remote(), Rules(frames={"a.png": LONG_AGO}, newer_in_frames=True), False),
        (remote(), Rules(frames={"b.png": None}, missing_in_frames=True), True),
        (remote(), Rules(frames={"a.png": None}, missing_in_frames=True), False),
    ],
)
def test_what_is_there_is_replaced_by_rule(local, entry, rules, expected):
    assert is_due(local, entry, rules) is expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (remote(), remote(), False),
        (remote(etag='"1"'), remote(etag='"2"'), True),
        (remote(), remote(modified=LATER), True),
        (remote(), remote(size=99), True),
        (remote(size=None), remote(size=99), False),
    ],
)
def test_what_was_told_before_tells_a_change(local, before, now, expected):
    assert is_due(local, now, Rules(), before) is expected


def test_a_missing_an_empty_and_a_shortened_file_are_fetched(local):
    local.write_bytes(b"x" * 50)
    assert is_due(local, remote(), Rules(), remote())
    local.write_bytes(b"")
    assert is_due(local, remote(), Rules())
    local.unlink()
    assert is_due(local, remote(), Rules(skip_done=True))


def test_a_file_that_is_marked_done_stays(local):
    local.with_name("a.png.done").touch()
    assert not is_due(local, remote(modified=LATER), Rules(skip_done=True, always=True))


def test_who_tells_nothing_is_asked(local):
    asked = []

    def describe(entry: Entry) -> Entry:
        asked.append(entry.name)
        return remote(modified=LATER)

    fetch = Fetch(Entry("a.png", URL), str(local))
    (found,) = due([fetch], {}, Rules(), describe, side_by_side=2)
    assert (asked, found.entry.modified) == (["a.png"], LATER)


@pytest.mark.parametrize(
    ("text", "growth"),
    [("10%", Growth(percent=10)), ("1000", Growth(1000)), ("5k", Growth(5000)),
     ("1.5 MB", Growth(1_500_000))],
)  # fmt: skip
def test_growth_is_read(text, growth):
    assert parse_growth(text) == growth


@pytest.mark.parametrize("text", ["", "big", "-1", "10 %%", "5 T"])
def test_other_growth_is_refused(text):
    with pytest.raises(UsageError):
        parse_growth(text)


def page(server: HttpServer, *names: str) -> str:
    links = "".join(f'<a href="{name}">{name}</a>' for name in names)
    return server.put("/pub/", links.encode())


def test_a_page_is_synced_by_asking_its_server(server, acquire, ran, tmp_path):
    url = page(server, "a.nc", "b.nc")
    server.put("/pub/a.nc", b"first", etag='"1"')
    server.put("/pub/b.nc", b"other", last_modified="Wed, 21 Oct 2015 07:28:00 GMT")
    acquire(url=url, sync_dir=str(tmp_path))
    server.put("/pub/a.nc", b"again", etag='"2"')
    before = server.body_bytes
    acquire(url=url, sync_dir=str(tmp_path))
    assert (tmp_path / "a.nc").read_bytes() == b"again"
    assert server.body_bytes - before == len(server.resource("/pub/").body) + 2 + len(b"again")


def test_what_was_fetched_before_a_failure_is_remembered(server, acquire, tmp_path):
    url = page(server, "a.nc", "none.nc", "b.nc")
    for name in ("a.nc", "b.nc"):
        server.put(f"/pub/{name}", b"data", etag='"1"')
    with pytest.raises(TransferError, match="1 of 3"):
        acquire(url=url, sync_dir=str(tmp_path))
    assert set(read_state(str(tmp_path))) == {"a.nc", "b.nc"}


def test_frames_metadata_decides_where_it_is_asked(server, acquire, tmp_path):
    url = page(server, "a.png", "b.png")
    for name in ("a.png", "b.png"):
        server.put(f"/pub/{name}", b"data", etag='"1"')
    acquire(url=url, sync_dir=str(tmp_path))
    frames = {"frames": [{"name": "a.png", "timestamp": "2024-08-01T00:00:00"}]}
    (tmp_path / "frames-meta.json").write_text(json.dumps(frames))
    server.requests.clear()
    acquire(url=url, sync_dir=str(tmp_path), recheck_missing_meta=True)
    whole = [found.path for found in server.requests if "range" not in found.headers]
    assert whole == ["/pub/", "/pub/b.png"]


@pytest.mark.parametrize("text", ["[]", "{}", "nonsense", '{"frames": [{}]}'])
def test_metadata_without_frames_is_refused(server, acquire, tmp_path, text):
    (tmp_path / "meta.json").write_text(text)
    args = {"recheck_missing_meta": True, "frames_meta": str(tmp_path / "meta.json")}
    with pytest.raises(DataError):
        acquire(url=page(server, "a.png"), sync_dir=str(tmp_path), **args)


@pytest.mark.parametrize("text", ["", "[]", '{"files": {"a": {"x": 1}}}'])
def test_a_damaged_state_is_told(tmp_path, text):
    (tmp_path / ".zyra-sync.json").write_text(text)
    with pytest.raises(DataError, match="damaged"):
        read_state(str(tmp_path))


def test_the_state_of_a_folder_holds_no_secret_of_a_url(server: HttpServer, acquire, tmp_path):
    path = "/a.bin?token=hush"
    url = server.put(path, b"12", etag='"v1"').replace("//", "//me:quiet@")
    acquire(inputs=[url], sync_dir=str(tmp_path))
    text = (tmp_path / ".zyra-sync.json").read_text()
    assert "hush" not in text
    assert "quiet" not in text
    server.requests.clear()
    acquire(inputs=[url], sync_dir=str(tmp_path))
    assert server.asked("Range") == ["bytes=0-0"]  # asked about only: it is known


def test_two_runs_do_not_sync_into_one_folder(server: HttpServer, acquire, ran, tmp_path):
    url = server.put("/a.bin", b"1")
    with locked(str(tmp_path / "synced"), ran.job()), pytest.raises(FolderInUse, match="synced"):
        acquire(inputs=[url], sync_dir=str(tmp_path / "synced"))
    acquire(inputs=[url], sync_dir=str(tmp_path / "synced"))
    assert (tmp_path / "synced" / "a.bin").read_bytes() == b"1"
