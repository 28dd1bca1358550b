"""Dotted paths into JSON: through objects by key, through lists by number or into each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zyra.core.errors import UsageError

Record = dict[str, Any]


class _Missing:
    """Nothing is at a path, which is something else than null."""


MISSING = _Missing()


def path_of(text: str, flag: str) -> tuple[str, ...]:
    """The steps of a dotted path such as `data.items`.

    Raises:
        UsageError: A step is empty.
    """
    steps = tuple(text.strip().split("."))
    if "" in steps:
        raise UsageError(f"{flag} {text!r} has an empty step", hint="write such as data.items")
    return steps


def listed(text: str | None, flag: str) -> list[str]:
    """The names in a comma-separated list.

    Raises:
        UsageError: A name is empty or stands twice.
    """
    names = [] if text is None else [name.strip() for name in text.split(",")]
    for name in names:
        if not name or names.count(name) > 1:
            problem = "names nothing between two commas" if not name else f"names {name} twice"
            raise UsageError(f"{flag} {text!r} {problem}")
    return names


def value_at(value: Any, path: Sequence[str]) -> Any:
    """What is at a path; `MISSING` where nothing is.

    A key that holds the dots itself is taken where the path leads nowhere. A list is entered
    by number, or else every element is, and those that have something there make a list.
    """
    if not path:
        return value
    if isinstance(value, list):
        return _in_list(value, path)
    if not isinstance(value, dict):
        return MISSING
    if len(path) == 1:
        return value.get(path[0], MISSING)
    if path[0] in value:
        found = value_at(value[path[0]], path[1:])
        if found is not MISSING:
            return found
    return value.get(".".join(path), MISSING)


def _in_list(elements: list[Any], path: Sequence[str]) -> Any:
    if path[0].isdecimal():
        number = int(path[0])
        return value_at(elements[number], path[1:]) if number < len(elements) else MISSING
    found = [value_at(element, path) for element in elements]
    return [each for each in found if each is not MISSING] or MISSING


def flattened(record: Mapping[str, Any], before: str = "") -> Record:
    """The record with dotted keys instead of objects in it; lists stay as they are."""
    flat: Record = {}
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping) and value:
            flat.update(flattened(value, f"{name}."))
        else:
            flat[name] = value
    return flat


def exploded(record: Record, path: Sequence[str]) -> Iterator[Record]:
    """One record for each element of the list at `path`, which takes the list's place.

    An empty list gives one record with null there; what is no list, or not there, gives the
    record as it is. The records share what is beside the path.
    """
    elements = value_at(record, path)
    if not isinstance(elements, list):
        yield record
        return
    for element in elements or [None]:
        yield _with(record, path, element)


def _with(record: Record, path: Sequence[str], value: Any) -> Record:
    """A copy of the record with `value` at `path`, which is there."""
    whole = ".".join(path)
    if len(path) == 1 or value_at(record.get(path[0]), path[1:]) is MISSING:
        return {**record, whole: value}
    inner = record[path[0]]
    if not isinstance(inner, dict):
        raise UsageError(
            f"--explode {whole} leads through the list {path[0]}",
            hint=f"explode the outer list first: --explode {path[0]} --explode {whole}",
        )
    return {**record, path[0]: _with(inner, path[1:], value)}
