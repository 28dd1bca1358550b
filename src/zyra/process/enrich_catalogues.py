"""What STAC and OGC API documents (collections, items, records) say of a dataset.

Sources: STAC 1.0.0 and its datacube extension; OGC 17-069r4 (Features), 20-004r1 (Records).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from zyra.core.errors import DataError
from zyra.process.enrich_facts import LONGITUDE_LATITUDE, BoundingBox, Facts, Variable, union

_MOST_VARIABLES = 100

Record = Mapping[str, Any]


def catalogue_facts(document: Any, name: str) -> Facts:
    """What a JSON document of a catalogue says.

    Raises:
        DataError: It is none of those that are known.
    """
    if not isinstance(document, dict):
        raise DataError(f"{name} is JSON, but not an object")
    kind = _kind(document)
    if kind is None:
        raise DataError(f"{name} is JSON, but neither STAC nor OGC API")
    box = _box(document)
    return (
        Facts(
            variables=tuple(_variables(document))[:_MOST_VARIABLES],
            bbox=box,
            crs=LONGITUDE_LATITUDE if box else None,
            n_features=_count(document),
            format_detail=kind,
            license=_text(document.get("license"))
            or _text(_object(document, "properties").get("license")),
        )
    ).over(_times(document))


def _kind(document: Record) -> str | None:
    kind = document.get("type")
    if document.get("stac_version"):
        return f"STAC {_text(document['stac_version']) or ''} {_stac_kind(kind)}".strip()
    if kind in ("Feature", "FeatureCollection"):
        return f"OGC API {kind}"
    return "OGC API collection" if "extent" in document or "collections" in document else None


def _stac_kind(kind: Any) -> str:
    names = {"Feature": "item", "FeatureCollection": "item collection", "Collection": "collection"}
    return names.get(kind, "catalog")


def _times(document: Record) -> Facts:
    if document.get("type") == "FeatureCollection":
        return _span([_times(feature) for feature in _objects(document, "features")])
    if "collections" in document:
        return _span([_times(collection) for collection in _objects(document, "collections")])
    properties = _object(document, "properties")
    moment = _text(properties.get("datetime"))
    start = _text(properties.get("start_datetime")) or moment
    end = _text(properties.get("end_datetime")) or moment
    if start is None and end is None:
        start, end = _interval(document)
    return Facts(start=start, end=end)


def _interval(document: Record) -> tuple[str | None, str | None]:
    """Of a collection's extent, or of a record's time."""
    temporal = _object(_object(document, "extent"), "temporal").get("interval")
    intervals = temporal if isinstance(temporal, list) else []
    first = intervals[0] if intervals else _object(document, "time").get("interval")
    if not isinstance(first, list) or len(first) != 2:
        return None, None
    start, end = (None if text == ".." else _text(text) for text in first)
    return start, end


def _span(parts: list[Facts]) -> Facts:
    # ISO times of one catalogue are written alike, so that their order is that of the texts.
    return Facts(
        start=min((part.start for part in parts if part.start), default=None),
        end=max((part.end for part in parts if part.end), default=None),
    )


def _box(document: Record) -> BoundingBox | None:
    spatial = _object(_object(document, "extent"), "spatial").get("bbox")
    # The first box of an extent is the one around all others.
    own = spatial[0] if isinstance(spatial, list) and spatial else document.get("bbox")
    found = _numbers(own)
    if found is not None:
        return found
    parts = [*_objects(document, "features"), *_objects(document, "collections")]
    return union(box for part in parts if (box := _box(part)) is not None)


def _numbers(value: Any) -> BoundingBox | None:
    """Four of four or six numbers: with heights, a box has six."""
    if not isinstance(value, list) or len(value) not in (4, 6):
        return None
    if any(isinstance(each, bool) or not isinstance(each, (int, float)) for each in value):
        return None
    half = len(value) // 2
    return float(value[0]), float(value[1]), float(value[half]), float(value[half + 1])


def _variables(document: Record) -> Iterator[Variable]:
    for holder in (document, _object(document, "properties")):
        for name, cube in _object(holder, "cube:variables").items():
            if isinstance(cube, dict):
                yield Variable(
                    str(name),
                    long_name=_text(cube.get("description")),
                    units=_text(cube.get("unit")),
                    dims=_texts(cube.get("dimensions")),
                )
    summaries = _object(document, "summaries")
    for key in ("bands", "eo:bands", "raster:bands"):
        for band in _objects(summaries, key):
            band_name = _text(band.get("name")) or _text(band.get("common_name"))
            if band_name:
                yield Variable(band_name, long_name=_text(band.get("description")))


def _count(document: Record) -> int | None:
    for key in ("numberMatched", "numberReturned"):
        if isinstance(document.get(key), int):
            return int(document[key])
    return len(_objects(document, "features")) or None


def _object(record: Record, key: str) -> Record:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _objects(record: Record, key: str) -> list[Record]:
    value = record.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(text for text in value if isinstance(text, str))
