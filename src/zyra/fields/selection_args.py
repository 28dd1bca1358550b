"""The arguments by which commands let one choose among the fields of a file.

Imports nothing heavy: declarations of commands inherit from it. The run function
turns them into a `fields.selection.Selection`.
"""

from zyra.core.arguments import Args, arg


class SelectionArgs(Args):
    """Arguments that choose a field besides its name, the same for every command."""

    level: str | None = arg(
        None, "Level, such as 500, '500 hPa', '2 m above ground', surface or heightAboveGround"
    )
    time: str | None = arg(None, "Valid time in UTC, such as 2011-01-15T12:00")
    forecast_hour: float | None = arg(None, "Hours after the reference time of the model run")
    member: int | None = arg(None, "Ensemble member")
    message: int | None = arg(
        None, "Place in the file, counted from 1 as decode-grib2 prints it", ge=1
    )
