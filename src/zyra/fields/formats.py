"""Open a file as a list of fields, whatever its format; the format is told by its content.

The reader of a format is loaded when a file of it is opened: reading NetCDF needs no
ecCodes, and only GeoTIFF waits for GDAL.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from zyra.core.errors import UnsupportedFormat
from zyra.core.loading import load
from zyra.fields.field import Field, FieldInfo
from zyra.fields.grid import Grid
from zyra.fields.selection import Selection, select, select_one
from zyra.fields.zarr_names import is_zarr_archive, is_zarr_folder

Info = TypeVar("Info", bound=FieldInfo)
Format = Literal["grib", "netcdf", "geotiff", "zarr"]

# Files of WMO bulletins have a heading of a few lines before the first message.
_HEADING_BYTES = 1024

_ZIP = b"PK\x03\x04"

_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"GRIB", "grib"),
    (b"CDF\x01", "netcdf"),
    (b"CDF\x02", "netcdf"),
    (b"CDF\x05", "netcdf"),
    (b"\x89HDF\r\n\x1a\n", "netcdf"),
    (b"II*\0", "geotiff"),
    (b"MM\0*", "geotiff"),
    (b"II+\0", "geotiff"),
    (b"MM\0+", "geotiff"),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "is compressed with gzip; decompress it first"),
    (b"BZh", "is compressed with bzip2; decompress it first"),
    (b"\xfd7zXZ", "is compressed with xz; decompress it first"),
    (_ZIP, "is a zip archive without a Zarr group; take the file out of it first"),
    (b"<", "is a text such as HTML or XML; the server may have answered with an error page"),
    (b"\x89PNG", "is a picture without georeference"),
    (b"BUFR", "holds BUFR observations, not fields"),
)

READERS: Mapping[Format, str] = {
    "grib": "zyra.fields.grib_dataset:GribDataset",
    "netcdf": "zyra.fields.netcdf:NetcdfDataset",
    "geotiff": "zyra.fields.geotiff:GeotiffDataset",
    "zarr": "zyra.fields.zarr_dataset:ZarrDataset",
}


class Dataset(Protocol[Info]):
    """An open file as a list of fields.

    Attributes:
        infos: Its fields, in the order of the file.
        left_out: What else it holds, each with the reason why that is no field here.
    """

    @property
    def infos(self) -> Sequence[Info]:
        """Its fields, in the order of the file."""

    @property
    def left_out(self) -> Mapping[str, str]:
        """What else it holds, each with the reason why that is no field here."""

    def grid(self, info: Info) -> Grid:
        """The grid of a field, without its values; the same object for the same grid."""

    def expect(self, infos: Sequence[Info]) -> None:
        """Announce that these fields are read next, in this order; some readers begin at once."""

    def read(self, info: Info) -> Field:
        """Read the values of a field."""

    def close(self) -> None:
        """Close the file."""


def detect_format(path: Path) -> Format:
    """The format of a file, told by its first bytes; of a folder or zip file, by what it holds.

    Raises:
        UnsupportedFormat: It is none of those that are read.
    """
    if path.is_dir():
        return _format_of_folder(path)
    with path.open("rb") as stream:
        head = stream.read(_HEADING_BYTES)
    found = next((name for magic, name in _MAGIC if head.startswith(magic)), None)
    if found is None and b"GRIB" in head:
        return "grib"
    if found is None and head.startswith(_ZIP) and is_zarr_archive(path):
        return "zarr"
    if found is None:
        raise UnsupportedFormat(
            f"{path.name} is neither GRIB, NetCDF, GeoTIFF nor Zarr",
            hint=_what_it_is(path.name, head),
        )
    return found


@contextmanager
def open_dataset(path: Path, found: Format | None = None) -> Iterator[Dataset[FieldInfo]]:
    """Open a GRIB, NetCDF, GeoTIFF or Zarr file for the time of a `with` block.

    Args:
        path: Of the file, or of the folder of a Zarr store.
        found: Its format, if that is known already.

    Raises:
        UnsupportedFormat: It is none of these.
        DataError: It is damaged.
    """
    dataset: Dataset[FieldInfo] = load(READERS[found or detect_format(path)])(path)
    try:
        yield dataset
    finally:
        dataset.close()


def select_fields(dataset: Dataset[Info], selection: Selection) -> list[Info]:
    """The fields of a file that `selection` asks for, in their order; at least one.

    Raises:
        UnsupportedFormat: The file holds what is asked for, but not on a grid of ours.
        SelectionError: Nothing matches, and as `fields.selection.select` says.
    """
    _refuse_what_is_left_out(dataset, selection)
    return select(dataset.infos, selection)


def select_field(
    dataset: Dataset[Info], selection: Selection, *, variable_flag: str = "--variable"
) -> Info:
    """The one field that `selection` asks for; see `fields.selection.select_one`.

    Raises:
        UnsupportedFormat: The file holds what is asked for, but not on a grid of ours.
        AmbiguousSelection: Several match; the hint lists them.
        SelectionError: None matches; the hint names those there are.
    """
    _refuse_what_is_left_out(dataset, selection)
    return select_one(dataset.infos, selection, variable_flag=variable_flag)


def _refuse_what_is_left_out(dataset: Dataset[Info], selection: Selection) -> None:
    asked = {selection.variable, selection.pattern}
    known = {name for info in dataset.infos for name in info.names}
    for name, reason in dataset.left_out.items():
        if not dataset.infos or (name in asked and name not in known):
            raise UnsupportedFormat(f"no field to read: {name} {reason}")
    if not dataset.infos:
        raise UnsupportedFormat("no field to read: the file holds no variable on a grid")


def _format_of_folder(path: Path) -> Format:
    if not is_zarr_folder(path):
        raise UnsupportedFormat(
            f"{path.name} is a folder without a Zarr group",
            hint="name a file in it, or a folder with zarr.json or .zgroup",
        )
    return "zarr"


def _what_it_is(name: str, head: bytes) -> str:
    if not head:
        return f"{name} is empty"
    guess = next((text for magic, text in _OTHERS if head.lstrip().startswith(magic)), None)
    return f"it {guess}" if guess else f"it begins with {head[:8]!r}"
