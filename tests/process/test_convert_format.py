"""convert-format on the sample files: values against ecCodes, places against PROJ and GDAL."""

import hashlib
from pathlib import Path

import eccodes
import netCDF4
import numpy as np
import pyproj
import pytest
import rasterio

from eccodes_oracle import DATA, GRIDDED_FILES, every_message, message
from zyra.core.errors import (
    AmbiguousSelection,
    InputNotFound,
    UnsupportedFormat,
    UsageError,
    VariableNotFound,
)
from zyra.fields.formats import open_dataset
from zyra.process.commands.convert_format import CONVERT_FORMAT

GFS = str(DATA / "gfs_2p5deg_f120_all_fields.grib2")
GFS_PV = str(DATA / "gfs_0p25_tmp_pv_missing.grib2")
REDUCED = "reduced_gg.grib1"
# Discipline of the MRMS mosaics; in reflectivity -99 is missing and -999 no coverage (NSSL's
# operational GRIB2 tables).
MRMS = 209
MRMS_FLAGS = (-99.0, -999.0)
PROJECTED = (
    "aqm_hawaii_mercator.grib2",
    "cmc_polar_stereographic.grib1",
    "hrrr_t06z_f01_tmp.grib2",
    "lambert.grib1",
    "nam_awp211.grib2",
    "rotated_ll.grib1",
    "safrica.grib2",
)
# One variable of each file that holds several.
VARIABLES = {
    "era5_levels_members.grib1": "t",
    "gfs_2p5deg_f120_all_fields.grib2": "gh",
    "gfswave_atlocn_0p16_f001.grib2": "swh",
    "nam_awp211.grib2": "absv",
    "safrica.grib2": "prate",
}


def decoded(handle):
    """(what tells the field, its float32 values in the order of the file) by ecCodes alone."""
    eccodes.codes_set(handle, "missingValue", float("nan"))
    if eccodes.codes_get(handle, "packingType").startswith(("grid_jpeg", "grid_png")):
        values = eccodes.codes_get_double_array(handle, "values").astype(np.float32)
    else:
        values = eccodes.codes_get_float_array(handle, "values")
    if eccodes.codes_get(handle, "discipline" if edition_of(handle) == 2 else "edition") == MRMS:
        values = np.where(np.isin(values, MRMS_FLAGS), np.float32(np.nan), values)
    date, time = (eccodes.codes_get(handle, key) for key in ("validityDate", "validityTime"))
    return fingerprint(f"{date}{time:04}", values)


def edition_of(handle):
    return eccodes.codes_get(handle, "edition")


def fingerprint(valid_time, values):
    return valid_time, values.size, hashlib.sha256(values.tobytes()).hexdigest()


@pytest.mark.parametrize("name", [name for name in GRIDDED_FILES if name != REDUCED])
def test_netcdf_holds_every_value_of_every_message_exactly(name, converted):
    wanted = sorted(every_message(name, decoded))
    with open_dataset(converted(name, "netcdf")) as dataset:
        found = sorted(
            fingerprint(f"{info.valid_time:%Y%m%d%H%M}", dataset.read(info).values)
            for info in dataset.infos
        )
    assert found == wanted


@pytest.mark.parametrize("name", PROJECTED)
def test_netcdf_positions_are_those_of_eccodes(name, converted):
    def positions(handle):
        return [eccodes.codes_get_array(handle, key) for key in ("latitudes", "longitudes")]

    latitudes, longitudes = every_message(name, positions)[0]
    with netCDF4.Dataset(converted(name, "netcdf")) as file:
        lat, lon = file["lat"][...].data.ravel(), file["lon"][...].data.ravel()
    turned = (lon - longitudes + 180.0) % 360.0 - 180.0
    assert np.abs(lat - latitudes).max() < 1e-4
    assert np.abs(turned * np.cos(np.radians(latitudes))).max() < 1e-4


@pytest.mark.parametrize("name", PROJECTED)
def test_netcdf_grid_mapping_leads_proj_to_the_same_positions(name, converted):
    with netCDF4.Dataset(converted(name, "netcdf")) as file:
        crs = pyproj.CRS.from_cf({key: file["crs"].getncattr(key) for key in file["crs"].ncattrs()})
        y, x = (file[name][...].data for name in file["lat"].dimensions)
        lat, lon = file["lat"][...].data, file["lon"][...].data
    radius = crs.ellipsoid.semi_major_metre
    earth = pyproj.CRS.from_proj4(f"+proj=longlat +R={radius}")
    to_degrees = pyproj.Transformer.from_crs(crs, earth, always_xy=True)
    proj_lon, proj_lat = to_degrees.transform(*np.meshgrid(x, y))
    turned = (proj_lon - lon + 180.0) % 360.0 - 180.0
    assert np.abs(proj_lat - lat).max() < 2e-5
    assert np.abs(turned * np.cos(np.radians(lat))).max() < 2e-5


