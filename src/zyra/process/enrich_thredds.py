"""What a THREDDS catalogue says of a dataset.

Source: Unidata, Dataset Inventory Catalog Specification 1.0.
"""

from collections.abc import Iterator

from zyra.process.enrich_facts import LONGITUDE_LATITUDE, BoundingBox, Facts, Variable
from zyra.process.enrich_items import Item
from zyra.process.enrich_xml import Element, number_of, text_at

_MOST_VARIABLES = 100
_UNITS = {"bytes": 1, "Kbytes": 1e3, "Mbytes": 1e6, "Gbytes": 1e9, "Tbytes": 1e12}


def thredds_facts(root: Element, item: Item) -> Facts:
    """What the catalogue says of the dataset that the item names, or else of its first one."""
    found = list(_datasets(root, Facts()))
    own = [
        (dataset, facts)
        for dataset, facts in found
        if {dataset.get("name"), dataset.get("ID")} & {item.name, item.id} - {""}
    ]
    if not found:
        return Facts(format_detail="THREDDS catalog")
    dataset, facts = (own or found)[0]
    files = sum(1 for each in dataset.iter("dataset") if each.get("urlPath"))
    return Facts(n_frames=files or None).over(facts).over(Facts(format_detail="THREDDS catalog"))


def _datasets(parent: Element, inherited: Facts) -> Iterator[tuple[Element, Facts]]:
    """Every dataset with what is said of it, from the outermost; what is inherited included."""
    for dataset in parent.findall("dataset"):
        passed = inherited
        own = _described(dataset)
        for metadata in dataset.findall("metadata"):
            if metadata.get("inherited") == "true":
                passed = _described(metadata).over(passed)
            else:
                own = own.over(_described(metadata))
        yield dataset, own.over(passed)
        yield from _datasets(dataset, passed)


def _described(element: Element) -> Facts:
    box = _box(element.find("geospatialCoverage"))
    coverage = element.find("timeCoverage")
    return Facts(
        variables=tuple(map(_variable, element.findall("variables/variable")[:_MOST_VARIABLES])),
        start=text_at(coverage, "start"),
        end=text_at(coverage, "end"),
        cadence=text_at(coverage, "resolution"),
        bbox=box,
        crs=LONGITUDE_LATITUDE if box else None,
        approx_bytes=_size(element.find("dataSize")),
        format_detail=text_at(element, "dataFormat"),
        license=_rights(element),
    )


def _variable(element: Element) -> Variable:
    return Variable(
        element.get("name") or "unnamed",
        standard_name=element.get("vocabulary_name") or None,
        long_name=(element.text or "").strip() or None,
        units=element.get("units"),
    )


def _rights(element: Element) -> str | None:
    for documentation in element.findall("documentation"):
        if documentation.get("type") == "rights":
            return (documentation.text or "").strip() or None
    return None


def _size(element: Element | None) -> int | None:
    number = None if element is None else number_of(element.text)
    unit = _UNITS.get((element.get("units") or "bytes") if element is not None else "")
    return None if number is None or unit is None else round(number * unit)


def _box(coverage: Element | None) -> BoundingBox | None:
    texts = [
        text_at(coverage, f"{side}/{end}")
        for side in ("eastwest", "northsouth")
        for end in ("start", "size")
    ]
    numbers = [number for text in texts if (number := number_of(text)) is not None]
    if len(numbers) != 4:
        return None
    west, width, south, height = numbers
    return west, south, west + width, south + height
