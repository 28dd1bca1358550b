"""visualize contour, from file to picture: where lines and bands lie."""

import io

import netCDF4
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from drawn_contours import PLAIN, draw, globe
from drawn_maps import read_picture
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.commands.contour import ContourArgs
from zyra.visualize.contour import run
from zyra.visualize.palettes import named_palette

SIZE = {"width": 360, "height": 180}


def cone(rows=90, columns=180) -> np.ndarray:
    """Distance in degrees from longitude 0, latitude 0, on cells of the whole Earth."""
    lon = (np.arange(columns) + 0.5) * 360 / columns - 180
    lat = 90 - (np.arange(rows) + 0.5) * 180 / rows
    return np.hypot(lon[None, :], lat[:, None])


def test_a_line_of_a_plane_lies_at_its_longitude(npy, tmp_path):
    plane = np.broadcast_to(np.linspace(-175, 175, 36), (18, 36))
    drawn = draw(tmp_path, input=npy(plane), levels="42.5,", color="black", **SIZE, **PLAIN)
    # Beyond the last column the grid goes on with its first, and the plane falls back.
    strength = drawn.pixels[:, :350, 3].sum(axis=0)
    middle = (strength * (np.arange(350) + 0.5)).sum() / strength.sum()
    assert middle == pytest.approx(180 + 42.5, abs=0.02)
    assert (drawn.pixels[:, :350, 3] > 0).any(axis=1).all()
    assert (drawn.pixels[:, 350:, 3] > 0).any(axis=1).all()


def test_lines_of_a_cone_are_circles_of_the_levels_radius(npy, tmp_path):
    drawn = draw(tmp_path, input=npy(cone()), levels="30,60", color="black", **SIZE, **PLAIN)
    rows, columns = np.nonzero(drawn.pixels[:, :, 3] > 127)
    radius = np.hypot(columns + 0.5 - 180, rows + 0.5 - 90)
    nearest = np.where(radius < 45, 30, 60)
    assert np.abs(radius - nearest).max() < 1.2
    assert abs((radius - nearest).mean()) < 0.05
    assert {30, 60} == set(nearest.tolist())


def test_bands_of_a_cone_end_at_the_levels(npy, tmp_path):
    drawn = draw(
        tmp_path, input=npy(cone()), levels="0,30,60", filled=True, cmap="gray", **SIZE, **PLAIN
    )
    column, row = np.meshgrid(np.arange(360) + 0.5 - 180, np.arange(180) + 0.5 - 90)
    radius = np.hypot(column, row)
    assert (drawn.pixels[radius < 29][:, 0] == 0).all()
    assert (drawn.pixels[(radius > 31) & (radius < 59)][:, 0] == 255).all()
    assert (drawn.pixels[radius > 61][:, 3] == 0).all()


def test_bounds_of_bands_are_antialiased_where_they_lie(npy, tmp_path):
    drawn = draw(
        tmp_path, input=npy(cone()), levels="0,40,80", filled=True, cmap="gray", **SIZE, **PLAIN
    )
    column, row = np.meshgrid(np.arange(360) + 0.5 - 180, np.arange(180) + 0.5 - 90)
    radius = np.hypot(column, row)
    near = np.abs(radius - 40) < 0.5
    wanted = 255 * np.clip(radius - 40 + 0.5, 0, 1)
    assert np.abs(drawn.pixels[..., 0] - wanted)[near].max() < 45
    assert len(np.unique(drawn.pixels[near][:, 0])) == 5


def test_lines_run_along_the_bounds_of_bands(npy, tmp_path):
    values = np.random.default_rng(3).normal(size=(9, 18)).astype(np.float32)
    shared = {"input": npy(values), "levels": "-0.5,0,0.5", **SIZE, **PLAIN}
    bands = draw(tmp_path, filled=True, extend="both", cmap="viridis", **shared).pixels
    lines = draw(tmp_path, color="black", **shared).pixels[..., 3] > 0
    full = named_palette("viridis").sampled(256)[np.rint(np.linspace(0, 255, 4)).astype(int)]
    is_blend = ~(bands[:, :, None] == full[None, None]).all(axis=3).any(axis=2)
    assert is_blend.sum() > 500
    assert lines[is_blend].mean() > 0.995


LEVELS = [-4, 0, 4, 8, 12, 16, 20]


