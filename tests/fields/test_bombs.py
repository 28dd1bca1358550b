"""Files that announce far more than they hold are refused before anything is allocated."""

from pathlib import Path

import pytest
import rasterio

import bombs
from zyra.core.errors import DataError
from zyra.fields.budgets import ANYHOW_POINTS, MOST_POINTS_OF_A_BYTE, refuse_bomb
from zyra.fields.formats import open_dataset


def read(path: Path) -> None:
    with open_dataset(path) as dataset:
        dataset.read(dataset.infos[0])


@pytest.mark.parametrize("edition", [1, 2])
def test_a_grib_message_of_constant_values_without_end(tmp_path: Path, edition: int) -> None:
    with pytest.raises(DataError, match=r"268435456 points in \d+ bytes"):
        read(bombs.grib(tmp_path / "a.grib", edition))


@pytest.mark.parametrize(
    ("made", "name"),
    [(bombs.netcdf, "t"), (bombs.netcdf_axis, "lat"), (bombs.netcdf_chunk, "t")],
)
def test_a_netcdf_variable_of_which_little_was_written(tmp_path: Path, made, name: str) -> None:
    with pytest.raises(DataError, match=rf"{name} is announced with 268435456 points in \d+ bytes"):
        read(made(tmp_path / "a.nc"))


def test_a_geotiff_without_its_blocks(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the raster is announced with 268435456 points"):
        read(bombs.geotiff(tmp_path / "a.tif"))


def test_a_geotiff_of_many_bands_one_after_the_other_is_none(tmp_path: Path) -> None:
    path, bands = tmp_path / "a.tif", 4097  # of 512 x 512 cells: more than one block may have
    with rasterio.open(path, "w", **bombs.tiles_of(512, bands), interleave="band"):
        pass
    with open_dataset(path) as dataset:
        assert len(dataset.infos) == bands


def test_a_geotiff_whose_block_holds_too_many_bands_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with rasterio.open(path, "w", **bombs.tiles_of(512, 4097), interleave="pixel"):
        pass
    with pytest.raises(DataError, match="a block of the raster is announced with 4097 x 512 x 512"):
        read(path)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (bombs.zarr_of_nothing, r"t is announced with 268435456 points in \d+ bytes"),
        (bombs.zarr_chunk, "decodes to more than the 1048576 bytes"),
        (bombs.zarr_entry, "more than 200 for one"),
    ],
)
def test_a_zipped_zarr_store(tmp_path: Path, made, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(made(tmp_path / "a.zarr.zip"))


def test_a_constant_field_of_a_fine_globe_is_read(tmp_path: Path) -> None:
    """0.05 degrees of double precision, packed to nothing by Zstandard."""
    path = bombs.zarr_of_zeros(tmp_path / "a.zarr", (3600, 7200))
    with open_dataset(path) as dataset:
        values = dataset.read(dataset.infos[0]).values
    assert values.shape == (3600, 7200)
    assert not values.any()


def test_a_mask_of_a_still_finer_globe_is_no_bomb() -> None:
    refuse_bomb("0.025 degrees", 14400 * 7200, lambda: 1000)


def test_what_needs_no_budget_is_not_even_measured() -> None:
    refuse_bomb("small", ANYHOW_POINTS, lambda: 1 // 0)
    refuse_bomb(
        "well packed", ANYHOW_POINTS * 2, lambda: ANYHOW_POINTS * 2 // MOST_POINTS_OF_A_BYTE
    )
