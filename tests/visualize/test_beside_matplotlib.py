"""Fields lie where matplotlib draws them, and the page that shows both is that of its script."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import eccodes
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from drawn_maps import PLAIN, draw

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_beside_matplotlib.py"
SIZE = (400, 200)
# Of each map: file and variable, and its west, east, south and north edge.
MAPS = {
    "the whole Earth": ("gfs_2p5deg_f120_all_fields.grib2", "t2m", (-180, 180, -90, 90)),
    "across the date line": ("gfs_2p5deg_f120_all_fields.grib2", "t2m", (150, 260, -10, 65)),
    "a part of Europe": ("gfs_2p5deg_f120_all_fields.grib2", "t2m", (-15, 45, 30, 60)),
    "a polar stereographic grid": ("safrica.grib2", "pwat", (10, 45, -35, -15)),
    "a Lambert grid": ("nam_awp211.grib2", "t2m", (-115, -80, 28, 46)),
}


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_beside_matplotlib", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_beside_matplotlib"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_the_script() -> None:
    module = script()
    assert module.PAGE.read_text() == module.page(), f"run {SCRIPT.name}"


def test_both_pictures_of_a_pair_have_the_same_size() -> None:
    for pair in script().PAIRS:
        sizes = {size_of(pair.picture(by)) for by in ("matplotlib", "zyra")}
        assert len(sizes) == 1, pair.name


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def points_of(path: Path, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitudes, latitudes and values of the first message of that name, as ecCodes has them."""
    with path.open("rb") as stream:
        while (message := eccodes.codes_grib_new_from_file(stream)) is not None:
            try:
                if name in (eccodes.codes_get(message, "cfVarName"), short_name(message)):
                    keys = "longitudes", "latitudes", "values"
                    shape = eccodes.codes_get(message, "Nj"), eccodes.codes_get(message, "Ni")
                    found = [eccodes.codes_get_array(message, key).reshape(shape) for key in keys]
                    return found[0], found[1], found[2]
            finally:
                eccodes.codes_release(message)
    raise LookupError(name)


def short_name(message: int) -> str:
    return str(eccodes.codes_get(message, "shortName"))


def drawn_by_matplotlib(points, extent, low, high) -> np.ndarray:
    """Red of each pixel of a map without anything around it."""
    lon, lat, values = points
    lon = np.unwrap(np.unwrap(lon, period=360.0, axis=1), period=360.0, axis=0)
    figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    for turn in (-360, 0, 360):
        axes.pcolormesh(
            lon + turn, lat, values, cmap="gray", vmin=low, vmax=high, shading="nearest"
        )
    axes.set(xlim=extent[:2], ylim=extent[2:])
    axes.set_axis_off()
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., 0].astype(int)


@pytest.mark.parametrize("name", MAPS)
def test_a_field_lies_where_matplotlib_draws_it(data, tmp_path, name):
    file, variable, extent = MAPS[name]
    points = points_of(data / file, variable)
    low, high = float(points[2].min()), float(points[2].max())
    theirs = drawn_by_matplotlib(points, extent, low, high)
    which = {"var": variable} | ({"forecast_hour": 0} if variable == "pwat" else {})
    ours = draw(
        tmp_path, input=str(data / file), **which, extent=list(extent), cmap="gray", vmin=low,
        vmax=high, interpolation="nearest", width=SIZE[0], height=SIZE[1], **PLAIN,
    ).pixels[..., 0]  # fmt: skip
    # Rims of cells may fall a pixel apart; a level of 192 is 1.3 of 255.
    alike = (np.abs(ours - theirs) <= 3).mean()
    assert alike > 0.9
    for axis, pixels in ((0, 3), (0, -3), (1, 3), (1, -3)):
        moved = np.roll(ours, pixels, axis=axis)
        assert (np.abs(moved - theirs) <= 3).mean() < alike
