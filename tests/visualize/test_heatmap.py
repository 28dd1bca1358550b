"""visualize heatmap, from file to picture."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from PIL import Image

from drawn_maps import PLAIN, draw, read_picture, run_heatmap, wrong
from zyra.core.errors import DataError, UnsupportedFormat, UsageError
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.fields.field import FieldInfo
from zyra.visualize.commands.heatmap import HEATMAP, HeatmapArgs
from zyra.visualize.heatmap import run
from zyra.visualize.palettes import named_palette
from zyra.visualize.style import style_from

# What is needed to choose one field of each file.
CHOICES = {
    "aqm_hawaii_mercator.grib2": {},
    "cmc_polar_stereographic.grib1": {},
    "era5_levels_members.grib1": {"message": 1},
    "eraint_uvz.nc": {"var": "z", "message": 2},
    "gfs_0p25_tmp_pv_missing.grib2": {},
    "gfs_2p5deg_f120_all_fields.grib2": {"var": "t", "level": "850 hPa"},
    "gfswave_atlocn_0p16_f001.grib2": {"var": "swh"},
    "hrrr_t06z_f01_tmp.grib2": {},
    "lambert.grib1": {},
    "missing_values.grib1": {"message": 1},
    "mrms_merged_reflectivity.grib2": {"cmap": "NWSReflectivity"},
    "nam_awp211.grib2": {"var": "prmsl"},
    "reduced_gg.grib1": {},
    "rotated_ll.grib1": {},
    "safrica.grib2": {"var": "pwat", "message": 1},
}


@pytest.mark.parametrize(("name", "choice"), CHOICES.items())
def test_every_sample_file_is_drawn(data, tmp_path, name, choice):
    drawn = draw(tmp_path, input=str(data / name), width=160, height=80, **choice)
    assert drawn.pixels.shape == (80, 160, 4)
    assert drawn.mode == "P"
    assert len(np.unique(drawn.pixels.reshape(-1, 4), axis=0)) > 10


def test_every_sample_file_has_a_choice(data):
    known = {*CHOICES, "spherical_harmonics.grib1"}
    assert {path.name for path in data.glob("*.grib[12]")} | {"eraint_uvz.nc"} == known


def test_spectral_coefficients_are_refused(data, tmp_path):
    error = wrong(tmp_path, input=str(data / "spherical_harmonics.grib1"))
    assert isinstance(error, UnsupportedFormat)


def test_a_page_has_the_size_asked_for_and_no_transparency(data, tmp_path):
    source = str(data / "hrrr_t06z_f01_tmp.grib2")
    drawn = draw(tmp_path, input=source, colorbar=True, width=400, height=300)
    assert drawn.mode == "RGB"
    assert drawn.pixels.shape[:2] == (300, 400)
    assert drawn.info["Title"] == "Temperature, surface"


def test_the_picture_knows_its_resolution(npy, tmp_path):
    drawn = draw(tmp_path, input=npy(np.eye(4)), dpi=300, width=64, height=32)
    assert drawn.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_colour_is_that_of_the_value(npy, tmp_path):
    values = [[0.0, 100.0], [50.0, np.nan]]
    drawn = draw(tmp_path, input=npy(values), cmap="viridis", width=20, height=20, **PLAIN)
    ends = named_palette("viridis").sampled(256)
    assert drawn.pixels[2, 2].tolist() == ends[0].tolist()
    assert drawn.pixels[2, 12].tolist() == ends[-1].tolist()
    assert drawn.pixels[12, 2] == pytest.approx(ends[128], abs=2)
    assert drawn.pixels[15, 15, 3] == 0


def test_the_range_may_be_fixed(npy, tmp_path):
    source = npy([[10.0, 20.0]])
    drawn = draw(
        tmp_path, input=source, vmin=0, vmax=20, cmap="gray", width=20, height=10,
        interpolation="nearest", **PLAIN,
    )  # fmt: skip
    assert drawn.pixels[5, 2, 0] == pytest.approx(128, abs=2)
    assert drawn.pixels[5, 12, 0] == 255


def test_nearest_shows_cells_and_linear_blends_them(npy, tmp_path):
    shared = {"input": npy([[0.0, 1.0, 0.0]]), "cmap": "gray", "width": 30, "height": 6, **PLAIN}
    cells = draw(tmp_path, interpolation="nearest", extent=[0, 30, 0, 6], **shared)
    assert set(np.unique(cells.pixels[3, :, 0])) == {0, 255}


def test_coastlines_borders_and_gridlines_can_be_left_out(npy, tmp_path):
    source = npy(np.add.outer(np.zeros(4), np.arange(8.0)))
    shared = {"input": source, "width": 256, "height": 128}
    plain = draw(tmp_path, **shared, **PLAIN).pixels
    assert (draw(tmp_path, **shared).pixels != plain).any()
    only = draw(tmp_path, **shared, features="gridlines").pixels
    without = draw(tmp_path, **shared, no_coastline=True, no_borders=True).pixels
    assert (only == without).all()
    changed = (only != plain).any(axis=2)
    assert changed.mean() < 0.2


@pytest.mark.parametrize("corner", ["upper_left", "upper_right", "lower_left", "lower_right"])
def test_a_timestamp_stands_in_its_corner(npy, tmp_path, corner):
    shared = {"input": npy(np.eye(2)), "width": 200, "height": 100, **PLAIN}
    stamped = draw(tmp_path, **shared, timestamp="12 UTC", timestamp_loc=corner).pixels
    changed = (stamped != draw(tmp_path, **shared).pixels).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert (rows.mean() < 50) == corner.startswith("upper")
    assert (columns.mean() < 100) == corner.endswith("left")


def test_an_automatic_timestamp_needs_a_time(npy, tmp_path):
    assert "no valid time" in wrong(tmp_path, input=npy(np.eye(2)), timestamp="auto").message


def test_a_basemap_shows_where_there_are_no_values(npy, tmp_path):
    world = np.zeros((18, 36, 3), np.uint8)
    world[:, 18:] = (0, 0, 255)
    Image.fromarray(world).save(tmp_path / "world.bmp")
    drawn = draw(
        tmp_path, input=npy([[np.nan, np.nan], [1, 2]]), basemap=str(tmp_path / "world.bmp"),
        width=40, height=20, **PLAIN,
    )  # fmt: skip
    assert drawn.pixels[3, 3].tolist() == [0, 0, 0, 255]
    assert drawn.pixels[3, 36].tolist() == [0, 0, 255, 255]
    assert drawn.pixels[16, 36, 0] > 50


def test_a_basemap_across_the_date_line_is_joined(npy, tmp_path):
    world = np.zeros((18, 36, 3), np.uint8)
    world[:, 0], world[:, 35] = (255, 0, 0), (0, 255, 0)
    Image.fromarray(world).save(tmp_path / "world.bmp")
    drawn = draw(
        tmp_path, input=npy([[np.nan, 1]]), basemap=str(tmp_path / "world.bmp"), cmap="gray",
        extent=[175, -175, -5, 5], width=40, height=20, vmin=0, vmax=2, **PLAIN,
    )  # fmt: skip
    assert drawn.pixels[10, 0, :3] == pytest.approx([0, 255, 0], abs=10)


def test_a_basemap_is_found_on_another_turn(npy, tmp_path):
    world = np.zeros((18, 36, 3), np.uint8)
    world[:, 0] = (255, 0, 0)
    Image.fromarray(world).save(tmp_path / "world.bmp")
    shared = {"basemap": str(tmp_path / "world.bmp"), "width": 40, "height": 20, **PLAIN}
    ends = {"vmin": 0, "vmax": 2}
    drawn = draw(tmp_path, input=npy([[np.nan, 1]]), extent=[182, 188, -5, 5], **ends, **shared)
    assert drawn.pixels[10, 10, :3] == pytest.approx([255, 0, 0], abs=60)


def test_a_file_that_is_no_picture_is_refused_as_basemap(npy, tmp_path):
    source = npy(np.eye(2))
    assert isinstance(wrong(tmp_path, input=source, basemap=source), DataError)


def test_a_legend_is_a_transparent_picture_of_the_scale(npy, tmp_path):
    legend = tmp_path / "legend.png"
    for orientation in ("horizontal", "vertical"):
        draw(
            tmp_path, input=npy([[0, 1]]), legend_file=str(legend), cmap="viridis",
            legend_orientation=orientation,
        )  # fmt: skip
        drawn = read_picture(legend)
        height, width = drawn.pixels.shape[:2]
        assert (width > height) == (orientation == "horizontal")
        assert drawn.pixels[0, 0, 3] == 0
        found = {tuple(colour) for colour in drawn.pixels.reshape(-1, 4)}
        assert (0x44, 0x01, 0x54, 255) in found
        assert (0xFD, 0xE7, 0x25, 255) in found


def test_encoded_values_come_back_from_the_grey(data, tmp_path):
    with netCDF4.Dataset(data / "eraint_uvz.nc") as file:
        file.set_auto_maskandscale(False)
        variable = file["u"]
        expected = variable[0, 1] * variable.scale_factor + variable.add_offset
    scale = tmp_path / "scale.json"
    drawn = draw(
        tmp_path, input=str(data / "eraint_uvz.nc"), var="u", message=8, data_encoded=True,
        vmin=-30, vmax=60, color_scale_file=str(scale), cmap="RdBu_r",
    )  # fmt: skip
    assert drawn.mode == "L"
    said = json.loads(scale.read_text())
    step = (said["vmax"] - said["vmin"]) / 255
    found = said["vmin"] + drawn.pixels[..., 0] * step
    assert found.shape == expected.shape
    assert np.abs(found - np.clip(expected, -30, 60)).max() <= step / 2 + 1e-6
    assert [said["stops"][0]["t"], said["stops"][-1]["t"]] == [0, 1]
    assert said["units"] == "m s**-1"


def test_encoded_pictures_have_north_at_the_top(tmp_path):
    path = tmp_path / "south_first.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, line, units in (
            ("lat", [10, 20], "degrees_north"),
            ("lon", [5, 6, 7], "degrees_east"),
        ):
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].units = units
        file.createVariable("v", "f4", ("lat", "lon"))[:] = [[0, 0, 0], [1, 1, 1]]
    drawn = draw(tmp_path, input=str(path), data_encoded=True, vmin=0, vmax=1)
    assert drawn.pixels[..., 0].tolist() == [[255] * 3, [0] * 3]


def test_missing_values_are_encoded_as_0(npy, tmp_path):
    drawn = draw(tmp_path, input=npy([[np.nan, 5, 99]]), data_encoded=True, vmin=1, vmax=9)
    assert drawn.pixels[0, :, 0].tolist() == [0, 128, 255]


def test_several_inputs_are_drawn_into_a_folder(npy, tmp_path):
    sources = [npy([[0, 1]], "a.npy"), npy([[1, 0]], "b.npy")]
    out = tmp_path / "frames"
    run_heatmap(inputs=sources, output_dir=str(out), width=20, height=10)
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png"]
    names = ["1.png", "2.png"]
    run_heatmap(inputs=sources, output_dir=str(out), output_names=names, width=20, height=10)
    assert {"1.png", "2.png"} < {path.name for path in out.iterdir()}


def test_frames_of_one_run_equal_those_of_their_own(npy, tmp_path):
    sources = [npy([[0, 1]], "a.npy"), npy([[1, 3]], "b.npy")]
    run_heatmap(inputs=sources, output_dir=str(tmp_path / "frames"), vmin=0, vmax=3)
    run_heatmap(input=sources[1], output=str(tmp_path / "alone.png"), vmin=0, vmax=3)
    together = read_picture(tmp_path / "frames" / "b.png").pixels
    assert (together == read_picture(tmp_path / "alone.png").pixels).all()


def test_two_inputs_of_one_name_are_refused(npy, tmp_path):
    (tmp_path / "other").mkdir()
    sources = [npy([[0, 1]], "a.npy"), npy([[0, 1]], "other/a.npy")]
    with pytest.raises(UsageError, match=r"two pictures would be named a\.png"):
        run_heatmap(inputs=sources, output_dir=str(tmp_path / "frames"))


def test_one_legend_for_different_ranges_is_refused(npy, tmp_path):
    sources = [npy([[0, 1]], "a.npy"), npy([[0, 9]], "b.npy")]
    legend = str(tmp_path / "legend.png")
    with pytest.raises(UsageError, match="different colour ranges"):
        run_heatmap(inputs=sources, output_dir=str(tmp_path / "frames"), legend_file=legend)


def test_a_picture_goes_to_stdout_as_bytes(npy):
    job = run_heatmap(input=npy(np.eye(3)), output="-", width=30, height=20)
    assert job.stdout.getvalue().startswith(b"\x89PNG")


def test_progress_names_the_input_without_its_folder(npy):
    told = []
    job = StreamJob(
        io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy(),
        report=lambda fraction, message: told.append(message),
    )  # fmt: skip
    run(HeatmapArgs(input=npy(np.eye(3), "t.npy"), output="-", width=30, height=20), job)
    assert told[0] == "drawing t.npy"


@pytest.mark.parametrize(
    ("timestamp", "note"), [(None, "mean of 6 h, valid 2011-01-15 12:00 UTC"), ("x", "mean of 6 h")]
)
def test_the_note_of_a_page_says_what_the_values_sum_up(npy, timestamp, note):
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    style = style_from(HeatmapArgs(input="a", output="-", timestamp=timestamp), job)
    rain = FieldInfo(
        variable="prate", statistic="mean", period_hours=6.0,
        valid_time=datetime(2011, 1, 15, 12, tzinfo=UTC),
    )  # fmt: skip
    assert style.note_of(rain) == note


def test_the_input_may_come_from_stdin(data, tmp_path):
    stdin = io.BytesIO((data / "cmc_polar_stereographic.grib1").read_bytes())
    job = StreamJob(stdin, io.BytesIO(), io.BytesIO(), NetworkPolicy())
    run(HeatmapArgs(input="-", output="-", width=40, height=20), job)
    assert job.stdout.getvalue().startswith(b"\x89PNG")


def test_a_constant_field_is_drawn_over_a_range_that_is_given(npy, tmp_path):
    ends = {"vmin": 0.0, "vmax": 10.0, "width": 20, "height": 10}
    drawn = draw(tmp_path, input=npy(np.full((3, 3), 7.0)), **ends, **PLAIN)
    assert (drawn.pixels[..., 3] == 255).all()


@pytest.mark.parametrize("example", HEATMAP.examples, ids=lambda example: example.title)
def test_the_examples_run(data, tmp_path, example):
    args = dict(example.args)
    run_heatmap(**args | {"input": str(data / args["input"]), "output": str(tmp_path / "a.png")})
    assert Path(tmp_path / "a.png").stat().st_size > 1000


def test_colours_cover_the_values_inside_the_extent(npy, tmp_path):
    lon = np.arange(0, 360.0)
    path = tmp_path / "ramp.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, line, units in (("lat", [0, 1], "degrees_north"), ("lon", lon, "degrees_east")):
            file.createDimension(name, len(line))
            file.createVariable(name, "f8", (name,))[:] = line
            file[name].units = units
        file.createVariable("v", "f4", ("lat", "lon"))[:] = [lon, lon]
    shared = {"input": str(path), "cmap": "gray", "extent": [10, 20, 0, 1], **PLAIN}
    drawn = draw(tmp_path, **shared, width=100, height=10).pixels
    assert drawn[5, 0, 0] < 10
    assert drawn[5, -1, 0] > 245


def test_an_empty_frame_is_drawn_when_the_range_is_fixed(npy, tmp_path):
    source = npy([[np.nan, np.nan]])
    drawn = draw(tmp_path, input=source, vmin=0, vmax=1, width=20, height=10, **PLAIN)
    assert (drawn.pixels[..., 3] == 0).all()


def test_a_bar_has_an_arrow_where_values_lie_beyond_it(npy, tmp_path):
    shared = {"input": npy([[0, 10]]), "cmap": "gray", "legend_file": str(tmp_path / "l.png")}
    widths = []
    for ends in ({}, {"vmin": 2}, {"vmin": 2, "vmax": 8}):
        draw(tmp_path, **shared, **ends)
        bar = read_picture(tmp_path / "l.png").pixels
        top_line = (bar[..., 3] > 0).argmax(axis=0) == (bar[..., 3] > 0).any(axis=1).argmax()
        widths.append(int((top_line & (bar[..., 3] > 0).any(axis=0)).sum()))
    assert widths[0] > widths[1] > widths[2]


def test_a_page_shows_sixty_degrees_north_half_as_wide_as_the_equator(npy, tmp_path):
    shared = {"input": npy(np.eye(4)), "colorbar": True, "features": "coastline"}
    shapes = []
    for extent in ([0, 20, -5, 5], [0, 20, 55, 65]):
        paper = (draw(tmp_path, **shared, extent=extent).pixels[..., :3] == 255).all(axis=2)
        row, column = paper[paper.shape[0] // 2], paper[:, paper.shape[1] // 2]
        shapes.append([longest_run(~row), longest_run(~column)])
    (wide, low), (narrow, high) = shapes
    assert wide / low == pytest.approx(2, rel=0.02)
    assert narrow / high == pytest.approx(1, rel=0.02)


def longest_run(flags) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max())
