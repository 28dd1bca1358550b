"""The datasets of a list: read and checked, each with the parts that enriching looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from zyra.core.errors import DataError
from zyra.process.dataset_json import kind_of, optional_text

_TEXTS = ("name", "description", "source", "format", "uri")


@dataclass(frozen=True)
class Item:
    """One dataset of the list; texts are empty where it says nothing.

    Attributes:
        record: The item as it was given, every member.
    """

    id: str
    name: str
    description: str
    source: str
    format: str
    uri: str
    record: Mapping[str, Any]

    @classmethod
    def from_json(cls, record: Any, place: str) -> Self:
        """Take one entry of the list.

        Raises:
            DataError: It is no object, or a member of it is no text.
        """
        if not isinstance(record, dict):
            raise DataError(f"{place} is {kind_of(record)} where an object is expected")
        texts = {key: optional_text(record, key, place) or "" for key in _TEXTS}
        own = record.get("id")
        if isinstance(own, bool) or not isinstance(own, (str, int, type(None))):
            raise DataError(f"{place}: id is {kind_of(own)} where a text is expected")
        return cls(id="" if own is None else str(own), record=record, **texts)


def items_from(value: Any, name: str) -> list[Item]:
    """The items of a document: a list, or an object with one under `items`.

    Raises:
        DataError: It is neither, or an item is malformed.
    """
    entries = value.get("items") if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise DataError(f"{name} is neither a list of items nor an object with one under items")
    return [
        Item.from_json(entry, f"{name}: item {number}")
        for number, entry in enumerate(entries, start=1)
    ]
