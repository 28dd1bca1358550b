"""visualize vector, from files to pictures."""

import netCDF4
import numpy as np
import pytest

from drawn_maps import PLAIN, read_picture
from drawn_vectors import draw_vector, run_vector, vectors
from zyra.fields.formats import open_dataset
from zyra.fields.selection import Selection
from zyra.visualize.commands.vector import VECTOR
from zyra.visualize.map_choice import MapChoice
from zyra.visualize.vector_pairs import quantity_of
from zyra.visualize.vector_source import Wanted, found_pair, read_vectors
from zyra.visualize.vectors import VectorLook, VectorPainter

GFS, NAM = "gfs_2p5deg_f120_all_fields.grib2", "nam_awp211.grib2"
SMALL = {"width": 256, "height": 128}
# What is needed to choose one pair of each file with wind.
CHOICES = {
    GFS: {"level": "10 m above ground"},
    NAM: {"level": "850 hPa"},
    "eraint_uvz.nc": {"message": 8},
    "gfswave_atlocn_0p16_f001.grib2": {},
}


@pytest.mark.parametrize("style", ["arrows", "barbs", "streamlines"])
@pytest.mark.parametrize(("name", "choice"), CHOICES.items())
def test_every_sample_wind_is_drawn(data, tmp_path, name, choice, style):
    drawn = draw_vector(tmp_path, input=str(data / name), style=style, **choice, **SMALL, **PLAIN)
    ink = drawn.pixels[..., 3]
    assert drawn.pixels.shape == (128, 256, 4)
    assert 0.005 < (ink > 128).mean() < 0.4
    assert (drawn.pixels[ink == 255][:, :3] == 0x33).all()


@pytest.mark.parametrize("example", VECTOR.examples, ids=lambda example: example.title)
def test_the_examples_run(data, tmp_path, example):
    args = dict(example.args) | {"input": str(data / example.args["input"])}
    drawn = draw_vector(tmp_path, **args | {"output": str(tmp_path / "vectors.png")})
    assert len(np.unique(drawn.pixels.reshape(-1, 4), axis=0)) > 50


def test_streamlines_is_the_style_of_that_name(data, tmp_path):
    shared = {"input": str(data / GFS), "level": "500 hPa", **SMALL}
    old = draw_vector(tmp_path, streamlines=True, **shared).pixels
    assert (old == draw_vector(tmp_path, style="streamlines", **shared).pixels).all()


def test_parts_may_be_arrays_in_files_of_their_own(npy, tmp_path):
    u, v = npy(np.full((20, 40), 5.0), "u.npy"), npy(np.zeros((20, 40)), "v.npy")
    drawn = draw_vector(tmp_path, u=u, v=v, **SMALL, **PLAIN)
    assert (drawn.pixels[..., 3] > 128).any()


@pytest.mark.parametrize("level", ["10 m above ground", "500 hPa"])
def test_a_pair_is_found_by_names_and_level(data, level):
    with open_dataset(data / GFS) as dataset:
        u, v = found_pair(dataset, Selection(level=level), None, None)
    assert (u.variable[0], v.variable[0]) == ("u", "v")
    assert str(u.level) == str(v.level) == level


@pytest.mark.parametrize(
    ("names", "attributes"),
    [
        (("ua", "va"), {}),
        (("a", "b"), {"standard_name": ("eastward_current", "northward_current")}),
        (("a", "b"), {"standard_name": ("x_wind", "y_wind")}),
        (("uwnd", "vwnd"), {}),
    ],
)  # fmt: skip
def test_pairs_are_told_by_their_names(tmp_path, names, attributes):
    path = tmp_path / "pair.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("lat", [10.0, 0.0]), ("lon", [0.0, 10.0, 20.0])):
            file.createDimension(name, len(values))
            line = file.createVariable(name, "f8", (name,))
            line.units = "degrees_north" if name == "lat" else "degrees_east"
            line[:] = values
        for place, name in enumerate(names):
            part = file.createVariable(name, "f4", ("lat", "lon"))
            part.setncatts({key: text[place] for key, text in attributes.items()})
            part[:] = place
    with open_dataset(path) as dataset:
        u, v = found_pair(dataset, Selection(), None, None)
    assert (u.variable, v.variable) == names


def test_winds_along_a_cone_are_turned_to_true_north(data):
    both = {
        relative: read_vectors(
            data / NAM, Wanted(Selection(level="500 hPa"), relative_to=relative)
        )[0]
        for relative in ("auto", "earth")
    }
    assert both["auto"].is_along_grid
    view = MapChoice().view(both["auto"].grid, 400, 200)
    lattice = VectorPainter(view, VectorLook()).lattice(both["auto"].grid)
    u, v = lattice.parts(both["auto"])
    grid_u, grid_v = lattice.parts(both["earth"])
    turned = np.angle((u + 1j * v) * (grid_u - 1j * grid_v))
    # Away from the cone's meridian, -95, by sin(25) of the degrees.
    expected = -np.sin(np.radians(25.0)) * np.radians(lattice.lon + 95.0)
    known = np.isfinite(u) & (np.hypot(u, v) > 0.5)
    assert known.sum() > 100
    np.testing.assert_allclose(turned[known], expected[known], atol=1e-4)


