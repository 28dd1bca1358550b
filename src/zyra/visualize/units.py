"""Bring the values of a field into the unit that a reader wants to see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zyra.core.errors import UsageError
from zyra.fields.cf_units import cf_units
from zyra.fields.field import Field

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Unit:
    """One unit of a quantity: value in the quantity's first unit = value * scale + offset."""

    scale: float
    offset: float = 0.0


FAHRENHEIT = Unit(5 / 9, 273.15 - 32 * 5 / 9)
# A layer of 1 kg m-2 of water is 1 mm deep by convention.
# Source: BIPM, The International System of Units, 9th edition, and UDUNITS-2.
QUANTITIES: tuple[Mapping[str, Unit], ...] = (
    {"Pa": Unit(1), "hPa": Unit(100), "mb": Unit(100), "mbar": Unit(100), "kPa": Unit(1000)},
    {"K": Unit(1), "degC": Unit(1, 273.15), "degF": FAHRENHEIT},
    {"m": Unit(1), "km": Unit(1000), "cm": Unit(0.01), "mm": Unit(0.001), "ft": Unit(0.3048)},
    {"m s-1": Unit(1), "km h-1": Unit(1 / 3.6), "kt": Unit(1852 / 3600), "mph": Unit(0.44704)},
    {"kg m-2": Unit(1), "mm": Unit(1)},
    {
        "kg m-2 s-1": Unit(1),
        "mm s-1": Unit(1),
        "mm h-1": Unit(1 / 3600),
        "mm day-1": Unit(1 / 86400),
    },
    {"1": Unit(1), "%": Unit(0.01)},
)
_SPELLINGS = {
    "kelvin": "k",
    "celsius": "degc",
    "c": "degc",
    "°c": "degc",
    "deg_c": "degc",
    "degree_celsius": "degc",
    "degrees_celsius": "degc",
    "f": "degf",
    "°f": "degf",
    "degree_fahrenheit": "degf",
    "millibar": "mb",
    "millibars": "mb",
    "pascal": "pa",
    "meter": "m",
    "metre": "m",
    "meters": "m",
    "metres": "m",
    "gpm": "m",
    "feet": "ft",
    "kn": "kt",
    "kts": "kt",
    "knot": "kt",
    "knots": "kt",
    "kmh": "km h-1",
    "kph": "km h-1",
    "km hr-1": "km h-1",
    "mm hr-1": "mm h-1",
    "mm d-1": "mm day-1",
    "percent": "%",
}
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def in_units(field: Field, wanted: str) -> Field:
    """`field` with its values in the unit `wanted`, which becomes its unit as it is spelled.

    Values stay as they are where both mean the same, and where the field has no unit. Else
    they are converted in double precision and rounded once.

    Raises:
        UsageError: There is no way known from the field's unit to `wanted`.
    """
    given, asked = _plain(field.units), _plain(wanted)
    if not given or given == asked:
        return replace(field, units=wanted)
    exact = converted(field.values.astype(np.float64), field.units, wanted)
    if exact is not None:
        return replace(field, values=exact.astype(np.float32), units=wanted)
    raise UsageError(
        f"{field.variable} is in {field.units}, which cannot be converted to {wanted}",
        hint=_ways_from(given),
    )


def converted(values: Numbers, given: str, wanted: str) -> Numbers | None:
    """`values` in the unit `wanted`, same shape; None where no way is known from `given`."""
    plain_given, plain_wanted = _plain(given), _plain(wanted)
    if plain_given == plain_wanted:
        return values
    for quantity in QUANTITIES:
        source, target = _unit(quantity, plain_given), _unit(quantity, plain_wanted)
        if source is not None and target is not None:
            exact: Numbers = values * source.scale
            return (exact + (source.offset - target.offset)) / target.scale
    return None


def _plain(units: str) -> str:
    """One spelling for each unit: `m s**-1`, `m/s` and `m s⁻¹` become `m s-1`."""
    text = cf_units(units).strip().lower().translate(_SUPERSCRIPTS)
    text = re.sub(r"\*\*|\^", "", text).replace(".", " ").replace("*", " ")
    first, *below = text.split("/")
    powers = [f"{part.strip()}-1" if part.strip().isalpha() else f"-{part}" for part in below]
    # A divisor with a power of its own: m2 becomes m-2.
    powers = [re.sub(r"^-\s*([a-z]+)(\d)$", r"\1-\2", part) for part in powers]
    text = " ".join(" ".join([first, *powers]).split())
    return _SPELLINGS.get(text, text)


def _unit(quantity: Mapping[str, Unit], plain: str) -> Unit | None:
    return next((unit for name, unit in quantity.items() if name.lower() == plain), None)


def _ways_from(plain: str) -> str:
    quantities = [quantity for quantity in QUANTITIES if _unit(quantity, plain) is not None]
    names = {name for quantity in quantities for name in quantity if name.lower() != plain}
    if not names:
        return "leave out --units: there is no other unit for it"
    return f"choose one of {', '.join(sorted(names, key=str.lower))}"
