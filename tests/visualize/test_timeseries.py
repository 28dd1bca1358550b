"""visualize timeseries, from file to picture."""

import io
from datetime import UTC, datetime

import eccodes
import netCDF4
import numpy as np
import pytest
from PIL import Image

from zyra.core.errors import DataError, ShapeMismatch, UsageError, VariableNotFound, ZyraError
from zyra.core.exit_codes import WRONG_INPUT, exit_code_for
from zyra.core.network import NetworkPolicy
from zyra.core.stream_job import StreamJob
from zyra.visualize.chart import COLOURS, Chart
from zyra.visualize.commands.timeseries import TIMESERIES, TimeseriesArgs
from zyra.visualize.curves import Curve, Curves
from zyra.visualize.timeseries import run
from zyra.visualize.timeseries_sources import read_curves

FIRST = np.array([0x00, 0x72, 0xB2])


def job() -> StreamJob:
    return StreamJob(io.BytesIO(), io.BytesIO(), io.BytesIO(), NetworkPolicy())


def draw(tmp_path, **args) -> np.ndarray:
    target = tmp_path / "drawn.png"
    run(TimeseriesArgs.model_validate({"output": str(target)} | args), job())
    with Image.open(target) as picture:
        return np.asarray(picture).astype(int)


def wrong(tmp_path, **args) -> ZyraError:
    with pytest.raises(ZyraError) as refused:
        draw(tmp_path, **args)
    assert exit_code_for(refused.value) == WRONG_INPUT
    assert "\n" not in refused.value.message
    assert not list(tmp_path.glob("*.png"))
    return refused.value


def read(path, **args) -> Curves:
    given = {"input": str(path), "output": "-"} | args
    return read_curves(path, TimeseriesArgs.model_validate(given), job())


