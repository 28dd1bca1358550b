"""acquire thredds against catalogs on a real HTTP server."""

from pathlib import Path

import pytest
from http_server import HttpServer
from pydantic import ValidationError
from thredds_catalogs import HEAD, put_catalogs

from zyra.acquire.commands.thredds import ThreddsArgs
from zyra.acquire.thredds_catalog import entries_of
from zyra.core.errors import (
    AddressRefused,
    DataError,
    SelectionError,
    TransferError,
    UsageError,
)
from zyra.core.urls import split_url


@pytest.fixture
def catalog(server: HttpServer) -> str:
    return put_catalogs(server)


def there(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in files if not path.name.startswith(".")}


def test_the_files_of_a_catalog_and_those_it_refers_to_are_listed(server, fetched, catalog):
    assert fetched("thredds", input=catalog, list=True).lines == [
        server.url("/thredds/fileServer/pub/a.nc"),
        server.url("/thredds/fileServer/pub/b.nc"),
        server.url("/thredds/catalog/2024/catalog.xml"),
    ]


def test_a_page_for_people_stands_for_its_catalog(fetched, catalog):
    page = catalog.replace(".xml", ".html")
    assert len(fetched("thredds", catalog_url=page, list=True).lines) == 3


def test_catalogs_are_followed_as_deep_as_wanted_and_once(server, fetched, catalog, tmp_path):
    fetched("thredds", catalog_url=catalog, recursive=True, output_dir=str(tmp_path))
    assert there(tmp_path) == {
        "a.nc",
        "b.nc",
        "2024/d_20240801.nc",
        "2024/d_20240802.nc",
        "2024/deeper/e.nc",
    }
    paths = [request.path for request in server.requests]
    assert paths.count("/thredds/catalog/catalog.xml") == 1


def test_depth_is_bounded(fetched, catalog):
    args = {"catalog_url": catalog, "recursive": True, "list": True}
    lines = fetched("thredds", **args, max_depth=1, pattern=r"\.nc$").lines
    assert [line.rpartition("/")[2] for line in lines][2:] == ["d_20240801.nc", "d_20240802.nc"]


def test_files_are_chosen_by_pattern_and_date(fetched, catalog):
    args = {"catalog_url": catalog, "recursive": True, "list": True}
    assert len(fetched("thredds", **args, pattern="^d_.*nc$", since="2024-08-02").lines) == 1


def test_one_file_goes_to_its_output(fetched, catalog, tmp_path):
    fetched("thredds", catalog_url=catalog, pattern="^a", output=str(tmp_path / "x.nc"))
    assert (tmp_path / "x.nc").read_bytes() == b"a.nc"


def test_several_files_for_one_output_are_told(fetched, catalog):
    with pytest.raises(SelectionError, match=r"2 files fit: a.nc, b.nc"):
        fetched("thredds", catalog_url=catalog)


def test_a_catalog_of_catalogs_says_how_to_go_on(server, fetched, tmp_path):
    body = f'{HEAD}<catalogRef xlink:href="x.xml" xlink:title="x"/></catalog>'.encode()
    with pytest.raises(SelectionError) as caught:
        fetched("thredds", catalog_url=server.put("/c.xml", body), output_dir=str(tmp_path))
    assert "--recursive" in str(caught.value.hint)


def test_a_sync_fetches_what_changed(server, fetched, ran, catalog, tmp_path):
    args = {"catalog_url": catalog, "recursive": True, "sync_dir": str(tmp_path)}
    fetched("thredds", **args)
    server.put("/thredds/fileServer/e.nc", b"new", etag='"new"')
    before = server.body_bytes
    fetched("thredds", **args, pattern="^[de]")
    told = [line for line in ran.stderr.getvalue().decode().splitlines() if "changed" in line]
    assert [line.split()[0] for line in told] == ["5", "1"]
    assert (tmp_path / "2024" / "deeper" / "e.nc").read_bytes() == b"new"
    assert server.body_bytes > before


