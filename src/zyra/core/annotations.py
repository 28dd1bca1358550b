"""What a declared type is underneath, for readers of declarations."""

import types
from typing import Annotated, Any, Union, get_args, get_origin


def plain_type(annotation: Any) -> Any:
    """The type inside `X | None` and `Annotated[X, ...]`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return plain_type(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return plain_type(parts[0]) if len(parts) == 1 else annotation
    return annotation
