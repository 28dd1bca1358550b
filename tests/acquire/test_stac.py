"""Searching STAC APIs and static catalogs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from api_server import ApiServer, Reply
from stac_api import StacApi, catalog, item, static_catalog

from zyra.acquire.commands.stac import StacArgs
from zyra.acquire.stac import run
from zyra.core.errors import (
    AddressRefused,
    DataError,
    LimitExceeded,
    SelectionError,
    TransferError,
    UsageError,
)

ITEMS = [item(f"radar-{day}", day) for day in range(1, 6)]


@pytest.fixture
def stac(ran) -> Callable[..., Any]:
    def searched(**args: Any) -> Any:
        run(StacArgs.model_validate(args), ran.job())
        return ran

    return searched


def ids(ran) -> list[str]:
    return [json.loads(line)["id"] for line in ran.lines]


ALL = [f"radar-{day}" for day in range(1, 6)]


@pytest.mark.parametrize("methods", [("GET",), ("POST",), ("GET", "POST")])
@pytest.mark.parametrize("merge", [True, False])
def test_all_pages_of_a_search_are_listed(api: ApiServer, stac, methods, merge):
    StacApi(api, ITEMS, methods, merge=merge)
    assert ids(stac(url=api.url("/stac"), list=True)) == ALL


def test_a_search_is_posted_with_all_it_is_for(api: ApiServer, stac):
    service = StacApi(api, ITEMS)
    stac(
        url=api.url("/stac"),
        collection=["radar", "lidar"],
        ids=["a"],
        bbox=[-10, 35, 5.5, 45],
        datetime="2024-08-01/2024-08-03",
        query='{"eo:cloud_cover": {"lt": 10}}',
        filter="eo:cloud_cover < 10",
        list=True,
    )
    first, second, _ = service.searches
    wanted = {
        "limit": 100,
        "collections": ["radar", "lidar"],
        "ids": ["a"],
        "bbox": [-10, 35, 5.5, 45],
        "datetime": "2024-08-01T00:00:00Z/2024-08-03T23:59:59Z",
        "query": {"eo:cloud_cover": {"lt": 10}},
        "filter": "eo:cloud_cover < 10",
        "filter-lang": "cql2-text",
    }
    assert first.json == wanted
    assert second.json == wanted | {"token": 2}


def test_a_service_without_post_is_asked_with_parameters(api: ApiServer, stac):
    service = StacApi(api, ITEMS, ("GET",))
    stac(url=api.url("/stac"), bbox=[-10, 35, 5.5, 45], collection=["a", "b"], list=True)
    query = service.searches[0].query
    assert query == {"limit": "100", "bbox": "-10,35,5.5,45", "collections": "a,b"}


def test_a_post_that_is_denied_is_asked_again_as_get(api: ApiServer, stac):
    service = StacApi(api, ITEMS)

    def answer(asked):
        return Reply(405) if asked.method == "POST" else service(asked)

    api.answer = answer
    assert ids(stac(url=api.url("/stac"), list=True)) == ALL


def test_a_search_is_tried_again_though_it_is_a_post(api: ApiServer, stac):
    service = StacApi(api, ITEMS, ("POST",))
    faults = [Reply(503, headers={"Retry-After": "0"}), Reply(200, b"{}", stop_after=1, reset=True)]

    def answer(asked):
        return faults.pop() if faults and asked.method == "POST" else service(asked)

    api.answer = answer
    assert ids(stac(url=api.url("/stac"), list=True)) == ALL


def test_json_filters_are_told_as_such(api: ApiServer, stac):
    service = StacApi(api, ITEMS)
    stac(url=api.url("/stac"), filter='{"op": "=", "args": [1, 1]}', list=True)
    assert service.searches[0].json["filter-lang"] == "cql2-json"
    assert service.searches[0].json["filter"] == {"op": "=", "args": [1, 1]}


def test_a_limit_is_kept_and_told(api: ApiServer, stac):
    service = StacApi(api, ITEMS)
    ran = stac(url=api.url("/stac"), limit=3, list=True)
    assert ids(ran) == ALL[:3]
    assert "more than 3 items" in ran.stderr.getvalue().decode()
    assert service.searches[0].json["limit"] == 3


def test_pages_in_a_circle_end_the_run(api: ApiServer, stac):
    landing = catalog("Catalog", "api", ("search", "/s"))
    page = {"type": "FeatureCollection", "features": [], "links": [{"rel": "next", "href": "/s"}]}
    api.answer = lambda asked: Reply.json(page if asked.path == "/s" else landing)
    with pytest.raises(DataError, match="was there before"):
        stac(url=api.url("/"), list=True)


def test_a_next_page_on_a_private_host_is_refused(api: ApiServer, stac):
    landing = catalog("Catalog", "api", ("search", api.url("/s", host="127.0.0.2")))
    api.answer = lambda _: Reply.json(landing)
    with pytest.raises(AddressRefused):
        stac(url=api.url("/"), list=True)


def test_credentials_stay_with_the_catalogs_host(api: ApiServer, stac):
    with ApiServer() as other:
        StacApi(other, ITEMS)
        landing = catalog("Catalog", "api", ("search", other.url("/stac/search")))
        api.answer = lambda _: Reply.json(landing)
        stac(url=api.url("/"), credential=["token=abcdef"], list=True)
        assert api.asked[0].headers["authorization"] == "Bearer abcdef"
        assert all("authorization" not in asked.headers for asked in other.asked)


def tree(**extent: Any) -> dict[str, Any]:
    """A catalog with two collections, of which the second has other things in it."""
    documents = {
        f"/radar/{each['id']}.json": each
        for each in (item(f"radar-{day}", day) for day in range(1, 6))
    }
    links = [("item", f"./{each['id']}.json") for each in documents.values()]
    return {
        "/catalog.json": catalog(
            "Catalog",
            "all",
            ("self", "catalog.json"),
            ("child", "radar/c.json"),
            ("child", "l.json"),
        ),
        "/radar/c.json": catalog(
            "Collection", "radar", ("root", "../catalog.json"), *links, extent=extent
        ),
        "/l.json": catalog("Collection", "lidar", ("item", "lidar-1.json"), ("child", "l.json")),
        "/lidar-1.json": item("lidar-1", 1) | {"collection": "lidar"},
        **documents,
    }


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, [*ALL, "lidar-1"]),
        ({"collection": ["lidar"]}, ["lidar-1"]),
        ({"bbox": [24, 41, 31, 42]}, ["radar-2", "radar-3"]),
        ({"bbox": [50, 41, -170, 42]}, ["radar-5"]),
        ({"bbox": [0, -20, 90, 20]}, []),
        ({"datetime": "2024-08-03"}, ["radar-3"]),
        ({"datetime": "../2024-08-01T12:00:00Z"}, ["radar-1", "lidar-1"]),
        ({"since": "2024-08-04", "until": "2024-08-04"}, ["radar-4"]),
        ({"ids": ["radar-2", "x"]}, ["radar-2"]),
    ],
)
def test_a_static_catalog_is_walked(api: ApiServer, stac, search, found):
    assert ids(stac(url=static_catalog(api, tree()), list=True, **search)) == found


def test_collections_whose_extent_is_elsewhere_are_not_walked(api: ApiServer, stac):
    spatial = {"bbox": [[10, 40, 55, 45]]}
    documents = tree(spatial=spatial, temporal={"interval": [["2024-08-01T00:00:00Z", None]]})
    url = static_catalog(api, documents)
    stac(url=url, list=True, bbox=[-20, -10, 0, 0])
    stac(url=url, list=True, until="2024-07-01")
    assert not [asked.path for asked in api.asked if asked.path.startswith("/radar/radar")]


@pytest.mark.parametrize("path", ["/radar/c.json", "/radar/radar-1.json"])
def test_a_search_can_begin_at_a_part(api: ApiServer, stac, path):
    static_catalog(api, tree())
    found = ids(stac(url=api.url(path), list=True))
    assert found == (ALL if path.endswith("c.json") else ["radar-1"])


def test_a_static_catalog_takes_no_filter(api: ApiServer, stac):
    with pytest.raises(UsageError, match="no STAC API, which --filter needs"):
        stac(url=static_catalog(api, tree()), filter="a = 1", list=True)


def test_a_catalog_without_end_is_given_up(api: ApiServer, stac, monkeypatch):
    monkeypatch.setattr("zyra.acquire.stac_search.MOST_DOCUMENTS", 50)

    def answer(asked):
        number = int(asked.path.strip("/") or 0)
        return Reply.json(catalog("Catalog", "c", ("child", f"/{number + 1}")))

    api.answer = answer
    with pytest.raises(LimitExceeded, match="more than 50 documents"):
        stac(url=api.url("/0"), list=True)


@pytest.mark.parametrize("page", [{"a": 1}, [1], {"type": "Polygon"}])
def test_what_is_no_catalog_is_refused(api: ApiServer, stac, page):
    api.answer = lambda _: Reply.json(page)
    with pytest.raises(UsageError, match="not a STAC catalog"):
        stac(url=api.url("/"), list=True)


def test_a_page_that_is_not_json_is_a_failed_transfer(api: ApiServer, stac):
    api.answer = lambda _: Reply(200, b"<html>")
    with pytest.raises(TransferError, match="did not answer with JSON"):
        stac(url=api.url("/"), list=True)


def test_a_list_tells_items_and_assets(api: ApiServer, stac):
    href = {"href": "../d/a%20b.tif", "roles": ["data"], "type": "image/tiff", "file:size": 4}
    static_catalog(api, {"/x/i.json": item("i", 1, visual=href, other={"href": "s3://b/k"})})
    ran = stac(url=api.url("/x/i.json"), list=True, format="json", asset=["v*"])
    assert json.loads(ran.stdout.getvalue()) == [
        {
            "id": "i",
            "collection": "radar",
            "datetime": "2024-08-01T12:00:00Z",
            "bbox": [10.0, 40.0, 15.0, 45.0],
            "url": api.url("/x/i.json"),
            "assets": {
                "visual": {
                    "href": api.url("/d/a%20b.tif"),
                    "type": "image/tiff",
                    "roles": ["data"],
                    "size": 4,
                }
            },
        }
    ]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"bbox": [0, 10, 5, -10]}, "south is not below north"),
        ({"datetime": "yesterday"}, "not a date or time"),
        ({"query": "{a}"}, "query is not JSON"),
        ({"url": "s3://bucket/catalog.json"}, "read from http and https"),
    ],
)
def test_searches_that_are_none_are_refused(api: ApiServer, stac, given, wrong):
    with pytest.raises(UsageError, match=wrong):
        stac(**({"url": api.url("/"), "list": True} | given))
    assert api.asked == []


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, "give list, output_dir or sync_dir"),
        ({"list": True, "output_dir": "x"}, "either list or a folder"),
        ({"output_dir": "x", "format": "json"}, "format is for list"),
        ({"list": True, "datetime": "2024-08-01", "since": "2024-08-01"}, "either datetime"),
        ({"list": True, "bbox": [1, 2, 3]}, "at least 4"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(given, wrong):
    with pytest.raises(ValueError, match=wrong):
        StacArgs.model_validate({"url": "https://h.example/"} | given)


def test_nothing_found_is_an_empty_list_but_nothing_to_fetch(api: ApiServer, stac, tmp_path):
    StacApi(api, [])
    assert stac(url=api.url("/stac"), list=True).lines == []
    with pytest.raises(SelectionError, match="fits"):
        stac(url=api.url("/stac"), output_dir=str(tmp_path))


def test_pages_that_never_end_end_the_run(api: ApiServer, stac, monkeypatch):
    monkeypatch.setattr("zyra.acquire.stac_search.MOST_DOCUMENTS", 20)
    page = {"type": "FeatureCollection", "features": []}
    api.answer = lambda _: Reply.json(
        page | {"links": [{"rel": "next", "href": f"?page={len(api.asked)}"}]}
    )
    with pytest.raises(LimitExceeded, match="more than 20"):
        stac(url=api.url("/items"), list=True)


def test_an_item_that_says_it_is_in_a_bucket_is_found(api: ApiServer, stac):
    links = [{"rel": "self", "href": "s3://bucket/radar-1.json"}]
    StacApi(api, [item("radar-1", 1) | {"links": links}])
    assert ids(stac(url=api.url("/stac"), list=True)) == ["radar-1"]
