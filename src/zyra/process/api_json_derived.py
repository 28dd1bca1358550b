"""Columns that are counted from others."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zyra.core.closest import closest_or_all
from zyra.core.errors import UsageError
from zyra.core.json_paths import MISSING, Record, value_at

TEXT_FIELDS = (
    "text",
    "content",
    "contents.content",
    "message",
    "message.content",
    "body",
    "markdown",
    "transcript",
)
_TOOL_CALLS = ("tool_calls", "toolCalls", "message.tool_calls", "message.toolCalls")

# A stop, or several, with closing quotes and brackets, before white space or the end.
_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+[\"')\]\u2019\u201d]*(?=\s|$)")

Count = Callable[[Record, Sequence[str]], int | None]


def word_count(text: str) -> int:
    """Pieces of the text between white space."""
    return len(text.split())


def sentence_count(text: str) -> int:
    """Pieces of the text that end with a stop; the last needs none."""
    pieces = _SENTENCE_END.split(text)
    return sum(1 for piece in pieces if any(map(str.isalnum, piece)))


def derived_of(record: Record, names: Sequence[str], text_field: str | None) -> Record:
    """The derived columns of a record; null where there is nothing to count in.

    Args:
        record: After lists were exploded.
        names: Of `DERIVED`.
        text_field: Dotted path to the text; the first of `TEXT_FIELDS` when None.
    """
    paths = TEXT_FIELDS if text_field is None else (text_field,)
    return {name: DERIVED[name](record, paths) for name in names}


def refuse_unknown(names: Sequence[str]) -> None:
    """Refuse a name that is no derived column.

    Raises:
        UsageError: It is none.
    """
    for name in names:
        if name not in DERIVED:
            raise UsageError(
                f"--derived has no column {name!r}",
                hint=f"did you mean {closest_or_all(name, DERIVED)}?",
            )


def _text_of(record: Record, paths: Sequence[str]) -> str | None:
    for path in paths:
        found = value_at(record, path.split("."))
        if isinstance(found, str):
            return found
        if isinstance(found, list) and (texts := [each for each in found if isinstance(each, str)]):
            return "\n".join(texts)
    return None


def _counted(count: Callable[[str], int]) -> Count:
    def of_record(record: Record, paths: Sequence[str]) -> int | None:
        text = _text_of(record, paths)
        return None if text is None else count(text)

    return of_record


def _tool_calls(record: Record, paths: Sequence[str]) -> int:  # noqa: ARG001 - counts no text
    for path in _TOOL_CALLS:
        found: Any = value_at(record, path.split("."))
        if isinstance(found, list):
            return len(found)
        if found is not MISSING and found is not None:
            return 1
    return 0


DERIVED: Mapping[str, Count] = {
    "word_count": _counted(word_count),
    "sentence_count": _counted(sentence_count),
    "tool_calls_count": _tool_calls,
}
