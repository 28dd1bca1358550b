"""Take a part of a stranger's JSON for what it should be; for an empty one where it is not that."""

from collections.abc import Mapping
from typing import Any


def object_of(node: Any) -> Mapping[str, Any]:
    """The object that `node` is."""
    return node if isinstance(node, Mapping) else {}


def list_of(node: Any) -> list[Any]:
    """The list that `node` is."""
    return node if isinstance(node, list) else []
