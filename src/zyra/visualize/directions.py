"""Tell fields of directions, whose values go round: 350 and 10 degrees are neighbours."""

import re

from zyra.fields.field import FieldInfo

# Spellings of ecCodes, CF and WaveWatch; degrees_north and its like are no directions.
DEGREES = frozenset(
    {"degree true", "degrees true", "degree_true", "degrees_true", "degree", "degrees", "deg", "°"}
)
# Short names of ecCodes, NCEP and WaveWatch whose long name may be missing.
DIRECTION_NAMES = frozenset(
    {"wdir", "wdir10", "dd", "dirpw", "dirsw", "wvdir", "swdir", "mwd", "mdww", "mdts", "dwi"}
)
_WORD = re.compile(r"(?<![a-z])(direction|azimuth)(?![a-z])")


def is_direction(info: FieldInfo) -> bool:
    """Whether values are directions in degrees, by the unit and one of the names.

    `Degree true` (WMO common code table C-6) is the unit of nothing else. Widths and spreads of
    directions do not go round.
    """
    units = info.units.strip().lower()
    if units not in DEGREES:
        return False
    names = {name.lower() for name in info.names}
    words = f"{info.standard_name} {info.long_name}".lower().replace("_", " ")
    return "true" in units or bool(_WORD.search(words)) or not DIRECTION_NAMES.isdisjoint(names)
