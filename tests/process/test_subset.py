"""subset: bytes of messages, values and coordinates of areas, as the libraries read them."""

from pathlib import Path

import eccodes
import netCDF4
import numpy as np
import pytest
import rasterio
import zarr

from eccodes_oracle import DATA, every_message
from zyra.core.errors import SelectionError, UnsupportedFormat, UsageError, VariableNotFound
from zyra.process.commands.subset import SUBSET

GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
ERA5 = str(DATA / "era5_levels_members.grib1")
ERA_INTERIM = str(DATA / "eraint_uvz.nc")
HRRR = str(DATA / "hrrr_t06z_f01_tmp.grib2")


def headers(path, *keys):
    return every_message(path, lambda handle: [eccodes.codes_get(handle, key) for key in keys])


def points(path, name):
    """Values, latitudes and longitudes of the first field called `name`."""

    def look(handle):
        if eccodes.codes_get(handle, "shortName") != name:
            return None
        keys = ("latitudes", "longitudes")
        values = eccodes.codes_get_float_array(handle, "values")
        return values, *(eccodes.codes_get_double_array(handle, key) for key in keys)

    return next(found for found in every_message(path, look) if found is not None)


def test_messages_are_copied_byte_by_byte_in_the_order_of_the_file(process, here):
    process("subset", input=GFS, variable=["absv", "t"], level="500 hPa", output="part.grib2")
    part = Path("part.grib2").read_bytes()
    assert headers(here / "part.grib2", "shortName", "level") == [["t", 500], ["absv", 500]]
    assert part[: int.from_bytes(part[8:16], "big")] in Path(GFS).read_bytes()


def test_edition_1_is_copied_as_well(process, here):
    process("subset", input=ERA5, member=3, level="850", since="2017-01-02", output="m.grib1")
    found = headers(here / "m.grib1", "number", "level", "validityDate", "edition")
    assert found == [[3, 850, 20170102, 1]] * 4


def test_without_output_the_format_is_that_of_the_input(process, here):
    process("subset", input=GFS, variable=["prmsl"])
    process("subset", input=ERA_INTERIM, variable=["u"])
    assert sorted(path.name for path in here.iterdir()) == [
        "eraint_uvz_subset.nc",
        "gfs_2p5deg_f120_all_fields_subset.grib2",
    ]


def test_an_area_of_grib_becomes_netcdf_which_is_said(process, here):
    process("subset", input=GFS, variable=["prmsl"], bbox=[0, 40, 20, 50])
    assert [path.name for path in here.iterdir()] == ["gfs_2p5deg_f120_all_fields_subset.nc"]
    assert "copied whole only" in process.stderr


@pytest.mark.parametrize(
    ("bbox", "longitudes"),
    [
        ([-5, 40, 5, 50], [-5, -2.5, 0, 2.5, 5]),
        ([175, 40, -175, 50], [175, 177.5, 180, 182.5, 185]),
    ],
)
def test_an_area_across_a_seam_has_the_values_of_eccodes(bbox, longitudes, process, here):
    process("subset", input=GFS, variable=["prmsl"], bbox=bbox, output="a.nc")
    values, lat, lon = points(GFS, "prmsl")
    with netCDF4.Dataset("a.nc") as file:
        assert file["lon"][...].tolist() == longitudes
        assert file["lat"][...].tolist() == [50, 47.5, 45, 42.5, 40]
        wanted = [
            [values[(lat == y) & (lon == x % 360)][0] for x in longitudes] for y in file["lat"][...]
        ]
        assert np.array_equal(file["prmsl"][...].squeeze(), wanted)


def test_of_a_lambert_grid_points_outside_the_box_become_missing(process, here):
    west, south, east, north = -107.0, 25.8, -93.5, 36.5
    bbox = [west, south, east, north]
    process("subset", input=HRRR, bbox=bbox, mask_outside=True, output="t.nc")
    values, lat, lon = points(HRRR, "t")
    held = (lat >= south) & (lat <= north) & (lon - 360 >= west) & (lon - 360 <= east)
    with netCDF4.Dataset("t.nc") as file:
        found = file["t"][...].squeeze()
    assert np.array_equal(np.sort(found.compressed()), np.sort(values[held]))
    assert found.mask.any()
    assert found.size < values.size / 4


def test_stride_thins_rows_and_columns(process, here):
    process("subset", input=GFS, variable=["prmsl"], stride=[2, 3], output="a.nc")
    values, _, _ = points(GFS, "prmsl")
    with netCDF4.Dataset("a.nc") as file:
        assert np.array_equal(file["prmsl"][...].squeeze(), values.reshape(73, 144)[::2, ::3])


