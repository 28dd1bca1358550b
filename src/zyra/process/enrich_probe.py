"""Open the data behind an item and tell what is in it, from its headers alone."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from zyra.core.errors import UnsupportedFormat
from zyra.core.times import iso_moment
from zyra.fields.extent import extent_of
from zyra.fields.field import FieldInfo
from zyra.fields.formats import Dataset, Format, detect_format, open_dataset
from zyra.fields.grid import Grid
from zyra.fields.inventory import VariableInventory, group_fields
from zyra.process.enrich_facts import LONGITUDE_LATITUDE, Facts, Variable, union
from zyra.process.enrich_fetching import Fetcher, TooLarge
from zyra.process.frames_cadence import inferred_period

DEFAULT_LIMIT = 50_000_000  # bytes

_MOST_VARIABLES = 100
_NAMES = {"grib": "GRIB", "netcdf": "NetCDF", "geotiff": "GeoTIFF", "zarr": "Zarr"}


def fetch_data(address: str, path: Path, fetcher: Fetcher, limit: int | None) -> None:
    """Fetch the data of an item to a file.

    Raises:
        TooLarge: There are more than `limit` bytes.
        TransferError: It cannot be fetched.
    """
    with path.open("wb") as target:
        fetcher.fetch(address, target, limit or DEFAULT_LIMIT)


def facts_of_large(error: TooLarge) -> Facts:
    """Format and size of data that were too large to be fetched."""
    with TemporaryDirectory(prefix="zyra-") as folder:
        path = Path(folder, "head")
        path.write_bytes(error.head)
        try:
            found = _NAMES[detect_format(path)]
        except UnsupportedFormat:  # no data of ours, or not to be told by its beginning
            return Facts(approx_bytes=error.size)
    return Facts(approx_bytes=error.size, format_detail=found)


def facts_of_data(path: Path) -> Facts:
    """What is in a GRIB, NetCDF or GeoTIFF file.

    Raises:
        UnsupportedFormat: It is none of these.
        DataError: It is damaged.
    """
    form = detect_format(path)
    with open_dataset(path, form) as dataset:
        return _facts(dataset, form, path.stat().st_size if path.is_file() else None)


def _facts(dataset: Dataset[FieldInfo], form: Format, size: int | None) -> Facts:
    variables, grids = group_fields(dataset.infos, dataset.grid)
    times = sorted({info.valid_time for info in dataset.infos if info.valid_time is not None})
    boxes = [(west, south, east, north) for west, east, south, north in map(extent_of, grids)]
    return Facts(
        variables=tuple(_variable(each, grids) for each in variables[:_MOST_VARIABLES]),
        start=iso_moment(times[0]) if times else None,
        end=iso_moment(times[-1]) if times else None,
        cadence=_cadence(times),
        bbox=union(boxes),
        crs=LONGITUDE_LATITUDE if boxes else None,
        approx_bytes=size,
        n_frames=len(dataset.infos) if form == "geotiff" else len(times) or None,
        format_detail=", ".join([_NAMES[form], *dict.fromkeys(grid.crs.label for grid in grids)]),
    )


def _variable(variable: VariableInventory, grids: Sequence[Grid]) -> Variable:
    first, grid = variable.first, grids[variable.grid - 1]
    # In the order in which convert-format writes them.
    lengths = {
        "member": len(variable.members),
        **{name: len(values) for name, values in variable.dimensions.items()},
        "time": len(variable.valid_times),
        "level": len(variable.levels),
    }
    named = {name: length for name, length in lengths.items() if length > 1}
    rows, columns = ("lat", "lon") if grid.crs.is_geographic else ("y", "x")
    return Variable(
        first.variable,
        standard_name=first.standard_name or None,
        long_name=first.long_name or None,
        units=first.units or None,
        dims=(*named, rows, columns),
        shape=(*named.values(), *grid.shape),
    )


def _cadence(times: Sequence[datetime]) -> str | None:
    """The even distance between times, such as PT6H; None where there is none."""
    period = inferred_period(times)
    if period is None or any(
        (after - before).total_seconds() != period for before, after in pairwise(times)
    ):
        return None
    for seconds, prefix, unit in ((86400, "P", "D"), (3600, "PT", "H"), (60, "PT", "M")):
        if period % seconds == 0:
            return f"{prefix}{period // seconds}{unit}"
    return f"PT{period}S"