def test_a_reference_to_a_private_host_is_refused(server, fetched, tmp_path):
    with HttpServer() as canary:
        private = canary.put("/catalog.xml", HEAD.encode()).replace("127.0.0.1", "127.0.0.2")
        body = f'{HEAD}<catalogRef xlink:href="{private}" xlink:title="x"/></catalog>'
        url = server.put("/c.xml", body.encode())
        with pytest.raises(AddressRefused):
            fetched("thredds", catalog_url=url, recursive=True, output_dir=str(tmp_path))
        assert canary.requests == []


def test_a_file_that_redirects_to_a_private_host_is_refused(server, fetched, catalog, tmp_path):
    with HttpServer() as canary:
        server.redirect("/thredds/fileServer/pub/a.nc", canary.url("/x", host="127.0.0.2"))
        with pytest.raises(TransferError, match="1 of 2 files"):
            fetched("thredds", catalog_url=catalog, output_dir=str(tmp_path))
        assert canary.requests == []
    assert there(tmp_path) == {"b.nc"}


def test_credentials_stay_with_the_host_of_the_catalog(server, fetched, tmp_path):
    with HttpServer() as other:
        other.put("/files/x.nc", b"data")
        body = (
            f'{HEAD}<service name="f" serviceType="HTTPServer" base="{other.url("/files/")}"/>'
            '<dataset name="x" urlPath="x.nc" serviceName="f"/></catalog>'
        )
        url = server.put("/c.xml", body.encode())
        fetched("thredds", catalog_url=url, auth="bearer:t0ken", output_dir=str(tmp_path))
        assert server.asked("Authorization") == ["Bearer t0ken"]
        assert other.asked("Authorization") == [None]


BOMB = '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><catalog>&b;</catalog>'
OUTSIDE = '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><catalog>&x;</catalog>'


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        ("<catalog>" + "<dataset>" * 200, "deeper than"),
        ("<catalog>", "not XML"),
        ("", "not XML"),
        ('<?xml version="1.0" encoding="nonsense"?><catalog/>', "not XML"),
        ("<html><body/></html>", "not a THREDDS catalog"),
    ],
)
def test_what_is_no_honest_catalog_is_refused(server, fetched, body, message):
    with pytest.raises(DataError, match=message):
        fetched("thredds", catalog_url=server.put("/c.xml", body.encode()), list=True)


@pytest.mark.parametrize("base", ["ftp://h.example/", "file:///", "javascript:"])
def test_only_http_gives_files(base):
    body = (
        f'{HEAD}<service name="f" serviceType="HTTPServer" base="{base}"/>'
        '<dataset name="x" urlPath="x.nc" serviceName="f"/></catalog>'
    )
    (found,) = entries_of(body.encode(), split_url("https://a.example/catalog.xml"))
    assert found.problem == f"https://a.example/catalog.xml: '{base}x.nc' is no http address"


def test_a_way_to_a_file_that_cannot_be_gone_hides_no_other():
    body = (
        f'{HEAD}<service name="f" serviceType="HTTPServer" base="ftp://h.example/"/>'
        '<service name="g" serviceType="HTTPServer" base="/g/"/>'
        '<dataset name="x"><access serviceName="f" urlPath="x.nc"/>'
        '<access serviceName="g" urlPath="x.nc"/></dataset></catalog>'
    )
    (found,) = entries_of(body.encode(), split_url("https://a.example/catalog.xml"))
    assert (found.url, found.problem) == ("https://a.example/g/x.nc", None)


def test_only_http_is_read(fetched):
    with pytest.raises(UsageError, match="http and https"):
        fetched("thredds", catalog_url="ftp://h.example/catalog.xml", list=True)


def test_a_missing_catalog_is_told(server, fetched):
    with pytest.raises(TransferError, match="404"):
        fetched("thredds", catalog_url=server.url("/none.xml"), list=True)


@pytest.mark.parametrize(
    "more",
    [
        {"list": True, "output_dir": "d"},
        {"output": "o", "sync_dir": "d"},
        {"max_depth": 2},
        {"parallel": 3},
        {"recheck_existing": True},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(more):
    with pytest.raises(ValidationError):
        ThreddsArgs.model_validate({"catalog_url": "https://a.example/catalog.xml", **more})
