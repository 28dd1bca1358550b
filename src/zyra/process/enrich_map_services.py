"""What WMS and WMTS say of their layers.

Sources: OGC 06-042 (WMS 1.3.0), OGC 01-068r3 (WMS 1.1.1), OGC 07-057r7 (WMTS 1.0.0).
"""

from collections.abc import Iterator, Sequence

from zyra.process.enrich_facts import LONGITUDE_LATITUDE, BoundingBox, Facts, Variable, union
from zyra.process.enrich_items import Item
from zyra.process.enrich_xml import Element, number_of, text_at

_MOST_LAYERS = 100
_GEOGRAPHIC_BOX = (
    "westBoundLongitude",
    "southBoundLatitude",
    "eastBoundLongitude",
    "northBoundLatitude",
)


def wms_facts(root: Element, item: Item) -> Facts:
    """What a WMS capabilities document says of the item's layer, or of all when none is its."""
    layers = list(_layers(root.findall("Capability/Layer"), Facts()))
    return _facts_of(layers, item, f"WMS {root.get('version', '')}".rstrip())


def wmts_facts(root: Element, item: Item) -> Facts:
    """What a WMTS capabilities document says of the item's layer, or of all when none is its."""
    layers = [_wmts_layer(layer) for layer in root.iterfind("Contents/Layer")]
    return _facts_of(layers, item, f"WMTS {root.get('version', '')}".rstrip())


def _facts_of(layers: Sequence[Facts], item: Item, service: str) -> Facts:
    own = [layer for layer in layers if _is_wanted(layer.variables[0], item)]
    if own:
        return Facts(format_detail=service).over(own[0])
    box = union(layer.bbox for layer in layers if layer.bbox is not None)
    return Facts(
        variables=tuple(layer.variables[0] for layer in layers[:_MOST_LAYERS]),
        bbox=box,
        crs=LONGITUDE_LATITUDE if box else None,
        format_detail=service,
    )


def _is_wanted(layer: Variable, item: Item) -> bool:
    wanted = {text for text in (item.name, item.id) if text}
    return layer.name in wanted or layer.long_name in wanted


def _layers(found: Sequence[Element], inherited: Facts) -> Iterator[Facts]:
    """The layers that can be asked for; box and times come down from the layers around."""
    for layer in found:
        own = _times(_wms_times(layer)).over(_place(_wms_box(layer))).over(inherited)
        name = text_at(layer, "Name")
        if name is not None:
            yield Facts(variables=(Variable(name, long_name=text_at(layer, "Title")),)).over(own)
        yield from _layers(layer.findall("Layer"), own)


def _wmts_layer(layer: Element) -> Facts:
    name = text_at(layer, "Identifier") or "unnamed"
    return (
        Facts(variables=(Variable(name, long_name=text_at(layer, "Title")),))
        .over(_place(_wmts_box(layer)))
        .over(_times(_wmts_times(layer)))
    )


def _place(box: BoundingBox | None) -> Facts:
    return Facts(bbox=box, crs=LONGITUDE_LATITUDE if box else None)


def _times(values: str) -> Facts:
    """First and last of a list such as `2012-05-08/2024-01-01/P1D,2024-02-01`."""
    parts = [part.strip() for part in values.split(",") if part.strip()]
    if not parts:
        return Facts()
    first, last = parts[0].split("/"), parts[-1].split("/")
    cadences = {part.split("/")[2] for part in parts if part.count("/") == 2}
    return Facts(
        start=first[0],
        end=last[min(1, len(last) - 1)],
        cadence=cadences.pop() if len(cadences) == 1 else None,
    )


def _wms_times(layer: Element) -> str:
    # Version 1.1.1 declares the dimension and has its values in an Extent.
    named = [*layer.findall("Dimension"), *layer.findall("Extent")]
    texts = [each.text or "" for each in named if (each.get("name") or "").lower() == "time"]
    return next((text for text in texts if text.strip()), "")


def _wmts_times(layer: Element) -> str:
    for dimension in layer.iterfind("Dimension"):
        if (text_at(dimension, "Identifier") or "").lower() == "time":
            return ",".join(value.text or "" for value in dimension.iterfind("Value"))
    return ""


def _wms_box(layer: Element) -> BoundingBox | None:
    box = layer.find("EX_GeographicBoundingBox")
    if box is not None:
        return _box([text_at(box, side) for side in _GEOGRAPHIC_BOX])
    box = layer.find("LatLonBoundingBox")
    if box is None:
        return None
    return _box([box.get(side) for side in ("minx", "miny", "maxx", "maxy")])


def _wmts_box(layer: Element) -> BoundingBox | None:
    box = layer.find("WGS84BoundingBox")
    corners = (text_at(box, corner) or "" for corner in ("LowerCorner", "UpperCorner"))
    return _box([number for corner in corners for number in corner.split()])


def _box(texts: Sequence[str | None]) -> BoundingBox | None:
    numbers = [number for text in texts if (number := number_of(text)) is not None]
    if len(numbers) != 4:
        return None
    west, south, east, north = numbers
    return west, south, east, north
