"""Turn YAML into Python's values, within bounds; every problem has its place."""

from collections.abc import Hashable
from typing import Any

import yaml

from zyra.core.errors import DataError
from zyra.core.json_values import MAX_DEPTH

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

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """As the base's, but of two equal keys neither is passed over."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice!r} is given twice in one mapping", node.start_mark
            )
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def decode_yaml(data: bytes | str, shown: str, loader: type = yaml.CSafeLoader) -> Any:
    """The value of a YAML document.

    Args:
        data: The document.
        shown: What it is called in errors.
        loader: What makes values of texts.

    Raises:
        DataError: It is no YAML, or is nested too deeply.
    """
    try:
        _refuse_depth(data, shown)
        return yaml.load(data, Loader=loader)  # noqa: S506 - safe loaders only
    except (yaml.YAMLError, ValueError) as exc:
        raise DataError(f"{shown} is neither JSON nor YAML: {_told(exc)}") from exc


def _refuse_depth(data: bytes | str, shown: str) -> None:
    """Refuse YAML on which the C library would run out of stack, which ends the process."""
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
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