@pytest.mark.parametrize("name", [name for name in GRIDDED_FILES if name != "rotated_ll.grib1"])
def test_geotiff_has_at_each_point_the_value_of_the_grid(name, converted):
    variable = VARIABLES.get(name)
    with open_dataset(DATA / name) as dataset:
        chosen = [info for info in dataset.infos if info.variable == (variable or info.variable)]
        field = dataset.read(chosen[-1])
    rows, columns = (np.linspace(0, size - 1, 9).astype(int) for size in field.grid.shape)
    points = [(field.grid.x[column], field.grid.y[row]) for row in rows for column in columns]
    with rasterio.open(converted(name, "geotiff", variable)) as raster:
        if field.grid.crs.is_geographic:
            left = raster.bounds.left
            points = [((x - left) % 360.0 + left, y) for x, y in points]
        sampled = np.array([values[-1] for values in raster.sample(points)])
    assert np.array_equal(sampled, field.values[np.ix_(rows, columns)].ravel(), equal_nan=True)


@pytest.mark.parametrize("name", [name for name in PROJECTED if name != "rotated_ll.grib1"])
def test_geotiff_keeps_the_projection(name, converted):
    variable = VARIABLES.get(name)
    with open_dataset(DATA / name) as dataset:
        grid = dataset.grid(dataset.infos[0])
    with rasterio.open(converted(name, "geotiff", variable)) as raster:
        written = pyproj.CRS.from_wkt(raster.crs.to_wkt())
    to_degrees = pyproj.Transformer.from_crs(written, written.geodetic_crs, always_xy=True)
    lon, lat = to_degrees.transform(grid.x[[0, -1]], grid.y[[0, -1]])
    expected_lon, expected_lat = grid.crs.inverse(grid.x[[0, -1]], grid.y[[0, -1]])
    assert lat == pytest.approx(expected_lat, abs=1e-7)
    assert (lon - expected_lon + 180.0) % 360.0 == pytest.approx([180.0, 180.0], abs=1e-7)


def test_geotiff_of_a_global_grid_runs_from_180_west_to_180_east(process, tmp_path):
    process("convert-format", input=GFS_PV, format="geotiff", output=f"{tmp_path}/out.tif")
    with rasterio.open(tmp_path / "out.tif") as raster:
        assert raster.bounds == (-180.125, -90.125, 179.875, 90.125)
        assert np.isnan(raster.nodata)


def test_missing_values_stay_missing_in_both_formats(process, tmp_path):
    for kind in ("netcdf", "geotiff"):
        process("convert-format", input=GFS_PV, format=kind, output=f"{tmp_path}/{kind}")
    with message(Path(GFS_PV).name) as handle:
        missing = eccodes.codes_get(handle, "numberOfMissing")
    with netCDF4.Dataset(tmp_path / "netcdf") as file:
        assert np.isnan(file["t"].getncattr("_FillValue"))
        file.set_auto_mask(False)
        assert np.isnan(file["t"][...]).sum() == missing > 0
    with rasterio.open(tmp_path / "geotiff") as raster:
        assert (raster.read_masks(1) == 0).sum() == missing


def test_bands_are_named_and_told_when_a_variable_has_several_levels(process, tmp_path):
    target = f"{tmp_path}/out.tif"
    process(
        "convert-format",
        input=GFS,
        format="geotiff",
        var="t",
        level="isobaricInhPa",
        output=target,
    )
    assert process.stderr == "26 fields of t, each a band\n"
    with rasterio.open(target) as raster:
        assert raster.descriptions[0] == "t 10 hPa 2011-01-15T12:00Z"
        assert raster.units[0] == "K"
        assert raster.tags(1)["level_value"] == "10.0"


def test_geotiff_of_several_variables_is_refused_with_their_list(process, here):
    with pytest.raises(AmbiguousSelection, match="73 variables") as refused:
        process("convert-format", input=GFS, format="geotiff")
    assert "gh (Geopotential height)" in refused.value.hint
    assert list(here.iterdir()) == []


def test_geotiff_of_a_rotated_pole_is_refused(process, here):
    with pytest.raises(UnsupportedFormat, match="rotated"):
        process("convert-format", input=str(DATA / "rotated_ll.grib1"), format="geotiff")
    assert list(here.iterdir()) == []


def test_spectral_coefficients_are_refused(process, here):
    with pytest.raises(UnsupportedFormat, match="grid of type sh"):
        process("convert-format", input=str(DATA / "spherical_harmonics.grib1"), format="netcdf")


def test_gaussian_rows_keep_their_values_and_their_shift_is_told(process, here):
    process("convert-format", input=str(DATA / REDUCED), format="geotiff")
    assert "up to 0.012 of a cell" in process.stderr


