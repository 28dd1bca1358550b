"""How a GeoTIFF stores its bands: type, nodata, tiles, compression, overviews."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zyra.fields.field import FieldInfo
from zyra.fields.geotiff_opening import geotiff_errors, open_geotiff
from zyra.fields.inventory import StoredAs


def stored_as(path: Path, infos: Sequence[FieldInfo]) -> StoredAs:
    """What the tags say of the file and of the bands in `infos`.

    Raises:
        DataError: The file is damaged.
    """
    with open_geotiff(path) as file, geotiff_errors(path.name):
        return StoredAs(
            file={
                "size": f"{file.width} x {file.height}",
                "bands": file.count,
                "types": sorted(set(file.dtypes)),
                "interleave": file.interleaving.value if file.interleaving else None,
                "attributes": dict(file.tags()),
            },
            variables={info.variable: _facts(file, info.number) for info in reversed(list(infos))},
        )


def _facts(file: Any, band: int) -> dict[str, Any]:
    rows, columns = file.block_shapes[band - 1]
    scale, offset = file.scales[band - 1], file.offsets[band - 1]
    packing = {} if (scale, offset) == (1.0, 0.0) else {"scale": scale, "offset": offset}
    return {
        "type": file.dtypes[band - 1],
        "shape": [file.height, file.width],
        "nodata": file.nodatavals[band - 1],
        **packing,
        "chunks": [rows, columns],
        "compression": file.compression.value.lower() if file.compression else None,
        "overviews": file.overviews(band),
        "colours": file.colorinterp[band - 1].name,
    }
