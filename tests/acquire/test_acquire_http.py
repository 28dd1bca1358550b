from pathlib import Path

import pytest
from http_server import Fault, HttpServer
from pydantic import ValidationError

from zyra.acquire.commands.http import HTTP, HttpArgs
from zyra.core.errors import (
    AddressRefused,
    DataError,
    InputNotFound,
    OutputError,
    SelectionError,
    TransferError,
    UsageError,
)
from zyra.core.kinds import Kind, kinds_of

APACHE = """<!DOCTYPE HTML><html><head><title>Index of /pub</title></head><body>
<a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a>
<a href="/">Parent Directory</a> <a href="../">..</a> <a href="mailto:a@b.example">mail</a>
<a href="gfs.20240731.grib2">gfs.20240731.grib2</a> 2024-08-01 00:12  1.2M
<a href="gfs.20240801.grib2">gfs.20240801.grib2</a>
<A HREF='gfs.20240801.grib2'>again</A>
<a href="gfs.20240802.grib2.idx">index</a>
<a href="http://elsewhere.example/x/gfs.20240803.grib2">mirror</a>
<a href="with%20space.txt">with space.txt</a>
<a href="archive/">archive/</a>
<a name="bottom">no reference</a>
</body></html>"""


@pytest.fixture
def page(server: HttpServer) -> str:
    for name in ("gfs.20240731.grib2", "gfs.20240801.grib2", "gfs.20240802.grib2.idx"):
        server.put(f"/pub/{name}", name.encode())
    return server.put("/pub/", APACHE.encode(), headers={"Content-Type": "text/html"})


def names(lines: list[str]) -> list[str]:
    return [line.rpartition("/")[2] or "archive/" for line in lines]


def test_one_file_goes_to_its_output(server: HttpServer, acquire, tmp_path: Path):
    target = tmp_path / "deep" / "a.bin"
    acquire(url=server.put("/a.bin", b"data"), output=str(target))
    assert target.read_bytes() == b"data"


def test_stdout_is_where_a_file_goes_by_default(server: HttpServer, acquire):
    assert acquire(input=server.put("/a.bin", b"data")).stdout.getvalue() == b"data"


def test_a_failed_fetch_leaves_nothing_under_the_final_name(server: HttpServer, acquire, tmp_path):
    with pytest.raises(TransferError, match="404 Not Found"):
        acquire(url=server.url("/none"), output=str(tmp_path / "a.bin"))
    assert list(tmp_path.iterdir()) == []


def test_one_file_goes_to_a_folder_under_its_own_name(server: HttpServer, acquire, tmp_path):
    acquire(url=server.put("/f/a.nc?x=1", b"data"), output_dir=str(tmp_path))
    assert (tmp_path / "a.nc").read_bytes() == b"data"


def test_a_refused_address_is_told_with_the_url_that_led_there(server, acquire, ran, tmp_path):
    good = server.put("/a", b"1")
    astray = server.redirect("/astray", "http://127.0.0.2/secret")
    with pytest.raises(TransferError, match="1 of 2 files"):
        acquire(inputs=[good, astray], output_dir=str(tmp_path))
    assert "http://127.0.0.2/secret: 127.0.0.2 is not public" in ran.stderr.getvalue().decode()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_private_address_is_refused(acquire):
    with pytest.raises(AddressRefused):
        acquire(url="http://127.0.0.2/a")


@pytest.mark.parametrize(
    "url", ["s3://bucket/key", "ftp://h.example/a", "/etc/passwd", "file:///x"]
)
def test_only_http_is_read(acquire, url):
    with pytest.raises(UsageError, match="http and https"):
        acquire(url=url)


def test_a_listing_prints_the_links_of_a_page_once_and_no_way_up(acquire, page):
    assert acquire(url=page, list=True).lines == [
        f"{page}gfs.20240731.grib2",
        f"{page}gfs.20240801.grib2",
        f"{page}gfs.20240802.grib2.idx",
        "http://elsewhere.example/x/gfs.20240803.grib2",
        f"{page}with%20space.txt",
        f"{page}archive/",
    ]


def test_a_listing_follows_a_redirected_page_and_its_base(server: HttpServer, acquire):
    server.put("/new/", b'<base href="/data/"><a href="a.nc">a</a>')
    server.redirect("/old", "/new/")
    assert acquire(url=server.url("/old"), list=True).lines == [server.url("/data/a.nc")]


