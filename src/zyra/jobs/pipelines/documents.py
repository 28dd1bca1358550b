"""Read a pipeline from YAML or JSON; nothing is looked at yet but its shape."""

import json
from collections.abc import Iterable
from typing import Any

from zyra.core.errors import DataError
from zyra.core.yaml_values import PlainTexts, decode_yaml

# References of YAML can make a short text stand for endless values.
MOST_VALUES = 20_000


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
    _refuse_too_many(value, shown)
    return value


def _decoded(data: bytes, shown: str) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DataError(f"{shown} is not UTF-8 at byte {exc.start}") from exc
    if text.lstrip()[:1] != "{":
        return decode_yaml(text, shown, PlainTexts)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as exc:
        # A flow mapping of YAML begins with a brace as well.
        return _flow_mapping(text, shown, exc)
    except (RecursionError, ValueError) as exc:
        raise DataError(f"{shown} is neither JSON nor YAML: {exc}") from exc


def _flow_mapping(text: str, shown: str, problem: json.JSONDecodeError) -> Any:
    try:
        return decode_yaml(text, shown, PlainTexts)
    except DataError as exc:
        raise DataError(
            f"{shown} is not JSON: {problem.msg}, line {problem.lineno} column {problem.colno}"
        ) from exc


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} is given twice in one object")
    return dict(pairs)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _refuse_too_many(value: Any, shown: str) -> None:
    """Count level by level, so that what refers to itself comes to an end."""
    level, seen = [value], 0
    while level:
        seen += len(level)
        if seen > MOST_VALUES:
            raise DataError(f"{shown} has more than {MOST_VALUES} values")
        level = [inner for outer in level for inner in _inner(outer)]


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
