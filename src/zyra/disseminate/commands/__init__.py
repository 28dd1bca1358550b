"""The commands of stage disseminate, under their names."""

from zyra.core.command import CommandMap, commands_by_name
from zyra.disseminate.commands.local import LOCAL

command_map: CommandMap = commands_by_name(LOCAL)