def test_a_page_without_slash_lists_its_neighbours(server: HttpServer, acquire):
    url = server.put("/pub/index.html", b'<a href="index">i</a><a href="index.html">self</a>')
    assert acquire(url=url, list=True).lines == [server.url("/pub/index")]


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        ({"pattern": r"\.grib2$"}, ["20240731", "20240801", "20240803"]),
        ({"pattern": "^gfs", "since": "2024-08-01"}, ["20240801", "20240802", "20240803"]),
        ({"until": "2024-08-01"}, ["20240731", "20240801"]),
        ({"since": "2024-07-31T12:00", "until": "20240802"}, ["20240801", "20240802"]),
        ({"since": "2024-08-02", "date_format": "gfs.%Y%m%d"}, ["20240802", "20240803"]),
        ({"since": "2024-08-02", "date_format": "YYYYMMDD"}, ["20240802", "20240803"]),
        ({"since_period": "P1D"}, []),
        ({"since_period": "200y"}, ["20240731", "20240801", "20240802", "20240803"]),
    ],
)
def test_a_listing_is_filtered_by_name_and_date(acquire, page, filters, chosen):
    lines = acquire(url=page, list=True, **filters).lines
    assert [name.split(".")[1] for name in names(lines)] == chosen


def test_a_listing_can_go_to_a_file(acquire, page, tmp_path):
    acquire(url=page, list=True, pattern="idx", output=str(tmp_path / "links.txt"))
    assert (tmp_path / "links.txt").read_text() == f"{page}gfs.20240802.grib2.idx\n"


def test_what_is_no_page_is_refused(server: HttpServer, acquire):
    with pytest.raises(DataError, match="not a page with links"):
        acquire(url=server.put("/a.bin", b"\x00\x01"), list=True)


def test_the_chosen_files_of_a_page_are_fetched(acquire, page, tmp_path):
    acquire(url=page, pattern=r"^gfs.*\.grib2$", until="2024-08-02", output_dir=str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "gfs.20240731.grib2",
        "gfs.20240801.grib2",
    ]


def test_a_page_on_which_nothing_fits_is_told(acquire, page, tmp_path):
    with pytest.raises(SelectionError, match="no file"):
        acquire(url=page, pattern="nothing", output_dir=str(tmp_path))


def test_several_urls_go_to_a_folder(server: HttpServer, acquire, tmp_path):
    urls = [server.put(f"/{n}.bin", f"{n}".encode()) for n in range(9)]
    ran = acquire(inputs=urls, output_dir=str(tmp_path / "new"))
    assert {path.name: path.read_text() for path in (tmp_path / "new").iterdir()} == {
        f"{n}.bin": f"{n}" for n in range(9)
    }
    assert ran.reports[-1] == (1.0, "9 of 9 files, 0.0 MB")
    assert server.most_at_once <= 4


