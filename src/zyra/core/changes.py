"""Copies of frozen dataclasses with other values in some fields."""

from typing import Any, TypeVar

Value = TypeVar("Value")


def changed(value: Value, **changes: Any) -> Value:
    """The value with other values in some fields.

    As `dataclasses.replace`, but what stays is taken over at once, not set field by field, as
    each run has several copies made while its caller waits. For classes without `__slots__` and
    `__post_init__`, whose instances keep nothing that is made of their fields.

    Raises:
        TypeError: There is no such field.
    """
    if unknown := changes.keys() - vars(value).keys():
        raise TypeError(f"a {type(value).__name__} has no {', '.join(sorted(unknown))}")
    copy = object.__new__(type(value))
    vars(copy).update(vars(value), **changes)
    return copy
