"""Arguments that choose the field to draw and say how its file is read."""

from zyra.core.arguments import arg
from zyra.fields.selection_args import SelectionArgs
from zyra.visualize.commands.checked_args import CheckedArgs


class FileArgs(SelectionArgs, CheckedArgs):
    """How a file is read; which variable of it, each command asks in its own way."""

    xarray_engine: str | None = arg(
        None, "Refuse the input unless this engine would read it: netcdf4, cfgrib, zarr, ..."
    )
    crs: str | None = arg(None, "Coordinate system of the input, overriding its own: EPSG:3857")


class VariableArgs(FileArgs):
    """One variable of a file, in the unit that is wanted."""

    var: str | None = arg(
        None, "Variable to draw; not needed if the file has one", also=("variable",)
    )
    units: str | None = arg(
        None,
        "Unit to draw and write instead of the data's, such as hPa, degC, km, kt, mm or %: values"
        " are converted, --vmin, --vmax and palettes are in it; where the data have no unit it is"
        " written only",
    )


class FieldArgs(VariableArgs):
    """One field of a variable."""

    band: int = arg(1, "Band of a GeoTIFF, counted from 1", ge=1)


class SeveralFieldsArgs(VariableArgs):
    """All fields of a variable that are selected."""

    band: int | None = arg(None, "Only this band of a GeoTIFF, counted from 1", ge=1)
