"""The format of a file is told by its content, never by its name."""

import pytest

from eccodes_oracle import DATA
from zyra.core.errors import DataError, UnsupportedFormat
from zyra.fields.formats import detect_format, open_dataset, select_field
from zyra.fields.selection import Selection


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"GRIB\0\0\0\x02", "grib"),
        (b"\x01\r\r\n123\r\r\nHTXX01 KWBC 010000\r\r\nGRIB", "grib"),
        (b"CDF\x01", "netcdf"),
        (b"CDF\x02", "netcdf"),
        (b"CDF\x05", "netcdf"),
        (b"\x89HDF\r\n\x1a\n", "netcdf"),
        (b"II*\0", "geotiff"),
        (b"MM\0*", "geotiff"),
        (b"II+\0", "geotiff"),
        (b"MM\0+", "geotiff"),
    ],
)
def test_first_bytes_tell_the_format(head, wanted, tmp_path):
    path = tmp_path / "misleading.png"
    path.write_bytes(head)
    assert detect_format(path) == wanted


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"  <!DOCTYPE html>", "HTML"),
        (b"\x89PNG\r\n", "picture"),
        (b"PK\x03\x04", "zip"),
        (b"something", "begins with"),
    ],
)
def test_other_content_is_refused_and_named(content, hint, tmp_path):
    path = tmp_path / "file.nc"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormat) as refused:
        detect_format(path)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    "head", [b"GRIB\0\0\0\x02", b"CDF\x01\0\0", b"\x89HDF\r\n\x1a\n\0", b"II*\0\x08"]
)
def test_damaged_files_are_refused(head, tmp_path):
    path = tmp_path / "broken"
    path.write_bytes(head + b"\xff" * 100)
    with pytest.raises(DataError), open_dataset(path):
        pass


@pytest.mark.parametrize("name", ["eraint_uvz.nc", "lambert.grib1"])
def test_fields_of_every_format_are_described_alike(name):
    with open_dataset(DATA / name) as dataset:
        info = dataset.infos[0]
        field = dataset.read(info)
    assert field.variable == info.variable
    assert field.grid == dataset.grid(info)
    assert field.values.dtype == "float32"


def test_what_is_left_out_says_why_when_it_is_asked_for():
    with (
        open_dataset(DATA / "spherical_harmonics.grib1") as dataset,
        pytest.raises(UnsupportedFormat, match="z is on a grid of type sh"),
    ):
        select_field(dataset, Selection(variable="z"))
