"""Files that `acquire api` streams, names and goes on with."""

from pathlib import Path

import pytest
from api_server import ApiServer, Asked, Reply

from zyra.core.errors import (
    OutputError,
    TransferError,
)

RECORDS = [{"id": number, "name": f"récord {number}"} for number in range(7)]


def test_binary_is_streamed_as_it_is(api: ApiServer, ask, tmp_path):
    data = bytes(range(256)) * 5000
    api.answer = lambda _: Reply(200, data, {"Content-Type": "application/json"})
    ran = ask(url=api.url("/x"), stream=True, output=str(tmp_path / "a.bin"), progress=True)
    assert (tmp_path / "a.bin").read_bytes() == data
    assert "1280000 of 1280000 bytes" in ran.stderr.getvalue().decode()


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="data 1.nc"', "data 1.nc"),
        ("attachment; filename*=UTF-8''%C3%A9t%C3%A9.nc; filename=x.nc", "été.nc"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\x\\\\..\\\\.bashrc"', "_bashrc"),
        ('attachment; filename=".part-x"', "_part-x"),
        ("inline", "x.bin"),
        ("", "x.bin"),
    ],
)
def test_the_server_names_the_file_but_not_its_place(api, ask, tmp_path, header, name):
    headers = {"Content-Disposition": header} if header else {}
    api.answer = lambda _: Reply(200, b"data", headers)
    ask(url=api.url("/d/x.bin"), detect_filename=True, output=str(tmp_path / "new"))
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_a_name_of_the_servers_choice_replaces_nothing(api: ApiServer, ask, tmp_path):
    (tmp_path / "x.bin").write_bytes(b"mine")
    api.answer = lambda _: Reply(200, b"data")
    with pytest.raises(OutputError, match="is there already"):
        ask(url=api.url("/x.bin"), detect_filename=True, output=str(tmp_path))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


class Store:
    """One file with ranges, which can change and break off."""

    def __init__(self, data: bytes) -> None:
        self.data, self.etag = data, '"v1"'
        self.stop_after: int | None = None

    def __call__(self, asked: Asked) -> Reply:
        headers = {"ETag": self.etag, "Content-Type": "application/zip"}
        start = int(asked.headers.get("range", "bytes=0-")[6:-1])
        if not start or asked.headers.get("if-range") != self.etag:
            return Reply(200, self.data, headers, stop_after=self.stop_after)
        total = len(self.data)
        headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        return Reply(206, self.data[start:], headers, stop_after=self.stop_after)


@pytest.fixture
def broken(api: ApiServer, ask, tmp_path) -> tuple[Store, Path]:
    """A file of which an earlier run got the first 1000 bytes."""
    store = Store(bytes(range(256)) * 40)
    api.answer, store.stop_after = store, 1000
    with pytest.raises(TransferError):
        ask(url=api.url("/x"), resume=True, output=str(tmp_path / "a.zip"), max_retries=0)
    store.stop_after = None
    api.asked.clear()
    assert not (tmp_path / "a.zip").exists()
    return store, tmp_path / "a.zip"


def test_a_later_run_goes_on_where_an_earlier_one_stopped(api, ask, broken):
    store, target = broken
    ask(url=api.url("/x"), resume=True, output=str(target))
    assert target.read_bytes() == store.data
    assert [asked.headers["range"] for asked in api.asked] == ["bytes=1000-"]
    assert api.asked[0].headers["if-range"] == '"v1"'
    assert [path.name for path in target.parent.iterdir()] == ["a.zip"]


def test_a_file_that_changed_between_runs_is_read_anew(api, ask, broken):
    store, target = broken
    store.data, store.etag = b"other" * 3000, '"v2"'
    ask(url=api.url("/x"), resume=True, output=str(target))
    assert target.read_bytes() == store.data
    assert [path.name for path in target.parent.iterdir()] == ["a.zip"]


def test_a_file_that_shrank_between_runs_is_read_anew(api, ask, broken):
    store, target = broken
    store.data, store.etag = b"tiny", '"v2"'
    ask(url=api.url("/x"), resume=True, output=str(target))
    assert target.read_bytes() == b"tiny"


def test_what_an_earlier_run_got_of_another_url_is_not_taken(api, ask, broken):
    store, target = broken
    ask(url=api.url("/y"), resume=True, output=str(target))
    assert "range" not in api.asked[0].headers
    assert target.read_bytes() == store.data


def test_without_a_version_nothing_is_kept_for_later(api: ApiServer, ask, tmp_path):
    api.answer = lambda _: Reply(200, b"0123456789", stop_after=4)
    with pytest.raises(TransferError):
        ask(url=api.url("/x"), resume=True, output=str(tmp_path / "a"), max_retries=0)
    assert list(tmp_path.iterdir()) == []
