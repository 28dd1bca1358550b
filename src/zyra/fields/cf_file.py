"""A CF file being written: unique names, dimensions, coordinates, attributes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from zyra.fields.cf_plan import unique_name


class Written(Protocol):
    """A variable of a file that is being written."""

    def __setitem__(self, where: Any, values: Any) -> None:
        """Write numbers at an index for each dimension, or everywhere with `...`."""


class CfTarget(Protocol):
    """What a format must offer so that CF files can be written in it."""

    def describe(self, attributes: Mapping[str, Any]) -> None:
        """Set the attributes of the file, before anything else is written."""

    def dimension(self, name: str, length: int) -> None:
        """Add a dimension of a new name."""

    def coordinate(
        self,
        name: str,
        dimensions: Sequence[str],
        values: NDArray[Any],
        attributes: Mapping[str, Any],
    ) -> None:
        """Add a variable of a new name with all its values."""

    def variable(
        self,
        name: str,
        dimensions: Sequence[str],
        attributes: Mapping[str, Any],
        chunks: tuple[int, ...],
    ) -> Written:
        """Add a float32 variable of a new name, written chunk by chunk; NaN is missing."""


class CfFile:
    """Names what is written, and writes coordinates with their bounds, in any format."""

    def __init__(self, target: CfTarget) -> None:
        self._target = target
        self._sizes: dict[str, int] = {}
        self._names: set[str] = set()
        self._bounds: str | None = None

    def size(self, dimension: str) -> int:
        """Length of a dimension."""
        return self._sizes[dimension]

    def attributes(self, attributes: Mapping[str, Any]) -> None:
        """Set the attributes of the file."""
        self._target.describe(attributes)

    def axis(
        self,
        wanted: str,
        values: NDArray[Any],
        attributes: Mapping[str, Any],
        bounds: NDArray[Any] | None = None,
    ) -> str:
        """Add a dimension with its coordinate variable, and return their name.

        Args:
            wanted: Their name, if it is not taken.
            values: Shape (length,).
            attributes: Of the coordinate variable.
            bounds: Shape (length, 2), the ends of the cells; or None.
        """
        name = self._new_dimension(wanted, len(values))
        self._coordinate(name, (name,), values, attributes, bounds)
        return name

    def auxiliary(
        self,
        wanted: str,
        dimensions: Sequence[str],
        values: NDArray[Any],
        attributes: Mapping[str, Any],
        bounds: NDArray[Any] | None = None,
    ) -> str:
        """Add a coordinate variable on any dimensions, or on none; return its name."""
        name = self._new_name(wanted)
        self._coordinate(name, tuple(dimensions), values, attributes, bounds)
        return name

    def mapping(self, wanted: str, attributes: Mapping[str, Any]) -> str:
        """Add a variable that only carries attributes, and return its name."""
        name = self._new_name(wanted)
        self._target.coordinate(name, (), np.zeros((), np.int32), attributes)
        return name

    def variable(
        self,
        wanted: str,
        dimensions: Iterable[str],
        attributes: Mapping[str, Any],
        chunks: tuple[int, ...],
    ) -> Written:
        """Add a float32 variable that is written chunk by chunk; NaN is missing."""
        name = self._new_name(wanted)
        return self._target.variable(name, tuple(dimensions), attributes, chunks)

    def _coordinate(
        self,
        name: str,
        dimensions: tuple[str, ...],
        values: NDArray[Any],
        attributes: Mapping[str, Any],
        bounds: NDArray[Any] | None,
    ) -> None:
        if bounds is None:
            self._target.coordinate(name, dimensions, values, attributes)
            return
        cells = self._new_name(f"{name}_bnds")
        self._target.coordinate(name, dimensions, values, {**attributes, "bounds": cells})
        if self._bounds is None:
            self._bounds = self._new_dimension("bnds", 2)
        self._target.coordinate(cells, (*dimensions, self._bounds), bounds, {})

    def _new_dimension(self, wanted: str, length: int) -> str:
        name = self._new_name(wanted)
        self._sizes[name] = length
        self._target.dimension(name, length)
        return name

    def _new_name(self, wanted: str) -> str:
        """`wanted`, or with a number that no dimension or variable has yet."""
        name = unique_name(wanted, self._names)
        self._names.add(name)
        return name
