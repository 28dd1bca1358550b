"""Zarr stores as xarray and others write them, made here with zarr itself."""

import gc
import json
import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import zarr
from zarr.errors import UnstableSpecificationWarning
from zarr.storage import ZipStore

from zyra.core.errors import DataError, UnsupportedFormat
from zyra.fields.formats import detect_format, open_dataset
from zyra.fields.zarr_store import refuse_unknown_codecs

LAT, LON = np.array([10.0, 5.0, 0.0]), np.array([0.0, 90.0, 180.0, 270.0])
VALUES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def make(path, version=3, *, values=VALUES, fill=None, chunks=(1, 3, 4), attributes=None, **more):
    """A small store of temperature at two times, with the marks of dimensions of its version."""
    group = zarr.create_group(path, zarr_format=version, overwrite=True)

    def add(name, data, dimensions, given, chunks=None, fill_value=None, **how):
        old = version == 2
        group.create_array(
            name,
            data=data,
            chunks=chunks or data.shape,
            fill_value=fill_value,
            dimension_names=None if old else dimensions,
            attributes={**given, **({"_ARRAY_DIMENSIONS": list(dimensions)} if old else {})},
            **how,
        )

    add("lat", LAT, ("lat",), {"standard_name": "latitude", "units": "degrees_north"})
    add("lon", LON, ("lon",), {"standard_name": "longitude", "units": "degrees_east"})
    add("time", np.array([0, 6]), ("time",), {"units": "hours since 2026-03-01"})
    given = {"units": "K", **(attributes or {})}
    add("t", values, ("time", "lat", "lon"), given, chunks, fill, **more)
    return path


def read(path):
    with open_dataset(path) as dataset:
        return [dataset.read(info) for info in dataset.infos]


@pytest.mark.parametrize("version", [2, 3])
def test_every_time_of_a_store_is_a_field(tmp_path, version):
    first, second = read(make(tmp_path / "s.zarr", version))
    assert (first.variable, first.units) == ("t", "K")
    assert f"{second.valid_time:%d %H}" == "01 06"
    assert np.array_equal(second.values, VALUES[1])
    assert np.array_equal(second.grid.y, LAT)


@pytest.mark.parametrize("version", [2, 3])
def test_zipped_store_reads_like_the_folder(tmp_path, version):
    with ZipStore(tmp_path / "s.zarr.zip", mode="w") as store:
        make(store, version)
    assert detect_format(tmp_path / "s.zarr.zip") == "zarr"
    assert np.array_equal(read(tmp_path / "s.zarr.zip")[1].values, VALUES[1])


def test_store_within_a_folder_of_the_zip_file_is_found(tmp_path):
    make(tmp_path / "in" / "s.zarr")
    shutil.make_archive(tmp_path / "packed", "zip", tmp_path / "in")
    assert np.array_equal(read(tmp_path / "packed.zip")[0].values, VALUES[0])


def test_fill_value_of_version_2_means_missing(tmp_path):
    (field, _) = read(make(tmp_path / "s.zarr", 2, fill=5.0))
    assert np.argwhere(np.isnan(field.values)).tolist() == [[1, 1]]


def test_fill_value_that_xarray_writes_to_version_3_means_missing(tmp_path):
    # base64 of the little-endian double 5.0, as xarray's FillValueCoder writes it
    (field, _) = read(make(tmp_path / "s.zarr", attributes={"_FillValue": "AAAAAAAAFEA="}))
    assert np.argwhere(np.isnan(field.values)).tolist() == [[1, 1]]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("names", [["North Pole", "equator"], [b"pole", b"equator"]])
def test_a_coordinate_of_words_is_no_obstacle(tmp_path, version, names):
    path = make(tmp_path / "s.zarr", version)
    group = zarr.open_group(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnstableSpecificationWarning)
        group.create_array("region", data=np.array(names), attributes={"_ARRAY_DIMENSIONS": ["r"]})
    assert np.array_equal(read(path)[0].values, VALUES[0])


def test_a_damaged_fill_value_is_refused(tmp_path):
    path = make(tmp_path / "s.zarr", attributes={"_FillValue": "AAAA"})
    with pytest.raises(DataError, match="array t"):
        read(path)


def test_fill_value_of_version_3_itself_is_a_value(tmp_path):
    (field, _) = read(make(tmp_path / "s.zarr", fill=0.0))
    assert not np.isnan(field.values).any()


def test_packed_integers_are_unpacked(tmp_path):
    packed = (VALUES * 10).astype(np.int16)
    (field, _) = read(make(tmp_path / "s.zarr", values=packed, attributes={"scale_factor": 0.1}))
    assert field.values == pytest.approx(VALUES[0])