@pytest.fixture
def table(tmp_path):
    def write(text: str, name="table.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def rows_of_ink(picture: np.ndarray, chart: Chart, column: float, colour=FIRST) -> np.ndarray:
    """Rows of the plot in which a column of the plot has nearly the colour."""
    pixels = picture[:, chart.plot.left + int(column)]
    found = np.flatnonzero(np.abs(pixels - colour).max(axis=1) < 60)
    return found - chart.plot.top


@pytest.mark.parametrize("size", [(1024, 512), (400, 300), (3000, 1500)])
@pytest.mark.parametrize("style", ["line", "scatter"])
def test_known_points_are_drawn_where_their_values_lie(size, style):
    x, values = np.linspace(0, 10, 11), np.linspace(-5, 7, 11) ** 2
    chart = Chart(Curves(x, [Curve("a", values)]), *size, style=style)
    picture = chart.drawn().astype(int)
    columns, rows = chart.places(values)
    for column, row in zip(columns, rows, strict=True):
        assert np.abs(rows_of_ink(picture, chart, column) + 0.5 - row).min() <= 1.0


def test_a_value_is_drawn_at_the_height_of_its_tick():
    values = np.array([0.0, 60.0, 60.0, 100.0])
    chart = Chart(Curves(np.arange(4.0), [Curve("a", values)]), 800, 400)
    texts = [tick.text for tick in chart._y_axis.ticks]
    assert texts == ["0", "20", "40", "60", "80", "100"]
    picture = chart.drawn().astype(int)
    beside = picture[:, chart.plot.left - 3, 0]
    marks = np.flatnonzero(beside < 150)
    assert len(marks) == len(texts)
    columns, _ = chart.places(values)
    curve = rows_of_ink(picture, chart, (columns[1] + columns[2]) / 2) + chart.plot.top
    assert curve.mean() == pytest.approx(marks[::-1][texts.index("60")], abs=1)


def test_a_value_is_drawn_at_the_place_of_its_tick_across():
    x = np.array([0.0, 10.0, 10.0, 20.0])
    chart = Chart(Curves(x, [Curve("a", np.array([0.0, 0.0, 1.0, 1.0]))]), 800, 400)
    texts = [tick.text for tick in chart._x_axis.ticks]
    picture = chart.drawn().astype(int)
    marks = np.flatnonzero(picture[chart.plot.bottom + 2, :, 0] < 150)
    assert len(marks) == len(texts)
    middle = picture[chart.plot.top + chart.plot.height // 2]
    curve = np.flatnonzero(np.abs(middle - FIRST).max(axis=1) < 60)
    assert curve.mean() == pytest.approx(marks[texts.index("10")], abs=1)


def test_a_curve_is_broken_where_values_are_missing():
    values = np.array([1.0, 1.0, np.nan, np.nan, 1.0, 1.0, 2.0])
    chart = Chart(Curves(np.arange(7.0), [Curve("a", values)]), 700, 300)
    picture = chart.drawn().astype(int)
    columns, _ = chart.places(values)
    assert not rows_of_ink(picture, chart, (columns[2] + columns[3]) / 2).size
    assert rows_of_ink(picture, chart, (columns[0] + columns[1]) / 2).size


def test_a_value_between_two_missing_ones_is_a_dot():
    values = np.array([0.0, np.nan, 1.0, np.nan, 2.0, 2.0])
    chart = Chart(Curves(np.arange(6.0), [Curve("a", values)]), 700, 300)
    columns, rows = chart.places(values)
    found = rows_of_ink(chart.drawn().astype(int), chart, columns[2])
    assert np.abs(found + 0.5 - rows[2]).min() <= 1.0


def test_each_extreme_of_a_million_points_is_drawn():
    values = np.sin(np.arange(1_000_000) / 1e5)
    values[654_321], values[234_567] = 9.0, -9.0
    chart = Chart(Curves(np.arange(1e6), [Curve("a", values)]), 1024, 512)
    columns, rows = chart.places(values)
    picture = chart.drawn().astype(int)
    highest = rows_of_ink(picture, chart, columns[654_321]).min()
    lowest = rows_of_ink(picture, chart, columns[234_567]).max()
    assert highest + 0.5 == pytest.approx(rows[654_321], abs=1.5)
    assert lowest + 0.5 == pytest.approx(rows[234_567], abs=1.5)


def test_times_of_a_table_are_utc_unless_they_have_a_zone(table):
    text = "when,v\n2024-01-01T00:00Z,1\n2024-01-01 02:00,2\n2024-01-01T05:00+02:00,3\n"
    curves = read(table(text))
    start = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    assert (curves.x - start).tolist() == [0, 7200, 10800]
    assert curves.is_time


@pytest.mark.parametrize("text", ["a,b\n1,2\n3,4\n", "a;b\n1;2\n3;4\n", "# x\na\tb\n1\t2\n3\t4\n"])
def test_tables_may_have_commas_semicolons_or_tabs(table, text):
    curves = read(table(text))
    assert curves.x.tolist() == [1, 3]
    assert curves.curves[0].values.tolist() == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        't,v,w\n1,10,a\n2,20,"b\nc, d"\n3,30,e\n',
        "t,v,w\r\n1,10,a\r\n2,20,b\r\n3,30,c",
        "t,v,w\n1,10,a\n\n2,20,b\n3,30,c\n\n",
        "t,v,w\r1,10,a\r2,20,b\r3,30,c\r",
        "\ufefft,v,w\n1,10,é\n2,20,ü\n3,30,\N{SNOWMAN}\n",
    ],
    ids=["quoted", "crlf", "empty lines", "cr", "byte order mark"],
)
def test_tables_are_read_as_spreadsheets_write_them(table, text):
    path = table("")
    path.write_bytes(text.encode())
    curves = read(path)
    assert curves.x.tolist() == [1, 2, 3]
    assert curves.curves[0].values.tolist() == [10, 20, 30]


@pytest.mark.parametrize("quoted", [0, 1])
def test_tables_of_many_blocks_are_read_whole(table, quoted):
    lines = [f"{n},{n % 977}.25,{'x' * 40}" for n in range(120_000)]
    if quoted:
        lines[70_000] = '70000,"5.5",y'
    curves = read(table("t,v,w\n" + "\n".join(lines)))
    expected = np.arange(120_000) % 977 + 0.25
    if quoted:
        expected[70_000] = 5.5
    assert curves.x.tolist() == list(range(120_000))
    assert curves.curves[0].values.tolist() == expected.tolist()


def test_missing_values_are_gaps(table):
    curves = read(table("t,v\n1,2\n2,\n3,NaN\n4,n/a\n5,6\n"))
    assert np.isnan(curves.curves[0].values).tolist() == [False, True, True, True, False]


def test_rows_are_put_in_order(table):
    curves = read(table("t,v\n3,30\n1,10\n2,20\n")).in_order()
    assert curves.x.tolist() == [1, 2, 3]
    assert curves.curves[0].values.tolist() == [10, 20, 30]


