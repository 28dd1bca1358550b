"""Draw vectors on a map as arrows, wind barbs or streamlines.

`VectorPainter` is what commands use: it keeps the places of its map for frame after frame.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from PIL import Image

from zyra.core.errors import UsageError
from zyra.fields.grid import Grid
from zyra.visualize.arrows import arrow_shapes
from zyra.visualize.barbs import barb_shapes
from zyra.visualize.extent import extent_of
from zyra.visualize.inking import Colour, Coverage, Pixels, ink_pixels
from zyra.visualize.map_features import WIDTH_GROWTH
from zyra.visualize.plane_view import PlaneView
from zyra.visualize.projection import MapView
from zyra.visualize.streamline_shapes import beside_globe, line_shapes
from zyra.visualize.streamline_tracing import Seam, flow_of
from zyra.visualize.streamlines import streamlines
from zyra.visualize.vector_lattice import Flags, Lattice
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.vector_shapes import Shapes
from zyra.visualize.view import Numbers, View

VectorKind = Literal["arrows", "barbs", "streamlines"]

# What density 0.2 means, in units of the layout: distances between neighbours.
USUAL_DENSITY = 0.2
DISTANCES = {"arrows": 24.0, "barbs": 32.0, "streamlines": 13.0}
# Of arrows and barbs that are spread evenly, each second row is half a step to the right.
ROW_DISTANCE = 0.87
# Stretched more than this, every second place is left out; twice that, three of four; ...
THINNED_FROM = 3.0
# The arrow of a speed that nearly all stay below, in distances.
LONGEST_ARROW = 1.05
NEARLY_ALL = 0.97
BARB_LENGTH = 0.75
# Boxes that velocities are taken at for streamlines, in units of the layout.
FLOW_BOX = 4.0
HEAD_LENGTH, HEAD_EVERY = 6.5, 110.0
STROKES = {"arrows": 1.25, "barbs": 1.1, "streamlines": 1.0}
HALO_MARGIN = 1.2
HALO_OPACITY = 0.45
DARK, LIGHT = (20, 20, 20), (255, 255, 255)
# Frames nearly always share their grid.
GRIDS_KEPT = 3


@dataclass(frozen=True)
class VectorLook:
    """How vectors look.

    Attributes:
        kind: Arrows, barbs (their vectors are in knots) or streamlines.
        density: Of the vectors: twice as much shows twice as many arrows.
        scale: Speed of an arrow that would be as long as the map is wide; None: it is chosen.
        colour: RGBA.
        line_width: In units of the layout; None for what suits the kind.
        unit: Pixels in a unit of the layout.
        has_halo: Whether they have a rim in the opposite lightness, to stand out.
    """

    kind: VectorKind = "arrows"
    density: float = USUAL_DENSITY
    scale: float | None = None
    colour: Colour = (51, 51, 51, 255)
    line_width: float | None = None
    unit: float = 1.0
    has_halo: bool = False

    @property
    def distance_px(self) -> float:
        """Between neighbours."""
        usual = DISTANCES[self.kind] * self.unit
        return usual * float(np.sqrt(USUAL_DENSITY / self.density))

    @property
    def width_px(self) -> float:
        """Of the strokes."""
        if self.line_width is not None:
            return self.line_width * self.unit
        return float(max(STROKES[self.kind] * self.unit**WIDTH_GROWTH, 0.6))


@dataclass(frozen=True)
class VectorPainter:
    """Draws vectors on one map; what does not depend on their values is worked out once.

    Attributes:
        view: The map.
        look: How they look.
    """

    view: View
    look: VectorLook
    _lattices: dict[Grid, Lattice] = field(default_factory=dict, repr=False)

    def draw(self, vectors: Vectors, picture: Image.Image) -> Image.Image:
        """`picture` (RGBA, of the size of the map) with the vectors over it.

        Raises:
            UsageError: As `shapes`.
        """
        pixels = np.array(picture)
        self.ink(vectors, pixels)
        return Image.fromarray(pixels)

    def ink(self, vectors: Vectors, pixels: Pixels) -> None:
        """Put the vectors over the pixels of a map, RGBA of shape (height, width, 4).

        Raises:
            UsageError: As `shapes`.
        """
        shapes, look = self.shapes(vectors), self.look
        size = self.view.width, self.view.height
        margin = HALO_MARGIN * look.unit**WIDTH_GROWTH if look.has_halo else None
        layers = [self._on_globe(each) for each in shapes.layers(size, look.width_px, margin)]
        colours = [halo_colour(look.colour), look.colour][-len(layers) :]
        for coverage, colour in zip(layers, colours, strict=True):
            ink_pixels(pixels, coverage, colour)

    def coverage(self, vectors: Vectors) -> Coverage:
        """Share of each pixel that the vectors cover, 0 to 255, shape (height, width).

        Raises:
            UsageError: As `shapes`.
        """
        size = self.view.width, self.view.height
        return self._on_globe(self.shapes(vectors).coverage(size, self.look.width_px))

    def _on_globe(self, coverage: Coverage) -> Coverage:
        """`coverage`, changed, without what sticks out over the rim of the globe."""
        if isinstance(self.view, PlaneView) and len(self.view.outline()):
            rows, columns = np.nonzero(coverage)
            middles = columns.astype(np.float64) + 0.5, rows.astype(np.float64) + 0.5
            beside = np.isnan(self.view.lonlat_at(*middles)[0])
            coverage[rows[beside], columns[beside]] = 0
        return coverage

    def shapes(self, vectors: Vectors) -> Shapes:
        """What is drawn for the vectors.

        Raises:
            UsageError: The map shows no place that has both parts.
        """
        lattice = self.lattice(vectors.grid)
        u, v = lattice.parts(vectors)
        if not np.isfinite(u + lattice.lon).any():
            covered = " ".join(f"{edge:g}" for edge in extent_of(vectors.grid))
            raise UsageError(
                f"the map shows nothing of {vectors.u.variable} and {vectors.v.variable}",
                hint=f"their grid covers {covered}, and may have missing values there",
            )
        if self.look.kind == "streamlines":
            return self._streamlines(lattice, u, v)
        shown = even_places(lattice) & np.isfinite(u)
        across, down = lattice.compass.directed(u, v)
        shown &= np.isfinite(across) & np.isfinite(down)
        places = lattice.columns[shown], lattice.rows[shown]
        if self.look.kind == "barbs":
            length = BARB_LENGTH * self.look.distance_px
            return barb_shapes(
                *places, across[shown], down[shown], lat=lattice.lat[shown], length_px=length
            )
        per_speed = self.view.width / self.scale_of(vectors)
        return arrow_shapes(
            *places, across[shown] * per_speed, down[shown] * per_speed, self.look.unit
        )

    def scale_of(self, vectors: Vectors) -> float:
        """Speed of an arrow that would be as long as the map is wide.

        Unless one is given, nearly all arrows are shorter than the distance between them.
        """
        if self.look.scale is not None:
            return self.look.scale
        speeds = np.hypot(*self.lattice(vectors.grid).parts(vectors))
        speeds = np.sort(speeds[np.isfinite(speeds)])
        usual = float(speeds[int(NEARLY_ALL * (len(speeds) - 1))]) if speeds.size else 0.0
        longest = LONGEST_ARROW * self.look.distance_px
        return (usual or 1.0) * self.view.width / longest

    def lattice(self, grid: Grid) -> Lattice:
        """The places of the map where vectors of a grid are read."""
        if grid not in self._lattices:
            if len(self._lattices) >= GRIDS_KEPT:
                self._lattices.clear()
            self._lattices[grid] = Lattice.on(self.view, grid, self._spacing)
        return self._lattices[grid]

    @property
    def _spacing(self) -> tuple[float, float]:
        if self.look.kind == "streamlines":
            box = FLOW_BOX * self.look.unit
            return box, box
        # Of twice as many columns every second is taken, in turns.
        distance = self.look.distance_px
        return distance / 2, distance * ROW_DISTANCE

    def _streamlines(self, lattice: Lattice, u: Numbers, v: Numbers) -> Shapes:
        across, down = lattice.compass.moved(u, v)
        view, seam = self.view, None
        if isinstance(view, PlaneView) and (sides := view.sides()) is not None:
            seam = Seam(*sides)
            across, down = (beside_globe(each, lattice.lon) for each in (across, down))
        wraps = isinstance(view, MapView) and view.is_global
        flow = flow_of(across, down, (view.width, view.height), wraps=wraps, seam=seam)
        lines = streamlines(flow, self.look.distance_px)
        unit = self.look.unit
        return line_shapes(lines, HEAD_LENGTH * unit, HEAD_EVERY * unit, flow.seam)


def even_places(lattice: Lattice) -> Flags:
    """Which places of a lattice bear an arrow: every second, and fewer where they are one place."""
    rows, columns = np.indices(lattice.columns.shape)
    shown = (rows + columns) % 2 == 0
    stretch = np.where(np.isfinite(lattice.stretch), lattice.stretch, 1.0)
    halvings = np.floor(np.log2(np.maximum(stretch / THINNED_FROM, 0.5))) + 1
    step = 2 ** np.minimum(halvings, 16).astype(np.intp)
    thinned: Flags = shown & (columns // 2 % step == 0)
    return thinned


def halo_colour(colour: Colour) -> Colour:
    """What stands out from `colour`: light around dark ones, dark around light ones."""
    red, green, blue, alpha = colour
    is_dark = 0.299 * red + 0.587 * green + 0.114 * blue < 140
    return (*(LIGHT if is_dark else DARK), round(alpha * HALO_OPACITY))
