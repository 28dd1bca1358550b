"""Text on pictures: the packaged font, units and numbers as people write them."""

import math
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont

from zyra.fields.field import FieldInfo, Level

Font = ImageFont.FreeTypeFont

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"(?<=[A-Za-zµ%)])\s?(?:\*\*|\^)?(-?\d)\b")
# Such as ECMWF's 2 metre temperature, at a level that is called surface.
_HEIGHT_IN_NAME = re.compile(r"\d+ met(re|er)s? ")
# What has no level of its own.
_WHOLE_ATMOSPHERE = ("atmosphereSingleLayer", "entireAtmosphere", "atmosphere")
_HECTOPASCALS = ("millibars", "millibar", "mbar", "mb")
_SPELLINGS = {
    "degc": "°C",
    "deg_c": "°C",
    "celsius": "°C",
    "degree_celsius": "°C",
    "degf": "°F",
    "degree_fahrenheit": "°F",
    "degrees": "°",
    "degree": "°",
    "percent": "%",
    "1": "",
    "(0 - 1)": "",
    "dimensionless": "",
    "~": "",
    "unknown": "",
}
# Share of a potential vorticity unit (PVU) in these: of GRIB edition 2 and edition 1.
_PVU = {"K m2 kg-1 s-1": 1e-6, "1e-9 K m2 kg-1 s-1": 1e3}
# Beyond these a label would be mostly zeros.
LARGEST_PLAIN, SMALLEST_PLAIN = 1e6, 1e-3


@cache
def _font_bytes(name: str) -> bytes:
    return files("zyra.visualize").joinpath(f"data/fonts/{name}.ttf").read_bytes()


def font(size: float, *, bold: bool = False) -> Font:
    """The packaged font, `size` pixels high from line to line of text set solid."""
    name = "ZyraSans-Bold" if bold else "ZyraSans"
    # The basic layout suffices for left-to-right text and loads no further library.
    return ImageFont.truetype(
        BytesIO(_font_bytes(name)), max(size, 1.0), layout_engine=ImageFont.Layout.BASIC
    )


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, Font]:
    """`text` with a font in which it is at most `width` pixels long.

    The font shrinks by up to a third; then the text is cut.
    """
    for share in (1.0, 0.9, 0.8, 0.67):
        chosen = font(size * share, bold=bold)
        if chosen.getlength(text) <= width:
            return text, chosen
    while text and chosen.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else "", chosen


def written_units(units: str) -> str:
    """Units with real exponents and degree signs: `m s**-1` becomes `m s⁻¹`."""
    plain = units.strip()
    if plain.lower() in _SPELLINGS:
        return _SPELLINGS[plain.lower()]
    return _POWER.sub(lambda found: found[1].translate(_SUPERSCRIPTS), plain)


def written_power(exponent: int) -> str:
    """A power of ten with a times sign before it; empty for the exponent 0."""
    return f"{TIMES}10{str(exponent).translate(_SUPERSCRIPTS)}" if exponent else ""


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values from `low` to `high`, evenly spaced."""
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(
        power * nice for nice in (0.5, 1, 2, 2.5, 5, 10, 20) if _fits(low, high, power * nice, most)
    )
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _fits(low: float, high: float, step: float, most: int) -> bool:
    return math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9) + 1 <= most


def written_numbers(numbers: list[float]) -> tuple[list[str], int]:
    """Numbers with as many decimals as tell them apart, and the power of ten taken out."""
    largest = max(map(abs, numbers), default=0.0)
    exponent = 0
    if largest and not SMALLEST_PLAIN * 10 <= largest < LARGEST_PLAIN:
        exponent = math.floor(math.log10(largest))
    scaled = [number / 10.0**exponent for number in numbers]
    decimals = next(
        (places for places in range(8) if all(_is_whole(each * 10**places) for each in scaled)), 8
    )
    return [_written(each, decimals) for each in scaled], exponent


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6 * max(1.0, abs(number))


def _written(number: float, decimals: int) -> str:
    text = f"{number:.{decimals}f}"
    text = text.removeprefix("-") if float(text) == 0 else text
    return text.replace("-", MINUS)


def field_title(info: FieldInfo) -> str:
    """What a field shows: its long name and level, such as `Temperature, 500 hPa`."""
    name = info.long_name or info.standard_name.replace("_", " ") or info.variable
    name = name[:1].upper() + name[1:]
    level = "" if info.level is None or _tells(name, info.level) else level_text(info.level)
    member = f"member {info.member}" if info.member is not None else ""
    others = [f"{key} {value:g}" for key, value in info.dimensions.items()]
    return ", ".join(part for part in (name, level, *others, member) if part)


def _tells(name: str, level: Level) -> bool:
    """Whether a name says already where the field is: `Surface pressure`, `2 metre temperature`."""
    said = name.lower().replace("msl", "mean sea level")
    is_named = level.value is None and level.place in said
    is_whole = level.kind in _WHOLE_ATMOSPHERE
    return is_whole or is_named or _HEIGHT_IN_NAME.match(name) is not None


def level_text(level: Level) -> str:
    """A level as it stands in titles: `500 hPa`, `2 PVU potential vorticity`."""
    level = _in_pvu(level)
    if level.units.lower() in _HECTOPASCALS:
        level = replace(level, units="hPa", kind=level.kind if level.kind != "level" else "")
    ends = [end for end in (level.value, level.end) if end is not None]
    position = "-".join(f"{end:g}" for end in ends) if len(ends) > 1 else _signed(*ends)
    parts = (position, written_units(level.units), level.place)
    return " ".join(part for part in parts if part)


def _signed(value: float | None = None) -> str:
    return "" if value is None else f"{value:g}".replace("-", MINUS)


def _in_pvu(level: Level) -> Level:
    """Potential vorticity in the units that people speak of, 1e-6 K m2 kg-1 s-1."""
    share = _PVU.get(level.units)
    if share is None or level.value is None:
        return level
    # Division by a power of ten gives back the few digits that the file has.
    return replace(level, value=round(level.value / share, 6), units="PVU")


def field_period(info: FieldInfo) -> str:
    """What the values sum up, such as `mean of 6 h`; empty for an instant."""
    if not info.statistic:
        return ""
    words = info.statistic.replace("_", " ")
    return words if info.period_hours is None else f"{words} of {info.period_hours:g} h"


def field_time(info: FieldInfo) -> str:
    """When a field holds, such as `2011-01-15 12:00 UTC (+120 h)`; empty when unknown."""
    if info.valid_time is None:
        return ""
    text = f"{info.valid_time:%Y-%m-%d %H:%M} UTC"
    if info.forecast_hour:
        text += f" (+{info.forecast_hour:g} h)"
    return text