def test_a_manifest_lists_urls_one_a_line(server: HttpServer, acquire, tmp_path):
    first, second = server.put("/a", b"1"), server.put("/b", b"2")
    manifest = tmp_path / "urls.txt"
    manifest.write_text(f"# today\n{first}\n\n  {second}\r\n")
    acquire(manifest=str(manifest), output_dir=str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b"]


def test_a_manifest_may_come_from_stdin(server: HttpServer, acquire, ran, tmp_path):
    ran.stdin.write(server.put("/a", b"1").encode())
    ran.stdin.seek(0)
    acquire(manifest="-", output_dir=str(tmp_path))
    assert (tmp_path / "a").read_bytes() == b"1"


def test_a_manifest_that_lists_nothing_or_is_missing_is_refused(acquire, tmp_path):
    (tmp_path / "empty").write_text("# nothing\n")
    with pytest.raises(UsageError, match="lists no URL"):
        acquire(manifest=str(tmp_path / "empty"), output_dir=str(tmp_path))
    with pytest.raises(InputNotFound):
        acquire(manifest=str(tmp_path / "none"), output_dir=str(tmp_path))


def test_a_url_in_a_manifest_obeys_the_policy(acquire, tmp_path):
    (tmp_path / "urls").write_text("http://localhost/a\n")
    with pytest.raises(AddressRefused):
        acquire(manifest=str(tmp_path / "urls"), output_dir=str(tmp_path))


def test_one_missing_file_does_not_keep_the_others_away(server: HttpServer, acquire, ran, tmp_path):
    urls = [server.put("/a", b"1"), server.url("/none"), server.put("/b", b"2")]
    with pytest.raises(TransferError, match="1 of 3 files"):
        acquire(inputs=urls, output_dir=str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert f"{server.url('/none')}: 404" in ran.stderr.getvalue().decode()


def test_a_fault_of_this_machine_ends_the_whole_batch(server: HttpServer, acquire, tmp_path):
    urls = [server.put(f"/{n}", b"1") for n in range(20)]
    (tmp_path / "0").mkdir()
    with pytest.raises(OutputError, match="Is a directory"):
        acquire(inputs=urls, output_dir=str(tmp_path))


def test_a_folder_that_cannot_be_is_an_output_error(server: HttpServer, acquire, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        acquire(inputs=[server.put("/a", b"1")], output_dir=str(tmp_path / "file"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/..%2f..%2fetc%2fpasswd", "_._.._etc_passwd"),
        ("/a/%2e%2e", "_."),
        ("/..", "_."),
        ("/%5c..%5cx", "_.._x"),
        ("/.bashrc", "_bashrc"),
        ("/C%3a%00x", "C__x"),
        ("/a%20b.nc", "a b.nc"),
        ("/" + "n" * 300 + ".nc", "n" * 197 + ".nc"),
    ],
)
def test_no_name_in_a_url_leads_out_of_the_folder(
    server: HttpServer, acquire, tmp_path, path, name
):
    acquire(url=server.put(path, b"data"), output_dir=str(tmp_path / "out"))
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == [name]
    assert (tmp_path / "out" / name).is_file()


def test_a_url_that_names_no_file_needs_an_output(server: HttpServer, acquire, tmp_path):
    with pytest.raises(UsageError, match="names no file"):
        acquire(url=server.put("/a/", b""), output_dir=str(tmp_path))


def test_equal_names_get_numbers_and_equal_urls_are_fetched_once(
    server: HttpServer, acquire, tmp_path
):
    urls = [server.put(f"/{n}/f.nc", f"{n}".encode()) for n in range(2)]
    urls += [server.put("/2/F.nc", b"2"), urls[0]]
    acquire(inputs=urls, output_dir=str(tmp_path))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "f.nc": "0",
        "f-2.nc": "1",
        "F-3.nc": "2",
    }
    assert len(server.requests) == 3


def test_headers_and_credentials_are_sent(server: HttpServer, acquire):
    url = server.put("/a", b"data")
    acquire(url=url, header=["X-Key: k-{slot}"], credential=["slot=v4lue"], auth="bearer:t0ken")
    assert server.asked("X-Key") == ["k-v4lue"]
    assert server.asked("Authorization") == ["Bearer t0ken"]


def test_a_page_gets_no_credentials_sent_to_another_host(server: HttpServer, acquire, tmp_path):
    with HttpServer() as other:
        link = other.put("/x.nc", b"data")
        page = server.put("/", f'<a href="{link}">x</a>'.encode())
        acquire(url=page, pattern="nc$", output_dir=str(tmp_path), auth="bearer:t0ken")
        assert server.asked("Authorization") == ["Bearer t0ken"]
        assert other.asked("Authorization") == [None]


def test_no_secret_is_told_when_a_fetch_fails(server: HttpServer, acquire):
    url = server.put("/a")
    server.resource("/a").faults.append(Fault(status=403))
    with pytest.raises(TransferError) as caught:
        acquire(url=url, header=["X-Key: s3cret"], auth="basic:me:s3cret")
    assert "s3cret" not in caught.value.message + (caught.value.hint or "")


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"list": True},
        {"url": "http://a.example/", "list": True, "inputs": ["http://a.example/b"]},
        {"url": "http://a.example/", "list": True, "output_dir": "d"},
        {"inputs": ["http://a.example/b"]},
        {"manifest": "urls.txt"},
        {"url": "http://a.example/b", "output": "b", "output_dir": "d"},
        {"url": "http://a.example/b", "pattern": "x"},
        {"url": "http://a.example/b", "since": "2024-01-01", "output": "b"},
        {"inputs": ["http://a.example/b"], "output_dir": "d", "pattern": "x"},
        {"url": "http://a.example/", "list": True, "since": "2024-01-01", "since_period": "P1D"},
        {"url": "http://a.example/", "list": True, "date_format": "%Y"},
        {"url": "http://a.example/b", "credential_file": "f"},
        {"url": "http://a.example/b", "credential_file": "f", "credential": ["token=a@b"]},
        {"url": "http://a.example/", "list": True, "pattern": "("},
        {"url": "http://a.example/", "list": True, "since": "yesterday"},
        {"url": "http://a.example/", "list": True, "since_period": "P"},
        {"url": "http://a.example/", "list": True, "since": "2024-01-01", "date_format": "%Q"},
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(args):
    with pytest.raises(ValidationError):
        HttpArgs.model_validate(args)


def test_secrets_urls_and_files_are_known_as_such():
    kinds = kinds_of(HttpArgs)
    assert {name for name, kind in kinds.items() if kind is Kind.SECRET} == {
        "header",
        "auth",
        "credential",
    }
    assert kinds["url"] == kinds["inputs"] == Kind.SOURCE_URL
    assert HTTP.network
