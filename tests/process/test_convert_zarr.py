"""convert-format to and from Zarr; what is written is opened with zarr itself."""

import hashlib
import json

import netCDF4
import numpy as np
import pytest
import zarr
from zarr.storage import ZipStore

from eccodes_oracle import DATA, GRIDDED_FILES
from zyra.core.errors import OutputError, UsageError
from zyra.fields.formats import open_dataset

HRRR = str(DATA / "hrrr_t06z_f01_tmp.grib2")
ERA5 = str(DATA / "era5_levels_members.grib1")
GFS_PV = str(DATA / "gfs_0p25_tmp_pv_missing.grib2")


def to_zarr(process, source, target, **args):
    process("convert-format", input=source, format="zarr", output=str(target), **args)
    return zarr.open_group(ZipStore(target) if target.suffix == ".zip" else target, mode="r")


@pytest.mark.parametrize("name", GRIDDED_FILES)
def test_zarr_holds_the_same_fields_as_netcdf(name, converted, process, tmp_path):
    to_zarr(process, str(DATA / name), tmp_path / "x.zarr.zip")

    def held(path):
        with open_dataset(path) as dataset:
            return sorted(
                (info.variable, str(info.level), str(info.valid_time), str(info.member), digest)
                for info in dataset.infos
                for digest in [hashlib.sha256(dataset.read(info).values.tobytes()).hexdigest()]
            )

    assert held(tmp_path / "x.zarr.zip") == held(converted(name, "netcdf"))


@pytest.mark.parametrize("version", [2, 3])
def test_variables_coordinates_and_attributes_are_those_of_the_netcdf_file(
    version, converted, process, tmp_path
):
    group = to_zarr(process, ERA5, tmp_path / "x.zarr", zarr_format=version)
    with netCDF4.Dataset(converted("era5_levels_members.grib1", "netcdf")) as file:
        file.set_auto_mask(False)
        assert set(group.array_keys()) == set(file.variables)
        assert dict(group.attrs) == {key: file.getncattr(key) for key in file.ncattrs()}
        for name, variable in file.variables.items():
            wanted = {key: variable.getncattr(key) for key in variable.ncattrs()}
            wanted.pop("_FillValue", None)
            found = {k: v for k, v in group[name].attrs.items() if k != "_ARRAY_DIMENSIONS"}
            assert found == wanted
            assert np.array_equal(group[name][...], variable[...])


def test_dimensions_have_names_where_xarray_looks_for_them(process, tmp_path):
    old = to_zarr(process, HRRR, tmp_path / "old.zarr", zarr_format=2)
    new = to_zarr(process, HRRR, tmp_path / "new.zarr")
    assert old["t"].attrs["_ARRAY_DIMENSIONS"] == ["time", "y", "x"]
    assert new["t"].metadata.dimension_names == ("time", "y", "x")
    consolidated = json.loads((tmp_path / "old.zarr" / ".zmetadata").read_text())
    assert "t/.zarray" in consolidated["metadata"]


def test_zeros_of_coordinates_are_no_missing_values_in_version_2(process, tmp_path):
    group = to_zarr(process, ERA5, tmp_path / "x.zarr", zarr_format=2)
    assert group["member"].metadata.fill_value is None
    assert np.isnan(group["t"].metadata.fill_value)


@pytest.mark.parametrize(
    ("method", "codec"), [(None, "blosc"), ("zstd", "zstd"), ("zlib", "gzip"), ("none", None)]
)
def test_compression_is_the_one_asked_for(process, tmp_path, method, codec):
    asked = {} if method is None else {"compression": method}
    group = to_zarr(process, HRRR, tmp_path / "x.zarr", **asked)
    named = [each.to_dict()["name"] for each in group["t"].compressors]
    assert named == ([] if codec is None else [codec])


def test_chunks_are_those_asked_for(process, tmp_path):
    chunks = ["time=3", "lat=7", "lon=1000"]
    group = to_zarr(process, ERA5, tmp_path / "x.zarr", var="t", chunks=chunks)
    place = group["t"].metadata.dimension_names.index
    sizes = group["t"].chunks
    assert (sizes[place("time")], sizes[place("lat")]) == (3, 7)
    assert sizes[place("lon")] == group["t"].shape[place("lon")]


