"""A NetCDF file being written: unique names, dimensions, variables, attributes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import netCDF4
import numpy as np
from numpy.typing import NDArray

from zyra.fields.netcdf_plan import unique_name

_MISSING = np.float32(np.nan)


class NetcdfFile:
    """Thin layer over netCDF4 for files that are written once, front to back."""

    def __init__(self, path: Path) -> None:
        """Create the file, replacing any that is there.

        Raises:
            OSError: The folder does not exist, or may not be written.
        """
        self._file = netCDF4.Dataset(path.absolute(), "w", format="NETCDF4")
        # Every value is written by us: filling first would write the file twice.
        self._file.set_fill_off()
        self._bounds: str | None = None

    def __enter__(self) -> Self:
        """Use as a context manager that completes and closes the file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Complete and close the file."""
        self._file.close()

    def new_name(self, wanted: str) -> str:
        """`wanted`, or with a number that no dimension or variable has yet."""
        return unique_name(wanted, {*self._file.dimensions, *self._file.variables})

    def attributes(self, attributes: Mapping[str, Any]) -> None:
        """Add attributes of the file."""
        self._file.setncatts(attributes)

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
        name = self.new_name(wanted)
        self._file.createDimension(name, len(values))
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
        name = self.new_name(wanted)
        self._coordinate(name, tuple(dimensions), values, attributes, bounds)
        return name

    def _coordinate(
        self,
        name: str,
        dimensions: tuple[str, ...],
        values: NDArray[Any],
        attributes: Mapping[str, Any],
        bounds: NDArray[Any] | None,
    ) -> None:
        variable = self._file.createVariable(name, values.dtype, dimensions)
        variable.setncatts(attributes)
        variable[...] = values
        if bounds is None:
            return
        if self._bounds is None:
            self._bounds = self.new_name("bnds")
            self._file.createDimension(self._bounds, 2)
        cells = self.new_name(f"{name}_bnds")
        self._file.createVariable(cells, bounds.dtype, (*dimensions, self._bounds))[...] = bounds
        variable.setncattr("bounds", cells)

    def mapping(self, wanted: str, attributes: Mapping[str, Any]) -> str:
        """Add a variable that only carries attributes, and return its name."""
        name = self.new_name(wanted)
        variable = self._file.createVariable(name, np.int32, ())
        variable.setncatts(attributes)
        variable[...] = 0
        return name

    def variable(
        self, wanted: str, dimensions: Sequence[str], attributes: Mapping[str, Any]
    ) -> "netCDF4.Variable[Any]":
        """Add a float32 variable whose slices are written one by one; NaN is missing."""
        name = self.new_name(wanted)
        variable = self._file.createVariable(
            name, np.float32, tuple(dimensions), fill_value=_MISSING
        )
        variable.set_auto_maskandscale(False)
        variable.setncatts(attributes)
        return variable