def test_a_background_shows_the_speed_with_its_colour_bar(data, tmp_path):
    drawn = draw_vector(
        tmp_path,
        input=str(data / GFS),
        level="500 hPa",
        background="speed",
        units="kt",
        colorbar=True,
    )
    assert drawn.info["Title"] == "Wind speed, 500 hPa"
    assert drawn.info["Units"] == "kt"
    assert drawn.mode == "RGB"


def test_a_background_may_be_a_variable_on_another_level(data, tmp_path):
    drawn = draw_vector(
        tmp_path,
        input=str(data / GFS),
        level="500 hPa",
        background="prmsl",
        background_units="hPa",
        legend_file=str(tmp_path / "legend.png"),
        **SMALL,
    )
    assert drawn.info["Title"] == "Pressure reduced to MSL; wind, 500 hPa"
    assert drawn.info["Units"] == "hPa"
    assert read_picture(tmp_path / "legend.png").pixels.any()


def test_a_background_of_several_levels_is_that_of_the_wind(data):
    wanted = Wanted(Selection(level="500 hPa"), background="t")
    _, background = read_vectors(data / GFS, wanted)
    assert background is not None
    assert str(background.level) == "500 hPa"


def test_the_key_stands_in_its_corner_on_pages_or_where_it_is_asked_for(data, tmp_path):
    shared = {"input": str(data / GFS), "level": "500 hPa", **SMALL}
    plain = draw_vector(tmp_path, **shared).pixels
    keyed = draw_vector(tmp_path, **shared, key=40).pixels
    rows, columns = np.nonzero((plain != keyed).any(axis=2))
    assert rows.min() > 90
    assert columns.max() < 128


def test_the_arrow_of_the_key_is_as_long_as_the_scale_says(npy, tmp_path):
    u, v = npy(np.full((4, 8), 1.0), "u.npy"), npy(np.zeros((4, 8)), "v.npy")
    # An arrow of 500 would be 500 pixels long, so that of the key is 100.
    shared = {"u": u, "v": v, "width": 500, "height": 250, "scale": 500.0, **PLAIN}
    plain = draw_vector(tmp_path, **shared).pixels
    keyed = draw_vector(tmp_path, **shared, key=100).pixels
    box = keyed[(plain != keyed).any(axis=2).any(axis=1)]
    is_dark = (box[..., :3] < 190).all(axis=2) & (box[..., 3] > 200)
    # The row of the shaft has more ink than any row of letters.
    arrow = np.flatnonzero(is_dark[is_dark.sum(axis=1).argmax()])
    arrow = arrow[: np.argmax(np.append(np.diff(arrow) > 3, True)) + 1]
    assert len(arrow) == pytest.approx(100, abs=3)


def test_several_inputs_are_drawn_alike(data, tmp_path):
    names = ["one.png", "two.png"]
    run_vector(
        inputs=[str(data / GFS)] * 2,
        output_dir=str(tmp_path),
        output_names=names,
        level="500 hPa",
        **SMALL,
    )
    one, two = (read_picture(tmp_path / name).pixels for name in names)
    assert (one == two).all()


def test_colour_and_line_width_are_those_asked_for(npy, tmp_path):
    u, v = npy(np.full((4, 8), 5.0), "u.npy"), npy(np.zeros((4, 8)), "v.npy")
    shared = {"u": u, "v": v, **SMALL, **PLAIN}
    thin = draw_vector(tmp_path, **shared, color="#ff0000").pixels
    thick = draw_vector(tmp_path, **shared, color="#ff0000", line_width=4).pixels
    assert (thin[thin[..., 3] == 255] == (255, 0, 0, 255)).all()
    assert thick[..., 3].sum() > 1.5 * thin[..., 3].sum()


@pytest.mark.parametrize(
    ("long_name", "quantity"),
    [
        ("U component of wind", "wind"),
        ("10 metre U wind component", "10 metre wind"),
        ("u-component of current", "current"),
        ("U-component storm motion", "storm motion"),
        ("Eastward sea water velocity", "sea water velocity"),
        ("", "vectors"),
    ],
)
def test_titles_name_the_vector_not_its_part(long_name, quantity):
    part = vectors(1.0, 1.0).u
    assert quantity_of(type(part)(**vars(part) | {"long_name": long_name})) == quantity


@pytest.mark.parametrize("style", ["arrows", "barbs"])
def test_no_vector_sticks_out_over_the_rim_of_a_globe(data, tmp_path, style):
    size = {"width": 300, "height": 300, "projection": "Orthographic"}
    source = str(data / "gfs_2p5deg_f120_all_fields.grib2")
    drawn = draw_vector(
        tmp_path,
        input=source,
        level="10 m above ground",
        style=style,
        line_width=3,
        **size,
        **PLAIN,
    )
    rows, columns = np.indices((300, 300)) + 0.5
    beside = np.hypot(columns - 150, rows - 150) > 151.5
    assert (drawn.pixels[beside, 3] == 0).all()
    assert (drawn.pixels[~beside, 3] > 0).any()
