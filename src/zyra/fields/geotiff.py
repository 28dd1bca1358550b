"""Read GeoTIFF: every band is a field."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.crs import CRS
from rasterio.enums import Interleaving, MaskFlags

from zyra.core.errors import DataError
from zyra.fields.budgets import refuse_bomb, refuse_too_large
from zyra.fields.cf_values import Packing, unpack
from zyra.fields.crs import Crs
from zyra.fields.field import Field, FieldInfo
from zyra.fields.geotiff_opening import geotiff_errors, open_geotiff
from zyra.fields.geotiff_tags import info_from_tags
from zyra.fields.grid import Grid
from zyra.fields.selection import describe


class GeotiffDataset:
    """An open GeoTIFF as a list of fields.

    Attributes:
        infos: Its bands, in their order.
        left_out: Bands without values or place of ours, with the reason.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and describe its bands.

        Raises:
            DataError: It is no TIFF file or damaged.
        """
        self._name = path.name
        self._file = open_geotiff(path)
        with geotiff_errors(self._name):
            refuse_too_large("the raster", self._file.shape)
            refuse_bomb("the raster", prod(self._file.shape), lambda: path.stat().st_size)
            together = 1 if self._file.interleaving == Interleaving.band else self._file.count
            for block in set(self._file.block_shapes):
                refuse_too_large("a block of the raster", (together, *block))
            self._grid, problem = self._find_grid()
            described = [self._describe(band) for band in self._file.indexes]
        self.infos: Sequence[FieldInfo] = [] if problem else described
        self.left_out: Mapping[str, str] = (
            {info.variable: problem for info in described} if problem else {}
        )

    def grid(self, info: FieldInfo) -> Grid:  # noqa: ARG002 - all bands share it
        """The grid of the bands.

        Raises:
            DataError: The file has no place on earth.
        """
        if self._grid is None:
            raise DataError(f"{self._name} has no place on earth")
        return self._grid

    def expect(self, infos: Sequence[FieldInfo]) -> None:
        """Do nothing: bands are read in one thread."""

    def read(self, info: FieldInfo) -> Field:
        """Read one band; cells that its nodata value or mask leaves out are missing.

        Raises:
            DataError: The file is damaged there.
        """
        band = info.number
        with geotiff_errors(self._name):
            stored = self._file.read(band)
            values = unpack(stored, self._packing(band, stored.dtype))
            if MaskFlags.per_dataset in self._file.mask_flag_enums[band - 1]:
                values[self._file.read_masks(band) == 0] = np.nan
        return Field.of(info, values, self.grid(info))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _describe(self, band: int) -> FieldInfo:
        description = self._file.descriptions[band - 1] or ""
        units = self._file.units[band - 1] or ""
        info = info_from_tags(self._file.tags(band), band, description, units)
        return replace(info, line=describe(info))

    def _packing(self, band: int, dtype: np.dtype[Any]) -> Packing:
        nodata = self._file.nodatavals[band - 1]
        return Packing(
            dtype=dtype,
            scale=self._file.scales[band - 1],
            offset=self._file.offsets[band - 1],
            missing=() if nodata is None else (nodata,),
        )

    def _find_grid(self) -> tuple[Grid | None, str]:
        """The grid of cell centres; or the reason why there is none."""
        place = self._file.transform
        if self._file.crs is None:
            return None, "has no coordinate system"
        if any(dtype.startswith("complex") for dtype in self._file.dtypes):
            return None, "holds complex numbers"
        if place.b or place.d:
            return None, "is rotated against its coordinate system"
        x = place.c + (np.arange(self._file.width) + 0.5) * place.a
        y = place.f + (np.arange(self._file.height) + 0.5) * place.e
        return Grid(_crs(self._file.crs), x, y), ""


def _crs(given: CRS) -> Crs:
    """Our words for it; a system in feet stays WKT, since CF's parameters are in metres."""
    wkt = given.to_wkt()
    if given.is_projected and given.linear_units_factor[1] != 1.0:
        return Crs("unnamed", {"crs_wkt": wkt})
    return Crs.from_text(wkt)