def waves() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Longitudes, latitudes and values of a smooth field."""
    lon, lat = np.meshgrid(np.linspace(-179, 179, 180), np.linspace(89, -89, 90))
    return lon, lat, np.cos(np.radians(lat)) * 20 + 5 * np.sin(np.radians(3 * lon + 40))


def drawn_by_matplotlib(paint) -> np.ndarray:
    """A map from edge to edge on white, grey, 720 x 360."""
    figure = Figure(figsize=(7.2, 3.6), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    paint(axes)
    axes.set_xlim(-180, 180)
    axes.set_ylim(-90, 90)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., 0].astype(float)


def on_white(pixels) -> np.ndarray:
    share = pixels[..., 3] / 255
    return pixels[..., 0] * share + 255 * (1 - share)


def seen_from_afar(grey) -> np.ndarray:
    """Means of 4 x 4 pixels, without the rim, where matplotlib ends with its last point."""
    return grey.reshape(90, 4, 180, 4).mean(axis=(1, 3))[1:-1, 1:-1]


def test_bands_look_as_matplotlib_draws_them(npy, tmp_path):
    lon, lat, values = waves()
    drawn = draw(
        tmp_path, input=npy(values), levels=LEVELS, filled=True, cmap="gray", width=720,
        height=360, **PLAIN,
    )  # fmt: skip
    greys = [f"{round(place * 255) / 255}" for place in np.linspace(0, 1, len(LEVELS) - 1)]
    theirs = drawn_by_matplotlib(
        lambda axes: axes.contourf(lon, lat, values, LEVELS, colors=greys, antialiased=True)
    )
    away = np.abs(seen_from_afar(on_white(drawn.pixels)) - seen_from_afar(theirs))
    assert away.max() < 16
    assert away.mean() < 1.0


def test_lines_look_as_matplotlib_draws_them(npy, tmp_path):
    lon, lat, values = waves()
    drawn = draw(
        tmp_path, input=npy(values), levels=LEVELS, color="black", index_every=0,
        width=720, height=360, line_width=2, **PLAIN,
    )  # fmt: skip
    width = 2 * 0.75**0.5 * 72 / 100
    theirs = drawn_by_matplotlib(
        lambda axes: axes.contour(
            lon, lat, values, LEVELS, colors="black", linewidths=width, linestyles="solid"
        )
    )
    away = np.abs(seen_from_afar(on_white(drawn.pixels)) - seen_from_afar(theirs))
    assert away.max() < 16
    assert away.mean() < 1.0


def test_bands_meet_at_the_seams_of_a_grid_that_goes_round(tmp_path):
    grid, lon, lat = globe(10.0)
    source = tmp_path / "global.nc"
    with netCDF4.Dataset(source, "w") as file:
        for name, units, line in (
            ("lat", "degrees_north", grid.y),
            ("lon", "degrees_east", grid.x),
        ):
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].units = units
        file.createVariable("t", "f4", ("lat", "lon"))[:] = np.abs(lat) + np.cos(np.radians(lon))
    for extent in ([-180, 180, -90, 90], [0, 360, -90, 90]):
        drawn = draw(
            tmp_path, input=str(source), levels="-2,45,95", filled=True, extent=extent,
            cmap="gray", **SIZE, **PLAIN,
        )  # fmt: skip
        assert (drawn.pixels[..., 3] == 255).all()
        bound = (drawn.pixels[:90, :, 0] > 127).sum(axis=0)
        degrees = extent[0] + np.arange(360) + 0.5
        assert bound == pytest.approx(45 + np.cos(np.radians(degrees)), abs=0.75)


def test_lines_have_the_colours_of_their_levels(npy, tmp_path):
    values = np.broadcast_to(np.linspace(0, 30, 60)[:, None], (60, 10))
    drawn = draw(
        tmp_path, input=npy(values), levels="5,15,25", cmap="jet", line_width=6, **SIZE, **PLAIN
    )
    ends = named_palette("jet").sampled(256)[[0, 128, 255]]
    assert drawn.pixels[[30, 90, 150], 100] == pytest.approx(ends, abs=1)


def test_no_line_is_too_pale_to_be_seen_on_paper(npy, tmp_path):
    values = np.broadcast_to(np.linspace(0, 30, 60)[:, None], (60, 10))
    drawn = draw(
        tmp_path, input=npy(values), levels="5,15,25", cmap="YlOrBr", line_width=6, **SIZE, **PLAIN
    )
    lines = drawn.pixels[[30, 90, 150], 100, :3]
    assert (lines @ [0.299, 0.587, 0.114] <= 191).all()  # luma of ITU-R BT.601
    assert lines[2].tolist() == named_palette("YlOrBr").sampled(2)[1, :3].tolist()


@pytest.mark.parametrize(("filled", "ground"), [(False, 255), (True, 238)])
def test_a_page_of_lines_is_white_and_one_of_bands_grey_where_nothing_is(
    npy, tmp_path, filled, ground
):
    values = np.where(np.arange(60)[:, None] < 30, np.linspace(0, 30, 60)[:, None], np.nan)
    source = npy(np.broadcast_to(values, (60, 60)))
    drawn = draw(tmp_path, input=source, filled=filled, colorbar=True, **SIZE, **PLAIN)
    map_rows = slice(len(drawn.pixels) // 2 + 10, len(drawn.pixels) // 2 + 20)
    assert (drawn.pixels[map_rows, drawn.pixels.shape[1] // 2, 0] == ground).all()


def test_several_inputs_are_drawn_alike(npy, tmp_path):
    sources = [npy(cone() + shift, f"{shift}.npy") for shift in (0, 5)]
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    args = {"inputs": sources, "output_dir": str(tmp_path / "out"), "levels": "0,50,100"}
    run(ContourArgs.model_validate({**args, **SIZE, **PLAIN, "filled": True}), job)
    first, second = (read_picture(tmp_path / "out" / name).pixels for name in ("0.png", "5.png"))
    assert (first[90, 180] == second[90, 180]).all()
    assert (first != second).any()