def test_every_column_of_numbers_is_drawn_unless_some_are_named(table):
    path = table("t,name,a,b\n1,x,1,2\n2,y,3,4\n")
    assert [curve.name for curve in read(path).curves] == ["a", "b"]
    assert [curve.name for curve in read(path, y=["b"]).curves] == ["b"]
    assert [curve.name for curve in read(path, y="b").curves] == ["b"]


def test_each_curve_has_its_colour(tmp_path, table):
    picture = draw(tmp_path, input=str(table("t,a,b\n0,0,5\n1,1,6\n")))
    for colour in COLOURS[:2]:
        wanted = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)])
        assert (np.abs(picture - wanted).max(axis=2) < 8).sum() > 100


def test_values_at_a_grid_point_are_those_of_eccodes(data):
    path = data / "era5_levels_members.grib1"
    curves = read(path, var="t", level="850", member=3, at=[0, 45])
    expected = oracle_series(path, short_name="t", level=850, member=3, lon=0.0, lat=45.0)
    assert curves.x.tolist() == [time for time, _ in expected]
    assert curves.curves[0].values == pytest.approx([value for _, value in expected], abs=1e-4)


def test_values_between_grid_points_are_linear(data):
    path = data / "era5_levels_members.grib1"
    both = [
        oracle_series(path, short_name="t", level=850, member=0, lon=lon, lat=45.0)[0][1]
        for lon in (0.0, 3.0)
    ]
    given = {"var": "t", "level": "850", "member": 0, "interpolation": "linear"}
    found = read(path, at=[1.0, 45.0], **given).curves[0].values[0]
    assert found == pytest.approx(both[0] * 2 / 3 + both[1] / 3, abs=1e-3)


def test_the_mean_of_an_area_is_weighted_by_area(data):
    path = data / "era5_levels_members.grib1"
    found = read(path, var="t", level="850", member=0, units="degC").curves[0]
    with path.open("rb") as stream:
        handle = next(chosen(stream, "t", 850, 0))
        values = eccodes.codes_get_values(handle)
        weights = np.cos(np.radians(eccodes.codes_get_array(handle, "latitudes")))
        eccodes.codes_release(handle)
    # Rows at the poles stand for half a cell, whose weight is no cosine: hence the tolerance.
    assert found.values[0] == pytest.approx(np.average(values, weights=weights) - 273.15, abs=0.05)
    assert found.units == "degC"


def test_fields_without_times_are_drawn_over_their_own_count(data):
    curves = read(data / "eraint_uvz.nc", var="z", level="500", at=[0, 0])
    assert curves.x_name == "month"
    assert curves.x.tolist() == [1, 7]


def test_series_of_netcdf_are_read_with_their_times_and_units(tmp_path):
    path = tmp_path / "station.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("time", 3)
        time = file.createVariable("time", "f8", ("time",))
        time.units, time[:] = "hours since 2020-02-28", [0, 24, 48]
        wind = file.createVariable("wind", "i2", ("time",), fill_value=-1)
        wind.set_auto_scale(False)
        wind.units, wind.scale_factor, wind.long_name = "m s-1", 0.5, "Wind speed"
        wind[:] = [2, -1, 6]
    curves = read(path)
    assert curves.x[2] == datetime(2020, 3, 1, tzinfo=UTC).timestamp()
    assert curves.curves[0].values == pytest.approx([1.0, np.nan, 3.0], nan_ok=True)
    assert (curves.curves[0].name, curves.curves[0].units) == ("Wind speed", "m s-1")


def test_series_of_other_lengths_are_refused(tmp_path):
    path = tmp_path / "station.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, length in (("a", 3), ("b", 4)):
            file.createDimension(name, length)
            file.createVariable(f"v{name}", "f4", (name,))[:] = 1.0
    error = wrong(tmp_path, input=str(path), x="va", y=["vb"])
    assert isinstance(error, ShapeMismatch)
    assert error.message == "vb has 4 values, va 3"


def test_an_unknown_column_is_refused_with_the_closest(tmp_path, data):
    error = wrong(tmp_path, input=str(data / "ensemble.csv"), y=["membr 1"])
    assert isinstance(error, VariableNotFound)
    assert "member 1" in error.hint
    assert error.correction == {"y": "member 1"}


