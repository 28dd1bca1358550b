"""A name that nobody can ask for hides none of the others, and is not passed over in silence."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from api_server import ApiServer, Reply
from ftp_server import FtpServer
from http_server import HttpServer
from s3_server import S3Server
from sftp_server import PASSWORD, SftpServer
from stac_api import StacApi, item
from thredds_catalogs import HEAD

from zyra.core.errors import TransferError

GOOD = "good.nc"
ODD = (b"bell\x07.nc", b"caf\xe9.nc")  # a control character; latin-1

Source = tuple[str, dict[str, object]]  # a command, and its arguments


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What servers of files serve."""
    served = tmp_path / "served"
    served.mkdir()
    for name in (GOOD.encode(), *ODD):
        Path(os.fsdecode(os.fsencode(served) + b"/" + name)).write_bytes(b"data")
    return served


@pytest.fixture
def ftp(folder: Path) -> Iterator[Source]:
    with FtpServer(folder) as running:
        yield "ftp", {"path": running.url("")}


@pytest.fixture
def old_ftp(folder: Path) -> Iterator[Source]:
    """A server that lists for people only."""
    with FtpServer(folder, unknown=["MLSD"]) as running:
        yield "ftp", {"path": running.url("")}


@pytest.fixture
def sftp(folder: Path) -> Iterator[Source]:
    with SftpServer(folder) as running:
        login = {"password": PASSWORD, "host_key": running.fingerprint}
        yield "ftp", {"path": running.url("")} | login


@pytest.fixture
def thredds(server: HttpServer) -> Source:
    server.put("/good.nc", b"data")
    catalog = (
        f'{HEAD}<service name="files" serviceType="HTTPServer" base=""/>'
        '<dataset name="a" urlPath="good.nc" serviceName="files"/>'
        '<dataset name="b" urlPath="http://[odd/bell.nc" serviceName="files"/></catalog>'
    )
    return "thredds", {"catalog_url": server.put("/catalog.xml", catalog.encode())}


@pytest.fixture
def stac(api: ApiServer, server: HttpServer) -> Source:
    assets = {"good": {"href": server.put("/good.nc", b"data")}, "bell": {"href": "ftp://h/b.nc"}}
    service = StacApi(api, [])
    service.files["/i.json"] = Reply.json(item("", 1, **assets))
    return "stac", {"url": api.url("/i.json")}


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with S3Server() as running:
        for key in ("maps/good.nc", "maps//bell.nc", "maps/bell/"):
            running.put("odd", key, b"data")
        yield running


@pytest.fixture
def bucket(s3: S3Server, ran) -> Source:
    ran.variables.update(s3.variables)
    return "s3", {"url": "s3://odd/maps/"}


@pytest.fixture(params=["ftp", "old_ftp", "sftp", "thredds", "stac", "bucket"])
def source(request) -> Source:
    return request.getfixturevalue(request.param)


def there(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]


@pytest.mark.parametrize("into", ["output_dir", "sync_dir"])
def test_the_others_are_fetched_and_the_odd_one_is_told(
    source: Source, fetched: Callable, ran, tmp_path, into
):
    command, args = source
    with pytest.raises(TransferError, match=r"files cannot be asked for: .*bell") as caught:
        fetched(command, **args, **{into: str(tmp_path / "out")})
    assert caught.value.hint == "the others are there"
    assert there(tmp_path / "out") == [GOOD]
    assert "left out: " in ran.stderr.getvalue().decode()


def test_who_does_not_want_the_odd_one_hears_nothing_of_it(source, fetched, ran, tmp_path):
    command, args = source
    fetched(command, **args, pattern="good", output_dir=str(tmp_path / "out"))
    assert there(tmp_path / "out") == [GOOD]
    assert "left out" not in ran.stderr.getvalue().decode()


@pytest.mark.parametrize("source", ["ftp", "old_ftp", "sftp", "thredds", "bucket"], indirect=True)
def test_a_list_has_the_others(source, fetched, ran):
    command, args = source
    with pytest.raises(TransferError, match="files cannot be asked for"):
        fetched(command, **args, list=True)
    assert [line.rpartition("/")[2] for line in ran.lines] == [GOOD]


@pytest.mark.parametrize("server_of", [FtpServer, SftpServer])
def test_a_folder_of_an_odd_name_is_told_where_folders_are_looked_into(
    server_of, fetched, tmp_path
):
    (tmp_path / "served" / "bell\x07").mkdir(parents=True)
    (tmp_path / "served" / GOOD).write_bytes(b"data")
    with server_of(tmp_path / "served") as running:
        args = {"path": running.url(""), "output_dir": str(tmp_path / "out")}
        if server_of is SftpServer:
            args |= {"password": PASSWORD, "host_key": running.fingerprint}
        fetched("ftp", **args)
        with pytest.raises(TransferError, match="1 of 2 files cannot be asked for"):
            fetched("ftp", **args, recursive=True)