def test_large_fields_are_cut_into_chunks_of_at_most_16_mib(process, tmp_path):
    source = str(DATA / "mrms_merged_reflectivity.grib2")
    group = to_zarr(process, source, tmp_path / "x.zarr")
    (array,) = (group[name] for name in group.array_keys() if group[name].ndim > 2)
    assert np.prod(array.chunks) <= 1 << 22
    assert array.shape[-2:] == (3500, 7000)


def test_missing_values_are_nan(process, tmp_path):
    group = to_zarr(process, GFS_PV, tmp_path / "x.zarr")
    with open_dataset(DATA / "gfs_0p25_tmp_pv_missing.grib2") as dataset:
        wanted = dataset.read(dataset.infos[0]).values
    assert np.array_equal(group["t"][...].squeeze(), wanted, equal_nan=True)


def test_same_input_gives_the_same_zip_file(process, tmp_path):
    for name in ("a.zarr.zip", "b.zarr.zip"):
        to_zarr(process, HRRR, tmp_path / name)
    assert (tmp_path / "a.zarr.zip").read_bytes() == (tmp_path / "b.zarr.zip").read_bytes()


def test_stdout_gets_the_store_as_one_zip_file(process, tmp_path):
    process("convert-format", input=HRRR, format="zarr", output="-")
    (tmp_path / "x.zip").write_bytes(process.stdout)
    assert zarr.open_group(ZipStore(tmp_path / "x.zip"), mode="r")["t"].shape == (1, 1059, 1799)


def test_stdin_takes_a_store_as_one_zip_file(process, tmp_path):
    to_zarr(process, HRRR, tmp_path / "x.zarr.zip")
    process.stdin = (tmp_path / "x.zarr.zip").read_bytes()
    process("convert-format", input="-", format="netcdf", output=str(tmp_path / "x.nc"))
    with netCDF4.Dataset(tmp_path / "x.nc") as file:
        assert file["t"].shape == (1, 1059, 1799)


def test_folder_of_a_store_is_an_input(process, tmp_path):
    to_zarr(process, HRRR, tmp_path / "x.zarr", zarr_format=2)
    process(
        "extract-variable",
        input=str(tmp_path / "x.zarr"),
        pattern="t",
        format="geotiff",
        output=str(tmp_path / "x.tif"),
    )
    assert (tmp_path / "x.tif").read_bytes()[:2] == b"II"


def test_store_replaces_an_older_one_and_nothing_else(process, tmp_path):
    to_zarr(process, ERA5, tmp_path / "x.zarr", var="z")
    group = to_zarr(process, HRRR, tmp_path / "x.zarr")
    assert "z" not in group
    (tmp_path / "papers.zarr").mkdir()
    (tmp_path / "papers.zarr" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="is there already"):
        to_zarr(process, HRRR, tmp_path / "papers.zarr")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["papers.zarr", "x.zarr"]


def test_store_that_could_not_be_written_whole_is_not_there(process, tmp_path):
    with pytest.raises(UsageError, match="no variable has a dimension depth") as refused:
        to_zarr(process, HRRR, tmp_path / "x.zarr", chunks=["depth=3"])
    assert "time" in refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_name_that_tells_no_kind_of_store_is_refused(process, here):
    with pytest.raises(UsageError, match="what kind of Zarr store") as refused:
        process("convert-format", input=HRRR, format="zarr", output="x.dat")
    assert "x.dat.zarr is a folder" in refused.value.hint


def test_batch_makes_a_store_of_each_input(process, here):
    inputs = [str(DATA / name) for name in ("lambert.grib1", "rotated_ll.grib1")]
    process("convert-format", inputs=inputs, format="zarr", output_dir="out")
    process(
        "convert-format",
        inputs=inputs,
        format="zarr",
        output_dir="out",
        output_names=["a.zarr", "b.zarr.zip"],
    )
    assert sorted(path.name for path in (here / "out").iterdir()) == [
        "a.zarr",
        "b.zarr.zip",
        "lambert.zarr.zip",
        "rotated_ll.zarr.zip",
    ]