def test_a_column_of_text_is_refused(tmp_path, data):
    error = wrong(tmp_path, input=str(data / "places.csv"), x="lon", y=["place"])
    assert isinstance(error, UsageError)
    assert "holds text" in error.message
    assert "lon, lat, temperature" in error.hint


def test_a_cell_that_is_no_number_is_told_with_its_row(tmp_path, table):
    error = wrong(tmp_path, input=str(table("t,v\n1,2\n2,abc\n")))
    assert "'abc' in column 'v'" in error.message
    assert "row 2" in error.hint


@pytest.mark.parametrize("rows", ["", "1,2\n", "1,2\n1,3\n"])
def test_less_than_two_moments_are_refused(tmp_path, table, rows):
    assert isinstance(wrong(tmp_path, input=str(table(f"t,v\n{rows}")), y=["v"]), DataError)


def test_a_table_without_any_value_is_refused(tmp_path, table):
    error = wrong(tmp_path, input=str(table("t,v\n1,\n2,nan\n")), y=["v"])
    assert "every value of v is missing" in error.message


def test_rows_of_other_lengths_are_refused_with_their_number(tmp_path, table):
    error = wrong(tmp_path, input=str(table("t,v\n1,2\n2\n")))
    assert "row 2" in error.message
    assert "1 cells, its heading 2" in error.message


def test_a_place_outside_the_grid_is_refused(tmp_path, data):
    source = str(data / "hrrr_t06z_f01_tmp.grib2")
    assert "outside the grid" in wrong(tmp_path, input=source, at=[10, 50]).message


def test_one_time_is_refused(tmp_path, data):
    source = str(data / "hrrr_t06z_f01_tmp.grib2")
    assert "two different values of x" in wrong(tmp_path, input=source, at=[-100, 40]).message


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"y": ["a"], "var": "b"}, "either y or var"),
        ({"at": [1.0]}, "at is a longitude and a latitude"),
        ({"at": [1.0, 2.0], "extent": [0, 1, 0, 1]}, "either at or extent"),
        ({"interpolation": "linear"}, "only with at"),
        ({"output": "a.svg"}, "cannot end in .svg"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(given, told):
    with pytest.raises(ValueError, match=told):
        TimeseriesArgs.model_validate({"input": "a.csv", "output": "a.png"} | given)


def test_what_chooses_fields_is_refused_for_tables(tmp_path, data):
    error = wrong(tmp_path, input=str(data / "ensemble.csv"), at=[0, 45], level="850")
    assert "at, level is for files of fields" in error.message


def test_a_picture_too_small_for_its_text_is_refused(tmp_path, data):
    error = wrong(tmp_path, input=str(data / "ensemble.csv"), width=60, height=40)
    assert "no room" in error.message


def test_a_binary_file_is_no_table(tmp_path, table):
    path = table("", name="empty.csv")
    assert "neither GRIB" in wrong(tmp_path, input=str(path)).message
    path.write_bytes(b"t,v\n1,\xff\xfe\n2,3\n")
    assert "not readable as a text table" in wrong(tmp_path, input=str(path)).message


@pytest.mark.parametrize("example", TIMESERIES.examples, ids=lambda example: example.title)
def test_each_example_runs(tmp_path, data, example):
    given = {**example.args, "input": str(data / example.args["input"])}
    given["output"] = str(tmp_path / "drawn.png")
    assert draw(tmp_path, **given).shape == (512, 1024, 3)


def chosen(stream, short_name: str, level: int, member: int):
    while (handle := eccodes.codes_grib_new_from_file(stream)) is not None:
        keys = ("shortName", "level", "perturbationNumber")
        if [eccodes.codes_get(handle, key) for key in keys] == [short_name, level, member]:
            yield handle
        else:
            eccodes.codes_release(handle)


def oracle_series(path, short_name, level, member, lon, lat) -> list[tuple[float, float]]:
    """Seconds since 1970 and value at a grid point, by ecCodes."""
    found = []
    with path.open("rb") as stream:
        for handle in chosen(stream, short_name, level, member):
            date = eccodes.codes_get(handle, "validityDate")
            hour = eccodes.codes_get(handle, "validityTime") // 100
            when = datetime.strptime(f"{date} {hour}", "%Y%m%d %H").replace(tzinfo=UTC)
            value = eccodes.codes_grib_find_nearest(handle, lat, lon)[0].value
            found.append((when.timestamp(), value))
            eccodes.codes_release(handle)
    return sorted(found)
