"""Turn YAML into Python's values, within bounds; every problem has its place."""

import math
from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml

from zyra.core.errors import DataError
from zyra.core.json_values import MAX_DEPTH

# Each level of << can multiply what is below it.
MOST_MERGED = 20_000
_KEPT_TAGS = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:merge")


def _kept_resolvers() -> dict[str, list[tuple[str, Any]]]:
    """Which plain texts are null or `<<`, by their first character."""
    return {
        first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT_TAGS]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class PlainTexts(yaml.CSafeLoader):  # type: ignore[misc]
    """Reads every value as the text that was written, but null.

    So `no`, `1e3`, `007` and `2024-01-01` are what the author sees; who takes a number or a
    date reads it from the text.
    """

    yaml_implicit_resolvers = _kept_resolvers()
    _merged = 0

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the base's, but of two equal keys neither is passed over."""
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        [(most_often, times)] = keys.most_common(1) or [("", 0)]
        if times > 1:
            raise _wrong(f"{most_often!r} is given twice in one mapping", node)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """As the base's, within bounds."""
        super().flatten_mapping(node)
        self._merged += len(node.value)
        if self._merged > MOST_MERGED:
            raise _wrong(f"more than {MOST_MERGED} values in mappings", node)


def _wrong(problem: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def decode_yaml(
    data: bytes | str,
    shown: str,
    loader: type = yaml.CSafeLoader,
    most_events: float = math.inf,
) -> Any:
    """The value of a YAML document.

    Args:
        data: The document.
        shown: What it is called in errors.
        loader: What makes values of texts.
        most_events: Of values, keys, and beginnings and ends of collections.

    Raises:
        DataError: It is no YAML, or is nested too deeply, or has too many events.
    """
    try:
        _refuse_depth(data, shown, most_events)
        return yaml.load(data, Loader=loader)  # noqa: S506 - safe loaders only
    except (yaml.YAMLError, ValueError) as exc:
        raise DataError(f"{shown} is neither JSON nor YAML: {_told(exc)}") from exc


def _refuse_depth(data: bytes | str, shown: str, most_events: float) -> None:
    """Refuse YAML on which the C library would run out of stack, which ends the process."""
    depth = 0
    for seen, event in enumerate(yaml.parse(data, Loader=yaml.CSafeLoader)):
        if seen > most_events:
            raise DataError(f"{shown} has too many values")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise DataError(f"{shown}: nested deeper than {MAX_DEPTH} levels")


def _told(error: Exception) -> str:
    """The problem on one line, with its place."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error).partition("\n")[0]
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"{problem}, line {mark.line + 1} column {mark.column + 1}"
