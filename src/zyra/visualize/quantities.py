"""Colours that suit what a field shows: temperature, rain, wind, cloud, radar echoes, ...

The palettes run from light to dark, or to both sides of a middle that means something, and
can be told apart with every kind of colour vision; only radar echoes keep the colours that
people know. What is not in the table gets `DEFAULT` over the range of the picture.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from zyra.fields.field import Array, FieldInfo
from zyra.visualize.directions import is_direction
from zyra.visualize.palettes import Palette, named_palette
from zyra.visualize.units import converted

AUTOMATIC = "auto"
# Even in lightness and safe for the colour-blind (Nunez, Anderton and Renslow, 2018).
DEFAULT = "cividis"


@dataclass(frozen=True)
class Quantity:
    """How one quantity is coloured.

    Attributes:
        title: For people.
        names: Pattern of the CF standard name, the long name or a short name, whole.
        palette: Name of the colours.
        units: Unit of `span` and `bounds`.
        span: Values of the first and the last colour, or None for those of the picture.
        bounds: Value at which each class starts; below the first nothing is drawn.
        is_signed: Zero gets the middle colour, whatever the values.
        near_ground: The entry holds for fields near the ground only, or anywhere.
    """

    title: str
    names: str
    palette: str
    units: str = ""
    span: tuple[float, float] | None = None
    bounds: tuple[float, ...] = ()
    is_signed: bool = False
    near_ground: bool = False


# Bounds of precipitation are those of public forecasts: about twice as much from class to class.
RAIN_MM = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 75.0, 100.0, 150.0)
RAIN_RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
# Short names are those of ecCodes, the NCEP tables and common models.
QUANTITIES = (
    Quantity(
        "Temperature near the ground",
        r"(air_|surface_|2 metre |maximum |minimum )?temperature|2t|t2m|t|tmp|skt|mx2t|mn2t",
        "RdYlBu_r",
        "degC",
        (-40.0, 40.0),
        near_ground=True,
    ),
    Quantity(
        "Dew point",
        r"dew_point_temperature|(2 metre )?dew ?point temperature|2d|d2m|dpt",
        "BrBG",
        "degC",
        (-30.0, 30.0),
    ),
    Quantity(
        "Sea surface temperature",
        r"sea_surface_temperature|sst|wtmp",
        "thermal",
        "degC",
        (-2.0, 34.0),
    ),
    Quantity("Temperature elsewhere", r".*temperature|t|tmp", "thermal"),
    Quantity(
        "Precipitation",
        r"precipitation_amount|.*precipitation.*_amount|total precipitation|tp|apcp",
        "YlGnBu",
        "mm",
        bounds=RAIN_MM,
    ),
    Quantity(
        "Rate of precipitation",
        r".*precipitation_flux|precipitation rate|.*precipitation rate|.*rainfall_rate|prate",
        "YlGnBu",
        "mm h-1",
        bounds=RAIN_RATES,
    ),
    Quantity("Radar reflectivity", r".*reflectivity.*|refd|refc|dbz", "NWSReflectivity", "dBZ"),
    Quantity(
        "Wind speed and gusts near the ground",
        r"wind_speed|wind speed|10si|si10|10 metre wind speed|.*gust.*",
        "speed",
        "m s-1",
        (0.0, 30.0),
        near_ground=True,
    ),
    Quantity("Wind speed elsewhere", r"wind_speed|wind speed|ws", "speed", "m s-1", (0.0, 80.0)),
    Quantity(
        "Components of the wind, vorticity, vertical velocity, anomalies",
        r"(eastward|northward|x|y)_wind|[uv][ -]component of wind|10 metre [uv] wind component"
        r"|[uv]|[uv]grd|[uv]10|10[uv]|.*vorticity.*|.*upward_air_velocity|w|vvel|.*anomaly",
        "balance",
        is_signed=True,
    ),
    Quantity(
        "Relative humidity",
        r"relative_humidity|relative humidity|r|rh|2r",
        "BrBG",
        "%",
        (0.0, 100.0),
    ),
    Quantity("Specific humidity", r"specific_humidity|specific humidity|q|spfh", "YlGnBu"),
    Quantity(
        "Pressure at mean sea level",
        r"air_pressure_at_(mean_)?sea_level|pressure reduced to msl|mean sea level pressure"
        r"|msl|prmsl|mslet|mslma",
        "PuOr_r",
        "hPa",
        (963.0, 1063.0),
    ),
    Quantity(
        "Cloud cover",
        r"(.*_)?cloud_area_fraction|.*cloud cover.*|[tlmh]cc|tcdc|[lmh]cdc",
        "gray",
        "%",
        (0.0, 100.0),
    ),
    Quantity(
        "Precipitable water",
        r"atmosphere_mass_content_of_water_vapor|precipitable water|pwat|tcwv",
        "YlGnBu",
        "kg m-2",
        (0.0, 70.0),
    ),
    Quantity(
        "Convective available potential energy",
        r".*convective_available_potential_energy.*|cape",
        "YlOrRd",
        "J kg-1",
        (0.0, 4000.0),
    ),
    Quantity("Snow depth", r"surface_snow_thickness|snow depth|sde?|snod", "ice", "m", (0.0, 2.0)),
    Quantity(
        "Height of waves",
        r"sea_surface_wave_significant_height|significant height of .*|swh|htsgw",
        "YlGnBu",
        "m",
        (0.0, 12.0),
    ),
    Quantity(
        "Geopotential and its height, orography", r"geopotential.*|orography|gh|hgt|z", "viridis"
    ),
)
CYCLE = "twilight_shifted"


def suited_colours(info: FieldInfo, shown: Array, *, is_fixed: bool) -> Palette:
    """Colours, with range or classes, that suit the quantity of a field.

    Args:
        info: Names, unit and level of the field. Ranges are converted to its unit; where that
            is unknown, the colours cover the values shown.
        shown: The values to be drawn.
        is_fixed: An end of the range is given: classes become a range of colours.
    """
    if is_direction(info):
        return replace(named_palette(CYCLE), span=(0.0, 360.0))
    quantity = quantity_of(info)
    if quantity is None:
        return named_palette(DEFAULT)
    palette = named_palette(quantity.palette)
    if quantity.bounds:
        return _classes(palette, quantity, info.units, is_fixed=is_fixed)
    if quantity.is_signed:
        return replace(palette, span=_around_zero(shown))
    if is_fixed and palette.bounds is not None:
        return Palette(palette.colours)
    span = _in_unit(quantity.span or (), quantity.units, info.units)
    return replace(palette, span=(span[0], span[1])) if span else palette


def quantity_of(info: FieldInfo) -> Quantity | None:
    """The entry of the table that a field belongs to, or None."""
    names = {name.lower() for name in (*info.names, info.standard_name, info.long_name) if name}
    near_ground = _is_near_ground(info)
    fitting = (quantity for quantity in QUANTITIES if near_ground or not quantity.near_ground)
    return next(
        (each for each in fitting if any(re.fullmatch(each.names, name) for name in names)), None
    )


def _is_near_ground(info: FieldInfo) -> bool:
    if info.level is None:
        return False
    value = info.level.value
    is_low = info.level.kind == "heightAboveGround" and (value is None or value <= 100.0)
    return is_low or info.level.kind == "surface"


def _classes(palette: Palette, quantity: Quantity, units: str, *, is_fixed: bool) -> Palette:
    bounds = _in_unit(quantity.bounds, quantity.units, units)
    if is_fixed or not bounds:
        return palette
    # The palest colours of a palette would not show on white paper.
    colours = palette.sampled(len(bounds) + 2)[2:]
    return Palette(colours, bounds=bounds, hides_below=True)


def _in_unit(values: tuple[float, ...], given: str, wanted: str) -> tuple[float, ...]:
    """`values` in the unit of the field; none where there is no way."""
    exact = converted(np.array(values), given, wanted) if values else None
    # Six digits: 273.15 - 40 is not to show rounding in the labels of a colour bar.
    return () if exact is None else tuple(float(f"{each:.6g}") for each in exact)


def _around_zero(shown: Array) -> tuple[float, float] | None:
    finite = shown[np.isfinite(shown)]
    most = float(np.abs(finite).max()) if finite.size else 0.0
    return (-most, most) if most > 0 else None
