"""What the readers of CF data need of a file, whichever library opens it."""

from collections.abc import Collection, Mapping
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zyra.fields.budgets import refuse_too_large

Index = tuple[int | slice, ...]


class CfVariable(Protocol):
    """A variable of an open file, described but not read.

    Attributes:
        dimensions: Names of its dimensions; empty for a scalar.
        shape: Their lengths.
        dtype: Type of the stored numbers; None where it holds no plain numbers.
        attributes: As CF means them: `units`, `_FillValue`, `scale_factor`, ...
    """

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of its dimensions; empty for a scalar."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of its dimensions."""

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """Type of the stored numbers; None where it holds no plain numbers."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """As CF means them: `units`, `_FillValue`, `scale_factor`, ..."""

    def read(self, where: Index) -> NDArray[Any]:
        """The stored numbers at an index for each dimension.

        Raises:
            DataError: The file is damaged there.
        """


class CfSource(Protocol):
    """An open file of variables.

    Attributes:
        variables: By name, in the order of the file.
        groups: Names of groups, which are not read.
        has_default_fills: Whether numbers that were never written have the default fill
            values of NetCDF.
    """

    @property
    def variables(self) -> Mapping[str, CfVariable]:
        """By name, in the order of the file."""

    @property
    def groups(self) -> Collection[str]:
        """Names of groups, which are not read."""

    @property
    def has_default_fills(self) -> bool:
        """Whether numbers that were never written have the default fill values of NetCDF."""

    def close(self) -> None:
        """Close the file."""


def read_whole(name: str, variable: CfVariable) -> NDArray[Any]:
    """All numbers of a variable that describes others, such as a coordinate.

    Raises:
        DataError: It is announced larger than a field may be, or damaged.
    """
    refuse_too_large(name, variable.shape)
    return variable.read((slice(None),) * len(variable.shape))


def points_at(where: Index, shape: tuple[int, ...]) -> int:
    """How many points an index picks."""
    picked = zip(where, shape, strict=True)
    return prod(len(range(size)[at]) for at, size in picked if isinstance(at, slice))
