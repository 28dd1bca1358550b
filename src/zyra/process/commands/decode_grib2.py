"""Declaration of `process decode-grib2`."""

from typing import Literal

from zyra.core.arguments import arg
from zyra.core.command import Command, Example
from zyra.core.kinds import InputSource, OutputFile
from zyra.fields.selection_args import SelectionArgs


class DecodeGrib2Args(SelectionArgs):
    """List what a GRIB file (edition 1 or 2) holds, or copy messages out of it.

    One line, or one JSON object, per field: number, names, level, units, grid, coordinate
    system, times and packing. With --raw the bytes of the chosen messages instead, unchanged.

    Of a URL with an .idx file beside it, --pattern fetches only the matching messages; without
    an index, or without --pattern, the whole file is fetched.
    """

    input: InputSource = arg(
        description="GRIB file, - for stdin, or an http(s) URL",
        positional=True,
        also=("file_or_url",),
    )
    output: OutputFile = arg("-", "Where the list or the messages go; - is stdout", flags=("-o",))
    format: Literal["text", "json"] | None = arg(
        None, "Lines for people (text, the default) or one JSON object per line"
    )
    stats: bool = arg(False, "Decode the values: minimum, mean, maximum, number of missing points")
    variable: str | None = arg(
        None, "Exact name: short name (2t), NetCDF name (t2m), CF standard name or TMP"
    )
    pattern: str | None = arg(
        None,
        "Exact name, or else a regular expression found in a name or in the field's inventory "
        "line, such as 'TMP:500 mb'",
    )
    raw: bool = arg(False, "Write the bytes of the chosen messages, all of them by default")
    backend: Literal["cfgrib", "pygrib", "wgrib2"] = arg(
        "cfgrib",
        "For compatibility: ecCodes, on which cfgrib and pygrib stand, reads for all three. "
        "wgrib2 makes the lines look like those of 'wgrib2 -s' (text only)",
    )
    unsigned: bool = arg(
        False, "Read s3:// without credentials; refused for other sources, where it has no effect"
    )


_FILE = "gfs_2p5deg_f120_all_fields.grib2"

DECODE_GRIB2 = Command(
    "process",
    "decode-grib2",
    DecodeGrib2Args,
    run="zyra.process.decode_grib2:run",
    examples=(
        Example("List every field", {"input": _FILE}),
        Example(
            "Temperatures at 500 hPa with their range, as JSON",
            {"input": _FILE, "variable": "t", "level": "500 hPa", "stats": True, "format": "json"},
        ),
        Example(
            "Copy the wind at 850 hPa into a file of its own",
            {"input": _FILE, "pattern": "[UV]GRD:850 mb", "raw": True, "output": "wind.grib2"},
        ),
    ),
)
