"""Damaged files end a command with exit code 2 and one line, and leave nothing behind.

`benchmarks/mutations.py` does the same with thousands of files.
"""

import netCDF4
import numpy as np
import pytest
import rasterio

from _mutations import findings, make_input
from eccodes_oracle import DATA
from mutations import make_trials
from zyra.core.errors import DataError
from zyra.fields.formats import open_dataset
from zyra.fields.netcdf_header import check_header

DAMAGED = 188  # one of each kind


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    return make_trials(tmp_path_factory.mktemp("trials"))


def test_damaged_files_of_every_format_are_refused_in_one_line(trials):
    assert [str(finding) for finding in findings(trials, range(DAMAGED))] == []


def test_the_same_seed_makes_the_same_damage(trials, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    made = [make_input(trials[0], 7, tmp_path / name) for name in ("a", "b")]
    assert made[0].read_bytes() == made[1].read_bytes() != trials[0].source.read_bytes()


@pytest.mark.parametrize("at", [8, 12, 16])
def test_classic_netcdf_with_a_huge_count_is_refused_before_the_library_sees_it(
    trials, tmp_path, at
):
    source = next(trial.source for trial in trials if trial.source.name == "NETCDF3_CLASSIC.nc")
    data = source.read_bytes()
    path = tmp_path / "huge.nc"
    path.write_bytes(data[:at] + b"\x7f\xff\xff\xff" + data[at + 4 :])
    with pytest.raises(DataError, match=r"huge\.nc is damaged: its NetCDF header"):
        check_header(path)


def test_sound_classic_netcdf_passes(trials):
    sources = {trial.source for trial in trials if trial.source.name.startswith("NETCDF3")}
    assert len(sources) == 3
    for source in sources:
        check_header(source)


def test_netcdf_without_its_last_bytes_is_refused(trials, tmp_path):
    for trial in trials:
        if trial.source.name.startswith("NETCDF3"):
            path = tmp_path / trial.source.name
            path.write_bytes(trial.source.read_bytes()[:-16])
            with pytest.raises(DataError, match="announces"):
                check_header(path)


def test_raster_of_a_million_million_cells_is_refused_before_it_is_allocated(tmp_path):
    path = tmp_path / "huge.tif"
    size = {"width": 1_000_000, "height": 1_000_000, "count": 1, "dtype": "uint8"}
    layout = {"tiled": True, "blockxsize": 65536, "blockysize": 65536, "sparse_ok": True}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:4326", bigtiff="yes", **size, **layout,
                       transform=rasterio.Affine(1e-6, 0, 0, 0, -1e-6, 1)):  # fmt: skip
        pass
    with pytest.raises(DataError, match="1000000 x 1000000 points"), open_dataset(path):
        pass


def test_grib_message_of_one_value_for_many_points_is_refused(tmp_path):
    """A message without packed values says in few bytes that it has 2**32 points."""
    data = bytearray((DATA / "aqm_hawaii_mercator.grib2").read_bytes())
    start = data.index(b"GRIB")
    section = start + 16
    while data[section + 4] != 3:
        section += int.from_bytes(data[section : section + 4], "big")
    data[section + 6 : section + 10] = (2**32 - 2).to_bytes(4, "big")
    path = tmp_path / "huge.grib2"
    path.write_bytes(data)
    with pytest.raises(DataError, match="points"), open_dataset(path) as dataset:
        dataset.read(dataset.infos[0])


def test_netcdf_that_announces_a_million_fields_too_many_is_refused(tmp_path):
    path = tmp_path / "many.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, length in (("lat", 2), ("lon", 2), ("time", 2000), ("member", 2000)):
            file.createDimension(name, length)
        for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
            variable = file.createVariable(name, "f8", (name,))
            variable.units = units
            variable[:] = np.arange(2)
        file.createVariable("t", "f4", ("time", "member", "lat", "lon"), chunksizes=(1, 1, 2, 2))
    with pytest.raises(DataError, match="4000000 fields"), open_dataset(path):
        pass
