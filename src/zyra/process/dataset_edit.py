"""Change values in a JSON text and leave every other character of it as it is."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Member:
    """A member of an object, and where in the text its key and value are."""

    key: str
    key_start: int
    key_end: int
    value_start: int
    value_end: int


@dataclass(frozen=True)
class Edit:
    """New text for the characters from `start` up to, not including, `end`."""

    start: int
    end: int
    text: str


def item_starts(text: str, start: int) -> list[int]:
    """Where the items of the list at `start` begin; the text is known to be JSON."""
    starts = []
    position = _after_space(text, start + 1)
    while text[position] != "]":
        starts.append(position)
        position = _after_space(text, _end_of_value(text, position))
        if text[position] == ",":
            position = _after_space(text, position + 1)
    return starts


def members(text: str, start: int) -> Iterator[Member]:
    """The members of the object at `start`; the text is known to be JSON."""
    position = _after_space(text, start + 1)
    while text[position] != "}":
        key, key_end = _DECODER.raw_decode(text, position)
        value = _after_space(text, _after_space(text, key_end) + 1)
        end = _end_of_value(text, value)
        yield Member(key, position, key_end, value, end)
        position = _after_space(text, end)
        if text[position] == ",":
            position = _after_space(text, position + 1)


def object_edits(text: str, start: int, changes: Mapping[str, Any]) -> list[Edit]:
    """What sets members of the object at `start`; new ones go to its end, laid out alike.

    Args:
        text: A JSON text.
        start: Where an object that has members begins in it.
        changes: New values by key.
    """
    there = list(members(text, start))
    # Of a key that stands there twice, readers take the last.
    by_key = {member.key: member for member in there}
    edits = [
        Edit(member.value_start, member.value_end, json.dumps(changes[key], ensure_ascii=False))
        for key, member in by_key.items()
        if key in changes
    ]
    last = there[-1]
    before_key = text[_space_before(text, last.key_start) : last.key_start]
    after_key = text[last.key_end : last.value_start]
    added = "".join(
        f",{before_key}{json.dumps(key)}{after_key}{json.dumps(value, ensure_ascii=False)}"
        for key, value in changes.items()
        if key not in by_key
    )
    return [*edits, Edit(last.value_end, last.value_end, added)] if added else edits


def edited(text: str, edits: list[Edit]) -> str:
    """The text with all edits made; they may not overlap."""
    # From the end, so that places further up stay where they are.
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def first_place(text: str) -> int:
    """Where the value of a JSON text begins."""
    return _after_space(text, 0)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    assert found is not None  # it matches nothing, too
    return found.end()


def _space_before(text: str, position: int) -> int:
    return len(text[:position].rstrip(" \t\n\r"))


def _end_of_value(text: str, position: int) -> int:
    return _DECODER.raw_decode(text, position)[1]
