"""Open Zarr stores for the readers of CF data."""

import base64
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray

from zyra.core.errors import DataError
from zyra.fields.budgets import refuse_bomb, refuse_too_large
from zyra.fields.cf_dataset import CfDataset
from zyra.fields.cf_source import Index, points_at
from zyra.fields.zarr_store import (
    nodes_of,
    open_group,
    refuse_unknown_codecs,
    stored_bytes,
    zarr_errors,
)

# Decoded chunks that hold several fields are kept for the next one: 256 MiB of float32.
_MOST_POINTS_KEPT = 1 << 26


class ZarrDataset(CfDataset):
    """An open Zarr store as a list of fields."""

    def __init__(self, path: Path) -> None:
        """Open the store and list its fields.

        Raises:
            DataError: It is no Zarr group, is damaged, or its coordinates contradict CF.
        """
        super().__init__(_ZarrSource(path))


class _ZarrSource:
    """An open Zarr group; fulfils `cf_source.CfSource`."""

    has_default_fills = False

    def __init__(self, path: Path) -> None:
        self._store, group = open_group(path)
        try:
            nodes = nodes_of(path, group)
            self.groups: Collection[str] = [
                name for name, node in nodes.items() if isinstance(node, zarr.Group)
            ]
            self.variables: Mapping[str, _ZarrVariable] = {
                name: _ZarrVariable(name, node, path)
                for name, node in nodes.items()
                if isinstance(node, zarr.Array)
            }
            _refuse_contradictions(self.variables)
        except DataError:
            self.close()
            raise

    def close(self) -> None:
        """Close the store."""
        self._store.close()


def _refuse_contradictions(variables: Mapping[str, "_ZarrVariable"]) -> None:
    """Refuse dimensions of several lengths, which nothing in Zarr forbids.

    Raises:
        DataError: There is one.
    """
    lengths: dict[str, int] = {}
    for name, variable in variables.items():
        if len(variable.dimensions) != len(variable.shape):
            raise DataError(
                f"array {name} has {len(variable.shape)} dimensions and names for "
                f"{len(variable.dimensions)}"
            )
        for dimension, length in zip(variable.dimensions, variable.shape, strict=True):
            if lengths.setdefault(dimension, length) != length:
                raise DataError(
                    f"dimension {dimension} has {length} places in {name} and "
                    f"{lengths[dimension]} elsewhere"
                )


@dataclass(frozen=True)
class _ZarrVariable:
    """One array; fulfils `cf_source.CfVariable`."""

    name: str
    array: "zarr.Array[Any]"
    path: Path
    kept: dict[tuple[range, ...], NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Names of its dimensions; such as nobody named get a name of their own."""
        given = getattr(self.array.metadata, "dimension_names", None)
        if given is None:
            given = self.array.attrs.get("_ARRAY_DIMENSIONS")
        if not isinstance(given, (list, tuple)):
            given = [None] * len(self.array.shape)
        return tuple(name or f"{self.name}_{place}" for place, name in enumerate(given))

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of its dimensions."""
        return self.array.shape

    @cached_property
    def dtype(self) -> np.dtype[Any] | None:
        """Type of its numbers; None for text and times of numpy's own."""
        dtype = self.array.dtype
        return dtype if isinstance(dtype, np.dtype) and dtype.kind in "iuf" else None

    @cached_property
    def attributes(self) -> Mapping[str, Any]:
        """Its attributes, with what Zarr says of missing values."""
        attributes = dict(self.array.attrs)
        attributes.pop("_ARRAY_DIMENSIONS", None)
        given = attributes.pop("_FillValue", None)
        if given is None and self.array.metadata.zarr_format == 2:
            given = self._fill_value()
        with zarr_errors(f"array {self.name}"):
            fill = None if self.dtype is None else _number(given)
        return attributes if fill is None else {**attributes, "_FillValue": fill}

    def _fill_value(self) -> Any:
        """Version 2's own fill value, which xarray takes for the missing value as well.

        Except zero in coordinates: there it is the default of zarr, and a true value.
        """
        fill = self.array.metadata.fill_value
        return None if len(self.shape) < 2 and fill == 0 else fill

    def read(self, where: Index) -> NDArray[Any]:
        """The stored numbers at `where`.

        Where chunks hold several fields, they are decoded once for those read in turn.
        """
        with zarr_errors(f"array {self.name}"):
            refuse_unknown_codecs(self.name, self.array.metadata.to_dict())
            refuse_too_large(f"a chunk of {self.name}", self.array.chunks)
            for points in (points_at(where, self.shape), prod(self.array.chunks)):
                refuse_bomb(self.name, points, lambda: stored_bytes(self.path))
            block = tuple(
                _around(at, length, size)
                for at, length, size in zip(where, self.array.chunks, self.shape, strict=True)
            )
            if prod(map(len, block)) > _MOST_POINTS_KEPT:
                return np.asarray(self.array[where])
            if block not in self.kept:
                self.kept.clear()
                self.kept[block] = np.asarray(
                    self.array[tuple(slice(part.start, part.stop) for part in block)]
                )
            inside = (
                at if isinstance(at, slice) else at - part.start
                for at, part in zip(where, block, strict=True)
            )
            return np.asarray(self.kept[block][tuple(inside)])


def _around(at: int | slice, length: int, size: int) -> range:
    """The places of the chunk that holds place `at`, or those of a slice."""
    if isinstance(at, slice):
        return range(size)[at]
    start = at - at % length
    return range(start, min(start + length, size))


def _number(fill: Any) -> Any:
    """A fill value as a number; xarray writes floating ones to version 3 in base 64.

    Source: xarray, `FillValueCoder`: base 64 of a little-endian double.
    """
    if not isinstance(fill, str):
        return fill
    try:
        return float(fill)  # also NaN and Infinity
    except ValueError:
        return struct.unpack("<d", base64.standard_b64decode(fill))[0]
