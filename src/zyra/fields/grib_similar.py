"""Tell which messages say the same but for level, member, forecast time and bits per value.

Octets as in the WMO Manual on Codes, FM 92 GRIB edition 2, product definition templates
4.0, 4.1, 4.8 and 4.11. Other messages are described one by one.
"""

from dataclasses import dataclass

from zyra.fields.grib_levels import signed_scaled
from zyra.fields.grib_sections import sections_of

# Templates whose octets 23 to 34 are the level, with their shortest lengths.
_SHORTEST = {0: 34, 1: 37, 8: 58, 11: 61}
_WITH_MEMBERS = (1, 11)
_PACKINGS = (0, 2, 3, 40, 41, 42)  # those with the bits per value in octet 20

_ISOBARIC, _HYBRID, _POTENTIAL_VORTICITY = 100, 105, 109
_NO_SURFACE = 255

# Templates of fields at a moment, whose octets 18 to 22 are unit and number of the forecast
# time; in code table 4.4 these units have a fixed length. Later than this is damage.
_INSTANT = (0, 1)
_UNIT_HOURS = {0: 1 / 60, 1: 1.0, 2: 24.0, 10: 3.0, 11: 6.0, 12: 12.0, 13: 1 / 3600}
_LATEST_HOURS = 24.0 * 366 * 100

# Below 1 hPa ecCodes counts in Pa: another kind of level.
_LEAST_PA = 100.0


@dataclass(frozen=True)
class Variation:
    """What may differ between similar messages.

    Attributes:
        level: Value of the level in the unit it is spoken of; None if it may not differ.
        member: Ensemble member; None if it may not differ.
        hours: Forecast time; None if it may not differ.
        bits: Bits per packed value.
    """

    level: float | None
    member: int | None
    hours: float | None
    bits: int


def similarity_key(message: bytes) -> tuple[bytes | None, Variation | None]:
    """The octets in which similar messages are equal, and in what this one may differ.

    (None, None) for a message that is like no other: edition 1 and rarer templates. Heights
    are no variation, because a parameter's name depends on them (`t2m`).
    """
    if message[7] != 2:
        return None, None
    sections = {number: message[start:end] for number, (start, end) in sections_of(message)}
    product = bytearray(sections[4])
    template = int.from_bytes(product[7:9], "big")
    packing = int.from_bytes(sections[5][9:11], "big")
    if len(product) < _SHORTEST.get(template, len(product) + 1) or packing not in _PACKINGS:
        return None, None
    level = _variable_level(product)
    if level is not None:
        product[23:28] = bytes(5)
    hours = _variable_hours(product) if template in _INSTANT else None
    if hours is not None:
        product[17:22] = bytes(5)
    member = None
    if template in _WITH_MEMBERS:
        member, product[35] = product[35], 0
    local = sections.get(2, b"")
    key = (message[6:7], sections[1], local, sections[3], bytes(product), sections[5][9:11])
    return b"|".join(key), Variation(level, member, hours, sections[5][19])


def _variable_hours(product: bytearray) -> float | None:
    """The forecast time in hours where messages may differ in it; else None."""
    unit_hours = _UNIT_HOURS.get(product[17])
    if unit_hours is None:
        return None
    hours = int.from_bytes(product[18:22], "big") * unit_hours
    return hours if hours <= _LATEST_HOURS else None


def _variable_level(product: bytearray) -> float | None:
    """The level's value where messages may differ in it, in hPa for pressure; else None."""
    kind, scale, value = product[22], product[23], int.from_bytes(product[24:28], "big")
    if product[28] != _NO_SURFACE or scale == _NO_SURFACE or value == (1 << 32) - 1:
        return None
    if kind not in (_ISOBARIC, _HYBRID, _POTENTIAL_VORTICITY):
        return None
    signed_scale = -(scale & 0x7F) if scale & 0x80 else scale
    level = signed_scaled(signed_scale, value)
    if kind != _ISOBARIC:
        return level
    return level / 100 if level >= _LEAST_PA else None
