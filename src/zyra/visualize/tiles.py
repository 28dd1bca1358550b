"""Map tiles under a map: squares of Web Mercator, fetched as far as the map needs them.

The scheme: at zoom z the world between 85.05 degrees south and north is a square of 2^z by 2^z
tiles, x counted from 180 degrees west, y from the north. Source: OGC 17-083r4, Two Dimensional
Tile Matrix Set, annex D.1 (WebMercatorQuad).
"""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from zyra.core.errors import DataError, LimitExceeded, UsageError
from zyra.core.job import Job
from zyra.media.picture_files import opened_picture
from zyra.transfer.sources import local_copy
from zyra.visualize.basemap import sampled_picture
from zyra.visualize.projection import MERCATOR_LIMIT
from zyra.visualize.view import Numbers, View

PLACEHOLDERS = ("{z}", "{x}", "{y}")
# More is a load that no public tile server allows for one picture.
MOST_TILES = 256
LARGEST_SIDE = 1024
Tile = tuple[int, int]


@dataclass(frozen=True)
class TileMap:
    """Tiles of one source at one zoom; each is fetched once.

    Attributes:
        source: URL or path with `{z}`, `{x}` and `{y}` in it.
        zoom: Of the tiles.
        job: Gives the network policy.
    """

    source: str
    zoom: int
    job: Job
    _fetched: dict[Tile, Image.Image] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse a source that does not say where the numbers go.

        Raises:
            UsageError: A placeholder is missing.
        """
        missing = [name for name in PLACEHOLDERS if name not in self.source]
        if missing:
            raise UsageError(
                f"the tile source {self.source} has no {' and no '.join(missing)}",
                hint="write it like https://tiles.example/{z}/{x}/{y}.png",
            )

    def under(self, view: View) -> Image.Image:
        """The part that `view` shows, RGBA; transparent beyond 85.05 degrees and beside the globe.

        Raises:
            LimitExceeded: It needs more than `MOST_TILES` tiles.
            DataError: A tile is not a picture, or of another size than the others.
            TransferError: A tile cannot be fetched.
        """
        across = 1 << self.zoom
        x, y = _places(view, across)
        if not np.isfinite(x).any():
            return Image.new("RGBA", (view.width, view.height))
        columns, rows = _numbers(x, across), _numbers(y, 0)
        if len(columns) * len(rows) > MOST_TILES:
            raise LimitExceeded(
                f"the map needs {len(columns) * len(rows)} tiles of zoom {self.zoom}",
                hint=f"at most {MOST_TILES} are fetched: give a lower tile_zoom",
            )
        joined = self._joined(columns, rows)
        side = joined.width / len(columns)
        shrinkage = 1 << max(0, int(np.log2(max(across * side / 360.0 * view.resolution, 1.0))))
        shrunk = joined.reduce(min(shrinkage, int(side)))
        scale = shrunk.width / len(columns)
        return sampled_picture(shrunk, (x - columns[0]) % across * scale, (y - rows[0]) * scale)

    def _joined(self, columns: list[int], rows: list[int]) -> Image.Image:
        """All tiles side by side."""
        tiles = {(x, y): self._tile(x, y) for y in rows for x in columns}
        side = self._fetched[columns[0], rows[0]].width
        joined = Image.new("RGBA", (side * len(columns), side * len(rows)))
        for (x, y), tile in tiles.items():
            if tile.size != (side, side):
                raise DataError(
                    f"tile {self._name(x, y)} has {tile.width} x {tile.height} pixels,"
                    f" another one {side} x {side}"
                )
            joined.paste(tile, (columns.index(x) * side, rows.index(y) * side))
        return joined

    def _tile(self, x: int, y: int) -> Image.Image:
        if (x, y) not in self._fetched:
            with (
                local_copy(self._name(x, y), self.job) as path,
                opened_picture(path, most_pixels=LARGEST_SIDE**2) as picture,
            ):
                self._fetched[x, y] = picture.convert("RGBA")
        return self._fetched[x, y]

    def _name(self, x: int, y: int) -> str:
        numbers = (self.zoom, x, y)
        name = self.source
        for placeholder, number in zip(PLACEHOLDERS, numbers, strict=True):
            name = name.replace(placeholder, str(number))
        return name


def _places(view: View, across: int) -> tuple[Numbers, Numbers]:
    """Column and row of each pixel, counted in tiles; NaN where there is no tile."""
    lon, lat = np.broadcast_arrays(*view.lonlat_of_pixels())
    inside = np.isfinite(lon) & (np.abs(lat) < MERCATOR_LIMIT)
    mercator = np.arctanh(np.sin(np.radians(np.where(inside, lat, 0.0))))
    x = np.where(inside, (lon + 180.0) % 360.0 / 360.0 * across, np.nan)
    return x, np.where(inside, (1.0 - mercator / np.pi) / 2.0 * across, np.nan)


def _numbers(places: Numbers, across: int) -> list[int]:
    """Numbers of the tiles from the first to the last; `across` tiles close the circle."""
    found = np.unique(np.floor(places[np.isfinite(places)]).astype(int))
    if not across:
        return list(range(int(found[0]), int(found[-1]) + 1))
    gaps = np.diff(np.append(found, found[0] + across))
    start = int(found[(int(gaps.argmax()) + 1) % len(found)])
    count = across - int(gaps.max()) + 1
    return [(start + step) % across for step in range(count)]
