"""The commands of stage process, under their names."""

from zyra.core.command import CommandMap, commands_by_name
from zyra.process.commands.decode_grib2 import DECODE_GRIB2

command_map: CommandMap = commands_by_name(DECODE_GRIB2)