def test_netcdf_keeps_values_and_coordinates(process, here):
    process("subset", input=ERA_INTERIM, variable=["u", "v"], level="500", bbox=[0, 0, 9, 9])
    with netCDF4.Dataset("eraint_uvz_subset.nc") as part, netCDF4.Dataset(ERA_INTERIM) as whole:
        assert {"u", "v"} <= set(part.variables)
        assert "z" not in part.variables
        rows, columns = (np.isin(whole[name][...], part[short][...]) for name, short in (
            ("latitude", "lat"), ("longitude", "lon")))  # fmt: skip
        assert (rows.sum(), columns.sum()) == (13, 13)
        whole.set_auto_maskandscale(False)
        stored = whole["u"][0, 1].astype(np.float64)[np.ix_(rows, columns)]
        wanted = stored * whole["u"].scale_factor + whole["u"].add_offset
        assert np.allclose(part["u"][0].squeeze(), wanted, rtol=1e-7)


def test_geotiff_stays_geotiff_with_all_its_bands(process, here):
    place = rasterio.Affine(0.5, 0.0, 5.0, 0.0, -0.5, 50.0)
    stored = np.arange(120, dtype=np.uint8).reshape(2, 6, 10)
    with rasterio.open(
        "a.tif", "w", driver="GTiff", width=10, height=6, count=2, dtype="uint8",
        crs="EPSG:4326", transform=place,
    ) as file:  # fmt: skip
        file.write(stored)
    process("subset", input="a.tif", bbox=[6, 48, 8, 49.5])
    with rasterio.open("a_subset.tif") as part:
        assert np.array_equal(part.read(), stored[:, 1:4, 2:6])
        assert tuple(part.bounds) == (6.0, 48.0, 8.0, 49.5)


def test_zarr_goes_in_and_comes_out(process, here):
    process("subset", input=ERA5, variable=["t"], output="t.zarr")
    process("subset", input="t.zarr", level="850", bbox=[-30, 30, 30, 60], output="part.zarr")
    part, whole = (zarr.open_group(name, mode="r")["t"] for name in ("part.zarr", "t.zarr"))
    levels = zarr.open_group("t.zarr", mode="r")["isobaricInhPa"][...].tolist()
    columns = [*range(110, 120), *range(11)]
    wanted = whole[:, :, levels.index(850)][..., 10:21, :][..., columns]
    assert np.array_equal(np.squeeze(part[...]), wanted)


def test_times_between_two_are_kept(process, here):
    process("subset", input=ERA5, since="2017-01-01T12:00", until="2017-01-02T00:00")
    found = headers(here / "era5_levels_members_subset.grib1", "validityDate", "validityTime")
    assert {tuple(each) for each in found} == {(20170101, 1200), (20170102, 0)}


def test_stdin_is_read_and_stdout_written(process):
    process.stdin = Path(GFS).read_bytes()
    process("subset", input="-", variable=["prmsl"])
    assert process.stdout.startswith(b"GRIB")


@pytest.mark.parametrize(
    ("args", "error", "match"),
    [
        ({"mask_outside": True}, UsageError, "without --bbox"),
        ({"since": "2017-01-02", "until": "2017-01-01"}, UsageError, "later than"),
        ({"bbox": [0, 0, 10, 10], "output": "a.grib1"}, UsageError, "--bbox has no effect"),
        ({"chunks": ["lat=10"], "format": "grib"}, UsageError, "--chunks has no effect"),
        ({"since": "2018-01-01"}, SelectionError, "since 2018-01-01T00:00"),
        ({"level": "123"}, SelectionError, "level=123"),
        ({"bbox": [0.1, 0.1, 0.2, 0.2]}, SelectionError, "no point of the grid"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(args, error, match, process, here):
    with pytest.raises(error, match=match):
        process("subset", input=ERA5, **args)
    assert list(here.iterdir()) == []


def test_refused_times_say_which_there_are(process, here):
    with pytest.raises(SelectionError) as refused:
        process("subset", input=ERA5, since="2018-01-01")
    assert refused.value.hint == "there is 2017-01-01T00Z..2017-01-02T12Z every 12 h (4)"


def test_the_correction_of_one_variable_keeps_the_others(process, here):
    with pytest.raises(VariableNotFound) as refused:
        process("subset", input=GFS, variable=["prmsl", "Temperatur"])
    assert refused.value.correction == {"variable": ["prmsl", "t"]}


def test_grib_of_other_input_is_refused(process, here):
    with pytest.raises(UnsupportedFormat, match="no GRIB messages"):
        process("subset", input=ERA_INTERIM, output="a.grib2")


@pytest.mark.parametrize("example", SUBSET.examples, ids=lambda example: example.title)
def test_example_runs_as_it_stands(example, process, here):
    for path in DATA.iterdir():
        Path(path.name).symlink_to(path)
    before = set(here.iterdir())
    process(SUBSET.name, **example.args)
    assert set(here.iterdir()) > before
