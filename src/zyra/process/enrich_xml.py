"""Read XML from strangers: names without namespaces, nothing fetched, nothing multiplied."""

import xml.etree.ElementTree as ET
from math import isfinite
from xml.parsers import expat

from zyra.core.errors import DataError

Element = ET.Element
_DEEPEST = 100


def parse_xml(raw: bytes, name: str) -> Element:
    """The root of an XML document; tags and attributes have lost their namespaces.

    Args:
        raw: The document.
        name: Of it, for messages.

    Raises:
        DataError: It is not XML, declares entities, or is nested too deep.
    """
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise DataError(f"{name} is nested more than {_DEEPEST} deep")
        builder.start(_local(tag), {_local(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(tag))

    def refuse_entity(*_: object) -> None:
        # A few lines of nested entities become gigabytes.
        raise DataError(f"{name} declares entities, which are not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError) as exc:  # an encoding that is unknown
        raise DataError(f"{name} is not XML: {exc}") from exc
    return builder.close()


def text_at(element: Element | None, path: str) -> str | None:
    """The text of the first element at `path` below, or None when it is empty or not there."""
    text = None if element is None else element.findtext(path)
    return text.strip() or None if text else None


def number_of(text: str | None) -> float | None:
    """The number that a text says, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) else None


def _local(name: str) -> str:
    return name.rpartition("}")[2]
