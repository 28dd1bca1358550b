"""The two parts of a wind on the mesh of a page, eastward and northward."""

from dataclasses import dataclass, replace

import numpy as np

from zyra.fields.field import Array
from zyra.visualize.interactive_mesh import Mesh, placed
from zyra.visualize.thin import thinned
from zyra.visualize.vector_lattice import Lattice
from zyra.visualize.vector_pairs import Vectors
from zyra.visualize.view import Extent

# Arrows of a speed that nearly all stay below are as long as their distance.
NEARLY_ALL = 0.97


@dataclass(frozen=True)
class Winds:
    """A wind on a mesh.

    Attributes:
        mesh: The mesh.
        u, v: True eastward and northward part, shape (rows, columns); NaN where missing.
    """

    mesh: Mesh
    u: Array
    v: Array

    @property
    def speed(self) -> Array:
        """Its length, same shape."""
        speed: Array = np.hypot(self.u, self.v)
        return speed

    @property
    def usual_speed(self) -> float:
        """What nearly all of it stays below; above 0."""
        speeds = np.sort(self.speed[np.isfinite(self.speed)])
        found = float(speeds[int(NEARLY_ALL * (len(speeds) - 1))]) if speeds.size else 0.0
        return found or 1.0


def winds_of(vectors: Vectors, extent: Extent | None) -> Winds:
    """A wind on the mesh of a page.

    Raises:
        UsageError: The extent shows nothing of it.
    """
    placement = placed(vectors.grid, extent, vectors.u.variable)
    if placement.view is None:
        u, v = placement.take(vectors.u.values), placement.take(vectors.v.values)
    else:
        lattice = Lattice.on(placement.view, vectors.grid, (1.0, 1.0))
        u, v = (part.astype(np.float32) for part in lattice.parts(vectors))
    return Winds(placement.mesh, u, v)


def averaged(vectors: Vectors, block: int) -> Vectors:
    """Means of blocks of `block` rows and columns."""
    if block == 1:
        return vectors
    parts = []
    for part in (vectors.u, vectors.v):
        values, grid = thinned(part.values, part.grid, block, block)
        parts.append(replace(part, values=values, grid=grid))
    return replace(vectors, u=parts[0], v=parts[1])
