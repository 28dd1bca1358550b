"""visualize interactive: what goes into a page, and what is refused."""

import io
import re
import zlib
from base64 import b64decode
from datetime import UTC, datetime

import numpy as np
import pytest

from zyra.core.errors import DataError, SelectionError, UsageError, ZyraError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.fields.crs import Crs
from zyra.fields.field import FieldInfo, Level
from zyra.fields.grid import Grid
from zyra.visualize.commands.interactive import INTERACTIVE, InteractiveArgs
from zyra.visualize.interactive import run
from zyra.visualize.interactive_frames import frames_of
from zyra.visualize.interactive_lines import _within
from zyra.visualize.interactive_mesh import placed
from zyra.visualize.interactive_packing import MISSING, Quantiser, packed_text
from zyra.visualize.interactive_page import json_in_html, policy
from zyra.visualize.natural_earth import read_features

DEGREES = Crs("latitude_longitude", {})


def make(tmp_path, **args) -> str:
    target = tmp_path / "page.html"
    job = StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())
    run(InteractiveArgs.model_validate({"output": str(target)} | args), job)
    return target.read_text(encoding="utf-8")


def wrong(tmp_path, **args) -> ZyraError:
    with pytest.raises(ZyraError) as refused:
        make(tmp_path, **args)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert "\n" not in refused.value.message
    assert not list(tmp_path.glob("*.html"))
    return refused.value


def unpacked(text: str, dtype) -> np.ndarray:
    """What codec.js does, in numpy."""
    size = np.dtype(dtype).itemsize
    planes = np.frombuffer(zlib.decompress(b64decode(text)), np.uint8).reshape(size, -1)
    steps = np.ascontiguousarray(planes.T).view(dtype).ravel()
    return np.cumsum(steps, dtype=dtype)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_packed_numbers_come_back(dtype):
    ends = np.iinfo(dtype)
    numbers = np.random.default_rng(1).integers(ends.min, ends.max, 999, dtype, endpoint=True)
    assert (unpacked(packed_text(numbers), dtype) == numbers).all()


def test_no_value_is_off_by_more_than_half_a_step():
    values = np.random.default_rng(2).normal(270, 30, (50, 60)).astype(np.float32)
    values[3, 4] = np.nan
    quantiser = Quantiser.over(float(np.nanmin(values)), float(np.nanmax(values)))
    packed = quantiser.packed(values)
    assert packed[3, 4] == MISSING
    found = quantiser.all_values()[packed]
    known = np.isfinite(values)
    assert np.isnan(found[3, 4])
    assert np.abs(found - values)[known].max() <= quantiser.step * 0.51
    assert quantiser.digits is not None
    assert 10.0**-quantiser.digits > quantiser.step


def test_a_field_of_one_value_is_packed():
    quantiser = Quantiser.over(5.0, 5.0)
    assert quantiser.all_values()[quantiser.packed(np.full((2, 2), 5.0, np.float32))].tolist() == [
        [5.0, 5.0],
        [5.0, 5.0],
    ]


@pytest.mark.parametrize("north_first", [True, False])
@pytest.mark.parametrize("extent", [None, (-20.0, 25.0, -40.0, 30.0), (340.0, 25.0, -40.0, 30.0)])
def test_a_mesh_keeps_the_points_and_values_of_an_even_grid(north_first, extent):
    lat = np.arange(90.0, -91.0, -10.0)[:: 1 if north_first else -1]
    grid = Grid(DEGREES, np.arange(0.0, 360.0, 15.0), lat)
    values = (1000 * grid.y[:, None] + (grid.x[None, :] % 360)).astype(np.float32)
    placement = placed(grid, extent, "v")
    mesh, taken = placement.mesh, placement.take(values)
    lon = mesh.west + mesh.dx * np.arange(mesh.columns)
    rows = mesh.north - mesh.dy * np.arange(mesh.rows)
    assert taken == pytest.approx(1000 * rows[:, None] + lon[None, :] % 360)
    assert mesh.wraps == (extent is None)
    if extent is not None:
        assert lon.tolist() == [lon[0], lon[0] + 15, lon[0] + 30]
        assert lon[0] % 360 == 345
        assert rows.tolist() == [30, 20, 10, 0, -10, -20, -30, -40]


def test_an_uneven_grid_gets_about_as_many_points():
    grid = Grid(DEGREES, np.arange(0.0, 30.0), np.array([10.0, 11.0, 12.5, 13.0, 14.0, 15.0]))
    values = np.arange(180, dtype=np.float32).reshape(6, 30)
    placement = placed(grid, None, "v")
    assert 100 < placement.mesh.cells < 400
    assert set(placement.take(values).ravel()) <= set(values.ravel())


