"""stats: the numbers of ecCodes and rasterio summed up, in every form, and what is refused."""

import csv
import json
from pathlib import Path

import eccodes
import netCDF4
import numpy as np
import pytest
import rasterio

from eccodes_oracle import DATA, every_message
from zyra.core.errors import SelectionError, UnsupportedFormat, UsageError, VariableNotFound
from zyra.process.commands.stats import STATS

GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
ERA5 = "era5_levels_members.grib1"
ERA_INTERIM = str(DATA / "eraint_uvz.nc")


def rows(process, **args):
    process("stats", as_json=True, **args)
    return json.loads(process.stdout)["rows"]


def in_doubles(name):
    """Short name, level, valid time and values of every message, NaN where missing."""

    def look(handle):
        eccodes.codes_set(handle, "missingValue", float("nan"))
        values = eccodes.codes_get_float_array(handle, "values")
        keys = ("shortName", "level", "validityDate", "validityTime")
        found = tuple(eccodes.codes_get(handle, key) for key in keys)
        return *found, values

    return every_message(name, look)


@pytest.mark.parametrize(
    "name",
    [
        "missing_values.grib1",
        "reduced_gg.grib1",
        "lambert.grib1",
        "rotated_ll.grib1",
        "nam_awp211.grib2",
    ],
)
def test_numbers_are_those_of_numpy_on_the_values_of_eccodes(name, process):
    found = rows(process, input=str(DATA / name), percentiles=[5, 50, 95])
    wanted = [message[-1].astype(np.float64) for message in in_doubles(name)]
    assert len(found) == len(wanted)
    for row, values in zip(found, wanted, strict=True):
        assert (row["points"], row["missing"]) == (values.size, np.isnan(values).sum())
        assert (row["min"], row["max"]) == (np.nanmin(values), np.nanmax(values))
        assert row["mean"] == pytest.approx(np.nanmean(values), rel=1e-12)
        assert row["std"] == pytest.approx(np.nanstd(values), rel=1e-9, abs=1e-12)
        quantiles = np.nanpercentile(values, [5, 50, 95])
        assert list(row["percentiles"].values()) == pytest.approx(quantiles, rel=1e-12)


def test_the_mean_by_area_weights_with_the_cosine_of_the_latitude(process):
    (row,) = rows(process, input=GFS, variable="t", level="500 hPa")
    (values,) = (
        message[-1]
        for message in in_doubles("gfs_2p5deg_f120_all_fields.grib2")
        if message[:2] == ("t", 500)
    )
    latitudes = np.repeat(np.linspace(90, -90, 73), 144)
    wanted = np.average(values.astype(np.float64), weights=np.cos(np.radians(latitudes)))
    assert row["area_mean"] == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("by", "key"), [("variable", 1), ("level", 2)])
def test_fields_are_summed_up_together(by, key, process):
    found = rows(process, input=str(DATA / ERA5), by=by, percentiles=[10, 90])
    groups = {}
    for message in in_doubles(ERA5):
        groups.setdefault(message[:key], []).append(message[-1].astype(np.float64))
    assert len(found) == len(groups)
    for row, (group, parts) in zip(found, groups.items(), strict=True):
        together = np.concatenate(parts)
        assert row["variable"] == group[0]
        assert (row["fields"], row["count"]) == (len(parts), together.size)
        assert row["mean"] == pytest.approx(together.mean(), rel=1e-12)
        assert row["std"] == pytest.approx(together.std(), rel=1e-9)
        quantiles = np.percentile(together, [10, 90])
        assert list(row["percentiles"].values()) == pytest.approx(quantiles, rel=1e-12)


def test_by_time_there_is_a_row_for_each_variable_and_time(process):
    found = rows(process, input=str(DATA / ERA5), by="time")
    times = {(message[0], *message[2:4]) for message in in_doubles(ERA5)}
    assert len(found) == len(times)
    assert found[0]["valid_time"].startswith("2017-01-0")
    assert found[0]["level"] is None


def test_netcdf_is_summed_up_as_cf_unpacks_it(process):
    (row,) = rows(process, input=ERA_INTERIM, variable="u", message=10)
    with netCDF4.Dataset(ERA_INTERIM) as file:
        file.set_auto_maskandscale(False)
        stored, packing = file["u"][1, 0].astype(np.float64), file["u"]
        wanted = stored * packing.scale_factor + packing.add_offset
    assert row["dimensions"] == {"month": 7}
    assert row["mean"] == pytest.approx(wanted.mean(), rel=1e-6)


