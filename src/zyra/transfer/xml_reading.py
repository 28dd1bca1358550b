"""Read XML that strangers wrote: no document types, so no entities, and bounded in every way."""

from dataclasses import dataclass, field
from xml.parsers import expat

from zyra.core.errors import DataError

MOST_ELEMENTS = 2_000_000
DEEPEST = 100
_LONGEST_TEXT = 10_000  # characters of one element that are kept


@dataclass
class Element:
    """An element; names are without their namespaces.

    Attributes:
        text: The characters directly within it.
    """

    name: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list["Element"]:
        """The children of a name."""
        return [child for child in self.children if child.name == name]

    def text_of(self, name: str) -> str | None:
        """The text of the first child of a name, without space around it."""
        return next((child.text.strip() for child in self.all(name)), None)


def read_xml(data: bytes, shown: str) -> Element:
    """The root element of a document.

    Args:
        data: The document.
        shown: What it is called in messages.

    Raises:
        DataError: It is not XML, declares a document type, or is too deep or too large.
    """
    builder = _Builder(shown)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as exc:  # the latter: an encoding
        raise DataError(f"{shown} is not XML: {exc}") from exc
    return builder.document.children[0]


class _Builder:
    """Makes elements of what the parser finds."""

    def __init__(self, shown: str) -> None:
        self.document = Element("", {})
        self._shown = shown
        self._open = [self.document]
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > DEEPEST or self._count > MOST_ELEMENTS:
            raise DataError(
                f"{self._shown} is deeper than {DEEPEST} or has more than {MOST_ELEMENTS} elements"
            )
        plain = {_plain(key): value for key, value in attributes.items()}
        element = Element(_plain(name), plain)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, name: str) -> None:  # noqa: ARG002 - expat checks that names fit
        self._open.pop()

    def characters(self, text: str) -> None:
        element = self._open[-1]
        if len(element.text) < _LONGEST_TEXT:
            element.text += text

    def doctype(self, *_: object) -> None:
        raise DataError(f"{self._shown} declares a document type, which is not read")


def _plain(name: str) -> str:
    return name.rpartition(" ")[2]
