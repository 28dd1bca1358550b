"""The commands of stage process, under their names."""

from zyra.core.command import CommandMap, commands_by_name
from zyra.process.commands.convert_format import CONVERT_FORMAT
from zyra.process.commands.decode_grib2 import DECODE_GRIB2
from zyra.process.commands.extract_variable import EXTRACT_VARIABLE
from zyra.process.commands.pad_missing import PAD_MISSING
from zyra.process.commands.scan_frames import METADATA, SCAN_FRAMES
from zyra.process.commands.stats import STATS

command_map: CommandMap = commands_by_name(
    CONVERT_FORMAT,
    DECODE_GRIB2,
    EXTRACT_VARIABLE,
    METADATA,
    PAD_MISSING,
    SCAN_FRAMES,
    STATS,
)
