"""What the header of one GRIB message says, before its values are unpacked."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from zyra.fields.field import FieldInfo
from zyra.fields.grib_grid import GridDescription, describe_grid
from zyra.fields.grib_handle import GribHandle, open_message
from zyra.fields.grib_levels import read_level
from zyra.fields.grib_line import inventory_line
from zyra.fields.grib_names import NameReader
from zyra.fields.grib_sections import FieldPlace
from zyra.fields.grib_similar import Variation, similarity_key
from zyra.fields.grib_times import read_times


@dataclass(frozen=True, kw_only=True)
class Message(FieldInfo):
    """One field of a GRIB file, described but not decoded.

    Attributes:
        place: Where it stands in the file.
        grid: What the header says of its grid.
        packing: How its values are packed, as ecCodes names it: `grid_simple`, `grid_jpeg`.
        bits: Bits per packed value; 0 for a field of one value.
        surface: Kind of level as a number of code table 4.5; None in edition 1.
    """

    place: FieldPlace
    grid: GridDescription
    packing: str
    bits: int
    surface: int | None = None

    @property
    def is_spectral(self) -> bool:
        """Whether it holds coefficients of spherical harmonics instead of points."""
        return self.grid.kind == "sh"


def where_is(place: FieldPlace, file_name: str) -> str:
    """A message for error texts: `message 3 at byte 1200 of t.grib2`."""
    return f"message {place.ordinal} at byte {place.offset} of {file_name}"


@dataclass(frozen=True)
class Describer:
    """Describes the messages of one file, one after the other.

    Messages that differ from an earlier one only in level, member or forecast time are
    described after it: opening a message with ecCodes and asking for its names takes a hundred
    times longer.
    """

    file_name: str
    names: NameReader = field(default_factory=NameReader)
    known: dict[bytes, Message] = field(default_factory=dict)

    def describe(self, data: bytes, place: FieldPlace, number: int) -> Message:
        """Describe the message `data`, which stands at `place`, as field `number`.

        Raises:
            DataError: ecCodes cannot read it, or its header makes no sense.
        """
        key, variation = similarity_key(data)
        known = None if key is None else self.known.get(key)
        if known is None or variation is None:
            message = self._describe_anew(data, place, number)
            if key is not None:
                self.known[key] = message
        else:
            message = _varied(known, variation, place, number)
        return replace(message, line=_line(message))

    def _describe_anew(self, data: bytes, place: FieldPlace, number: int) -> Message:
        where = where_is(place, self.file_name)
        with open_message(data, where) as handle:
            names, times = self.names.names(handle), read_times(handle, where)
            row = self.names.parameter(handle)
            packing = handle.text("packingType")
            grid, along_grid = describe_grid(handle), handle.integer("uvRelativeToGrid") == 1
            return Message(
                variable=names.variable,
                short_name=names.short_name,
                aliases=(row.abbreviation,) if row else (),
                long_name=names.long_name,
                standard_name=_standard_name(names.standard_name, grid, along_grid=along_grid),
                units=names.units,
                level=read_level(handle),
                reference_time=times.reference_time,
                valid_time=times.valid_time,
                forecast_hour=times.forecast_hour,
                period_hours=times.period_hours,
                statistic=times.statistic,
                member=_member(handle),
                number=number,
                attributes={
                    "centre": handle.text("centre"),
                    "packing": packing,
                    # Code table 3.3, bit 5: parts of vectors are along the grid's own axes.
                    "uvRelativeToGrid": along_grid,
                },
                place=place,
                grid=grid,
                packing=packing,
                bits=handle.integer("bitsPerValue") or 0,
                surface=handle.integer("typeOfFirstFixedSurface") if place.edition == 2 else None,
            )


def _standard_name(name: str, grid: GridDescription, *, along_grid: bool) -> str:
    """The CF name, which says of the parts of vectors what they are along; ecCodes' does not."""
    if not along_grid or grid.crs is None or grid.crs.is_geographic:
        return name
    return re.sub("^northward_", "y_", re.sub("^eastward_", "x_", name))


def _varied(known: Message, variation: Variation, place: FieldPlace, number: int) -> Message:
    level = known.level
    if level is not None and variation.level is not None:
        level = replace(level, value=variation.level)
    return replace(
        known,
        level=level,
        member=known.member if variation.member is None else variation.member,
        bits=variation.bits,
        place=place,
        number=number,
        **_times_at(known.reference_time, variation.hours),
    )


def _times_at(reference: datetime | None, hours: float | None) -> dict[str, Any]:
    if reference is None or hours is None:
        return {}
    return {"valid_time": reference + timedelta(hours=hours), "forecast_hour": hours}


def _line(message: Message) -> str:
    abbreviation = message.aliases[0] if message.aliases else message.short_name
    return inventory_line(
        message, message.place, abbreviation=abbreviation, surface=message.surface
    )


def _member(handle: GribHandle) -> int | None:
    """Ensemble member; None for a forecast that is not one of several.

    Local sections of ECMWF have a member 0 also where there is only one.
    """
    member = handle.integer("perturbationNumber")
    if member is None:
        member = handle.integer("number")
    if handle.integer("edition") == 1 and not (
        handle.integer("numberOfForecastsInEnsemble") or member
    ):
        return None
    return member
