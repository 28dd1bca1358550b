"""Read a pipeline from YAML or JSON; nothing is looked at yet but its shape."""

import json
from collections.abc import Iterable
from typing import Any

from zyra.core.errors import DataError
from zyra.core.yaml_values import PlainTexts, decode_yaml

# References of YAML, and variables, can make a short text stand for endless values.
MOST_VALUES, MOST_CHARACTERS = 20_000, 4 << 20
_MOST_EVENTS = 4 * MOST_VALUES


def read_document(data: bytes, shown: str) -> dict[str, Any]:
    """The mapping that a pipeline file holds.

    Args:
        data: YAML, or JSON, which is known by its first brace.
        shown: What the file is called in errors.

    Raises:
        DataError: It is neither, or no mapping, or has too many values.
    """
    value = _decoded(data, shown)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise DataError(
            f"{shown} is not a pipeline",
            hint="it has a key stages, a list of steps with stage, command and args",
        )
    if is_too_large(value):
        raise DataError(
            f"{shown} has more than {MOST_VALUES} values or {MOST_CHARACTERS} characters"
        )
    return value


def _decoded(data: bytes, shown: str) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DataError(f"{shown} is not UTF-8 at byte {exc.start}") from exc
    if text.lstrip()[:1] != "{":
        return decode_yaml(text, shown, PlainTexts, _MOST_EVENTS)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as exc:
        # A flow mapping of YAML begins with a brace as well.
        return _flow_mapping(text, shown, exc)
    except (RecursionError, ValueError) as exc:
        raise DataError(f"{shown} is neither JSON nor YAML: {exc}") from exc


def _flow_mapping(text: str, shown: str, problem: json.JSONDecodeError) -> Any:
    try:
        return decode_yaml(text, shown, PlainTexts, _MOST_EVENTS)
    except DataError as exc:
        raise DataError(
            f"{shown} is not JSON: {problem.msg}, line {problem.lineno} column {problem.colno}"
        ) from exc


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, inner in pairs:
        if name in value:
            raise ValueError(f"{name!r} is given twice in one object")
        value[name] = inner
    return value


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def is_too_large(value: Any) -> bool:
    """Whether something has more values or text than a pipeline may.

    What refers to itself comes to an end, as it is counted level by level.
    """
    level, seen, characters = [value], 0, 0
    while level:
        seen += len(level)
        characters += sum(len(text) for text in level if isinstance(text, str))
        if seen > MOST_VALUES or characters > MOST_CHARACTERS:
            return True
        level = [inner for outer in level for inner in _inner(outer)]
    return False


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