def test_geotiff_is_summed_up_as_rasterio_reads_it(process, tmp_path):
    path = tmp_path / "height.tif"
    stored = np.arange(60, dtype=np.int16).reshape(6, 10)
    stored[2:4, 3] = -9
    place = rasterio.Affine(0.5, 0.0, 5.0, 0.0, -0.5, 50.0)
    with rasterio.open(
        path, "w", driver="GTiff", width=10, height=6, count=1, dtype="int16", nodata=-9,
        crs="EPSG:4326", transform=place,
    ) as file:  # fmt: skip
        file.write(stored, 1)
    (row,) = rows(process, input=str(path))
    with rasterio.open(path) as file:
        (wanted,) = file.stats()
    assert (row["min"], row["max"], row["missing"]) == (wanted.min, wanted.max, 2)
    assert row["mean"] == pytest.approx(wanted.mean)
    assert row["std"] == pytest.approx(wanted.std)


@pytest.mark.parametrize(
    "name", ["hrrr_t06z_f01_tmp.grib2", "reduced_gg.grib1", "rotated_ll.grib1"]
)
def test_only_points_in_the_box_count(name, process):
    def look(handle):
        keys = ("values", "latitudes", "longitudes")
        return [eccodes.codes_get_double_array(handle, key) for key in keys]

    values, latitudes, longitudes = every_message(name, look)[0]
    west, south, east, north = (-110, 30, -90, 45) if name.startswith("hrrr") else (-20, 35, 30, 55)
    held = (latitudes >= south) & (latitudes <= north) & ((longitudes - west) % 360 <= east - west)
    assert 0 < held.sum() < held.size
    found = rows(process, input=str(DATA / name), bbox=[west, south, east, north])[0]
    assert found["points"] == held.sum()
    assert found["mean"] == pytest.approx(values[held].mean(), rel=1e-6)


def test_zarr_gives_the_numbers_of_the_file_it_is_made_of(process, here):
    process("convert-format", input=ERA_INTERIM, format="zarr", output="e.zarr", var="u")
    from_zarr = rows(process, input="e.zarr", percentiles=[50])
    assert [{**row, "level": None} for row in from_zarr] == [
        {**row, "level": None}
        for row in rows(process, input=ERA_INTERIM, variable="u", percentiles=[50])
    ]


def test_csv_has_a_line_of_names_and_one_per_field(process):
    process("stats", input=ERA_INTERIM, variable="u", format="csv", percentiles="5,50")
    lines = list(csv.DictReader(process.stdout.decode().splitlines()))
    assert [line["dimensions"] for line in lines] == ["month=1"] * 3 + ["month=7"] * 3
    assert float(lines[0]["p50"]) > float(lines[0]["p5"])


def test_text_is_aligned_and_says_what_each_line_is(process):
    process("stats", input=GFS, variable="t", level="500")
    names, line = process.stdout.decode().splitlines()
    assert line.startswith("t [K] 500 hPa 2011-01-15T12:00 ")
    assert len(names) == len(line)


def test_numbers_that_do_not_exist_are_null(process, tmp_path):
    path = tmp_path / "empty.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, units, values in (("lat", "degrees_north", [1, 2]), ("lon", "degrees_east", [3])):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[...] = values
            file[name].units = units
        file.createVariable("t", "f4", ("lat", "lon"), fill_value=-1)[...] = -1
    (row,) = rows(process, input=str(path), percentiles=[50])
    assert (row["count"], row["missing"], row["min"], row["area_mean"]) == (0, 2, None, None)
    assert row["percentiles"] == {"50": None}


def test_stdin_is_read(process):
    process.stdin = Path(GFS).read_bytes()
    assert rows(process, input="-", variable="prmsl")[0]["units"] == "Pa"


@pytest.mark.parametrize(
    ("args", "error", "match"),
    [
        ({"as_json": True, "format": "csv"}, UsageError, "contradict"),
        ({"bbox": [10, 50, 20, 40]}, UsageError, "southern to a northern"),
        ({"bbox": [0.1, 0.1, 0.2, 0.2]}, SelectionError, "no point of the grid"),
        ({"variable": "nonsense"}, VariableNotFound, "nonsense"),
        ({"variable": "t", "level": "501 hPa"}, SelectionError, "level=501"),
    ],
)
def test_what_cannot_be_is_refused(args, error, match, process):
    with pytest.raises(error, match=match):
        process("stats", input=GFS, **args)
    assert process.stdout == b""


def test_a_percentage_above_a_hundred_is_refused():
    with pytest.raises(ValueError, match="less than or equal to 100"):
        STATS.args.model_validate({"input": GFS, "percentiles": "5,500"})


def test_coefficients_of_harmonics_are_no_values_of_points(process):
    with pytest.raises(UnsupportedFormat, match="type sh"):
        process("stats", input=str(DATA / "spherical_harmonics.grib1"))


@pytest.mark.parametrize("example", STATS.examples, ids=lambda example: example.title)
def test_example_runs_as_it_stands(example, process, here):
    for path in DATA.iterdir():
        Path(path.name).symlink_to(path)
    process(STATS.name, **example.args)
    assert process.stdout