def test_result_is_named_after_the_input(process, here):
    process("convert-format", input=GFS_PV, format="netcdf")
    assert [path.name for path in here.iterdir()] == ["gfs_0p25_tmp_pv_missing.nc"]


def test_result_of_stdin_goes_to_stdout(process, here):
    process.stdin = Path(GFS_PV).read_bytes()
    process("convert-format", input="-", format="netcdf")
    assert process.stdout.startswith(b"\x89HDF")


@pytest.mark.parametrize("asked", [{"stdout": True}, {"output": "-"}])
def test_result_goes_to_stdout_when_asked(asked, process, here):
    process("convert-format", input=GFS_PV, format="geotiff", **asked)
    assert process.stdout.startswith(b"II*\0")
    assert list(here.iterdir()) == []


def test_same_input_gives_the_same_bytes(process, here):
    for name in ("one.nc", "two.nc"):
        process("convert-format", input=GFS_PV, format="netcdf", output=name)
    assert Path("one.nc").read_bytes() == Path("two.nc").read_bytes()


def test_netcdf_survives_a_round_trip_through_geotiff(process, here):
    source = str(DATA / "eraint_uvz.nc")
    process("convert-format", input=source, format="geotiff", var="u", output="u.tif")
    process("convert-format", input="u.tif", format="netcdf", output="u.nc")
    with netCDF4.Dataset(source) as file:
        file.set_auto_mask(False)
        wanted = file["u"][:, 1].astype(np.float32)
    with open_dataset(Path("u.nc")) as dataset:
        found = [dataset.read(info).values for info in dataset.infos if info.level.value == 500]
    assert np.array_equal(found, wanted)


def test_pattern_and_level_choose_fields(process, here):
    process("convert-format", input=GFS, format="netcdf", pattern="TMP:500 mb", output="t.nc")
    with netCDF4.Dataset("t.nc") as file:
        assert file["t"].shape == (1, 73, 144)
        assert file["isobaricInhPa"][...] == 500


def test_unknown_variable_names_those_there_are(process, here):
    with pytest.raises(VariableNotFound) as refused:
        process("convert-format", input=GFS, format="netcdf", var="nonsense")
    assert "prmsl" in refused.value.hint


def test_several_inputs_go_to_a_folder_under_given_names(process, here):
    process(
        "convert-format",
        inputs=[str(DATA / "lambert.grib1"), GFS_PV],
        format="netcdf",
        output_dir="out",
        output_names=["one.nc", "two.nc"],
    )
    assert sorted(path.name for path in Path("out").iterdir()) == ["one.nc", "two.nc"]
    assert process.progress == sorted(process.progress)
    assert process.progress[-1] == 1.0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "no input"),
        ({"input": "a", "inputs": ["b"], "output_dir": "d"}, "contradict"),
        ({"inputs": ["a"], "output_dir": "d", "stdout": True}, "contradict"),
        ({"inputs": ["a"]}, "--output-dir"),
        ({"inputs": ["a", "b"], "output_dir": "d", "output_names": ["x"]}, "1 output names for 2"),
        ({"inputs": ["a"], "output_dir": "d", "output_names": ["../x"]}, "no plain file name"),
        ({"inputs": ["a"], "output_dir": "d", "output_names": [".."]}, "no plain file name"),
        ({"inputs": ["x/a.nc", "y/a.nc"], "output_dir": "d"}, "two results"),
        ({"input": "a", "output_dir": "d"}, "no effect"),
        ({"input": "a", "output_names": ["d"]}, "no effect"),
        ({"input": "a", "stdout": True, "output": "b.nc"}, "contradict"),
        ({"input": "a", "unsigned": True}, "unsigned"),
    ],
)
def test_arguments_that_do_not_fit_together_are_refused(args, message, process, here):
    with pytest.raises(UsageError, match=message):
        process("convert-format", format="netcdf", **args)


def test_backend_for_grib_is_refused_for_netcdf(process, here):
    source = str(DATA / "eraint_uvz.nc")
    with pytest.raises(UsageError, match="--backend wgrib2 has no effect on netcdf"):
        process("convert-format", input=source, format="netcdf", backend="wgrib2")


def test_derived_name_never_replaces_the_input(process, here):
    Path("same.nc").write_bytes((DATA / "eraint_uvz.nc").read_bytes())
    with pytest.raises(UsageError, match="would replace its input"):
        process("convert-format", input="same.nc", format="netcdf")


def test_missing_input_is_told(process, here):
    with pytest.raises(InputNotFound, match="nowhere"):
        process("convert-format", input="nowhere.grib2", format="netcdf")


@pytest.mark.parametrize("example", CONVERT_FORMAT.examples, ids=lambda example: example.title)
def test_example_runs_as_it_stands(example, process, here):
    for path in DATA.iterdir():
        Path(path.name).symlink_to(path)
    before = set(here.iterdir())
    process(CONVERT_FORMAT.name, **example.args)
    assert set(here.iterdir()) > before
