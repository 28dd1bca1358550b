"""Fetching what STAC items have."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha1, sha256, sha512
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer, Asked, Reply
from http_server import Fault, HttpServer
from s3_server import S3Server
from stac_api import StacApi, item

from zyra.acquire.commands.stac import StacArgs
from zyra.acquire.stac import run
from zyra.core.errors import SelectionError, TransferError, UsageError
from zyra.core.network import NetworkPolicy

DATA = b"0123456789" * 100
ANYWHERE = NetworkPolicy(unrestricted=True)


@pytest.fixture
def fetch(ran, tmp_path) -> Callable[..., Path]:
    def fetched(url: str, **args: Any) -> Path:
        folder = tmp_path / "got"
        given = {"url": url} | ({} if "sync_dir" in args else {"output_dir": str(folder)}) | args
        run(StacArgs.model_validate(given), ran.job())
        return folder

    return fetched


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".zyra")
    }


def multihash(code: str, make: Callable[[bytes], Any]) -> str:
    digest = make(DATA).digest()
    return f"{code}{len(digest):02x}{digest.hex()}"


def one_item(api: ApiServer, **assets: Any) -> str:
    """Serve an item; return its URL."""
    service = StacApi(api, [])
    service.files["/items/i.json"] = Reply.json(item("i", 1, **assets))
    service.files["/d/a.tif"] = Reply(200, DATA)
    return api.url("/items/i.json")


def test_chosen_assets_go_into_a_folder_of_their_item(api: ApiServer, server: HttpServer, fetch):
    items = [
        item(
            f"radar-{day}",
            day,
            visual={"href": server.put(f"/{day}/TCI.tif", f"{day}".encode())},
            other={"href": server.url("/none")},
        )
        for day in range(1, 6)
    ]
    StacApi(api, items)
    folder = fetch(api.url("/stac"), asset=["vis*"], limit=4)
    assert files(folder) == {f"radar-{day}/TCI.tif": f"{day}".encode() for day in range(1, 5)}


def test_without_names_the_assets_with_data_are_fetched(api: ApiServer, fetch):
    data = {"href": "../d/a.tif", "roles": ["data"]}
    url = one_item(api, a=data, thumbnail={"href": "none.png", "roles": ["thumbnail"]})
    assert files(fetch(url)) == {"i/a.tif": DATA}


def test_names_that_no_item_has_are_told_with_those_there_are(api: ApiServer, fetch):
    url = one_item(api, red={"href": "r.tif"}, blue={"href": "b.tif"})
    with pytest.raises(SelectionError, match="none of 1 items has an asset B04") as caught:
        fetch(url, asset=["B04"])
    assert "blue, red" in str(caught.value.hint)


def test_assets_of_one_name_get_that_of_their_asset_before(api: ApiServer, server, fetch):
    red = {"href": server.put("/red/a.tif", b"r")}
    url = one_item(api, red=red, blue={"href": server.put("/blue/a.tif", b"b")})
    assert files(fetch(url)) == {"i/red-a.tif": b"r", "i/blue-a.tif": b"b"}


def test_ids_and_names_lead_nowhere_else(api: ApiServer, server: HttpServer, fetch, tmp_path):
    service = StacApi(api, [])
    evil = item("../../up", 1, a={"href": server.put("/x%2F..%2F..%2Fy.tif", b"x")})
    service.files["/i.json"] = Reply.json(evil)
    folder = fetch(api.url("/i.json"))
    assert [path.parts[0] for path in (path.relative_to(folder) for path in folder.iterdir())] == [
        "_._.._up"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["got"]


@pytest.mark.parametrize(
    "facts",
    [
        {"file:size": 1000},
        {"file:checksum": multihash("12", sha256), "file:size": 1000},
        {"file:checksum": multihash("11", sha1)},
        {"file:checksum": multihash("13", sha512)},
    ],
)
def test_what_is_as_it_should_be_is_kept(api: ApiServer, fetch, facts):
    assert files(fetch(one_item(api, a={"href": "../d/a.tif", **facts}))) == {"i/a.tif": DATA}


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"file:size": 999}, "has 1000 bytes, not 999"),
        ({"file:checksum": "1220" + "00" * 32}, "its sha256 is"),
        ({"file:checksum": "1114" + "00" * 20}, "its sha1 is"),
    ],
)
def test_what_is_not_never_appears(api: ApiServer, fetch, tmp_path, facts, wrong):
    with pytest.raises(TransferError, match=wrong):
        fetch(one_item(api, a={"href": "../d/a.tif", **facts}))
    assert files(tmp_path) == {}


@pytest.mark.parametrize("href", ["file:///etc/passwd", "ftp://h.example/x.tif", "data:,x"])
def test_assets_at_other_places_are_refused(api: ApiServer, fetch, href, tmp_path):
    with pytest.raises(TransferError, match=r"asset a of i is at .*addresses can be fetched"):
        fetch(one_item(api, a={"href": href}))
    assert files(tmp_path) == {}


def test_an_asset_on_a_private_host_is_not_fetched(api: ApiServer, fetch, tmp_path):
    url = one_item(api, a={"href": api.url("/d/a.tif", host="127.0.0.2")})
    with pytest.raises(TransferError, match="not public"):
        fetch(url)
    assert files(tmp_path) == {}


def test_a_broken_transfer_is_gone_on_with(api: ApiServer, server: HttpServer, fetch):
    href = server.put("/a.tif", DATA, etag='"v1"')
    server.resource("/a.tif").faults.append(Fault(stop_after=300))
    assert files(fetch(one_item(api, a={"href": href}))) == {"i/a.tif": DATA}
    assert server.asked("Range") == [None, "bytes=300-"]


def test_one_that_fails_leaves_the_others(api: ApiServer, server: HttpServer, fetch, tmp_path):
    good = {"href": server.put("/a.tif", DATA)}
    with pytest.raises(TransferError, match="1 of 2 files"):
        fetch(one_item(api, a=good, b={"href": server.url("/b.tif")}))
    assert files(tmp_path / "got") == {"i/a.tif": DATA}


def test_a_synced_folder_fetches_only_what_is_new(api, server: HttpServer, fetch, tmp_path):
    href = server.put("/a.tif", DATA, etag='"v1"')
    url = one_item(api, a={"href": href})
    for _ in range(2):
        fetch(url, sync_dir=str(tmp_path / "kept"))
    assert server.body_bytes < 2 * len(DATA)
    assert files(tmp_path / "kept") == {"i/a.tif": DATA}


def test_a_manifest_tells_what_was_fetched(api: ApiServer, fetch, tmp_path):
    url = one_item(api, a={"href": "../d/a.tif"})
    fetch(url, write_manifest=str(tmp_path / "list.json"))
    (told,) = json.loads((tmp_path / "list.json").read_text())["files"]
    assert (told["name"], told["size"]) == ("i/a.tif", 1000)
    assert told["sha256"] == sha256(DATA).hexdigest()


def test_a_pattern_looks_at_item_and_file(api: ApiServer, fetch):
    url = one_item(api, a={"href": "../d/a.tif"}, b={"href": "../d/b.txt"})
    assert list(files(fetch(url, pattern=r"^i/.*\.tif$"))) == ["i/a.tif"]


def test_unsigned_without_object_stores_is_refused(api: ApiServer, fetch):
    with pytest.raises(UsageError, match="no effect"):
        fetch(one_item(api, a={"href": "../d/a.tif"}), unsigned=True)


def test_credentials_go_to_assets_on_the_catalogs_host_only(api, server: HttpServer, fetch):
    href = server.put("/a.tif", DATA)
    url = one_item(api, own={"href": "../d/a.tif"}, other={"href": href})
    fetch(url, credential=["token=abcdef"])
    assert server.asked("Authorization") == [None]
    own: list[Asked] = [asked for asked in api.asked if asked.path == "/d/a.tif"]
    assert own[0].headers["authorization"] == "Bearer abcdef"


def test_assets_in_object_stores_are_fetched(api: ApiServer, ran, tmp_path):
    with S3Server() as s3:
        url = one_item(api, a={"href": s3.put("bucket", "deep/a.tif", DATA)})
        job = replace(ran.job(), network=ANYWHERE, variables=s3.variables)
        args = {"url": url, "output_dir": str(tmp_path / "got"), "unsigned": True}
        run(StacArgs.model_validate(args), job)
    assert files(tmp_path / "got") == {"i/a.tif": DATA}