@pytest.mark.parametrize("chunks", [(2, 3, 4), (2, 2, 3), (1, 1, 1)])
def test_any_chunks_give_the_same_values(tmp_path, chunks):
    fields = read(make(tmp_path / "s.zarr", chunks=chunks))
    assert np.array_equal(np.stack([field.values for field in fields]), VALUES)


def test_shards_are_read(tmp_path):
    fields = read(make(tmp_path / "s.zarr", chunks=(1, 3, 2), shards=(2, 3, 4)))
    assert np.array_equal(np.stack([field.values for field in fields]), VALUES)


def test_codec_that_unpickles_is_refused_before_it_runs(tmp_path):
    path = make(tmp_path / "s.zarr", 2)
    described = path / "t" / ".zarray"
    described.write_text(
        json.dumps(json.loads(described.read_text()) | {"compressor": {"id": "pickle"}})
    )
    with pytest.raises(DataError, match="pickle"):
        read(path)


@pytest.mark.parametrize(
    "metadata",
    [
        {"zarr_format": 2, "compressor": {"id": "pickle"}, "filters": None},
        {"zarr_format": 2, "compressor": None, "filters": [{"id": "vlen-utf8"}]},
        {
            "zarr_format": 3,
            "codecs": [
                {
                    "name": "sharding_indexed",
                    "configuration": {"codecs": [{"name": "numcodecs.pickle"}]},
                }
            ],
        },
    ],
)
def test_codecs_not_known_to_be_harmless_are_refused_wherever_they_stand(metadata):
    with pytest.raises(DataError, match="coded with"):
        refuse_unknown_codecs("t", metadata)


def test_array_of_a_million_million_points_is_refused_before_it_is_allocated(tmp_path):
    path = make(tmp_path / "s.zarr")
    described = path / "t" / "zarr.json"
    known = json.loads(described.read_text())
    known["shape"] = known["chunk_grid"]["configuration"]["chunk_shape"] = [1, 10**6, 10**6]
    described.write_text(json.dumps(known))
    shutil.rmtree(path / "time")
    for name in ("lat", "lon"):
        shutil.rmtree(path / name)
        zarr.open_group(path).create_array(
            name,
            shape=(10**6,),
            chunks=(10**6,),
            dtype="f8",
            dimension_names=(name,),
            attributes={"units": f"degrees_{'north' if name == 'lat' else 'east'}"},
        )[:] = np.arange(10**6) * 1e-6
    with pytest.raises(DataError, match="1000000 x 1000000"):
        read(path)


def test_dimension_of_two_lengths_is_refused(tmp_path):
    path = make(tmp_path / "s.zarr")
    zarr.open_group(path).create_array("q", shape=(7,), dtype="f4", dimension_names=("lat",))
    with pytest.raises(DataError, match="lat has"):
        read(path)


def test_entry_that_points_out_of_the_zip_file_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("zarr.json", '{"zarr_format": 3, "node_type": "group"}')
        archive.writestr("../evil", "x")
    with pytest.raises(DataError, match="points out"):
        read(tmp_path / "bad.zip")


def test_other_folders_and_zip_files_are_refused_with_what_they_are(tmp_path):
    with pytest.raises(UnsupportedFormat, match="folder without a Zarr group"):
        detect_format(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(UnsupportedFormat, match="neither") as refused:
        detect_format(tmp_path / "a.zip")
    assert "zip archive without" in refused.value.hint


def test_damaged_chunk_is_told_as_damage(tmp_path):
    path = make(tmp_path / "s.zarr")
    (path / "t" / "c" / "0" / "0" / "0").write_bytes(b"not zstd at all")
    with pytest.raises(DataError, match="array t"):
        read(path)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_several_damaged_arrays_are_one_error_and_nothing_else(tmp_path, kind, capfd):
    path = make(tmp_path / "s.zarr")
    for name in ("lat", "lon", "t"):
        (path / name / "zarr.json").write_text("{")
    if kind == "zip":
        path = Path(shutil.make_archive(str(path), "zip", path))
    with pytest.raises(DataError, match="not readable as Zarr"):
        read(path)
    gc.collect()
    assert capfd.readouterr().err == ""


def test_an_array_without_its_facts_is_damage_and_not_left_out(tmp_path):
    path = make(tmp_path / "s.zarr")
    (path / "t" / "zarr.json").write_text('{"node_type": "array", "zarr_format": 3}')
    with pytest.raises(DataError, match="not readable as Zarr"):
        read(path)
