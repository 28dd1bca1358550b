"""Read the coastlines and borders of Natural Earth that are packaged with Zyra.

`scripts/build_natural_earth.py` writes the files, `data/natural_earth/README.md` tells their
origin.

Format, little-endian: `HEADER`, then a zlib stream of the number of points of each line
(uint32), the jump from the end of each line to the start of the next (int32, all columns then
all rows) and the steps from point to point (16 bits zigzag, 0 at the start of a line; all low
bytes, then all high bytes). Jumps and steps count the header's quanta from its origin.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from zyra.core.errors import DataError

Kind = Literal["coastline", "borders"]
Scale = Literal["110m", "50m", "10m"]

FOLDER = Path(__file__).parent / "data" / "natural_earth"
# Magic, lines, points; origin and quantum in degrees, each longitude then latitude.
HEADER = struct.Struct("<8sII4d")
MAGIC = b"ZyraLns1"

# Degrees per pixel from which a coarser scale looks as good as a finer one: about one
# point of the line per pixel (median spacing 0.9, 0.15 and 0.02 degrees).
COARSEST_DEGREES_PER_PIXEL: tuple[tuple[float, Scale], ...] = ((0.25, "110m"), (0.035, "50m"))


@dataclass(frozen=True)
class Lines:
    """Polylines one after the other, none of which crosses the 180th meridian.

    Attributes:
        lon: Degrees east in [-180, 180], shape (points,).
        lat: Degrees north, shape (points,).
        starts: Index of the first point of each line, shape (lines,), ascending from 0.
    """

    lon: NDArray[np.float32]
    lat: NDArray[np.float32]
    starts: NDArray[np.intp]

    def joined(self) -> NDArray[np.bool_]:
        """Whether each point is joined to the next one, shape (points - 1,)."""
        joined = np.ones(max(len(self.lon) - 1, 0), bool)
        joined[self.starts[1:] - 1] = False
        return joined


def read_features(kind: Kind, scale: Scale) -> Lines:
    """Read all lines of one kind at one of Natural Earth's scales.

    Raises:
        DataError: The packaged file is not what the build script wrote.
    """
    data = (FOLDER / f"{kind}-{scale}.bin").read_bytes()
    magic, lines, points, west, south, lon_quantum, lat_quantum = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise DataError(f"{kind}-{scale}.bin is damaged: it starts with {magic!r}")
    body = isal_zlib.decompress(memoryview(data)[HEADER.size :])
    counts = np.frombuffer(body, "<u4", lines)
    jumps = np.frombuffer(body, "<i4", 2 * lines, 4 * lines).reshape(2, lines)
    steps = _steps(np.frombuffer(body, np.uint8, offset=12 * lines), points)
    starts = np.zeros(lines, np.intp)
    np.cumsum(counts[:-1], out=starts[1:])
    steps[:, starts] = jumps
    quanta = np.cumsum(steps, axis=1, dtype=np.int32)
    lon = (west + lon_quantum * quanta[0]).astype(np.float32)
    lat = (south + lat_quantum * quanta[1]).astype(np.float32)
    return Lines(lon, lat, starts)


def _steps(planes: NDArray[np.uint8], points: int) -> NDArray[np.int32]:
    """Join low and high bytes and undo the zigzag; shape (2, points)."""
    low, high = planes.reshape(2, 2, points)
    zigzag = low | (high.astype(np.uint16) << 8)
    return ((zigzag >> 1).astype(np.int16) ^ -(zigzag & 1).astype(np.int16)).astype(np.int32)


def scale_for(degrees_per_pixel: float) -> Scale:
    """Choose the coarsest scale that looks right on a map of that resolution."""
    for coarsest, scale in COARSEST_DEGREES_PER_PIXEL:
        if degrees_per_pixel >= coarsest:
            return scale
    return "10m"
