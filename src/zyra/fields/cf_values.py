"""Turn numbers as NetCDF stores them into values: missing, scale, offset, unsigned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from netCDF4 import default_fillvals
from numpy.typing import DTypeLike, NDArray

from zyra.core.errors import DataError

Stored = NDArray[Any]
Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class Packing:
    """How the numbers of one variable are stored.

    Attributes:
        dtype: Of the numbers, after `_Unsigned` is applied.
        scale, offset: Value = number * scale + offset.
        missing: Numbers that stand for "no value".
        stored_range: Lowest and highest valid number, either may be None.
        value_range: The same for values, where the file gives it in their unit.
    """

    dtype: np.dtype[Any]
    scale: float = 1.0
    offset: float = 0.0
    missing: tuple[Any, ...] = ()
    stored_range: tuple[Any, Any] = (None, None)
    value_range: tuple[Any, Any] = (None, None)


def packing_of(
    dtype: np.dtype[Any], attributes: Attributes, *, has_default_fills: bool = True
) -> Packing:
    """Read the packing attributes of a variable.

    `valid_min`, `valid_max` and `valid_range` are in the stored unit, unless they are
    floating numbers on stored integers: then they are in the unit of the values.

    Args:
        dtype: Type of the stored numbers.
        attributes: `scale_factor`, `add_offset`, `_FillValue`, `missing_value`,
            `valid_range`, `valid_min`, `valid_max`, `_Unsigned`.
        has_default_fills: Whether NetCDF's default fill value means "no value" where the
            attributes name none.

    Raises:
        DataError: An attribute is not a number.

    Source: NetCDF User's Guide, Appendix B; CF 1.11, sections 2.5.1 and 8.1.
    """
    scale, offset = (
        float(_numbers(attributes, name, default)[0])
        for name, default in (("scale_factor", 1.0), ("add_offset", 0.0))
    )
    stored_as = f"{dtype.kind}{dtype.itemsize}"
    if str(attributes.get("_Unsigned", "")).lower() == "true" and dtype.kind == "i":
        dtype = np.dtype(f"{dtype.byteorder}u{dtype.itemsize}")
    limits = _valid_range(attributes)
    in_values = dtype.kind in "iu" and any(
        isinstance(limit, np.floating | float) for limit in limits
    )
    stored = tuple(None if limit is None else _as_stored(limit, dtype) for limit in limits)
    return Packing(
        dtype=dtype,
        scale=scale,
        offset=offset,
        missing=_missing(dtype, stored_as if has_default_fills else None, attributes),
        stored_range=(None, None) if in_values else (stored[0], stored[1]),
        value_range=limits if in_values else (None, None),
    )


def unpack(stored: Stored, packing: Packing, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Values of stored numbers, NaN where missing.

    Scale and offset are applied in float64 and rounded once, so that the result is the
    nearest `dtype` to what the file says.

    Args:
        stored: Numbers as read, any shape.
        packing: Of their variable.
        dtype: Floating type of the result.

    Returns:
        Same shape; a new array.
    """
    numbers = stored
    if packing.dtype.kind == "u" and stored.dtype.kind == "i":
        numbers = stored.view(stored.dtype.str.replace("i", "u"))
    absent = _absent(numbers, packing)
    if packing.scale == 1.0 and packing.offset == 0.0:
        values = numbers.astype(dtype)
    else:
        exact = numbers.astype(np.float64)
        exact *= packing.scale
        exact += packing.offset
        values = exact.astype(dtype)
    low, high = packing.value_range
    _mark_outside(values, low, high, absent)
    if absent.any():
        values[absent] = np.nan
    return values


def _absent(numbers: Stored, packing: Packing) -> NDArray[np.bool_]:
    absent = np.zeros(numbers.shape, dtype=np.bool_)
    for missing in packing.missing:
        absent |= numbers == missing
    low, high = packing.stored_range
    _mark_outside(numbers, low, high, absent)
    return absent


def _mark_outside(numbers: Stored, low: Any, high: Any, absent: NDArray[np.bool_]) -> None:
    if low is not None:
        absent |= numbers < low
    if high is not None:
        absent |= numbers > high


def _missing(
    dtype: np.dtype[Any], stored_as: str | None, attributes: Attributes
) -> tuple[Any, ...]:
    given = [
        number
        for name in ("_FillValue", "missing_value")
        for number in (_numbers(attributes, name) if name in attributes else ())
    ]
    # Bytes have no default fill value: all 256 of them may be data.
    if "_FillValue" not in attributes and dtype.itemsize > 1 and stored_as is not None:
        given.append(np.asarray(default_fillvals[stored_as]).item())
    stored = (_as_stored(number, dtype) for number in given)
    return tuple(number for number in stored if number is not None and not np.isnan(number))


def _as_stored(number: Any, dtype: np.dtype[Any]) -> Any:
    """`number` in the stored type; None where that type cannot hold it (NaN in integers)."""
    value = np.asarray(number)
    if dtype.kind == "u" and value.dtype.kind == "i":
        # With `_Unsigned` the attribute has the signed type of the file: -1 means 255.
        return value.astype(dtype)[()]
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if not (np.isfinite(value) and limits.min <= value <= limits.max):
            return None
    with np.errstate(over="ignore"):  # then it is infinite, and equals no number
        return value.astype(dtype)[()]


def _valid_range(attributes: Attributes) -> tuple[Any, Any]:
    if "valid_range" in attributes:
        limits = _numbers(attributes, "valid_range")
        if len(limits) != 2:
            raise DataError(f"valid_range has {len(limits)} numbers instead of 2")
        return limits[0], limits[1]
    low, high = (
        _numbers(attributes, name)[0] if name in attributes else None
        for name in ("valid_min", "valid_max")
    )
    return low, high


def _numbers(attributes: Attributes, name: str, default: float | None = None) -> Stored:
    numbers = np.atleast_1d(np.asarray(attributes.get(name, default)))
    if numbers.dtype.kind not in "iuf" or numbers.size == 0:
        raise DataError(f"attribute {name} is {attributes[name]!r} instead of a number")
    return numbers