def info(level: float, hour: int, member: int | None = None) -> FieldInfo:
    return FieldInfo(
        variable="t",
        level=Level("isobaricInhPa", level, "hPa"),
        valid_time=datetime(2024, 1, 1, hour, tzinfo=UTC),
        member=member,
    )


def test_each_difference_gets_a_slider():
    infos = [info(level, hour) for hour in (6, 0) for level in (850, 500)]
    frames = frames_of(infos)
    assert [(slider.name, list(slider.labels)) for slider in frames.sliders] == [
        ("Level", ["500 hPa", "850 hPa"]),
        ("Time", ["2024-01-01 00:00 UTC", "2024-01-01 06:00 UTC"]),
    ]
    order = [(each.level.value, each.valid_time.hour) for each in frames.infos]
    assert order == [(500, 0), (500, 6), (850, 0), (850, 6)]


def test_fields_that_are_no_complete_set_get_one_slider():
    frames = frames_of([info(850, 0), info(500, 0), info(500, 6)])
    assert [slider.name for slider in frames.sliders] == ["Field"]
    assert frames.sliders[0].labels[1] == "2: 500 hPa, 2024-01-01 06:00 UTC"


def test_one_field_has_no_slider():
    assert frames_of([info(850, 0)]).sliders == []


def test_lines_are_cut_to_a_region():
    lines = read_features("coastline", "10m")
    part = _within(lines, (-10.0, 5.0, 48.0, 60.0))
    assert 0 < len(part.lon) < len(lines.lon) / 20
    inside = (part.lon >= -10) & (part.lon <= 5) & (part.lat >= 48) & (part.lat <= 60)
    wanted = (lines.lon >= -10) & (lines.lon <= 5) & (lines.lat >= 48) & (lines.lat <= 60)
    assert inside.sum() == wanted.sum()
    lengths = np.diff(np.append(part.starts, len(part.lon)))
    assert part.starts[0] == 0
    assert lengths.min() >= 2


def test_json_ends_no_script_whatever_is_in_it():
    text = json_in_html({"a": "</script><!--<script>&\u2028"})
    assert not set("<>&\u2028") & set(text)


def test_the_policy_allows_its_own_script_alone():
    text = policy("let a;", "p {}")
    assert text.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in text
    assert "http" not in text
    assert policy("", "", "https://t.example/{z}/{x}/{y}.png").count("https://t.example;") == 1


def test_a_page_names_no_address_of_the_network(tmp_path, data):
    source = str(data / "gfs_2p5deg_f120_all_fields.grib2")
    text = make(tmp_path, input=source, var="t2m")
    assert "://" not in text
    assert "default-src &#x27;none&#x27;" in text


def test_the_page_of_a_global_quarter_degree_field_is_small(tmp_path, data):
    text = make(tmp_path, input=str(data / "gfs_0p25_tmp_pv_missing.grib2"))
    assert len(text) < 2_000_000


@pytest.mark.parametrize("example", INTERACTIVE.examples, ids=lambda example: example.title)
def test_each_example_runs(tmp_path, data, example):
    given = {**example.args, "input": str(data / example.args["input"])}
    text = make(tmp_path, **{**given, "output": str(tmp_path / "page.html")})
    assert text.startswith("<!doctype html>")


