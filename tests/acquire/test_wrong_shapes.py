"""What strangers write may have any shape: it is refused, or passed over, but never a crash."""

import json
from contextlib import suppress
from typing import Any

from openapi_documents import DOCUMENT
from wrong_shapes import wrong_shapes
from zyra.acquire.openapi_check import Checker
from zyra.acquire.openapi_document import parse_document
from zyra.acquire.openapi_help import help_text
from zyra.acquire.stac_assets import entries_of, summary
from zyra.acquire.stac_query import Query
from zyra.acquire.stac_search import Found
from zyra.core.errors import ZyraError
from zyra.core.times import parse_time
from zyra.core.urls import split_url

ITEM: dict[str, Any] = {
    "type": "Feature",
    "id": "a",
    "collection": "radar",
    "bbox": [1.0, 2.0, 3.0, 4.0],
    "properties": {"datetime": "2024-08-01T00:00:00Z", "start_datetime": "2024-08-01T00:00:00Z"},
    "assets": {
        "data": {
            "href": "a.nc",
            "roles": ["data"],
            "file:size": 4,
            "file:checksum": "1220" + 32 * "00",
        }
    },
}
COLLECTION: dict[str, Any] = {
    "extent": {
        "spatial": {"bbox": [[1.0, 2.0, 3.0, 4.0]]},
        "temporal": {"interval": [["2024-08-01T00:00:00Z", None]]},
    }
}
QUERY = Query(
    ("radar",), ("a",), (0, 0, 9, 9), (parse_time("2024-07-01"), parse_time("2024-09-01"))
)


def test_openapi_documents():
    body = json.dumps({"time": "2024-08-01", "value": 1}).encode()
    for document in wrong_shapes(DOCUMENT):
        for method in ("GET", "POST"):
            with suppress(ZyraError):
                read = parse_document(json.dumps(document).encode(), "document")
                operation = read.operation(method, "/v1/stations/5/values")
                help_text(read, operation)
                Checker(read, operation).problems([("limit", "5")], {}, body, "application/json")


def test_items_of_stac():
    url = split_url("https://a.example/items/")
    assert QUERY.takes(ITEM)
    for item in wrong_shapes(ITEM):
        if isinstance(item, dict):
            QUERY.takes(item)
            summary(Found(item, url), None)
            with suppress(ZyraError):
                entries_of([Found(item, url)], None)


def test_collections_of_stac():
    assert QUERY.may_hold(COLLECTION)
    for collection in wrong_shapes(COLLECTION):
        if isinstance(collection, dict):
            QUERY.may_hold(collection)
