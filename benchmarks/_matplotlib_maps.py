"""The maps of docs/beside-matplotlib.md as matplotlib draws them, with the usual settings.

What cartopy adds to matplotlib in plate carree is done here by hand, in its manner: the lines
of Natural Earth, of the scale it would choose, and labels of degrees.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from zyra.fields.field import Field
from zyra.fields.formats import open_dataset
from zyra.fields.selection import Selection, select_one
from zyra.visualize.graticule import latitude_text, longitude_text
from zyra.visualize.natural_earth import Kind, Scale, read_features

DPI = 96
TIME_FORMAT = "valid %Y-%m-%d %H:%M UTC"

Extent = tuple[float, float, float, float]


def read(path: Path, **selected: Any) -> Field:
    """The one field of a file that is selected."""
    with open_dataset(path) as dataset:
        return dataset.read(select_one(dataset.infos, Selection(**selected)))


def temperature(path: Path, target: Path) -> None:
    """Temperature of the whole Earth in smooth colours, with a bar."""
    field = read(path, variable="t2m")
    figure, axes = map_figure(1024, 512, (-180, 180, -90, 90), step=30)
    lon, lat, values = to_the_west(field)
    mesh = axes.pcolormesh(
        lon, lat, values - 273.15, cmap="RdYlBu_r", vmin=-40, vmax=40, shading="gouraud"
    )
    bar = figure.colorbar(
        mesh, ax=axes, orientation="horizontal", extend="both", aspect=50, pad=0.08, shrink=0.8
    )
    bar.set_label("°C")
    finish(figure, axes, field, "2 metre temperature", target)


def pressure(path: Path, target: Path) -> None:
    """Pressure at sea level over the Pacific as lines with their values."""
    field = read(path, variable="prmsl")
    extent = (150.0, 260.0, -10.0, 65.0)
    figure, axes = map_figure(900, 640, extent, step=10)
    hectopascals = field.values / 100
    lines = axes.contour(
        field.grid.x, field.grid.y, hectopascals, levels=np.arange(960, 1061, 4), colors="#203864"
    )
    axes.clabel(lines, fontsize=8)
    finish(figure, axes, field, "Pressure reduced to MSL", target)


def wind(path: Path, target: Path) -> None:
    """Wind barbs over the North Atlantic, on the speed."""
    u = read(path, variable="u", level="850 hPa")
    v = read(path, variable="v", level="850 hPa")
    figure, axes = map_figure(900, 640, (-60.0, 30.0, 30.0, 75.0), step=10)
    lon, lat, east = to_the_west(u)
    north = to_the_west(v)[2]
    mesh = axes.pcolormesh(
        lon, lat, np.hypot(east, north), cmap="viridis", vmin=0, vmax=40, shading="gouraud"
    )
    knots = 3600 / 1852
    axes.barbs(lon, lat, east * knots, north * knots, length=5.5, linewidth=0.8)
    figure.colorbar(mesh, ax=axes, orientation="horizontal", aspect=50, pad=0.08).set_label("m/s")
    finish(figure, axes, u, "Wind, 850 hPa", target)


DRAWINGS: dict[str, Callable[[Path, Path], None]] = {
    "temperature": temperature,
    "pressure": pressure,
    "wind": wind,
}


def map_figure(width: int, height: int, extent: Extent, *, step: float) -> tuple[Figure, Axes]:
    """A figure of that size in pixels, and a map of `extent` on it with lines each `step`."""
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    west, east, south, north = extent
    axes.set(xlim=(west, east), ylim=(south, north))
    middle = np.radians((south + north) / 2)
    axes.set_aspect(1 / np.cos(middle))
    scale: Scale = "110m" if east - west >= 180 else "50m"
    weights: dict[Kind, float] = {"coastline": 0.8, "borders": 0.5}
    for kind, weight in weights.items():
        lines = read_features(kind, scale)
        points = np.column_stack([lines.lon, lines.lat])
        pieces = np.split(points, lines.starts[1:])
        pieces += [piece + np.array([360, 0]) for piece in pieces if east > 180]
        axes.add_collection(LineCollection(pieces, linewidths=weight, colors="black", zorder=3))
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.yaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda degree, _: longitude_text(degree)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda degree, _: latitude_text(degree)))
    axes.tick_params(labelsize=8)
    axes.grid(color="gray", alpha=0.4, linewidth=0.5)
    return figure, axes


def finish(figure: Figure, axes: Axes, field: Field, title: str, target: Path) -> None:
    """Write title and time over the map, and the figure to a file."""
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    if field.valid_time is not None:
        axes.set_title(field.valid_time.strftime(TIME_FORMAT), loc="right", fontsize=9)
    figure.savefig(target, metadata={"Software": None})


def to_the_west(field: Field) -> tuple[Any, Any, Any]:
    """Longitudes from 180 degrees west to 180 east, latitudes and values of a global field."""
    half = len(field.grid.x) // 2
    order = np.append(np.roll(np.arange(len(field.grid.x)), -half), half)
    lon = np.append(np.roll(field.grid.x, -half) - 360 * (np.roll(field.grid.x, -half) >= 180), 180)
    return lon, field.grid.y, field.values[:, order]