def test_the_output_may_be_stdout(data):
    out = io.BytesIO()
    job = StreamJob(io.BytesIO(), out, io.BytesIO(), NetworkPolicy())
    given = {"input": str(data / "places.csv"), "mode": "points", "output": "-"}
    run(InteractiveArgs.model_validate(given), job)
    assert out.getvalue().endswith(b"</html>\n")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"density": 0.5}, "density is for mode vector"),
        ({"mode": "vector", "var": "t"}, "var is for the other modes"),
        ({"mode": "points", "level": "500"}, "level is for fields"),
        ({"zoom": 5}, "zoom is for engine folium"),
        ({"tiles": "https://t.example/{z}/{x}/{y}"}, "tiles are for engine folium"),
        ({"engine": "folium", "tiles": "CartoDB positron"}, "tiles is the URL"),
        ({"engine": "folium", "tiles": "file:///{z}/{x}/{y}"}, "tiles is the URL"),
        ({"engine": "folium", "tiles": "https://a; script-src */{z}/{x}/{y}"}, "tiles is the URL"),
        ({"engine": "folium", "tiles": "https://me@a.example/{z}/{x}/{y}"}, "tiles is the URL"),
        ({"tiles_credit": "us"}, "tiles_credit is for tiles"),
        ({"output": "a.png"}, "written as .html"),
        ({"u": "a.npy", "v": "b.npy", "mode": "vector"}, "either input, or u and v"),
        ({"mode": "vector", "uvar": "u"}, "both uvar and vvar"),
        ({"engine": "bokeh"}, "engine"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(given, told):
    with pytest.raises(ValueError, match=told):
        InteractiveArgs.model_validate({"input": "a.nc", "output": "a.html"} | given)


def test_what_the_published_command_takes_is_taken():
    given = {
        "engine": "folium",
        "tiles": "OpenStreetMap",
        "zoom": "4",
        "extent": ["-10", 5, 40, 60],
    }
    args = InteractiveArgs.model_validate({"input": "a.nc", "output": "a.html"} | given)
    assert (args.zoom, args.extent) == (4, [-10, 5, 40, 60])


def test_too_large_a_page_is_refused_with_the_remedies(tmp_path, data):
    error = wrong(tmp_path, input=str(data / "mrms_merged_reflectivity.grib2"))
    assert isinstance(error, UsageError)
    assert "24 million values" in error.message
    assert "--extent" in error.hint
    assert "--average" in error.hint


def test_several_variables_are_refused(tmp_path, data):
    error = wrong(tmp_path, input=str(data / "eraint_uvz.nc"))
    assert isinstance(error, SelectionError)
    assert "--var" in error.hint


def test_an_unknown_variable_is_refused(tmp_path, data):
    assert "'q'" in wrong(tmp_path, input=str(data / "eraint_uvz.nc"), var="q").message


def test_a_field_without_values_is_refused(tmp_path, npy):
    error = wrong(tmp_path, input=npy(np.full((4, 4), np.nan)))
    assert isinstance(error, DataError)


def test_an_extent_beside_the_data_is_refused(tmp_path, data):
    source = str(data / "hrrr_t06z_f01_tmp.grib2")
    error = wrong(tmp_path, input=source, extent=[0, 10, 40, 50])
    assert "shows nothing of t" in error.message
    assert "its grid covers" in error.hint


@pytest.mark.parametrize("given", [[0, 0, 1, 2], [0, 10, 50, 40], [1, 2, 3]])
def test_an_impossible_extent_is_refused(tmp_path, data, given):
    wrong(tmp_path, input=str(data / "gfs_0p25_tmp_pv_missing.grib2"), extent=given)


def test_a_wrong_colour_is_refused(tmp_path, data):
    source = str(data / "gfs_2p5deg_f120_all_fields.grib2")
    given = {"mode": "vector", "uvar": "u10", "vvar": "v10"}
    assert "no colour" in wrong(tmp_path, input=source, color="blurple", **given).message


def test_a_time_that_is_not_known_cannot_be_written(tmp_path, npy):
    assert "no valid time" in wrong(tmp_path, input=npy(np.eye(4)), timestamp="auto").message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,lat,v\n1,2,3\n", "no column lon"),
        ("lon,lat\n1,2\n", "no column with numbers beside"),
        ("lon,lat,v\n1,2,\n,3,4\n", "every value of v is missing"),
        ("lon,lat,v\n1,95,3\n", "lat is 95 in row 1"),
        ("lon,lat,v\n1,2,x\n", "no column with numbers beside"),
        ("lon,lat,v\n", "every value of v is missing"),
    ],
)
def test_tables_without_points_are_refused(tmp_path, text, told):
    table = tmp_path / "table.csv"
    table.write_text(text)
    assert told in wrong(tmp_path, input=str(table), mode="points").message


def test_directions_are_not_averaged(tmp_path, data):
    source = str(data / "gfswave_atlocn_0p16_f001.grib2")
    assert "directions" in wrong(tmp_path, input=source, var="dirpw", average=2).message


def test_averages_hold_means_of_blocks(tmp_path, npy):
    values = np.arange(16.0).reshape(4, 4)
    text = make(tmp_path, input=npy(values), average=2)
    packed = re.search(r'id="values-0">(.*?)</script>', text)[1]
    low, high = 2.5, 12.5
    steps = (high - low) / 65534
    assert low + steps * unpacked(packed, np.uint16) == pytest.approx(
        [2.5, 4.5, 10.5, 12.5], abs=1e-3
    )
